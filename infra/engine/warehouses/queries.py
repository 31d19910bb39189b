"""Reads of stock. What a channel can sell is decided by the link of channel and warehouse alone."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Sum

from infra.engine.warehouses.lock_objects import channel_warehouse_ids
from infra.engine.warehouses.models import AVAILABLE, ChannelWarehouse, Stock, Warehouse
from infra.engine.warehouses.types import InsufficientStock, Shortage, Wanted


def available_by_variant(*, variant_ids: Iterable[int], channel_id: int) -> dict[int, int]:
    """Return the pieces each variant has left for the channel; a variant without stock is absent."""
    rows = (
        Stock.objects.filter(variant_id__in=list(variant_ids), warehouse__in=channel_warehouse_ids(channel_id))
        .order_by()
        .values_list("variant_id")
        .annotate(left=Sum(AVAILABLE))
    )
    return dict(rows)


def available_by_variant_and_channel(
    *, variant_ids: Iterable[int], channel_ids: Iterable[int]
) -> dict[tuple[int, int], int]:
    """Return the pieces left by (variant, channel); a pair without stock is absent."""
    links = ChannelWarehouse.objects.filter(channel_id__in=list(channel_ids)).order_by()
    channels: dict[UUID, list[int]] = {}
    for channel_id, warehouse_id in links.values_list("channel_id", "warehouse_id"):
        channels.setdefault(warehouse_id, []).append(channel_id)
    left: dict[tuple[int, int], int] = {}
    rows = Stock.objects.filter(variant_id__in=list(variant_ids), warehouse_id__in=list(channels)).order_by()
    for variant_id, warehouse_id, pieces in rows.annotate(left=AVAILABLE).values_list(
        "variant_id", "warehouse_id", "left"
    ):
        for channel_id in channels[warehouse_id]:
            left[variant_id, channel_id] = left.get((variant_id, channel_id), 0) + pieces
    return left


def check_available(*, wanted: list[Wanted], channel_id: int) -> None:
    """Raise InsufficientStock unless the channel could sell all that is wanted now. Promises nothing.

    Leave out what is not counted (variants that do not track their inventory).
    """
    if not wanted:
        return
    left = available_by_variant(variant_ids={item.variant_id for item in wanted}, channel_id=channel_id)
    total: dict[int, int] = {}
    for item in wanted:
        total[item.variant_id] = total.get(item.variant_id, 0) + item.quantity
    shortages = [
        Shortage(item.line_id, item.variant_id, max(left.get(item.variant_id, 0), 0))
        for item in wanted
        if total[item.variant_id] > left.get(item.variant_id, 0)
    ]
    if shortages:
        raise InsufficientStock(shortages)


def stocks_by_variant(*, variant_ids: Iterable[int], channel_id: int | None = None) -> dict[int, list[Stock]]:
    """Return the stocks of each variant, everywhere or where the channel may sell from."""
    queryset = Stock.objects.filter(variant_id__in=list(variant_ids)).select_related("warehouse")
    if channel_id is not None:
        queryset = queryset.filter(warehouse__in=channel_warehouse_ids(channel_id))
    found: dict[int, list[Stock]] = {}
    for stock in queryset:
        found.setdefault(stock.variant_id, []).append(stock)
    return found


def warehouses_by_channel(channel_ids: Iterable[int]) -> dict[int, list[Warehouse]]:
    """Return the warehouses linked to each channel, in their order."""
    found: dict[int, list[Warehouse]] = {}
    for link in ChannelWarehouse.objects.filter(channel_id__in=list(channel_ids)).select_related("warehouse"):
        found.setdefault(link.channel_id, []).append(link.warehouse)
    return found


def collection_points(*, channel_id: int, wanted: dict[int, int], count_stock: bool) -> list[Warehouse]:
    """Return the channel's warehouses where pieces of variants (`wanted`: pieces by variant) may be collected.

    A warehouse of LOCAL stock must have all of it; one of ALL may have it sent from the others. With `count_stock` the
    pieces must be free, else a stock of each variant is enough: whether they are there is seen when they are promised.
    """
    points = list(
        Warehouse.objects.filter(pk__in=channel_warehouse_ids(channel_id))
        .exclude(click_and_collect_option="DISABLED")
        .order_by("pk")
    )
    if not points:
        return []
    there: dict[UUID, int] = {}
    total: dict[int, int] = {}
    for stock in Stock.objects.filter(variant_id__in=list(wanted)):
        if not count_stock or stock.available >= wanted[stock.variant_id]:
            there[stock.warehouse_id] = there.get(stock.warehouse_id, 0) + 1
        total[stock.variant_id] = total.get(stock.variant_id, 0) + stock.available
    whole = {point.pk for point in points if there.get(point.pk) == len(wanted)}
    apart = len(total) == len(wanted) and (
        not count_stock or all(total[variant_id] >= pieces for variant_id, pieces in wanted.items())
    )
    everywhere = apart or (count_stock and bool(whole))
    return [point for point in points if point.pk in whole or (everywhere and point.click_and_collect_option == "ALL")]
