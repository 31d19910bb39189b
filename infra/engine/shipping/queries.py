"""Which of the shop's own methods may carry an order."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef

from infra.engine.settled.kept import Kept
from infra.engine.shipping.models import PostalCodeRule, ShippingMethod, ShippingMethodListing, ShippingZone
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
    country, rules = parcel.address.get("country") or "", _RULES()
    listings = rules.listings.get((parcel.channel_id, parcel.currency), ())
    found = [row for row in listings if f",{country}," in row.method.zone.countries and _in_range(row, parcel)]
    return [row for row in found if not _is_refused(row.method_id, rules, parcel, country)]


@dataclass(frozen=True, slots=True)
class _Rules:
    """All that is set about the shop's own methods: prices by channel and currency, the others by method."""

    listings: dict[tuple[int, str], list[ShippingMethodListing]]
    excluded: dict[int, set[int]]
    postal_codes: dict[int, list[PostalCodeRule]]

    @classmethod
    def read(cls) -> _Rules:
        in_zone = ShippingZone.channels.through.objects.filter(
            shippingzone_id=OuterRef("method__zone_id"), channel_id=OuterRef("channel_id")
        )
        rows = ShippingMethodListing.objects.filter(Exists(in_zone)).order_by("method_id")
        listings: dict[tuple[int, str], list[ShippingMethodListing]] = {}
        for row in rows.select_related("method__tax_class", "method__zone"):
            listings.setdefault((row.channel_id, row.currency), []).append(row)
        excluded: dict[int, set[int]] = {}
        links = ShippingMethod.excluded_products.through.objects.values_list("shippingmethod_id", "product_id")
        for method_id, product_id in links:
            excluded.setdefault(method_id, set()).add(product_id)
        postal_codes: dict[int, list[PostalCodeRule]] = {}
        for rule in PostalCodeRule.objects.all():
            postal_codes.setdefault(rule.method_id, []).append(rule)
        return cls(listings, excluded, postal_codes)


_RULES = Kept(_Rules.read)


def _in_range(row: ShippingMethodListing, parcel: Parcel) -> bool:
    if row.method.type == "PRICE":
        return _between(parcel.price, row.minimum_order_amount, row.maximum_order_amount)
    return _between(parcel.weight_g, row.method.minimum_order_weight_g, row.method.maximum_order_weight_g)


def _between(value: Decimal, least: Decimal | None, most: Decimal | None) -> bool:
    return (least is None or least <= value) and (most is None or value <= most)


def _is_refused(method_id: int, rules: _Rules, parcel: Parcel, country: str) -> bool:
    if not parcel.product_ids.isdisjoint(rules.excluded.get(method_id, ())):
        return True
    codes, code = rules.postal_codes.get(method_id), parcel.address.get("postal_code") or ""
    return codes is not None and not admit(codes, country=country, code=code)
