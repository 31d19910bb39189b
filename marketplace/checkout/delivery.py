"""The answers to the engine's questions about delivery: what it costs per merchant, and what cannot be sent.

A cart has one delivery at Saleor; its price is the sum of one parcel per merchant, and its metadata `mall.parcels` is
the breakdown, which reaches the order. A cart that may not be sent whole is offered no delivery at all.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from marketplace.catalog import queries as catalog
from marketplace.checkout.types import Basket, DomesticRate, ParcelPromise, say
from marketplace.saleor.types import SaleorCheckout
from plugins.api.money import Money
from plugins.api.types import DeliveryQuote, Destination, Merchant, OrderLine, Parcel, ParcelQuote, Problem
from plugins.runtime import hooks

DATA = Path(__file__).parent / "data"
PARCELS_KEY = "mall.parcels"
HOME = "JP"
HOME_MARKET = "jp"
CARRIER = {"ja": "宅配便", "en": "Courier"}
PACKAGING_G = 150


@cache
def _rates() -> tuple[DomesticRate, ...]:
    with (DATA / "domestic_rates.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            DomesticRate(
                region=row["region"],
                max_weight_g=int(row["max_weight_g"]),
                yen=int(row["yen"]),
                min_days=int(row["min_days"]),
                max_days=int(row["max_days"]),
                effective_from=date.fromisoformat(row["effective_from"]),
                effective_to=date.fromisoformat(row["effective_to"]) if row["effective_to"] else None,
            )
            for row in csv.DictReader(file)
            if row["status"] == "in_force"
        )


@cache
def prefectures() -> Mapping[str, tuple[str, str]]:
    """Return (ISO 3166-2 code, region) by the prefecture's name in Japanese."""
    with (DATA / "prefectures.csv").open(encoding="utf-8", newline="") as file:
        return {row["name"]: (row["code"], row["region"]) for row in csv.DictReader(file)}


def domestic_rate(*, area: str, weight_g: int, on_date: date) -> DomesticRate | None:
    """Return the rate of one parcel to a prefecture (its Japanese name), or None where no row in force holds it."""
    found = prefectures().get(area)
    if found is None:
        return None
    rows = [
        rate
        for rate in _rates()
        if rate.region == found[1]
        and weight_g <= rate.max_weight_g
        and rate.effective_from <= on_date
        and (rate.effective_to is None or on_date <= rate.effective_to)
    ]
    return min(rows, key=lambda rate: rate.max_weight_g, default=None)


def destination(*, country: str, channel: str, area: str, postal_code: str) -> Destination:
    """Return a destination; a Japanese prefecture is turned into its ISO 3166-2 code."""
    return Destination(
        country=country, channel=channel, area=prefectures().get(area, (area, ""))[0], postal_code=postal_code
    )


def basket_of_payload(checkout: Mapping[str, Any]) -> Basket:
    """Return what a synchronous event's payload says of a cart. Raises `LookupError` as `listed_lines`."""
    address = checkout.get("shippingAddress") or {}
    country = (address.get("country") or {}).get("code") or ""
    area = address.get("countryArea") or ""
    channel = checkout["channel"]["slug"]
    rows = []
    for line in checkout["lines"]:
        total = line["undiscountedTotalPrice"]  # totalPrice is refused inside synchronous events
        amount = Money(Decimal(str(total["amount"])), total["currency"])
        rows.append((line["id"], line["variant"]["product"]["id"], line["quantity"], amount))
    return Basket(
        currency=checkout["channel"]["currencyCode"],
        language=_language(checkout.get("languageCode")),
        area=area,
        destination=destination(
            country=country, channel=channel, area=area, postal_code=address.get("postalCode") or ""
        )
        if country
        else None,
        lines=tuple(listed_lines(rows)),
    )


def basket_of_checkout(checkout: SaleorCheckout) -> Basket:
    """Return the same of a checkout that was read. Raises `LookupError` as `listed_lines`."""
    address = checkout.shipping_address
    return Basket(
        currency=checkout.currency,
        language=_language(checkout.language),
        area=address.country_area if address else "",
        destination=destination(
            country=address.country,
            channel=checkout.channel,
            area=address.country_area,
            postal_code=address.postal_code,
        )
        if address
        else None,
        lines=tuple(
            listed_lines([(line.id, line.product_id, line.quantity, line.total.gross) for line in checkout.lines])
        ),
    )


def listed_lines(rows: Sequence[tuple[str, str, int, Money]]) -> list[OrderLine]:
    """Return (line id, product id, quantity, total) with their listings. Raises `LookupError` for goods the mall does
    not know: ownership comes from the catalogue, never from a line's metadata, which is public input."""
    views = catalog.listing_views(product_ids=[product_id for _, product_id, _, _ in rows])
    missing = [product_id for _, product_id, _, _ in rows if product_id not in views]
    if missing:
        raise LookupError(f"no listing for products {missing}")
    return [OrderLine(line_id, views[product_id], quantity, total) for line_id, product_id, quantity, total in rows]


def _language(code: str | None) -> str:
    return "ja" if (code or "").upper().startswith("JA") else "en"


