"""Changes of an order as a whole: confirm, cancel, note, refunds granted."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from infra.engine.money import ZERO, quantize
from infra.engine.orders import lock_objects
from infra.engine.orders.charges import refresh_amounts
from infra.engine.orders.fulfillment import set_status
from infra.engine.orders.history import record
from infra.engine.orders.models import Fulfillment, GrantedRefund, GrantedRefundLine, Order, OrderEvent, OrderLine
from infra.engine.orders.types import SETTLED, RefundGrant
from infra.engine.payments.models import TransactionItem
from infra.engine.schema.context import Requestor
from infra.engine.schema.errors import MutationError, UserErrors, refuse
from infra.engine.schema.ids import to_global_id
from infra.engine.warehouses.actions import release


def confirm_order(*, order_id: UUID, requestor: Requestor) -> Order:
    """Turn an UNCONFIRMED order into one to be fulfilled. Raises UserErrors(INVALID) for any other."""
    from infra.engine.deliveries import emit
    from infra.engine.payments.gift_cards import charge_order

    with transaction.atomic("engine"):
        order = lock_objects.order(order_id)
        if order.status != "UNCONFIRMED":
            message = "Provided order id belongs to an order with status different than unconfirmed."
            raise refuse("id", message, "INVALID")
        if not OrderLine.objects.filter(order=order).exists():
            raise refuse("id", "Provided order id belongs to an order without products.", "INVALID")
        set_status(order)
        record(order, "CONFIRMED", requestor)
        emit(event="ORDER_CONFIRMED", obj=order)
        if order.pays_by_card:  # type: ignore[attr-defined]
            charge_order(order=order, requestor=requestor)
        return order


def cancel_order(*, order_id: UUID, requestor: Requestor) -> Order:
    """Cancel an order of which nothing is sent or waiting; what was promised to it is free again.

    Gift cards it bought can no longer be spent. Money is not moved: that is a transaction's business. Raises
    UserErrors(CANNOT_CANCEL_ORDER).
    """
    from infra.engine.deliveries import emit
    from infra.engine.giftcards.bought import deactivate_bought

    with transaction.atomic("engine"):
        order = lock_objects.order(order_id)
        busy = Fulfillment.objects.filter(order=order).exclude(status__in=SETTLED).exists()
        if busy or order.status in ("CANCELED", "DRAFT", "EXPIRED"):
            raise refuse("order", "This order can't be canceled.", "CANNOT_CANCEL_ORDER")
        record(order, "CANCELED", requestor)
        lines = dict(OrderLine.objects.filter(order=order).values_list("pk", "is_gift_card"))
        if any(lines.values()):
            deactivate_bought(order=order, requestor=requestor)
        release(line_ids=list(lines))
        order.status = "CANCELED"
        order.save(update_fields=["status", "updated_at"])
        emit(event="ORDER_CANCELLED", obj=order)
        emit(event="ORDER_UPDATED", obj=order)
        return order


def add_note(*, order_id: UUID, message: str, requestor: Requestor) -> tuple[Order, OrderEvent]:
    """Write a note into the order's history. Raises UserErrors(REQUIRED) for an empty one."""
    from infra.engine.deliveries import emit

    if not message.strip():
        raise refuse("message", "Message can't be empty.", "REQUIRED")
    with transaction.atomic("engine"):
        order = lock_objects.order(order_id)
        event = record(order, "NOTE_ADDED", requestor, message=message.strip())
        order.save(update_fields=["updated_at"])
        emit(event="ORDER_UPDATED", obj=order)
        return order, event


def update_note(*, note: OrderEvent, message: str, requestor: Requestor) -> tuple[Order, OrderEvent]:
    """Write a note anew, as an entry that names the old one. Raises UserErrors(REQUIRED) for an empty one."""
    from infra.engine.deliveries import emit

    if not message.strip():
        raise refuse("message", "Message can't be empty.", "REQUIRED")
    with transaction.atomic("engine"):
        order = lock_objects.order(note.order_id)
        event = record(order, "NOTE_UPDATED", requestor, message=message.strip(), related=note.pk)
        order.save(update_fields=["updated_at"])
        emit(event="ORDER_UPDATED", obj=order)
        return order, event


