"""Which of the shop's own methods may carry an order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from infra.engine.shipping.models import PostalCodeRule, ShippingMethod, ShippingMethodListing
from infra.engine.shipping.postal_codes import admit


@dataclass(frozen=True, slots=True)
class Parcel:
    """What is to be shipped: `address` is an address by snake_case names, `price` the goods', `weight_g` in grams."""

    channel_id: int
    currency: str
    address: dict[str, Any]
    price: Decimal
    weight_g: Decimal
    product_ids: frozenset[int]


def applicable_listings(parcel: Parcel) -> list[ShippingMethodListing]:
    """Return what the methods for the parcel cost in its channel, with `method` and its `tax_class`; by method.

    A method counts when its zone covers the country and the channel, the goods' price (a method by price) or weight
    (by weight) lies between its limits, its postal code rules let the address through, and no product is excluded.
    """
    country = parcel.address.get("country") or ""
    rows = (
        ShippingMethodListing.objects.filter(
            channel_id=parcel.channel_id,
            currency=parcel.currency,
            method__zone__channels=parcel.channel_id,
            method__zone__countries__contains=f",{country},",
        )
        .select_related("method__tax_class")
        .order_by("method_id")
    )
    found = [row for row in rows if _in_range(row, parcel)]
    if not found:
        return []
    refused = _refused(parcel, [row.method_id for row in found], country)
    return [row for row in found if row.method_id not in refused]


def _in_range(row: ShippingMethodListing, parcel: Parcel) -> bool:
    if row.method.type == "PRICE":
        return _between(parcel.price, row.minimum_order_amount, row.maximum_order_amount)
    return _between(parcel.weight_g, row.method.minimum_order_weight_g, row.method.maximum_order_weight_g)


def _between(value: Decimal, least: Decimal | None, most: Decimal | None) -> bool:
    return (least is None or least <= value) and (most is None or value <= most)


def _refused(parcel: Parcel, method_ids: list[int], country: str) -> set[int]:
    excluded = ShippingMethod.excluded_products.through.objects.filter(
        shippingmethod_id__in=method_ids, product_id__in=parcel.product_ids
    )
    refused = set(excluded.values_list("shippingmethod_id", flat=True))
    code = parcel.address.get("postal_code") or ""
    for method_id, rules in rules_by_method(method_ids).items():
        if not admit(rules, country=country, code=code):
            refused.add(method_id)
    return refused


def rules_by_method(method_ids: Iterable[int]) -> dict[int, list[PostalCodeRule]]:
    """Return the postal code rules of methods that have any."""
    found: dict[int, list[PostalCodeRule]] = {}
    for rule in PostalCodeRule.objects.filter(method_id__in=list(method_ids)):
        found.setdefault(rule.method_id, []).append(rule)
    return found
