"""Goods leaving: fulfillments made, approved, cancelled, tracked. Each change locks the order first."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from infra.engine.orders import lock_objects
from infra.engine.orders.history import record
from infra.engine.orders.models import Fulfillment, FulfillmentLine, Order, OrderLine
from infra.engine.orders.types import FulfillPart, status_of
from infra.engine.prepared import PreparedRows
from infra.engine.schema.context import Requestor
from infra.engine.schema.errors import MutationError, UserErrors, refuse
from infra.engine.schema.ids import to_global_id
from infra.engine.warehouses.actions import hand_out, restock
from infra.engine.warehouses.models import Stock
from infra.engine.warehouses.types import InsufficientStock, Shortage, Wanted

CANNOT_FULFILL = "CANNOT_FULFILL_UNPAID_ORDER"

_LINES = PreparedRows(OrderLine._meta.get_field("order"), lambda pks: OrderLine.objects.filter(order_id__in=pks))
_FULFILLED = PreparedRows(
    Fulfillment._meta.get_field("order"),
    lambda pks: FulfillmentLine.objects.filter(fulfillment__order_id__in=pks).select_related("fulfillment"),
)
_WITH_VARIANTS = PreparedRows(
    FulfillmentLine._meta.get_field("fulfillment"),
    lambda pks: FulfillmentLine.objects.filter(fulfillment_id__in=pks).select_related("order_line__variant"),
)


def set_status(order: Order) -> None:
    """Work out and save the order's status from its lines and fulfillments. Needs the order's lock."""
    lines = _LINES([order.pk])
    returned = waiting = replaced = 0
    for row in _FULFILLED([order.pk]):
        if row.fulfillment.status in ("RETURNED", "REFUNDED_AND_RETURNED"):
            returned += row.quantity
        elif row.fulfillment.status == "REPLACED":
            replaced += row.quantity
        elif row.fulfillment.status == "WAITING_FOR_APPROVAL":
            waiting += row.quantity
    total = sum(line.quantity for line in lines) - replaced
    if total == 0:
        return
    fulfilled = sum(line.quantity_fulfilled for line in lines) - replaced
    order.status = status_of(total=total, fulfilled=fulfilled, returned=returned, waiting=waiting)
    order.save(update_fields=["status", "updated_at"])


def fulfill_order(
    *,
    order_id: UUID,
    parts: list[FulfillPart],
    requestor: Requestor,
    auto_approve: bool,
    allow_unpaid: bool,
    notify_customer: bool = True,
    exceed: bool = False,
    tracking_number: str = "",
) -> list[Fulfillment]:
    """Make one fulfillment per warehouse, in the order the warehouses are first named.

    auto_approve: goods leave now (stock falls); otherwise the fulfillments wait, and their stock stays promised.
    Raises UserErrors as `orderFulfill` shows them; then nothing was changed.
    """
    try:
        with transaction.atomic("engine"):
            order = lock_objects.order(order_id)
            if not order.is_fully_paid and auto_approve and not allow_unpaid:
                raise refuse("order", "Cannot fulfill unpaid order.", CANNOT_FULFILL)
            lines = _checked_lines(order, parts)
            made = _make(
                order, parts, lines, "FULFILLED" if auto_approve else "WAITING_FOR_APPROVAL", tracking_number, exceed
            )
            if auto_approve:
                _send(made, exceed=exceed)
                _issue(order, [row for _, rows in made for row in rows], requestor)
            _take_note(order, made, requestor, notify_customer, sent=auto_approve)
            return [fulfillment for fulfillment, _ in made]
    except InsufficientStock as short:
        raise _stock_errors(short) from None


def _checked_lines(order: Order, parts: list[FulfillPart]) -> dict[UUID, OrderLine]:
    lines = lock_objects.lines({part.line_id for part in parts})
    wanted: dict[UUID, int] = {}
    for part in parts:
        wanted[part.line_id] = wanted.get(part.line_id, 0) + part.quantity
    for line_id, quantity in wanted.items():
        line = lines.get(line_id)
        gid = to_global_id("OrderLine", line_id)
        if line is None or line.order_id != order.pk:
            message = f"Could not resolve to a node with the global id list of '['{gid}']'."
            raise refuse("lines", message, "NOT_FOUND")
        if quantity > line.quantity_to_fulfill:
            items = f"{line.quantity_to_fulfill} item{'s' if line.quantity_to_fulfill != 1 else ''}"
            message = f"Only {items} remaining to fulfill: {line.product_name} ({line.variant_name})"
            message = message if line.variant_name else f"Only {items} remaining to fulfill: {line.product_name}"
            raise refuse("orderLineId", message, "FULFILL_ORDER_LINE", order_lines=[gid])
    if sum(wanted.values()) <= 0 or any(part.quantity < 0 for part in parts):
        raise refuse("lines", "Total quantity must be larger than 0.", "ZERO_QUANTITY")
    return lines


def _make(
    order: Order,
    parts: list[FulfillPart],
    lines: dict[UUID, OrderLine],
    status: str,
    tracking_number: str,
    exceed: bool,
) -> list[tuple[Fulfillment, list[FulfillmentLine]]]:
    by_warehouse: dict[UUID, list[FulfillPart]] = {}
    for part in parts:
        if part.quantity > 0:
            by_warehouse.setdefault(part.warehouse_id, []).append(part)
    stocks = _stocks(by_warehouse, lines)
    shortages = []
    last = Fulfillment.objects.filter(order=order).order_by("-fulfillment_order").first()
    number = last.fulfillment_order if last else 0
    made = []
    for warehouse_id, own in by_warehouse.items():
        number += 1
        fulfillment = Fulfillment.objects.create(
            order=order, fulfillment_order=number, status=status, tracking_number=tracking_number
        )
        rows = []
        for part in own:
            line = lines[part.line_id]
            stock = stocks.get((warehouse_id, line.variant_id or 0))
            if stock is None and not exceed:
                shortages.append(Shortage(line.pk, line.variant_id or 0, 0, warehouse_id))
            rows.append(FulfillmentLine(fulfillment=fulfillment, order_line=line, quantity=part.quantity, stock=stock))
            line.quantity_fulfilled += part.quantity
        made.append((fulfillment, rows))
    if shortages:
        raise InsufficientStock(shortages)
    FulfillmentLine.objects.bulk_create([row for _, rows in made for row in rows])
    OrderLine.objects.bulk_update(lines.values(), ["quantity_fulfilled"])
    return made


def _stocks(by_warehouse: dict[UUID, list[FulfillPart]], lines: dict[UUID, OrderLine]) -> dict[tuple[UUID, int], Stock]:
    variant_ids = {line.variant_id for line in lines.values() if line.variant_id is not None}
    rows = Stock.objects.filter(warehouse_id__in=list(by_warehouse), variant_id__in=variant_ids)
    return {(row.warehouse_id, row.variant_id): row for row in rows}


def _send(made: list[tuple[Fulfillment, list[FulfillmentLine]]], *, exceed: bool) -> None:
    """Let the goods of the fulfillments leave their stocks. Raises InsufficientStock."""
    pieces = []
    for _, rows in made:
        for row in rows:
            variant = row.order_line.variant
            if variant is not None and variant.track_inventory:
                pieces.append((Wanted(row.order_line_id, variant.pk, row.quantity), row.stock_id))
    hand_out(pieces=pieces, exceed=exceed)


def _issue(order: Order, rows: list[FulfillmentLine], requestor: Requestor) -> None:
    """Make the gift cards that were bought and are handed over now."""
    from infra.engine.giftcards.bought import issue_bought

    if any(row.order_line.is_gift_card for row in rows):
        issue_bought(order=order, rows=rows, requestor=requestor)


def _take_note(
    order: Order,
    made: list[tuple[Fulfillment, list[FulfillmentLine]]],
    requestor: Requestor,
    notify_customer: bool,
    *,
    sent: bool,
) -> None:
    from infra.engine.deliveries import emit

    set_status(order)
    type_ = "FULFILLMENT_FULFILLED_ITEMS" if sent else "FULFILLMENT_AWAITS_APPROVAL"
    record(order, type_, requestor, fulfilled_items=[row.pk for _, rows in made for row in rows])
    for fulfillment, _ in made:
        emit(event="FULFILLMENT_CREATED", obj=fulfillment, notify_customer=notify_customer)
        if sent:
            emit(event="FULFILLMENT_APPROVED", obj=fulfillment, notify_customer=notify_customer)
        if fulfillment.tracking_number:
            emit(event="FULFILLMENT_TRACKING_NUMBER_UPDATED", obj=fulfillment)
    _tell_order(order)


def _tell_order(order: Order) -> None:
    from infra.engine.deliveries import emit

    emit(event="ORDER_UPDATED", obj=order)
    if order.status == "FULFILLED":
        emit(event="ORDER_FULFILLED", obj=order)


def approve_fulfillment(
    *, fulfillment_id: int, requestor: Requestor, allow_unpaid: bool, notify_customer: bool, exceed: bool = False
) -> Fulfillment:
    """Let a waiting fulfillment's goods leave. Raises UserErrors as `orderFulfillmentApprove` shows them."""
    from infra.engine.deliveries import emit

    try:
        with transaction.atomic("engine"):
            fulfillment = lock_objects.fulfillment(fulfillment_id)
            order = fulfillment.order
            if fulfillment.status != "WAITING_FOR_APPROVAL":
                message = "Invalid fulfillment status, only WAITING_FOR_APPROVAL fulfillments can be accepted."
                raise refuse(None, message, "INVALID")
            if not allow_unpaid and not order.is_fully_paid:
                raise refuse(None, "Cannot fulfill unpaid order.", CANNOT_FULFILL)
            rows = _WITH_VARIANTS([fulfillment.pk])
            fulfillment.status = "FULFILLED"
            fulfillment.save(update_fields=["status"])
            _send([(fulfillment, rows)], exceed=exceed)
            _issue(order, rows, requestor)
            set_status(order)
            record(order, "FULFILLMENT_FULFILLED_ITEMS", requestor, fulfilled_items=[row.pk for row in rows])
            emit(event="FULFILLMENT_APPROVED", obj=fulfillment, notify_customer=notify_customer)
            _tell_order(order)
            return fulfillment
    except InsufficientStock as short:
        raise _stock_errors(short) from None


