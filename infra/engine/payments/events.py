"""Events of transactions: stored once, amounts worked out, and what depends on the amounts told."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from infra.engine.checkout.payment import authorize_status_of, charge_status_of, transactions_of
from infra.engine.checkout.pricing import price_checkouts
from infra.engine.orders.charges import FULLY, Amounts, refresh_amounts, tell_payment_change
from infra.engine.orders.fulfillment import set_status
from infra.engine.orders.models import GrantedRefund
from infra.engine.payments.calculations import amounts_of
from infra.engine.payments.lock_objects import Locked
from infra.engine.payments.models import TransactionEvent, TransactionItem
from infra.engine.payments.types import FAILURE_OF, MESSAGE_LIMIT
from infra.engine.prepared import PreparedRows

#: events that may be repeated with the same reference
REPEATABLE = ("AUTHORIZATION_ACTION_REQUIRED", "CHARGE_ACTION_REQUIRED", "INFO")
#: events that give their reference to a transaction that has none
NAMING = ("AUTHORIZATION_REQUEST", "AUTHORIZATION_SUCCESS", "CHARGE_REQUEST", "CHARGE_SUCCESS")
OTHER_AMOUNT = "The transaction with provided `pspReference` and `type` already exists with different amount."
SECOND_AUTHORIZATION = (
    "Event with `AUTHORIZATION_SUCCESS` already reported for the transaction. Use `AUTHORIZATION_ADJUSTMENT` "
    "to change the authorization amount."
)


class Conflict(Exception):  # noqa: N818
    """An event contradicts what is stored: `code` and `field` as transactionEventReport shows them."""

    def __init__(self, message: str, code: str, field: str) -> None:
        super().__init__(message)
        self.message, self.code, self.field = message, code, field


def store_event(item: TransactionItem, event: TransactionEvent) -> tuple[TransactionEvent, bool]:
    """Store the event unless it is there already; return (the stored one, whether it was there).

    The same reference and type with the same amount is a repetition, also of an event that does not count (recorded
    live: payments/failure_before_its_success). Raises Conflict for another amount, and for a second authorization.
    Needs the transaction's lock.
    """
    if event.type not in REPEATABLE:
        known = TransactionEvent.objects.filter(
            transaction=item, psp_reference=event.psp_reference, type=event.type
        ).first()
        if known is not None:
            if known.amount_value != event.amount_value:
                raise Conflict(OTHER_AMOUNT, "INCORRECT_DETAILS", "pspReference")
            return known, True
        if event.type == "AUTHORIZATION_SUCCESS":
            counted = TransactionEvent.objects.filter(transaction=item, type=event.type)
            if counted.exists():
                raise Conflict(SECOND_AUTHORIZATION, "ALREADY_EXISTS", "type")
    event.transaction = item
    event.save(force_insert=True)
    return event, False


def store_failure(event: TransactionEvent, cause: str) -> TransactionEvent:
    """Keep that an event could not be taken, as a failure that does not count."""
    action = event.type.partition("_")[0]
    failed = FAILURE_OF.get(action, event.type)
    return TransactionEvent.objects.create(
        transaction_id=event.transaction_id,
        type=failed,
        amount_value=event.amount_value,
        currency=event.currency,
        psp_reference=event.psp_reference,
        message=cause[:MESSAGE_LIMIT],
        include_in_calculations=False,
        granted_refund_id=event.granted_refund_id,
    )


_EVENTS = PreparedRows(
    TransactionEvent._meta.get_field("transaction"),
    lambda pks: TransactionEvent.objects.filter(transaction_id__in=pks),
)


def set_amounts(item: TransactionItem) -> None:
    """Set the transaction's amounts from its events, without saving."""
    take_amounts(item, _EVENTS([item.pk]))


def take_amounts(item: TransactionItem, events: list[TransactionEvent]) -> None:
    """Set the transaction's amounts from these, all its events, without saving."""
    for name, amount in amounts_of(events).items():
        setattr(item, f"{name}_value", amount)


def apply_change(locked: Locked, before: Amounts) -> None:
    """Carry new amounts of the locked, saved transaction to what it pays, and tell apps. Needs its lock."""
    if locked.order is not None:
        refresh_amounts(locked.order)
        confirms = locked.order.channel.order_settings.get("automaticallyConfirmAllNewOrders", True)
        if confirms and locked.order.status == "UNCONFIRMED":
            set_status(locked.order)
        tell_payment_change(locked.order, before=before, after=Amounts.of(locked.item))
    elif locked.checkout is not None:
        _tell_checkout(locked, before)


def _tell_checkout(locked: Locked, before: Amounts) -> None:
    from infra.engine.deliveries import emit

    checkout = locked.checkout
    assert checkout is not None
    checkout.save(update_fields=["updated_at"])
    priced = price_checkouts([checkout])[checkout.pk]
    others = [row for row in transactions_of(checkout) if row.pk != locked.item.pk]
    old = TransactionItem(
        authorized_value=before.authorized, charged_value=before.charged, refunded_value=before.refunded
    )
    before_rows, after_rows = [*others, old], [*others, locked.item]
    if charge_status_of(priced, before_rows) not in FULLY and charge_status_of(priced, after_rows) in FULLY:
        emit(event="CHECKOUT_FULLY_PAID", obj=checkout)
    if authorize_status_of(priced, before_rows) != "FULL" and authorize_status_of(priced, after_rows) == "FULL":
        emit(event="CHECKOUT_FULLY_AUTHORIZED", obj=checkout)


def set_refund_status(refund: GrantedRefund | None) -> None:
    """Set how far a granted refund has come, by the last refund event that names it."""
    if refund is None:
        return
    last = (
        TransactionEvent.objects.filter(granted_refund=refund, type__startswith="REFUND_")
        .order_by("created_at", "pk")
        .last()
    )
    if last is None:
        return
    status = {"REFUND_SUCCESS": "SUCCESS", "REFUND_REQUEST": "PENDING", "REFUND_FAILURE": "FAILURE"}
    refund.status = status.get(last.type, "NONE")
    refund.save(update_fields=["status", "updated_at"])


def new_event(
    *,
    item: TransactionItem,
    type_: str,
    amount: Decimal,
    psp_reference: str | None = None,
    app: Any = None,
    user: Any = None,
    created_at: datetime | None = None,
    **values: Any,
) -> TransactionEvent:
    """Return an event of the transaction, not saved."""
    return TransactionEvent(
        transaction=item,
        type=type_,
        amount_value=amount,
        currency=item.currency,
        psp_reference=psp_reference,
        created_at=created_at or timezone.now(),
        app=app,
        app_identifier=app.identifier if app else None,
        user=user,
        **values,
    )
