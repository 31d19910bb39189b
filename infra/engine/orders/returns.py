"""Goods that come back: moved into a fulfillment of their own, replaced by a new draft where that was asked for.

The stock of what was sent is left alone: what came back is counted in by the warehouse.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Max

from infra.engine.money import ZERO
from infra.engine.orders import lock_objects
from infra.engine.orders.fulfillment import set_status
from infra.engine.orders.history import record
from infra.engine.orders.models import Fulfillment, FulfillmentLine, Order, OrderLine, OrderNumber
from infra.engine.orders.promised import free
from infra.engine.orders.types import ReturnPart
from infra.engine.schema.context import Requestor
from infra.engine.schema.errors import UserErrors, refuse
from infra.engine.schema.ids import to_global_id

RETURNABLE = ("FULFILLED", "REFUNDED", "WAITING_FOR_APPROVAL")
#: what the copy of a line in a replacement starts anew with
_FRESH = {"quantity_fulfilled": 0, "price_fixed_until": None}


def return_products(
    *, order_id: UUID, parts: Sequence[ReturnPart], requestor: Requestor
) -> tuple[Order, Fulfillment, Fulfillment | None, Order | None]:
    """Take goods back, sent or not yet sent; return (order, returned, replaced, the draft that replaces).

    The returned fulfillment is there even when everything is replaced; it is empty then.
    Raises UserErrors as `orderFulfillmentReturnProducts` shows them; then nothing was changed.
    """
    from infra.engine.deliveries import emit

    with transaction.atomic("engine"):
        order = lock_objects.order(order_id)
        lines = lock_objects.lines(OrderLine.objects.filter(order=order).values_list("pk", flat=True))
        sent = {
            row.pk: row
            for row in FulfillmentLine.objects.filter(fulfillment__order=order).select_related("fulfillment")
        }
        for part in _together(parts):
            _check(part, lines, sent)
        replaced, draft = None, None
        again = [part for part in parts if part.replace]
        if again:
            replaced = _fulfillment(order, "REPLACED")
            _move(again, replaced, lines, sent)
            draft = _replacement(order, again, lines, sent)
            _tell_replacement(order, draft, requestor)
        back = [part for part in parts if not part.replace]
        returned = _fulfillment(order, "RETURNED")
        _return(order, back, returned, lines, sent)
        FulfillmentLine.objects.filter(fulfillment__order=order, quantity=0).delete()
        emptied = Fulfillment.objects.filter(order=order, status__in=("FULFILLED", "WAITING_FOR_APPROVAL"))
        emptied.annotate(rows=Count("lines")).filter(rows=0).delete()
        items = [{"quantity": part.quantity, "line_pk": str(_line_of(part, lines, sent).pk)} for part in back]
        record(order, "FULFILLMENT_RETURNED", requestor, lines=items)
        set_status(order)
        emit(event="ORDER_UPDATED", obj=order)
        if draft is not None:
            emit(event="DRAFT_ORDER_CREATED", obj=draft)
        return order, returned, replaced, draft


def _together(parts: Sequence[ReturnPart]) -> list[ReturnPart]:
    """Return the parts, each with all pieces that come back of its line: what there is must do for all of them."""
    total: Counter[tuple[UUID | None, int | None]] = Counter()
    for part in parts:
        total[part.line_id, part.fulfillment_line_id] += part.quantity
    whole = [replace(part, quantity=total[part.line_id, part.fulfillment_line_id]) for part in parts]
    return [*(part for part in parts if part.quantity < 0), *whole]


def _check(part: ReturnPart, lines: dict[UUID, OrderLine], sent: dict[int, FulfillmentLine]) -> None:
    row = sent.get(part.fulfillment_line_id) if part.fulfillment_line_id is not None else None
    line = lines.get(part.line_id) if part.line_id is not None else lines.get(row.order_line_id) if row else None
    name = "orderLineId" if part.line_id is not None else "fulfillmentLineId"
    if line is None:
        raise refuse("orderLines" if part.line_id else "fulfillmentLines", "Could not resolve to a node.", "NOT_FOUND")
    if line.is_gift_card:
        raise _refused(name, "Cannot refund or return gift card line.", "GIFT_CARD_LINE", line)
    if part.quantity < 0:
        raise _refused(name, "Provided quantity is below 0.", "INVALID_QUANTITY", line)
    if row is None and line.quantity < part.quantity:
        raise _refused(name, "Provided quantity is bigger than quantity from order line.", "INVALID_QUANTITY", line)
    if row is None and line.quantity_to_fulfill < part.quantity:
        raise _refused(name, "Provided quantity is bigger than unfulfilled quantity.", "INVALID_QUANTITY", line)
    if row is not None and row.quantity < part.quantity:
        text = "Provided quantity is bigger than quantity from fulfillment line"
        raise _refused(name, text, "INVALID_QUANTITY", line)
    if row is not None and row.fulfillment.status not in RETURNABLE:
        allowed = ", ".join(RETURNABLE)
        text = f"Unable to process action for fulfillmentLine with different status than {allowed}."
        raise _refused(name, text, "INVALID", line)
    if part.replace and line.variant_id is None:
        text = "Unable to replace line as the assigned product doesn't exist."
        raise _refused("orderLineId", text, "INVALID_QUANTITY", line)


def _refused(name: str, text: str, code: str, line: OrderLine) -> UserErrors:
    extra = {"order_lines": [to_global_id("OrderLine", line.pk)]} if name == "orderLineId" else {}
    return refuse(name, text, code, **extra)


def _line_of(part: ReturnPart, lines: dict[UUID, OrderLine], sent: dict[int, FulfillmentLine]) -> OrderLine:
    if part.line_id is not None:
        return lines[part.line_id]
    assert part.fulfillment_line_id is not None
    return lines[sent[part.fulfillment_line_id].order_line_id]


def _fulfillment(order: Order, status: str) -> Fulfillment:
    last = Fulfillment.objects.filter(order=order).aggregate(last=Max("fulfillment_order"))["last"] or 0
    return Fulfillment.objects.create(order=order, fulfillment_order=last + 1, status=status)


def _return(
    order: Order,
    parts: Sequence[ReturnPart],
    returned: Fulfillment,
    lines: dict[UUID, OrderLine],
    sent: dict[int, FulfillmentLine],
) -> None:
    """Move the goods; what was refunded before goes into a fulfillment that says both."""
    refunded = [
        part
        for part in parts
        if part.fulfillment_line_id is not None and sent[part.fulfillment_line_id].fulfillment.status == "REFUNDED"
    ]
    _move([part for part in parts if part not in refunded], returned, lines, sent)
    if refunded:
        _move(refunded, _fulfillment(order, "REFUNDED_AND_RETURNED"), lines, sent)


def _move(
    parts: Sequence[ReturnPart], target: Fulfillment, lines: dict[UUID, OrderLine], sent: dict[int, FulfillmentLine]
) -> None:
    for part in parts:
        if part.line_id is not None:
            line = lines[part.line_id]
            line.quantity_fulfilled += part.quantity
            line.save(update_fields=["quantity_fulfilled"])
            free(line_id=line.pk, quantity=part.quantity)
            FulfillmentLine.objects.create(fulfillment=target, order_line=line, quantity=part.quantity)
            continue
        assert part.fulfillment_line_id is not None
        row = sent[part.fulfillment_line_id]
        row.quantity -= part.quantity
        row.save(update_fields=["quantity"])
        if row.fulfillment.status == "WAITING_FOR_APPROVAL":
            free(line_id=row.order_line_id, quantity=part.quantity)
        FulfillmentLine.objects.create(
            fulfillment=target, order_line_id=row.order_line_id, quantity=part.quantity, stock_id=row.stock_id
        )


def _replacement(
    order: Order, parts: Sequence[ReturnPart], lines: dict[UUID, OrderLine], sent: dict[int, FulfillmentLine]
) -> Order:
    """Store a draft for the same customer with the pieces that are to be sent again, at the prices they had."""
    draft = Order(
        number=OrderNumber.objects.create().pk,
        status="DRAFT",
        origin="REISSUE",
        original=order,
        channel=order.channel,
        currency=order.currency,
        user_id=order.user_id,
        user_email=order.user_email,
        language_code=order.language_code,
        billing_address=order.billing_address,
        shipping_address=order.shipping_address,
        display_gross_prices=order.display_gross_prices,
        redirect_url=order.redirect_url,
        metadata=order.metadata,
        private_metadata=order.private_metadata,
        should_refresh_prices=True,
    )
    draft.save(force_insert=True)
    copies: dict[UUID, OrderLine] = {}
    for part in parts:
        line = _line_of(part, lines, sent)
        if line.pk in copies:
            copies[line.pk].quantity += part.quantity
            continue
        columns = {item.attname: getattr(line, item.attname) for item in OrderLine._meta.fields}
        columns |= {"id": uuid.uuid4(), "order_id": draft.pk, "quantity": part.quantity, **_FRESH}
        copies[line.pk] = OrderLine(**columns)
    OrderLine.objects.bulk_create(copies.values())
    draft.total_charged_amount = ZERO
    return draft


def _tell_replacement(order: Order, draft: Order, requestor: Requestor) -> None:
    items = [{"quantity": line.quantity, "line_pk": str(line.pk)} for line in draft.lines.all()]
    record(draft, "DRAFT_CREATED_FROM_REPLACE", requestor, lines=items, related_order_pk=str(order.pk))
    record(order, "FULFILLMENT_REPLACED", requestor, lines=items)
    record(order, "ORDER_REPLACEMENT_CREATED", requestor, related_order_pk=str(draft.pk))