def grant_refund(*, order_id: UUID, grant: RefundGrant, requestor: Requestor) -> GrantedRefund:
    """Promise money back for lines, delivery or an amount; what is due of the order falls by it.

    Without an amount it is the gross prices of the pieces (and delivery), at most what the transaction charged.
    Raises UserErrors as `orderGrantRefundCreate` shows them; then nothing was stored.
    """
    if grant.amount is None and not grant.parts and not grant.shipping:
        message = "You must provide at least one of `amount`, `lines`, `grantRefundForShipping`."
        names = ("amount", "lines", "grantRefundForShipping")
        raise UserErrors([MutationError(name, message, "REQUIRED") for name in names])
    with transaction.atomic("engine"):
        order = lock_objects.order(order_id)
        lines = refundable_lines(order, grant)
        granted = GrantedRefund.objects.filter(order=order)
        if grant.shipping and granted.filter(shipping_costs_included=True).exists():
            message = "Shipping costs have already been granted."
            raise refuse("grantRefundForShipping", message, "SHIPPING_COSTS_ALREADY_GRANTED")
        paid = _transaction(order, grant.transaction_token)
        refund = GrantedRefund.objects.create(
            order=order,
            amount_value=_amount(order, grant, lines, paid),
            currency=order.currency,
            reason=grant.reason,
            user=requestor.user,
            app=requestor.app,
            shipping_costs_included=grant.shipping,
            transaction=paid,
        )
        GrantedRefundLine.objects.bulk_create(
            [
                GrantedRefundLine(
                    granted_refund=refund, order_line=lines[part.line_id], quantity=part.quantity, reason=part.reason
                )
                for part in grant.parts
            ]
        )
        refresh_amounts(order)
        refund.order = order
        return refund


def refundable_lines(
    order: Order, grant: RefundGrant, *, without: Iterable[int] = (), field: str = "lines"
) -> dict[UUID, OrderLine]:
    """Lock and return the order's lines of a grant, by key. Lines of grants `without` do not count as granted.

    Raises UserErrors(INVALID) on `field`, naming every line that is none of the order's or has too few pieces left.
    """
    lines = lock_objects.lines({part.line_id for part in grant.parts})
    granted: dict[UUID, int] = {}
    for row in GrantedRefundLine.objects.filter(granted_refund__order=order).exclude(pk__in=list(without)):
        granted[row.order_line_id] = granted.get(row.order_line_id, 0) + row.quantity
    problems = []
    for part in grant.parts:
        line = lines.get(part.line_id)
        gid = to_global_id("OrderLine", part.line_id)
        if line is None or line.order_id != order.pk:
            problems.append(("id", "Could not resolve to a line.", "NOT_FOUND", gid))
            continue
        left = line.quantity - granted.get(line.pk, 0)
        granted[line.pk] = granted.get(line.pk, 0) + part.quantity
        if part.quantity > left or part.quantity < 1:
            text = f"Cannot grant refund for more than the available quantity of the line ({left})."
            problems.append(("quantity", text, "QUANTITY_GREATER_THAN_AVAILABLE", gid))
    if problems:
        rows = [{"field": name, "message": text, "code": code, "line_id": gid} for name, text, code, gid in problems]
        said = {"lines" if field == "lines" else "add_lines": rows}
        raise refuse(field, "Provided input for lines is invalid.", "INVALID", **said)
    return lines


def check_grant(amount: Decimal) -> None:
    """Raise UserErrors(INVALID) for a refund below 0, which would let the order cost more."""
    if amount < 0:
        raise refuse("amount", "Amount cannot be below 0.", "INVALID")


def _transaction(order: Order, token: UUID | None) -> TransactionItem | None:
    if token is None:
        return None
    paid = TransactionItem.objects.filter(order=order, pk=token).first()
    if paid is None:
        gid = to_global_id("TransactionItem", token)
        raise refuse("transactionId", f"Couldn't resolve to a node: {gid}", "NOT_FOUND")
    return paid


def _amount(order: Order, grant: RefundGrant, lines: dict[UUID, OrderLine], paid: TransactionItem | None) -> Decimal:
    if grant.amount is not None:
        check_grant(grant.amount)
        if paid is not None and grant.amount > paid.charged_value:
            message = "Amount cannot be greater than the charged amount of provided transaction."
            raise refuse("amount", message, "AMOUNT_GREATER_THAN_AVAILABLE")
        return quantize(grant.amount, order.currency)
    amount = sum((lines[part.line_id].unit_gross * part.quantity for part in grant.parts), ZERO)
    if grant.shipping:
        amount += order.shipping_gross
    return min(amount, paid.charged_value) if paid is not None else amount
