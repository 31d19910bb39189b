"""Reads of stock. What a channel can sell is decided by its link to a warehouse, unless `Selling` says more."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet, Sum
from django.utils import timezone

from infra.engine.prepared import PreparedRows
from infra.engine.warehouses.lock_objects import channel_warehouse_ids, in_reach
from infra.engine.warehouses.models import AVAILABLE, ChannelWarehouse, Reservation, Stock, Warehouse
from infra.engine.warehouses.types import InsufficientStock, Selling, Shortage, Wanted


def selling_of(
    channel: Any,
    *,
    country: str | None = None,
    checkout_id: UUID | None = None,
    point: Warehouse | None = None,
    with_points: bool = False,
) -> Selling:
    """Return from where a channel (its row) sells to a country: see `Selling`. Reads nothing."""
    return Selling(
        channel_id=channel.pk,
        by_zones=channel.legacy_zone_stock,
        country=country,
        with_points=with_points,
        point_id=point.pk if point is not None else None,
        only_point=point is not None and point.click_and_collect_option == "LOCAL",
        reserves=channel.reserves_stock,
        checkout_id=checkout_id,
        fullest_first=channel.allocation_strategy == "PRIORITIZE_HIGH_STOCK",
    )


def _left(variant_ids: list[int], reach: Q) -> QuerySet[Any, Any]:
    rows = Stock.objects.order_by().filter(reach, variant_id__in=variant_ids)
    return rows.values_list("variant_id").annotate(left=Sum(AVAILABLE))


_LEFT = PreparedRows(
    Stock._meta.get_field("variant"), lambda pks, channel_id: _left(pks, in_reach(Selling(channel_id)))
)


def available_by_variant(
    *, variant_ids: Iterable[int], channel_id: int, selling: Selling | None = None
) -> dict[int, int]:
    """Return the pieces each variant has left for the channel; a variant without stock is absent.

    selling: how the channel sells; without it, from every warehouse linked to it, whatever carts have reserved.
    """
    selling = selling or Selling(channel_id)
    if selling.is_plain:
        left = dict(_LEFT(variant_ids, selling.channel_id))
    else:
        left = dict(_left(list(variant_ids), in_reach(selling)))
    if selling.reserves and left:
        stocks = Stock.objects.filter(in_reach(selling), variant_id__in=list(left))
        kept = _reserved(selling, Q(stock__in=stocks.order_by().values("pk")), "stock__variant_id")
        left = {pk: pieces - kept.get(pk, 0) for pk, pieces in left.items()}
    return left


def reserved_by_stock(*, stock_ids: Iterable[int], selling: Selling) -> dict[int, int]:
    """Return the pieces of stocks that open carts other than the selling's own keep now; none where nothing does."""
    if not selling.reserves:
        return {}
    return _reserved(selling, Q(stock_id__in=list(stock_ids)), "stock_id")


def _reserved(selling: Selling, condition: Q, column: str) -> dict[int, int]:
    rows = Reservation.objects.filter(condition, reserved_until__gt=timezone.now())
    if selling.checkout_id is not None:
        rows = rows.exclude(checkout_line__checkout_id=selling.checkout_id)
    return dict(rows.order_by().values_list(column).annotate(kept=Sum("quantity")))


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


def check_available(*, wanted: list[Wanted], channel_id: int, selling: Selling | None = None) -> None:
    """Raise InsufficientStock unless the channel could sell all that is wanted now. Promises nothing.

    Leave out what is not counted (variants that do not track their inventory).
    """
    if not wanted:
        return
    left = available_by_variant(
        variant_ids={item.variant_id for item in wanted}, channel_id=channel_id, selling=selling
    )
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


def reserved_now(*, stock_ids: Iterable[int]) -> dict[int, int]:
    """Return the pieces of stocks that open carts keep now."""
    return _reserved(Selling(0), Q(stock_id__in=list(stock_ids)), "stock_id")


def stocks_by_variant(*, variant_ids: Iterable[int], selling: Selling | None = None) -> dict[int, list[Stock]]:
    """Return the stocks of each variant, everywhere or where the selling may take from."""
    queryset = Stock.objects.filter(variant_id__in=list(variant_ids)).select_related("warehouse")
    if selling is not None:
        queryset = queryset.filter(in_reach(selling))
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
