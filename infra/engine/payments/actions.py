"""What payment apps and staff report: transactions made and changed by hand, events reported."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from infra.engine.checkout.models import Checkout
from infra.engine.money import quantize
from infra.engine.orders.charges import Amounts
from infra.engine.orders.history import record
from infra.engine.orders.models import GrantedRefund, Order
from infra.engine.payments.events import (
    NAMING,
    Conflict,
    apply_change,
    new_event,
    set_amounts,
    set_refund_status,
    store_event,
    store_failure,
    take_amounts,
)
from infra.engine.payments.lock_objects import Locked, locked_source, locked_transaction
from infra.engine.payments.models import TransactionEvent, TransactionItem
from infra.engine.payments.types import AMOUNT_FROM, MESSAGE_LIMIT
from infra.engine.prepared_writes import insert_all
from infra.engine.schema.context import Requestor
from infra.engine.schema.errors import refuse

#: amount of an input: event that brings it about
BY_HAND = {
    "authorized": "AUTHORIZATION_SUCCESS",
    "charged": "CHARGE_SUCCESS",
    "refunded": "REFUND_SUCCESS",
    "canceled": "CANCEL_SUCCESS",
}


@dataclass(slots=True)
class ByHand:
    """A transaction as an app or staff describe it: columns to set, and amounts by the names of BY_HAND."""

    columns: dict[str, Any] = field(default_factory=dict)
    amounts: dict[str, Decimal] = field(default_factory=dict)
    metadata: dict[str, str] = field(default_factory=dict)
    private_metadata: dict[str, str] = field(default_factory=dict)
    #: {"psp_reference", "message"} of an INFO event to be kept with it
    note: dict[str, Any] | None = None


@dataclass(slots=True)
class Report:
    """One event reported from outside; `amount` None is taken from earlier events where the contract allows it."""

    type: str
    psp_reference: str
    amount: Decimal | None = None
    time: datetime | None = None
    message: str = ""
    external_url: str = ""
    available_actions: list[str] | None = None
    payment_method: dict[str, Any] | None = None
    metadata: dict[str, str] = field(default_factory=dict)
    private_metadata: dict[str, str] = field(default_factory=dict)


def create_transaction(*, source: Order | Checkout, said: ByHand, requestor: Requestor) -> TransactionItem:
    """Record a payment made elsewhere for an order or checkout, with the amounts it has by now.

    Raises UserErrors(NOT_FOUND) for a checkout that has just become an order.
    """
    item = TransactionItem(
        currency=source.currency,
        app=requestor.app,
        app_identifier=requestor.app.identifier if requestor.app else None,
        user=requestor.user,
        metadata=said.metadata,
        private_metadata=said.private_metadata,
        **said.columns,
    )
    with transaction.atomic("engine"):
        try:
            locked = locked_source(source, item)
        except (Order.DoesNotExist, Checkout.DoesNotExist):
            raise refuse("id", "`Order` or `Checkout` not found.", "NOT_FOUND") from None
        item.order_id = locked.order.pk if locked.order else None
        item.checkout_id = locked.checkout.pk if locked.checkout else None
        events = [_by_hand(item, name, wanted, requestor) for name, wanted in said.amounts.items() if wanted]
        take_amounts(item, events)
        item.save(force_insert=True)
        insert_all(events)
        apply_change(locked, Amounts())
        _note(locked, said, requestor)
        return item


def _by_hand(item: TransactionItem, name: str, amount: Decimal, requestor: Requestor) -> TransactionEvent:
    """Return the event, not saved, that brings one of BY_HAND about."""
    text = "Manual adjustment of the transaction."
    return new_event(
        item=item, type_=BY_HAND[name], amount=amount, app=requestor.app, user=requestor.user, message=text
    )


def update_transaction(*, token: UUID, said: ByHand, requestor: Requestor) -> TransactionItem:
    """Change a payment's description and amounts; the amounts said are the ones it has from now on.

    Raises UserErrors(UNIQUE) for a pspReference that another transaction has.
    """
    reference = said.columns.get("psp_reference")
    with locked_transaction(token) as locked:
        item = locked.item
        taken = TransactionItem.objects.filter(psp_reference=reference).exclude(pk=token)
        if reference and taken.exists():
            raise refuse("transaction", "Transaction with provided `pspReference` already exists.", "UNIQUE")
        before = Amounts.of(item)
        for name, value in said.columns.items():
            setattr(item, name, value)
        item.metadata = {**item.metadata, **said.metadata}
        item.private_metadata = {**item.private_metadata, **said.private_metadata}
        _own(item, requestor)
        _adjust(item, said, requestor)
        apply_change(locked, before)
        _note(locked, said, requestor)
        return item


def _adjust(item: TransactionItem, said: ByHand, requestor: Requestor) -> None:
    """Bring the amounts to what was said by events that say so, and save."""
    for name, wanted in said.amounts.items():
        current: Decimal = getattr(item, f"{name}_value")
        if current == wanted:
            continue
        event = _by_hand(item, name, wanted - current, requestor)
        if name == "authorized" and TransactionEvent.objects.filter(transaction=item, type=event.type).exists():
            event.type, event.amount_value = "AUTHORIZATION_ADJUSTMENT", wanted
        event.save()
    if said.amounts:
        set_amounts(item)
    item.save()


def _own(item: TransactionItem, requestor: Requestor) -> None:
    """Let a transaction that is nobody's become the reporting app's."""
    if requestor.app is not None and not (item.user_id or item.app_id or item.app_identifier):
        item.app, item.app_identifier = requestor.app, requestor.app.identifier


def _note(locked: Locked, said: ByHand, requestor: Requestor) -> None:
    if said.note is None:
        return
    message = (said.note.get("message") or "")[:MESSAGE_LIMIT]
    reference = said.note.get("psp_reference")
    new_event(
        item=locked.item,
        type_="INFO",
        amount=Decimal(0),
        psp_reference=reference,
        app=requestor.app,
        user=requestor.user,
        message=message,
    ).save()
    if locked.order is not None:
        record(locked.order, "TRANSACTION_EVENT", requestor, message=message, reference=reference)


def report_event(
    *, token: UUID, report: Report, requestor: Requestor
) -> tuple[TransactionItem, TransactionEvent, bool]:
    """Store an event reported by a payment app; return (transaction, event, whether it was known already).

    Repeating a report changes nothing. A report that contradicts a stored one is kept as a failure that does not count,
    and raises UserErrors (INCORRECT_DETAILS, ALREADY_EXISTS); without a deducible amount REQUIRED.
    """
    conflict: Conflict | None = None
    with locked_transaction(token) as locked:
        item, refund = locked.item, _granted_refund(token, report)
        before = Amounts.of(item)
        event = new_event(
            item=item,
            type_=report.type,
            amount=_amount(item, report),
            psp_reference=report.psp_reference,
            created_at=report.time,
            app=requestor.app,
            user=requestor.user,
            message=report.message[:MESSAGE_LIMIT],
            external_url=report.external_url,
            granted_refund=refund,
        )
        try:
            event, known = store_event(item, event)
        except Conflict as raised:
            conflict = raised
            store_failure(event, raised.message)
        else:
            _take_over(item, report, event, requestor, known=known)
            if not known:
                apply_change(locked, before)
        set_refund_status(refund)
    if conflict is not None:
        raise refuse(conflict.field, conflict.message, conflict.code)
    return item, event, known


def _take_over(
    item: TransactionItem, report: Report, event: TransactionEvent, requestor: Requestor, *, known: bool
) -> None:
    """Put what a report says about its transaction into it, and save."""
    if report.available_actions is not None:
        item.available_actions = report.available_actions
    if report.payment_method is not None:
        item.payment_method = report.payment_method
    if not known:
        if event.type in NAMING and not item.psp_reference:
            item.psp_reference = event.psp_reference
        item.metadata = {**item.metadata, **report.metadata}
        item.private_metadata = {**item.private_metadata, **report.private_metadata}
        _own(item, requestor)
        set_amounts(item)
    item.save()


def _granted_refund(token: UUID, report: Report) -> GrantedRefund | None:
    """Return the granted refund that the request behind a reported refund was for."""
    if not report.type.startswith("REFUND_"):
        return None
    request = (
        TransactionEvent.objects.filter(transaction_id=token, psp_reference=report.psp_reference, type="REFUND_REQUEST")
        .select_related("granted_refund")
        .last()
    )
    return request.granted_refund if request is not None else None


def _amount(item: TransactionItem, report: Report) -> Decimal:
    if report.amount is not None:
        return quantize(report.amount, item.currency)
    if report.type not in AMOUNT_FROM:
        raise refuse("amount", f"The `amount` field is required for {report.type} event.", "REQUIRED")
    if report.type == "INFO":
        return Decimal(0)
    source = (
        TransactionEvent.objects.filter(psp_reference=report.psp_reference, type__in=AMOUNT_FROM[report.type])
        .order_by("-created_at")
        .first()
    )
    if source is None:
        raise refuse("amount", f"Unable to deduce the amount for {report.type} event.", "REQUIRED")
    return quantize(source.amount_value, item.currency)
