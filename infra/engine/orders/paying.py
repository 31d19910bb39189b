"""Staff says that an order was paid elsewhere."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from infra.engine.orders import lock_objects, settling
from infra.engine.orders.charges import refresh_amounts
from infra.engine.orders.history import record
from infra.engine.orders.models import HandPayment, Order
from infra.engine.payments.events import new_event, set_amounts
from infra.engine.payments.models import TransactionItem
from infra.engine.schema.context import Requestor
from infra.engine.schema.errors import UserErrors, refuse

#: what a payment that staff reported is called
BY_HAND = "Manually marked as paid"


def mark_as_paid(*, order_id: UUID, reference: str | None, requestor: Requestor) -> Order:
    """Mark an order as paid in full, by a transaction or without one, as its channel's `markAsPaidStrategy` says.

    Raises UserErrors: BILLING_ADDRESS_NOT_SET without a billing address; TRANSACTION_ERROR (by transaction) or
    PAYMENT_ERROR for an order that has payments, which is written into its history.
    """
    settling.settle(Order.objects.select_related("channel", "user").filter(pk=order_id))
    problem: UserErrors | None = None
    with transaction.atomic("engine"):
        order = lock_objects.order(order_id)
        if not order.billing_address:
            message = "Order billing address is required to mark order as paid."
            raise refuse(None, message, "BILLING_ADDRESS_NOT_SET")
        by_transaction = order.channel.order_settings.get("markAsPaidStrategy") == "TRANSACTION_FLOW"
        problem = _problem(order, requestor, by_transaction=by_transaction)
        if problem is None:
            _pay(order, reference, requestor, by_transaction=by_transaction)
    if problem is not None:
        raise problem
    return order


def _problem(order: Order, requestor: Requestor, *, by_transaction: bool) -> UserErrors | None:
    for rows, name in ((HandPayment, "payments"), (TransactionItem, "transactions")):
        if rows.objects.filter(order=order).exists():
            message = f"Orders with {name} can not be manually marked as paid."
            if by_transaction:
                record(order, "TRANSACTION_MARK_AS_PAID_FAILED", requestor, message=message)
                return refuse("transaction", message, "TRANSACTION_ERROR")
            record(order, "PAYMENT_FAILED", requestor, message=message)
            return refuse("payment", message, "PAYMENT_ERROR")
    return None


def _pay(order: Order, reference: str | None, requestor: Requestor, *, by_transaction: bool) -> None:
    from infra.engine.deliveries import emit

    if by_transaction:
        item = TransactionItem.objects.create(
            order=order,
            currency=order.currency,
            name=BY_HAND,
            psp_reference=reference,
            available_actions=["REFUND"],
            user=requestor.user,
            app=requestor.app,
            app_identifier=requestor.app.identifier if requestor.app else None,
        )
        if order.total_gross:
            text = "Manual adjustment of the transaction."
            paid = {"amount": order.total_gross, "app": requestor.app, "user": requestor.user, "message": text}
            new_event(item=item, type_="CHARGE_SUCCESS", **paid).save()
        set_amounts(item)
        item.save()
    else:
        HandPayment.objects.create(
            order=order, amount_value=order.total_gross, currency=order.currency, psp_reference=reference
        )
        order.paid_by_hand_amount = order.total_gross
    refresh_amounts(order)
    record(order, "ORDER_MARKED_AS_PAID", requestor, reference=reference)
    emit(event="ORDER_FULLY_PAID", obj=order)
    emit(event="ORDER_UPDATED", obj=order)
