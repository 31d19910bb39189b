"""The only place that locks rows of stock: always in the order of their keys, so that two orders cannot deadlock."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import connections
from django.db.models import QuerySet

from infra.engine.prepared import PreparedRows
from infra.engine.warehouses.models import Allocation, ChannelWarehouse, Stock


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


def stocks_of_variants_in_channel(*, variant_ids: Iterable[int], channel_id: int) -> list[Stock]:
    """Lock and return the stocks of the variants in the warehouses that the channel may sell from."""
    return locked_rows(_STOCKS_IN_CHANNEL, variant_ids, channel_id)


def stocks(pks: Iterable[int]) -> dict[int, Stock]:
    """Lock and return stocks by key."""
    return {stock.pk: stock for stock in locked_rows(_STOCKS, pks)}


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
        Stock.objects.filter(variant_id__in=variant_ids, warehouse__in=channel_warehouse_ids(channel_id)).order_by("pk")
    ),
)
