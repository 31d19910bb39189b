"""Tax classes, their rates, and how channels charge."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from infra.engine.apps.models import App
from infra.engine.customers.countries import as_country
from infra.engine.products.loading import children, get_row, related, with_channels
from infra.engine.products.models import TaxClass, TaxClassRate, TaxConfiguration, TaxCountryException
from infra.engine.schema.binding import Batch, declare, field, name_type, requires, root
from infra.engine.schema.connections import connect
from infra.engine.schema.context import Context
from infra.engine.schema.errors import refuse
from infra.engine.schema.ids import asked_int, bind_ids, int_pk
from infra.engine.schema.lengths import check_lengths
from infra.engine.schema.metadata import register_metadata
from infra.engine.schema.permissions import APP, STAFF_USER

name_type(TaxClass, "TaxClass")
name_type(TaxConfiguration, "TaxConfiguration")
bind_ids(TaxClass="TaxClass", TaxConfiguration="TaxConfiguration")
register_metadata("TaxClass", TaxClass, private=("HANDLE_TAXES", "MANAGE_TAXES"))
register_metadata("TaxConfiguration", TaxConfiguration, private=("HANDLE_TAXES", "MANAGE_TAXES"))
declare("TaxClass", "name")
#: percent
TOO_HIGH = 100_000
declare("TaxConfiguration", "chargeTaxes taxCalculationStrategy displayGrossPrices pricesEnteredWithTax taxAppId")
declare("TaxConfigurationPerCountry", "chargeTaxes taxCalculationStrategy displayGrossPrices taxAppId")
declare("TaxConfigurationUpdateError", "countryCodes")
declare("TaxConfigurationPerCountryInput", "countryCode chargeTaxes taxCalculationStrategy displayGrossPrices taxAppId")
declare("TaxConfigurationUpdateInput", "chargeTaxes taxCalculationStrategy displayGrossPrices pricesEnteredWithTax")
declare("TaxConfigurationUpdateInput", "updateCountriesConfiguration removeCountriesConfiguration taxAppId")
declare("TaxClassUpdateInput", "name updateCountryRates removeCountryRates")
for _payload in ("TaxClassCreate", "TaxClassUpdate"):
    declare(_payload, "taxClass")
declare("TaxConfigurationUpdate", "taxConfiguration")
PAGES = "before after first last"


@root("Query", "taxClasses", args=PAGES)
@requires(STAFF_USER, APP)
def tax_classes(context: Context, args: dict[str, Any]) -> Any:
    return connect(TaxClass.objects.all(), args, order=("name", "pk"))


@root("Query", "taxClass")
@requires(STAFF_USER, APP)
def tax_class(context: Context, args: dict[str, Any]) -> Any:
    return TaxClass.objects.filter(pk=asked_int(args["id"], "TaxClass")).first()


@root("Query", "taxConfigurations", args=PAGES)
@requires(STAFF_USER, APP)
def tax_configurations(context: Context, args: dict[str, Any]) -> Any:
    return connect(TaxConfiguration.objects.all(), args)


@root("Query", "taxConfiguration")
@requires(STAFF_USER, APP)
def tax_configuration(context: Context, args: dict[str, Any]) -> Any:
    return TaxConfiguration.objects.filter(pk=asked_int(args["id"], "TaxConfiguration")).first()


@field("TaxClass", "countries")
def tax_class_countries(batch: Batch) -> list[Any]:
    return children(batch, TaxClassRate.objects.all(), "tax_class_id")


@field("TaxClassCountryRate", "country")
def rate_country(batch: Batch) -> list[Any]:
    return [as_country(rate.country) for rate in batch.parents]


@field("TaxConfiguration", "channel")
def configuration_channel(batch: Batch) -> list[Any]:
    return with_channels(batch)


@field("TaxConfiguration", "countries")
def configuration_countries(batch: Batch) -> list[Any]:
    return children(batch, TaxCountryException.objects.all(), "configuration_id")


@field("TaxConfigurationPerCountry", "country")
def exception_country(batch: Batch) -> list[Any]:
    return [as_country(row.country) for row in batch.parents]


@field("Channel", "taxConfiguration")
@requires(STAFF_USER, APP)
def channel_tax_configuration(batch: Batch) -> list[Any]:
    found = children(batch, TaxConfiguration.objects.all(), "channel_id")
    return [rows[0] if rows else None for rows in found]


@root("Mutation", "taxClassCreate")
@requires("MANAGE_TAXES")
def tax_class_create(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    data = args["input"]
    check_lengths(TaxClass, data, "name")
    with transaction.atomic("engine"):
        row = TaxClass.objects.create(name=data["name"])
        _set_rates(row, data.get("createCountryRates"))
    return {"tax_class": row}


@root("Mutation", "taxClassUpdate")
@requires("MANAGE_TAXES")
def tax_class_update(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    data = args["input"]
    with transaction.atomic("engine"):
        row = get_row(TaxClass, args["id"], "TaxClass", lock=True)
        _refuse_in_both(data.get("updateCountryRates"), data.get("removeCountryRates"))
        check_lengths(TaxClass, data, "name")
        if data.get("name"):
            row.name = data["name"]
            row.save()
        _set_rates(row, data.get("updateCountryRates"))
        TaxClassRate.objects.filter(tax_class=row, country__in=data.get("removeCountryRates") or []).delete()
    return {"tax_class": row}


def _check_size(rates: list[dict[str, Any]], field: str | None) -> None:
    """Raise UserErrors(INVALID) for a rate that no column holds."""
    if any(abs(item.get("rate") or 0) >= TOO_HIGH for item in rates):
        raise refuse(field, f"Ensure that rates are below {TOO_HIGH} %.", "INVALID")


def _set_rates(row: TaxClass, rates: list[dict[str, Any]] | None) -> None:
    _check_size(rates or [], None)
    for item in rates or ():
        if item.get("rate") is None:
            TaxClassRate.objects.filter(tax_class=row, country=item["countryCode"]).delete()
            continue
        TaxClassRate.objects.update_or_create(
            tax_class=row, country=item["countryCode"], defaults={"rate": str(item["rate"])}
        )


@root("Mutation", "taxConfigurationUpdate")
@requires("MANAGE_TAXES")
def tax_configuration_update(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    data = args["input"]
    with transaction.atomic("engine"):
        row = get_row(TaxConfiguration, args["id"], "TaxConfiguration", lock=True)
        _check_configuration(data)
        for name, column in CONFIGURATION.items():
            if name in data and (data[name] is not None or name == "taxAppId"):
                setattr(row, column, data[name])
        row.save()
        for item in data.get("updateCountriesConfiguration") or ():
            values = {
                column: item.get(name) for name, column in CONFIGURATION.items() if name != "pricesEnteredWithTax"
            }
            TaxCountryException.objects.update_or_create(
                configuration=row, country=item["countryCode"], defaults=values
            )
        TaxCountryException.objects.filter(
            configuration=row, country__in=data.get("removeCountriesConfiguration") or []
        ).delete()
    return {"tax_configuration": row}


def _check_configuration(data: dict[str, Any]) -> None:
    """Raise UserErrors for a tax app that is none, or a country to be changed and removed at once."""
    countries = data.get("updateCountriesConfiguration") or []
    said = [(data.get("taxAppId"), [])] + [(item.get("taxAppId"), [item["countryCode"]]) for item in countries]
    for identifier, codes in said:
        if identifier and not _is_tax_app(identifier):
            text = "Did not found Tax App with provided taxAppId."
            raise refuse(None, text, "NOT_FOUND", country_codes=codes)
    _refuse_in_both(countries, data.get("removeCountriesConfiguration"))


def _refuse_in_both(updated: list[dict[str, Any]] | None, removed: list[str] | None) -> None:
    twice = {item["countryCode"] for item in updated or ()} & set(removed or ())
    if twice:
        text = "The same country code cannot be in both lists for updating and removing items: "
        raise refuse(None, text + ", ".join(sorted(twice)), "DUPLICATED_INPUT_ITEM", country_codes=sorted(twice))


def _is_tax_app(identifier: str) -> bool:
    apps = App.objects.filter(identifier=identifier, is_active=True)
    return any("HANDLE_TAXES" in app.permissions for app in apps)


CONFIGURATION = {
    "chargeTaxes": "charge_taxes",
    "taxCalculationStrategy": "tax_calculation_strategy",
    "displayGrossPrices": "display_gross_prices",
    "pricesEnteredWithTax": "prices_entered_with_tax",
    "taxAppId": "tax_app_id",
}


declare("TaxCountryConfiguration", "country taxClassCountryRates")
declare("TaxCountryConfigurationUpdate", "taxCountryConfiguration")
declare("TaxClassCountryRate", "country rate taxClass")


@field("TaxClassCountryRate", "taxClass")
def rate_tax_class(batch: Batch) -> list[Any]:
    return related(batch, TaxClass, "tax_class_id")


def _countries(rows: Any) -> list[dict[str, Any]]:
    found: dict[str, list[TaxClassRate]] = {}
    for row in rows.order_by("country", "tax_class_id"):
        found.setdefault(row.country, []).append(row)
    return [{"country": as_country(code), "tax_class_country_rates": rates} for code, rates in found.items()]


@root("Query", "taxCountryConfigurations")
@requires(STAFF_USER, APP)
def tax_country_configurations(context: Context, args: dict[str, Any]) -> Any:
    return _countries(TaxClassRate.objects.all())


@root("Query", "taxCountryConfiguration")
@requires(STAFF_USER, APP)
def tax_country_configuration(context: Context, args: dict[str, Any]) -> Any:
    code = args["countryCode"]
    found = _countries(TaxClassRate.objects.filter(country=code))
    return found[0] if found else {"country": as_country(code), "tax_class_country_rates": []}


@field("TaxCountryConfigurationUpdateError", "taxClassIds")
def country_error_classes(batch: Batch) -> list[Any]:
    return [error.extra.get("tax_class_ids", []) for error in batch.parents]


@root("Mutation", "taxCountryConfigurationUpdate")
@requires("MANAGE_TAXES")
def tax_country_configuration_update(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    """Set a country's rates by class; without a class the country's default, without a rate the row goes."""
    code = args["countryCode"]
    _check_rates(args["updateTaxClassRates"])
    _check_size(args["updateTaxClassRates"], "updateTaxClassRates")
    with transaction.atomic("engine"):
        for item in args["updateTaxClassRates"]:
            gid = item.get("taxClassId")
            tax_class = TaxClass.objects.filter(pk=int_pk(gid, "TaxClass")).first() if gid else None
            if gid and tax_class is None:
                raise refuse("updateTaxClassRates", f"Couldn't resolve to a node: {gid}", "NOT_FOUND")
            if item.get("rate") is None:
                TaxClassRate.objects.filter(tax_class=tax_class, country=code).delete()
                continue
            TaxClassRate.objects.update_or_create(
                tax_class=tax_class, country=code, defaults={"rate": str(item["rate"])}
            )
    return {"tax_country_configuration": tax_country_configuration(context, {"countryCode": code})}


def _check_rates(items: list[dict[str, Any]]) -> None:
    """Raise UserErrors for a rate below zero, or two rates for what has no class."""
    below = [item for item in items if item.get("rate") is not None and item["rate"] < 0]
    if below:
        classes = [item["taxClassId"] for item in below if item.get("taxClassId")]
        text = "Cannot create rates with negative values."
        raise refuse("updateTaxClassRates", text, "CANNOT_CREATE_NEGATIVE_RATE", tax_class_ids=classes)
    if sum(item.get("taxClassId") is None for item in items) > 1:
        text = "Only one default country rate can be created for a country (a rate without a tax class)."
        raise refuse("updateTaxClassRates", text, "ONLY_ONE_DEFAULT_COUNTRY_RATE_ALLOWED")