def cancel_fulfillment(*, fulfillment_id: int, requestor: Requestor, warehouse_id: UUID | None = None) -> Fulfillment:
    """Cancel a fulfillment: its lines are free to be fulfilled again.

    Of a waiting one nothing had left: its stock stays promised. Goods of a sent one go back into `warehouse_id`,
    which is then needed. Raises UserErrors as `orderFulfillmentCancel` shows them.
    """
    from infra.engine.deliveries import emit

    with transaction.atomic("engine"):
        fulfillment = lock_objects.fulfillment(fulfillment_id)
        waiting = fulfillment.status == "WAITING_FOR_APPROVAL"
        if fulfillment.status == "CANCELED":
            raise refuse("fulfillment", "This fulfillment can't be canceled", "CANNOT_CANCEL_FULFILLMENT")
        if not waiting and warehouse_id is None:
            message = "This parameter is required for fulfillments which are not in WAITING_FOR_APPROVAL state."
            raise refuse("warehouseId", message, "REQUIRED")
        rows = list(fulfillment.lines.all())
        lines = lock_objects.lines({row.order_line_id for row in rows})
        if any(line.is_gift_card for line in lines.values()):
            raise refuse("fulfillment", "Cannot cancel fulfillment with gift card lines.", "CANNOT_CANCEL_FULFILLMENT")
        for row in rows:
            lines[row.order_line_id].quantity_fulfilled -= row.quantity
        OrderLine.objects.bulk_update(lines.values(), ["quantity_fulfilled"])
        record(fulfillment.order, "FULFILLMENT_CANCELED", requestor, composed_id=composed_id(fulfillment))
        if not waiting and warehouse_id is not None:
            _put_back(fulfillment, rows, lines, warehouse_id, requestor)
        fulfillment.status = "CANCELED"
        fulfillment.save(update_fields=["status"])
        set_status(fulfillment.order)
        emit(event="FULFILLMENT_CANCELED", obj=fulfillment)
        emit(event="ORDER_UPDATED", obj=fulfillment.order)
        return fulfillment