def export_problems(*, lines: Sequence[OrderLine], destination: Destination, on_date: date) -> list[Problem]:
    """Return what forbids sending these lines there: every rule of every plugin, and a closed destination."""
    problems: list[Problem] = []
    if destination.country != HOME:
        status = hooks.first(
            "destination_status", country=destination.country, market=destination.channel, on_date=on_date
        )
        if status is None or not status.is_open:
            problems.append(_closed(status.reason if status else None))
    for line in lines:
        found = hooks.gather("check_export", listing=line.listing, destination=destination, on_date=on_date)
        problems.extend(problem for problem in found if problem.blocks)
    return problems


def parcels_of(lines: Sequence[OrderLine]) -> list[Parcel]:
    """Return one parcel per merchant, in the order the merchants appear, gross weight in grams."""
    by_merchant: dict[str, list[OrderLine]] = {}
    for line in lines:
        by_merchant.setdefault(line.listing.merchant.id, []).append(line)
    return [
        Parcel(
            merchant=group[0].listing.merchant,
            lines=tuple(group),
            weight_g=PACKAGING_G + sum(line.listing.weight_g * line.quantity for line in group),
        )
        for group in by_merchant.values()
    ]


def quote(
    *, parcels: Sequence[Parcel], destination: Destination, area: str, currency: str, on_date: date
) -> DeliveryQuote | None:
    """Return a cart's delivery: the mall's own at home, a plugin's abroad, or None when it cannot go whole."""
    if destination.country != HOME:
        found: DeliveryQuote | None = hooks.first(
            "quote_delivery", parcels=tuple(parcels), destination=destination, currency=currency, on_date=on_date
        )
        return found
    if destination.channel != HOME_MARKET and currency != "JPY":
        return None
    quotes = []
    for parcel in parcels:
        rate = domestic_rate(area=area, weight_g=parcel.weight_g, on_date=on_date)
        if rate is None:
            return None
        price = Money(Decimal(rate.yen), "JPY")
        quotes.append(ParcelQuote(parcel.merchant.id, price, CARRIER["ja"], rate.min_days, rate.max_days))
    return DeliveryQuote("takuhai", {"ja": "宅配便", "en": "Parcel delivery"}, tuple(quotes))


def list_methods(*, basket: Basket, on_date: date) -> list[dict[str, Any]]:
    """Answer SHIPPING_LIST_METHODS_FOR_CHECKOUT: one method whose price is the sum of the parcels, or none."""
    if basket.destination is None or not basket.lines:
        return []
    if export_problems(lines=basket.lines, destination=basket.destination, on_date=on_date):
        return []
    parcels = parcels_of(basket.lines)
    found = quote(
        parcels=parcels,
        destination=basket.destination,
        area=basket.area,
        currency=basket.currency,
        on_date=on_date,
    )
    return [_method(found, {parcel.merchant.id: parcel.merchant for parcel in parcels}, basket)] if found else []


def excluded_methods(*, basket: Basket, method_ids: Sequence[str], on_date: date) -> list[dict[str, str]]:
    """Answer CHECKOUT_FILTER_SHIPPING_METHODS: every method is excluded, with the reason, when a line may not go."""
    if basket.destination is None:
        return []
    problems = export_problems(lines=basket.lines, destination=basket.destination, on_date=on_date)
    if not problems:
        return []
    reason = " ".join(dict.fromkeys(problem.message[basket.language] for problem in problems))
    return [{"id": method_id, "reason": reason[:255]} for method_id in method_ids]


def parcel_promises(metadata: Mapping[str, str]) -> tuple[ParcelPromise, ...]:
    """Read the breakdown that `list_methods` wrote, from a delivery method's metadata."""
    return tuple(
        ParcelPromise(
            merchant_code=parcel["merchant"],
            price=Money(Decimal(parcel["amount"]), parcel["currency"]),
            carrier=parcel["carrier"],
            min_days=parcel["min_days"],
            max_days=parcel["max_days"],
        )
        for parcel in json.loads(metadata.get(PARCELS_KEY, "[]"))
    )


def _method(found: DeliveryQuote, merchants: Mapping[str, Merchant], basket: Basket) -> dict[str, Any]:
    if {parcel.merchant_id for parcel in found.parcels} != set(merchants):
        raise ValueError("a delivery quote left out a parcel")
    amount = sum((parcel.price.amount for parcel in found.parcels), Decimal(0))
    breakdown = [
        {
            "merchant": merchants[parcel.merchant_id].code,
            "amount": str(parcel.price.amount),
            "currency": parcel.price.currency,
            "carrier": parcel.carrier,
            "min_days": parcel.min_days,
            "max_days": parcel.max_days,
        }
        for parcel in found.parcels
    ]
    return {
        "id": found.code,
        "name": found.name[basket.language][:100],
        "amount": str(amount),
        "currency": basket.currency,
        "minimum_delivery_days": min(parcel.min_days for parcel in found.parcels),
        "maximum_delivery_days": max(parcel.max_days for parcel in found.parcels),
        "metadata": {PARCELS_KEY: json.dumps(breakdown, ensure_ascii=False)},
    }


def _closed(reason: Mapping[str, str] | None) -> Problem:
    if reason:
        return Problem("checkout.destination_closed", reason, field="country")
    return say(
        "checkout.destination_closed",
        "このお届け先にはお送りできません。",
        "We do not ship to this destination.",
        field="country",
    )
