"""What was sent of an order before it was brought along, and what that and the rest take from the stock."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from infra.engine.orders.imports.known import VARIANT, Known, Said
from infra.engine.orders.imports.types import FORCE, ImportedLine, ImportedOrder, ImportedParcel, Spoiled
from infra.engine.orders.models import Fulfillment, FulfillmentLine
from infra.engine.warehouses.lock_objects import lock
from infra.engine.warehouses.models import Stock

MISMATCH = "ORDER_LINE_FULFILLMENT_LINE_MISMATCH"
OVERSENT = "There is more fulfillments, than ordered quantity for the line."
Place = tuple[int | None, UUID]


def make_parcel(made: ImportedOrder, said: Said, known: Known, index: int) -> ImportedParcel:
    """Return a fulfillment of the order's lines, not saved. Raises Spoiled when it does not fit them."""
    row = Fulfillment(
        order=made.order,
        status="FULFILLED",
        tracking_number=said.get("trackingCode") or "",
        fulfillment_order=index + 1,
    )
    parcel = ImportedParcel(row)
    for place, item in enumerate(said.get("lines") or ()):
        line = _line(made, item, known, f"fulfillments.{index}.lines.{place}")
        line.sent += item["quantity"]
        parcel.lines.append(
            (FulfillmentLine(fulfillment=row, order_line=line.row, quantity=item["quantity"]), item["orderLineIndex"])
        )
    return parcel


def _line(made: ImportedOrder, said: Said, known: Known, path: str) -> ImportedLine:
    """Return the order's line that a line of a fulfillment is about. Raises Spoiled."""
    variant = known.find(made, said, "ProductVariant", VARIANT, path)
    warehouse = known.find(made, said, "Warehouse", {"warehouse": "pk"}, path)
    if warehouse is None:
        made.is_spoiled = True
        raise Spoiled("no warehouse")
    index = said["orderLineIndex"]
    if index < 0:
        raise made.spoil(f"{path}.order_line_index", "Order line index can't be negative.", "NEGATIVE_INDEX")
    if index >= len(made.lines):
        text = f"There is no order line with index: {index}."
        raise made.spoil(f"{path}.order_line_index", text, "NO_RELATED_ORDER_LINE")
    line = made.lines[index]
    if line.warehouse_id != warehouse.pk:
        text = "Fulfillment line's warehouse is different then order line's warehouse."
        raise made.spoil(f"{path}.warehouse", text, MISMATCH)
    if line.row.variant_id != (variant.pk if variant is not None else None):
        text = "Fulfillment line's product variant is different then order line's product variant."
        raise made.spoil(f"{path}.variant_id", text, MISMATCH)
    if said["quantity"] < 1:
        raise made.spoil(f"{path}.quantity", "Invalid quantity. Must be greater than 0.", "INVALID_QUANTITY")
    return line


def check_status(made: ImportedOrder, status: str) -> None:
    """Keep among the order's errors that its status is not what its fulfillments make of it."""
    ordered = sum(line.row.quantity for line in made.lines)
    sent = sum(line.sent for line in made.lines)
    wrong = sent == 0 and status in ("PARTIALLY_FULFILLED", "FULFILLED")
    wrong |= 0 < sent < ordered and status in ("FULFILLED", "UNFULFILLED")
    wrong |= sent == ordered and status in ("PARTIALLY_FULFILLED", "UNFULFILLED")
    if wrong:
        made.blame("status", "Invalid order status.", "INVALID")


def take_from_stock(batch: list[ImportedOrder], policy: str) -> list[Stock]:
    """Lock the stocks of the batch, take from them what has been sent, and return those that changed, not saved.

    One order after the other: what an earlier one still has to send is not there for a later one, though nothing is
    promised to either (as the contract has it, a line brought along holds no allocation). Of an order that is not to
    be stored the same is checked and nothing taken. An order whose stock is not there is spoiled; with FORCE only one
    whose stock does not exist. Needs an open transaction on `engine`.
    """
    stocks = _stocks(line for made in batch if made.order is not None for line in made.lines)
    free = {place: stock.available for place, stock in stocks.items()}
    changed: dict[Place, Stock] = {}
    for made in batch:
        left = _left(made, dict(free), policy)
        if made.is_spoiled or made.order is None:
            continue
        free = left
        for line in made.lines:
            stock = stocks[line.row.variant_id, line.warehouse_id]
            stock.quantity -= line.sent
            if line.sent:
                changed[line.row.variant_id, line.warehouse_id] = stock
        _name_stocks(made, stocks)
    return list(changed.values())


def check_sent(batch: list[ImportedOrder]) -> None:
    """Spoil orders of which more has been sent than was ordered, where the stock is not asked."""
    for made in batch:
        for index, line in enumerate(made.lines):
            if line.sent > line.row.quantity:
                made.spoil(f"lines.{index}", OVERSENT, "INVALID_QUANTITY")


def _stocks(lines: Iterable[ImportedLine]) -> dict[Place, Stock]:
    places = {(line.row.variant_id, line.warehouse_id) for line in lines}
    rows = Stock.objects.filter(
        variant_id__in={variant for variant, _ in places if variant is not None},
        warehouse_id__in={warehouse for _, warehouse in places},
    )
    return {(row.variant_id, row.warehouse_id): row for row in lock(rows.order_by("pk"))} if places else {}


def _left(made: ImportedOrder, free: dict[Place, int], policy: str) -> dict[Place, int]:
    """Return what is free after the order; what is wrong is among its errors, and then it is spoiled."""
    for index, line in enumerate(made.lines):
        place, path = (line.row.variant_id, line.warehouse_id), f"lines.{index}"
        if line.sent > line.row.quantity:
            made.spoil(path, OVERSENT, "INVALID_QUANTITY")
            break
        if place not in free:
            made.spoil(path, "There is no stock for given product variant and warehouse.", "NON_EXISTING_STOCK")
            break
        if line.row.quantity > free[place] and policy != FORCE:
            made.spoil(path, "Insufficient stock for product variant and warehouse.", "INSUFFICIENT_STOCK")
        free[place] -= line.row.quantity
    return free


def _name_stocks(made: ImportedOrder, stocks: dict[Place, Stock]) -> None:
    """Let the lines of the fulfillments know which stock they left."""
    for parcel in made.parcels:
        for row, index in parcel.lines:
            line: Any = made.lines[index]
            row.stock = stocks[line.row.variant_id, line.warehouse_id]
