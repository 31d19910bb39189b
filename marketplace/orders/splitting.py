"""Dividing a paid order among its merchants. Pure: the same order gives the same parts, and they sum to the charge."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from marketplace.kernel import fx
from marketplace.kernel.money import allocate, sum_money
from marketplace.orders.types import UnableToSplit
from marketplace.saleor.types import SaleorOrder, SaleorOrderLine
from plugins.api.money import Money

BREAKDOWN_KEY = "mall.parcels"


@dataclass(frozen=True, slots=True)
class SplitLine:
    """A line with its yen of the day of sale."""

    line: SaleorOrderLine
    yen: int


@dataclass(frozen=True, slots=True)
class SplitPart:
    """One merchant's part."""

    merchant_id: str
    lines: tuple[SplitLine, ...]
    goods: Money
    shipping: Money
    shipping_yen: int
    promise: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Split:
    """The whole order. `yen_total` is the charge at the day's rate; the parts' yen sum to it."""

    parts: tuple[SplitPart, ...]
    yen_total: int


def split_order(
    *, order: SaleorOrder, owners: Mapping[str, str], yen_rate: Decimal, codes: Mapping[str, str] | None = None
) -> Split:
    """Divide `order` among the owners of its lines, merchants in the order of their first line.

    Arguments: `owners`, merchant id by line id; `yen_rate`, yen for one unit of the currency on the day of sale;
    `codes`, merchant code by id, for the delivery's breakdown, which names merchants by their codes.
    Delivery is divided as the delivery method's breakdown says when that sums to the charge; else in proportion to
    goods, largest remainder. Line totals are tax included, after discounts. Raises `UnableToSplit` for a line without
    an owner, or when lines and delivery do not make the total.
    """
    missing = [line.id for line in order.lines if line.id not in owners]
    if missing or not order.lines:
        raise UnableToSplit(f"no merchant owns the lines {missing}")
    total = order.total.gross
    goods = [_line_total(order, index, share) for index, share in enumerate(_discounted(order))]
    by_merchant: dict[str, list[int]] = {}
    for index, line in enumerate(order.lines):
        by_merchant.setdefault(owners[line.id], []).append(index)
    sums = {key: sum_money([goods[i] for i in indexes], total.currency) for key, indexes in by_merchant.items()}
    stated = read_breakdown(order.delivery_metadata)
    promises = {key: stated[code] for key, code in (codes or {}).items() if code in stated}
    shipping = _shipping(order.shipping.gross, sums, promises)
    if sum_money([*sums.values(), *shipping.values()], total.currency) != total:
        raise UnableToSplit(f"lines and delivery do not make {total.amount} {total.currency}")
    yen_total = fx.to_yen(total, yen=yen_rate)
    yen = allocate(yen_total, [each.amount for each in [*goods, *shipping.values()]])
    shipping_yen = dict(zip(shipping, yen[len(goods) :], strict=True))
    parts = tuple(
        SplitPart(
            merchant_id=merchant,
            lines=tuple(SplitLine(order.lines[index], int(yen[index].amount)) for index in indexes),
            goods=sums[merchant],
            shipping=shipping[merchant],
            shipping_yen=int(shipping_yen[merchant].amount),
            promise=promises.get(merchant, {}),
        )
        for merchant, indexes in by_merchant.items()
    )
    return Split(parts, int(yen_total.amount))


def line_totals(order: SaleorOrder) -> dict[str, Money]:
    """Return each line's share of what was charged, by line id: an order-wide discount is in it."""
    shares = _discounted(order)
    return {line.id: share for line, share in zip(order.lines, shares, strict=True)}


def read_breakdown(metadata: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Return the delivery method's breakdown by merchant code: `amount` (text), `carrier`, `min_days`, `max_days`.

    The app writes it as JSON, a list of objects with `merchant`, under `mall.parcels`. Empty when it is not there.
    """
    return {each["merchant"]: each for each in json.loads(metadata.get(BREAKDOWN_KEY) or "[]")}


def _line_total(order: SaleorOrder, index: int, share: Money) -> Money:
    if share.amount < 0:
        raise UnableToSplit(f"the line {order.lines[index].id} is worth less than nothing")
    return share


def _discounted(order: SaleorOrder) -> list[Money]:
    """Saleor's line totals do not hold an order-wide discount; the subtotal after it is what was charged for goods."""
    lines = [line.total.gross for line in order.lines]
    charged = order.total.gross - order.shipping.gross
    if sum_money(lines, charged.currency) == charged:
        return lines
    return allocate(charged, [line.amount for line in lines])


def _shipping(charge: Money, goods: Mapping[str, Money], promises: Mapping[str, Any]) -> dict[str, Money]:
    stated = _stated(charge, goods, promises)
    if stated is not None:
        return stated
    return dict(zip(goods, allocate(charge, [each.amount for each in goods.values()]), strict=True))


def _stated(charge: Money, goods: Mapping[str, Money], promises: Mapping[str, Any]) -> dict[str, Money] | None:
    try:
        stated = {merchant: Money(Decimal(promises[merchant]["amount"]), charge.currency) for merchant in goods}
    except (KeyError, InvalidOperation):
        return None
    fits = (
        all(each.amount >= 0 for each in stated.values()) and sum_money([*stated.values()], charge.currency) == charge
    )
    return stated if fits else None
