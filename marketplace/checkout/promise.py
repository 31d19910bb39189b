"""What sending one piece costs and how long it takes, place by place: said beside the goods, before there is a cart."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache

from marketplace.catalog import queries as catalog
from marketplace.checkout import delivery
from marketplace.checkout.types import PlacePromise
from plugins.api.money import Money
from plugins.api.types import OrderLine, Words
from plugins.runtime import hooks


def delivery_by_place(*, product_id: str, market: str, price: Money, on_date: date) -> tuple[PlacePromise, ...]:
    """Return price and days (from dispatch) of a parcel with one piece of a product, cheapest places first.

    Places are the regions of Japan, or the open countries of another market; those of the same price and days stand
    together. Empty when the product is not known here, or cannot be sent anywhere from this market.
    """
    view = catalog.listing_views(product_ids=[product_id], on_date=on_date).get(product_id)
    if view is None:
        return ()
    line = OrderLine("", view, 1, price)
    places = _at_home(line, on_date) if market == delivery.HOME_MARKET else _abroad(line, market, on_date)
    together: dict[tuple[Money, int, int], list[Words]] = {}
    for place, cost, low, high in places:
        together.setdefault((cost, low, high), []).append(place)
    found = [PlacePromise(tuple(names), *key) for key, names in together.items()]
    return tuple(sorted(found, key=lambda promise: promise.price.amount))


def _at_home(line: OrderLine, on_date: date) -> list[tuple[Words, Money, int, int]]:
    (parcel,) = delivery.parcels_of([line])
    areas = {region: area for area, (_code, region) in delivery.prefectures().items()}
    found = []
    for region, names in _regions().items():
        rate = delivery.domestic_rate(area=areas[region], weight_g=parcel.weight_g, on_date=on_date)
        if rate is not None:
            found.append((names, Money(Decimal(rate.yen), "JPY"), rate.min_days, rate.max_days))
    return found


def _abroad(line: OrderLine, market: str, on_date: date) -> list[tuple[Words, Money, int, int]]:
    found = []
    for status in hooks.gather("list_destinations", market=market, on_date=on_date):
        place = delivery.destination(country=status.country, channel=market, area="", postal_code="")
        if not status.is_open or delivery.export_problems(lines=[line], destination=place, on_date=on_date):
            continue
        quoted = delivery.quote(
            parcels=delivery.parcels_of([line]),
            destination=place,
            area="",
            currency=line.total.currency,
            on_date=on_date,
        )
        if quoted is not None:
            (parcel,) = quoted.parcels
            found.append((status.name, parcel.price, parcel.min_days, parcel.max_days))
    return found


@cache
def _regions() -> Mapping[str, Words]:
    with (delivery.DATA / "regions.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"]: {"ja": row["ja"], "en": row["en"]} for row in csv.DictReader(file)}