def _put_back(
    fulfillment: Fulfillment,
    rows: list[FulfillmentLine],
    lines: dict[UUID, OrderLine],
    warehouse_id: UUID,
    requestor: Requestor,
) -> None:
    pieces = []
    for row in rows:
        variant = lines[row.order_line_id].variant
        if variant is not None and variant.track_inventory:
            pieces.append(Wanted(row.order_line_id, variant.pk, row.quantity))
    restock(pieces=pieces, warehouse_id=warehouse_id)
    quantity = sum(row.quantity for row in rows)
    record(fulfillment.order, "FULFILLMENT_RESTOCKED_ITEMS", requestor, quantity=quantity, warehouse=str(warehouse_id))


def update_tracking(*, fulfillment_id: int, requestor: Requestor, tracking_number: str) -> Fulfillment:
    """Set a fulfillment's tracking number."""
    from infra.engine.deliveries import emit

    with transaction.atomic("engine"):
        fulfillment = lock_objects.fulfillment(fulfillment_id)
        fulfillment.tracking_number = tracking_number
        fulfillment.save(update_fields=["tracking_number"])
        order = fulfillment.order
        order.save(update_fields=["updated_at"])
        record(order, "TRACKING_UPDATED", requestor, message=tracking_number, composed_id=composed_id(fulfillment))
        emit(event="FULFILLMENT_TRACKING_NUMBER_UPDATED", obj=fulfillment)
        emit(event="ORDER_UPDATED", obj=order)
        return fulfillment


def composed_id(fulfillment: Fulfillment) -> str:
    """Return what people call a fulfillment: order number, dash, its number within the order."""
    return f"{fulfillment.order.number}-{fulfillment.fulfillment_order}"


def _stock_errors(short: InsufficientStock) -> UserErrors:
    return UserErrors(
        [
            MutationError.of(
                "stocks",
                "Insufficient product stock.",
                "INSUFFICIENT_STOCK",
                order_lines=[to_global_id("OrderLine", item.line_id)],
                warehouse=to_global_id("Warehouse", item.warehouse_id) if item.warehouse_id else None,
            )
            for item in short.shortages
        ]
    )
