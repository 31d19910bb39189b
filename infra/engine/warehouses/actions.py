"""Changes of stock. Each needs an open transaction of the caller's, where it says so."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connections, transaction

from infra.engine.prepared_writes import insert_all, update_each
from infra.engine.products.models import ProductVariant
from infra.engine.warehouses import lock_objects
from infra.engine.warehouses.models import Allocation, ChannelWarehouse, Reservation, Stock, Warehouse
from infra.engine.warehouses.queries import reserved_by_stock
from infra.engine.warehouses.types import InsufficientStock, Selling, Shortage, Wanted


def allocate(*, wanted: list[Wanted], channel_id: int, selling: Selling | None = None) -> None:
    """Promise stock to order lines, in the order the selling says; all of it or nothing.

    `line_id` of each is the key of an OrderLine already saved. Leave out lines whose variant is not counted. Without
    `selling` every warehouse of the channel counts, in their order.
    Needs an open transaction on `engine`; locks the stocks until it ends. Raises InsufficientStock.
    """
    if not wanted:
        return
    selling = selling or Selling(channel_id)
    found = lock_objects.stocks_for_sale(variant_ids={item.variant_id for item in wanted}, selling=selling)
    supply = Supply(found, selling)
    allocations: list[Allocation] = []
    shortages: list[Shortage] = []
    touched: dict[int, Stock] = {}
    for item in wanted:
        parts = supply.take(item.variant_id, item.quantity)
        if parts is None:
            shortages.append(Shortage(item.line_id, item.variant_id, supply.left(item.variant_id)))
            continue
        for stock, pieces in parts:
            stock.quantity_allocated += pieces
            touched[stock.pk] = stock
            allocations.append(Allocation(order_line_id=item.line_id, stock=stock, quantity=pieces))
    if shortages:
        raise InsufficientStock(shortages)
    insert_all(allocations)
    update_each(touched.values(), "quantity_allocated")
    _tell_changes("PRODUCT_VARIANT_OUT_OF_STOCK", [stock for stock in touched.values() if stock.available <= 0])


def reserve(*, wanted: list[Wanted], selling: Selling, until: datetime) -> None:
    """Keep stock for the lines of the selling's checkout until a moment, in place of what it kept before.

    `line_id` of each is the key of a CheckoutLine already saved; all lines of the checkout that are counted are to be
    given. Needs an open transaction on `engine`; locks the stocks until it ends. Raises InsufficientStock.
    """
    assert selling.reserves and selling.checkout_id is not None
    found = lock_objects.stocks_for_sale(variant_ids={item.variant_id for item in wanted}, selling=selling)
    supply = Supply(found, selling)
    rows: list[Reservation] = []
    shortages: list[Shortage] = []
    for item in wanted:
        parts = supply.take(item.variant_id, item.quantity)
        if parts is None:
            shortages.append(Shortage(item.line_id, item.variant_id, supply.left(item.variant_id)))
            continue
        rows += [
            Reservation(checkout_line_id=item.line_id, stock=stock, quantity=pieces, reserved_until=until)
            for stock, pieces in parts
        ]
    if shortages:
        raise InsufficientStock(shortages)
    free(checkout_id=selling.checkout_id)
    Reservation.objects.bulk_create(rows)


def free(*, checkout_id: UUID) -> None:
    """Give back what a checkout keeps."""
    Reservation.objects.filter(checkout_line__checkout_id=checkout_id).delete()


class Supply:
    """What locked stocks still hold while pieces are taken from them, nothing of it stored."""

    def __init__(self, stocks: list[Stock], selling: Selling) -> None:
        kept = reserved_by_stock(stock_ids=[stock.pk for stock in stocks], selling=selling)
        self.pieces = {stock.pk: max(stock.available - kept.get(stock.pk, 0), 0) for stock in stocks}
        self.by_variant: dict[int, list[Stock]] = {}
        for stock in sorted(stocks, key=lambda stock: self._order(stock, selling)):
            self.by_variant.setdefault(stock.variant_id, []).append(stock)

    @staticmethod
    def _order(stock: Any, selling: Selling) -> tuple[Any, ...]:
        first = stock.warehouse_id != selling.point_id
        return (first, -stock.available, stock.pk) if selling.fullest_first else (first, stock.place or 0, stock.pk)

    def left(self, variant_id: int) -> int:
        return sum(self.pieces[stock.pk] for stock in self.by_variant.get(variant_id, ()))

    def take(self, variant_id: int, quantity: int) -> list[tuple[Stock, int]] | None:
        """Take pieces of a variant and return them by stock; None, and nothing is taken, when there are not enough."""
        if self.left(variant_id) < quantity:
            return None
        taken, missing = [], quantity
        for stock in self.by_variant.get(variant_id, ()):
            pieces = min(missing, self.pieces[stock.pk])
            if pieces > 0:
                self.pieces[stock.pk] -= pieces
                missing -= pieces
                taken.append((stock, pieces))
        assert missing == 0
        return taken


def release(*, line_ids: Iterable[Any]) -> None:
    """Take back what is still promised to the order lines; the rows stay, at 0. Needs an open transaction."""
    allocations = lock_objects.allocations_of_lines(line_ids)
    before = {allocation.stock_id: allocation.stock.available for allocation in allocations}
    changed: dict[int, Stock] = {}
    for allocation in allocations:
        allocation.stock.quantity_allocated -= allocation.quantity
        allocation.quantity = 0
        changed[allocation.stock_id] = allocation.stock
    Stock.objects.bulk_update(changed.values(), ["quantity_allocated"])
    Allocation.objects.bulk_update(allocations, ["quantity"])
    back = [stock for pk, stock in changed.items() if before[pk] <= 0 < stock.available]
    _tell_changes("PRODUCT_VARIANT_BACK_IN_STOCK", back)


def hand_out(*, pieces: list[tuple[Wanted, int | None]], exceed: bool = False) -> None:
    """Let goods leave: lower the stock and the promise made to the line, each piece with the stock it leaves.

    A promise made from another stock moves: what the line was promised there is freed. `exceed` lets stock fall
    below what is there. Needs an open transaction on `engine`. Raises InsufficientStock, and nothing changed.
    """
    stock_ids = {stock_id for _, stock_id in pieces if stock_id is not None}
    line_ids = {item.line_id for item, _ in pieces}
    promised = list(Allocation.objects.filter(order_line_id__in=line_ids).order_by("stock_id"))
    locked = lock_objects.stocks(stock_ids | {allocation.stock_id for allocation in promised})
    shortages = []
    for item, stock_id in pieces:
        stock = locked.get(stock_id) if stock_id is not None else None
        _unpromise(item, stock_id, promised, locked)
        if stock is None:
            if not exceed:
                shortages.append(Shortage(item.line_id, item.variant_id, 0))
            continue
        if stock.quantity - item.quantity < stock.quantity_allocated and not exceed:
            available = max(stock.quantity - stock.quantity_allocated, 0)
            shortages.append(Shortage(item.line_id, item.variant_id, available, stock.warehouse_id))
        stock.quantity -= item.quantity
    if shortages:
        raise InsufficientStock(shortages)
    update_each(locked.values(), "quantity", "quantity_allocated")
    update_each(promised, "quantity")


def _unpromise(item: Wanted, stock_id: int | None, promised: list[Allocation], locked: dict[int, Stock]) -> None:
    """Free `item.quantity` pieces promised to the line, those of the stock first."""
    missing = item.quantity
    own = [allocation for allocation in promised if allocation.order_line_id == item.line_id]
    for allocation in sorted(own, key=lambda row: row.stock_id != stock_id):
        freed = min(missing, allocation.quantity)
        allocation.quantity -= freed
        locked[allocation.stock_id].quantity_allocated -= freed
        missing -= freed


def restock(*, pieces: list[Wanted], warehouse_id: UUID) -> None:
    """Put goods that came back into a warehouse and promise them to their order line again.

    Needs an open transaction on `engine`.
    """
    variant_ids = {item.variant_id for item in pieces}
    locked = lock_objects.stocks_in_warehouse(warehouse_id=warehouse_id, variant_ids=variant_ids)
    for variant_id in variant_ids - locked.keys():
        locked[variant_id] = Stock.objects.create(warehouse_id=warehouse_id, variant_id=variant_id)
    existing = {
        (row.order_line_id, row.stock_id): row
        for row in Allocation.objects.filter(order_line_id__in=[item.line_id for item in pieces])
    }
    for item in pieces:
        stock = locked[item.variant_id]
        stock.quantity += item.quantity
        stock.quantity_allocated += item.quantity
        row = existing.get((item.line_id, stock.pk)) or Allocation(order_line_id=item.line_id, stock=stock, quantity=0)
        row.quantity += item.quantity
        row.save()
    Stock.objects.bulk_update(locked.values(), ["quantity", "quantity_allocated"])


def set_stocks(*, variant_id: int, quantities: dict[UUID, int]) -> list[Stock]:
    """Set how many pieces of a variant lie in each warehouse; warehouses not named keep theirs."""
    with transaction.atomic(using="engine"):
        found = {
            stock.warehouse_id: stock
            for stock in lock_objects.lock(
                Stock.objects.filter(variant_id=variant_id, warehouse_id__in=list(quantities)).order_by("pk")
            )
        }
        changed, back, out = [], [], []
        for warehouse_id, quantity in quantities.items():
            stock = found.get(warehouse_id) or Stock(warehouse_id=warehouse_id, variant_id=variant_id)
            before = stock.available
            stock.quantity = quantity
            stock.save()
            changed.append(stock)
            if before <= 0 < stock.available:
                back.append(stock)
            if stock.available <= 0 < before:
                out.append(stock)
        _tell_changes("PRODUCT_VARIANT_STOCK_UPDATED", changed)
        _tell_changes("PRODUCT_VARIANT_BACK_IN_STOCK", back)
        _tell_changes("PRODUCT_VARIANT_OUT_OF_STOCK", out)
    return changed


def link_channel(*, channel_id: int, add: Iterable[UUID] = (), remove: Iterable[UUID] = ()) -> None:
    """Let a channel sell, or no longer sell, what lies in warehouses. Links that already stand are left alone."""
    with transaction.atomic(using="engine"):
        removed = list(remove)
        if removed:
            ChannelWarehouse.objects.filter(channel_id=channel_id, warehouse_id__in=removed).delete()
        count = ChannelWarehouse.objects.filter(channel_id=channel_id).count()
        ChannelWarehouse.objects.bulk_create(
            [
                ChannelWarehouse(channel_id=channel_id, warehouse_id=pk, sort_order=count + index)
                for index, pk in enumerate(add)
            ],
            ignore_conflicts=True,
        )


def save_warehouse(warehouse: Warehouse, *, event: str) -> Warehouse:
    """Save a warehouse and tell it: `event` is WAREHOUSE_CREATED or WAREHOUSE_UPDATED."""
    from infra.engine.deliveries import emit

    with transaction.atomic(using="engine"):
        warehouse.save()
        emit(event=event, obj=warehouse)
    return warehouse


def delete_warehouse(warehouse: Warehouse) -> None:
    """Delete a warehouse with its stocks and tell it; the row keeps its key for the answer."""
    from infra.engine.deliveries import emit

    with transaction.atomic(using="engine"):
        _tell_changes("PRODUCT_VARIANT_OUT_OF_STOCK", Stock.objects.filter(warehouse=warehouse))
        emit(event="WAREHOUSE_DELETED", obj=warehouse)
        pk = warehouse.pk
        warehouse.delete()
        warehouse.pk = pk


def reorder_warehouses(*, channel_id: int, moves: dict[UUID, int]) -> None:
    """Move warehouses in the order of a channel, one after the other, each by so many places (below 0: forwards)."""
    with transaction.atomic(using="engine"):
        links = list(lock_objects.lock(ChannelWarehouse.objects.filter(channel_id=channel_id)))
        for warehouse_id, places in moves.items():
            link = next(row for row in links if row.warehouse_id == warehouse_id)
            at = links.index(link)
            links.remove(link)
            links.insert(min(max(at + places, 0), len(links)), link)
        for index, link in enumerate(links):
            link.sort_order = index
        ChannelWarehouse.objects.bulk_update(links, ["sort_order"])


def _tell_changes(event: str, stocks: Iterable[Stock]) -> None:
    from infra.engine.deliveries import emit

    assert connections["engine"].in_atomic_block, "events are stored in the transaction that changes the stock"
    rows = list(stocks)
    variants = ProductVariant.objects.in_bulk({stock.variant_id for stock in rows}) if rows else {}
    for stock in rows:
        emit(event=event, obj=variants[stock.variant_id], warehouse=stock.warehouse)
