"""Making Saleor ready for the mall: idempotent, and able to say what it would change."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from marketplace.kernel import clock
from marketplace.saleor import provisioning_data as plan
from marketplace.saleor import reading, site
from marketplace.saleor.client import execute, with_token
from marketplace.saleor.installing import align_app, install, is_installed, looking_token
from marketplace.saleor.manifest import APP_ID
from marketplace.saleor.types import Change

Json = dict[str, Any]


def provision(*, dry_run: bool = False) -> list[Change]:
    """Install the app and bring settings, channels, taxes, types and attributes to what the mall needs.

    Arguments: `dry_run`, only say what would change; before the installation that needs a staff member's token, or
    nothing but the installation is told. Returns the differences found, empty when there was nothing to do: after an
    undisturbed call that of the next one. `Change.needs_restart` tells of which Saleor's processes learn by a restart
    only. Warehouses and pages come with each merchant
    (`site.ensure_merchant`). Raises `UnableToInstall`, `SaleorRefused`, `SaleorUnavailable`.
    """
    if not is_installed():
        if dry_run:
            return [Change("app", APP_ID), *_look_before_installing()]
        install()
        installed = [Change("app", APP_ID)]
    else:
        installed = []
    return installed + align_app(dry_run=dry_run) + [change for step in _steps() for change in step(dry_run)]


def _steps() -> tuple[Callable[[bool], list[Change]], ...]:
    return (_shop, _channels, _tax_classes, _tax_defaults, _tax_configurations, _types)


def _look_before_installing() -> list[Change]:
    token = looking_token()
    if not token:
        return []
    with with_token(token):
        return [change for step in _steps() for change in step(True)]


def _shop(dry_run: bool) -> list[Change]:
    found = execute("ShopSettings")["shop"]
    changes = _differences("shop", "settings", found, plan.SHOP)
    if changes and not dry_run:
        execute("ShopSettingsUpdate", {"input": {change.field: change.after for change in changes}})
    return changes


def _channels(dry_run: bool) -> list[Change]:
    present = site.list_channels()
    changes = []
    for channel in plan.CHANNELS:
        if channel.slug not in present:
            changes.append(Change("channel", channel.slug, after=_channel_input(channel)))
            if not dry_run:
                execute("ChannelCreate", {"input": _channel_input(channel)})
            continue
        node = present[channel.slug]
        found = _channel_differences(channel, node)
        changes += found
        if found and not dry_run:
            execute("ChannelUpdate", {"id": node["id"], "input": _channel_settings()})
            if not node["isActive"]:
                execute("ChannelUpdate", {"id": node["id"], "input": {"isActive": True}})
    return changes


def _channel_settings() -> Json:
    return {
        "orderSettings": plan.ORDER_SETTINGS,
        "checkoutSettings": plan.CHECKOUT_SETTINGS,
        "paymentSettings": plan.PAYMENT_SETTINGS,
        "stockSettings": plan.STOCK_SETTINGS,
    }


def _channel_input(channel: plan.ChannelPlan) -> Json:
    return {
        "slug": channel.slug,
        "name": channel.name,
        "currencyCode": channel.currency,
        "defaultCountry": channel.country,
        "isActive": True,
        **_channel_settings(),
    }


def _channel_differences(channel: plan.ChannelPlan, node: Json) -> list[Change]:
    if node["currencyCode"] != channel.currency:
        raise RuntimeError(f"channel {channel.slug} sells in {node['currencyCode']}, not {channel.currency}")
    changes = _differences("channel", channel.slug, node, {"isActive": True})
    for part, wanted in _channel_settings().items():
        changes += _differences("channel", channel.slug, node[part], wanted)
    return changes


def _tax_classes(dry_run: bool) -> list[Change]:
    present = site.list_tax_classes()
    rates = plan.tax_rates(clock.today())
    changes = []
    for name in plan.TAX_CLASSES:
        wanted = {country: rate for (country, of_class), rate in rates.items() if of_class == name}
        if name not in present:
            changes.append(Change("tax class", name, after=wanted))
            if not dry_run:
                items = [{"countryCode": country, "rate": rate} for country, rate in wanted.items()]
                execute("TaxClassCreate", {"input": {"name": name, "createCountryRates": items}})
            continue
        node = present[name]
        found = {each["country"]["code"]: Decimal(each["rate"]) for each in node["countries"]}
        different = {country: rate for country, rate in wanted.items() if found.get(country) != rate}
        changes += [Change("tax class", name, country, found.get(country), rate) for country, rate in different.items()]
        if different and not dry_run:
            items = [{"countryCode": country, "rate": rate} for country, rate in different.items()]
            execute("TaxClassUpdate", {"id": node["id"], "input": {"updateCountryRates": items}})
    return changes


def _tax_defaults(dry_run: bool) -> list[Change]:
    """The country's default rate is what Saleor puts on an app's delivery, which has no tax class."""
    found = {
        node["country"]["code"]: Decimal(each["rate"])
        for node in execute("TaxCountryConfigurations")["taxCountryConfigurations"]
        for each in node["taxClassCountryRates"]
        if each["taxClass"] is None
    }
    changes = []
    for (country, of_class), rate in plan.tax_rates(clock.today()).items():
        if of_class or found.get(country) == rate:
            continue
        changes.append(Change("tax default", country, "rate", found.get(country), rate))
        if not dry_run:
            execute("TaxCountryConfigurationUpdate", {"countryCode": country, "rates": [{"rate": rate}]})
    return changes


def _tax_configurations(dry_run: bool) -> list[Change]:
    ours = {channel.slug for channel in plan.CHANNELS}
    changes = []
    for node in reading.nodes(execute("TaxConfigurations", {"first": site.LIST_SIZE})["taxConfigurations"]):
        slug = node["channel"]["slug"]
        if slug not in ours:
            continue
        found = _differences("tax configuration", slug, node, plan.TAX_CONFIGURATION)
        changes += found
        if found and not dry_run:
            execute("TaxConfigurationUpdate", {"id": node["id"], "input": plan.TAX_CONFIGURATION})
    return changes


def _types(dry_run: bool) -> list[Change]:
    page_types, product_types = site.by_slug("PageTypes", "pageTypes"), site.by_slug("ProductTypes", "productTypes")
    attributes = site.by_slug("Attributes", "attributes")
    slugs = ("merchant", *(slug for slug, _ in plan.TEXT_ATTRIBUTES))
    changes = [Change("page type", site.MERCHANT_PAGE_TYPE)] if site.MERCHANT_PAGE_TYPE not in page_types else []
    changes += [Change("attribute", slug) for slug in slugs if slug not in attributes]
    if site.PRODUCT_TYPE not in product_types:
        changes.append(Change("product type", site.PRODUCT_TYPE))
        assigned: set[str] = set()
    else:
        assigned = {each["slug"] for each in product_types[site.PRODUCT_TYPE]["productAttributes"]}
        missing = [slug for slug in slugs if slug not in assigned]
        changes += [Change("product type", site.PRODUCT_TYPE, "attribute", None, slug) for slug in missing]
    if changes and not dry_run:
        _make_types(page_types, product_types, attributes, assigned, slugs)
    return changes


def _make_types(
    page_types: Json, product_types: Json, attributes: Json, assigned: set[str], slugs: tuple[str, ...]
) -> None:
    page_type_id = (page_types.get(site.MERCHANT_PAGE_TYPE) or {}).get("id") or _make_page_type()
    ids = {slug: node["id"] for slug, node in attributes.items()}
    if "merchant" not in ids:
        ids["merchant"] = _make_merchant_attribute(page_type_id)
    for slug, name in plan.TEXT_ATTRIBUTES:
        if slug not in ids:
            ids[slug] = _make_attribute({"slug": slug, "name": name, "inputType": "PLAIN_TEXT"})
    wanted = [ids[slug] for slug in slugs if slug not in assigned]
    known = product_types.get(site.PRODUCT_TYPE)
    if known is None:
        site.create_product_type(name="商品", slug=site.PRODUCT_TYPE, attributes=wanted)
    elif wanted:
        operations = [{"id": each, "type": "PRODUCT"} for each in wanted]
        execute("ProductAttributeAssign", {"productTypeId": known["id"], "operations": operations})


def _make_page_type() -> str:
    fields = {"name": "事業者", "slug": site.MERCHANT_PAGE_TYPE}
    return str(execute("PageTypeCreate", {"input": fields})["pageTypeCreate"]["pageType"]["id"])


def _make_merchant_attribute(page_type_id: str) -> str:
    return _make_attribute(
        {
            "slug": "merchant",
            "name": "事業者",
            "inputType": "SINGLE_REFERENCE",
            "entityType": "PAGE",
            "referenceTypes": [page_type_id],
            "valueRequired": True,
        }
    )


def _make_attribute(fields: Json) -> str:
    answer = execute("AttributeCreate", {"input": {"type": "PRODUCT_TYPE", **fields}})
    return str(answer["attributeCreate"]["attribute"]["id"])


def _differences(kind: str, name: str, found: Json, wanted: Json) -> list[Change]:
    return [Change(kind, name, key, found[key], value) for key, value in wanted.items() if found[key] != value]
