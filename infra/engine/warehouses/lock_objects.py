"""The only place that locks rows of stock: always in the order of their keys, so that two orders cannot deadlock."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import connections
from django.db.models import OuterRef, Q, QuerySet, Subquery

from infra.engine.prepared import PreparedRows
from infra.engine.warehouses.models import Allocation, ChannelWarehouse, Stock
from infra.engine.warehouses.types import Selling


def lock(queryset: QuerySet[Any], *, skip_locked: bool = False) -> QuerySet[Any]:
    """Return `queryset` locking its rows until the transaction ends; `skip_locked` leaves out what others hold.

    SQLite locks no rows: there every writing transaction of the engine begins IMMEDIATE, which lets in one at a time.
    """
    assert connections["engine"].in_atomic_block, "a lock outside a transaction holds nothing"
    return queryset.select_for_update(of=("self",), skip_locked=skip_locked)


def locked_rows(rows: PreparedRows, keys: Iterable[Any], *given: Any) -> list[Any]:
    """Return rows of a prepared queryset that locks them."""
    assert connections["engine"].in_atomic_block, "a lock outside a transaction holds nothing"
    return rows(keys, *given)


def stocks_for_sale(*, variant_ids: Iterable[int], selling: Selling) -> list[Stock]:
    """Lock and return the stocks of the variants that may be sold from, each with the `place` of its warehouse."""
    if selling.is_plain:
        return locked_rows(_STOCKS_IN_CHANNEL, variant_ids, selling.channel_id)
    rows = Stock.objects.filter(in_reach(selling), variant_id__in=list(variant_ids)).annotate(
        place=_place(selling.channel_id)
    )
    return list(lock(rows.order_by("pk")))


def in_reach(selling: Selling) -> Q:
    """Return the condition that a row with `warehouse_id` lies where the selling may take from."""
    linked = Q(warehouse__in=channel_warehouse_ids(selling.channel_id))
    if selling.only_point:
        return linked & Q(warehouse_id=selling.point_id)
    if not selling.by_zones or selling.point_id is not None:
        return linked
    from infra.engine.shipping.models import ShippingZone

    zones = ShippingZone.objects.filter(channels=selling.channel_id)
    if selling.country:
        zones = zones.filter(countries__contains=f",{selling.country},")
    links = ShippingZone.warehouses.through.objects.filter(shippingzone__in=zones)
    reached = Q(warehouse__in=links.values("warehouse_id"))
    if selling.with_points or not selling.country:
        reached |= Q(warehouse__click_and_collect_option__in=("LOCAL", "ALL"))
    return linked & reached


def _place(channel_id: Any) -> Subquery:
    """Return where a stock's warehouse stands among the channel's."""
    links = ChannelWarehouse.objects.filter(channel_id=channel_id, warehouse_id=OuterRef("warehouse_id"))
    return Subquery(links.order_by("sort_order", "pk").values("sort_order")[:1])


def stocks(pks: Iterable[int]) -> dict[int, Stock]:
    """Lock and return stocks by key."""
    return {stock.pk: stock for stock in locked_rows(_STOCKS, pks)}


def all_stocks(rows: QuerySet[Stock]) -> None:
    """Lock all stocks selected, for changes that then go from variant to variant."""
    list(lock(rows.order_by("pk")).values_list("pk"))


def stocks_in_warehouse(*, warehouse_id: Any, variant_ids: Iterable[int]) -> dict[int, Stock]:
    """Lock and return the stocks of one warehouse by variant."""
    queryset = Stock.objects.filter(warehouse_id=warehouse_id, variant_id__in=list(variant_ids)).order_by("pk")
    return {stock.variant_id: stock for stock in lock(queryset)}


def allocations_of_lines(line_ids: Iterable[Any]) -> list[Allocation]:
    """Lock the stocks promised to the lines, then return the allocations with those stocks."""
    pks = Allocation.objects.filter(order_line_id__in=list(line_ids), quantity__gt=0)
    locked = stocks(pks.values_list("stock_id", flat=True))
    found = list(pks.order_by("stock_id"))
    for allocation in found:
        allocation.stock = locked[allocation.stock_id]
    return found


def channel_warehouse_ids(channel_id: int) -> QuerySet[Any]:
    """Return the keys of the warehouses the channel may sell from, as a subquery."""
    return ChannelWarehouse.objects.filter(channel_id=channel_id).values("warehouse_id")


_STOCKS = PreparedRows(Stock._meta.pk, lambda pks: lock(Stock.objects.filter(pk__in=pks).order_by("pk")))
_STOCKS_IN_CHANNEL = PreparedRows(
    Stock._meta.get_field("variant"),
    lambda variant_ids, channel_id: lock(
        Stock.objects.filter(variant_id__in=variant_ids, warehouse__in=channel_warehouse_ids(channel_id))
        .annotate(place=_place(channel_id))
        .order_by("pk")
    ),
)
