"""Payment sessions: an app is asked to begin a payment, or to go on with it, in the middle of the buyer's request.

The request event is stored first and the app asked outside any transaction, so a crash in between leaves a request
without an answer, which the buyer can repeat with the same idempotency key.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction

from infra.engine.apps.models import App
from infra.engine.checkout.models import Checkout
from infra.engine.money import ZERO, quantize
from infra.engine.orders.charges import Amounts
from infra.engine.orders.models import Order
from infra.engine.payments import gift_cards
from infra.engine.payments.events import (
    NAMING,
    Conflict,
    apply_change,
    new_event,
    set_amounts,
    store_event,
    store_failure,
)
from infra.engine.payments.lock_objects import Locked, locked_transaction, locked_with_card
from infra.engine.payments.models import TransactionEvent, TransactionItem
from infra.engine.payments.types import GIFT_CARD_GATEWAY, Action, Answer, InvalidAnswer, parse_session_answer
from infra.engine.schema.errors import refuse
from infra.engine.schema.ids import to_global_id

REQUESTS = ("AUTHORIZATION_REQUEST", "CHARGE_REQUEST")


@dataclass(frozen=True, slots=True)
class Session:
    """What came of a session: `data` is the app's own, handed through to the buyer's page."""

    item: TransactionItem
    event: TransactionEvent
    data: Any = None


@dataclass(frozen=True, slots=True)
class Ask:
    """How a session is asked for. `action` is CHARGE or AUTHORIZATION."""

    data: Any = None
    action: str = "CHARGE"
    customer_ip: str | None = None
    idempotency_key: str = ""


def amount_to_pay(*, currency: str, total: Decimal, transactions: list[TransactionItem]) -> Decimal:
    """Return what no transaction covers yet, never below 0."""
    left = total
    for row in transactions:
        left -= max(row.authorized_value, row.charged_value) + row.authorize_pending_value + row.charge_pending_value
    return max(quantize(left, currency), ZERO)


def payment_app(identifier: str, field: str = "paymentGateway") -> App:
    """Return the active app that takes payments under `identifier`. Raises UserErrors(NOT_FOUND)."""
    app = App.objects.filter(identifier=identifier, is_active=True).first() if identifier else None
    if app is None:
        raise refuse(field, "App with provided identifier not found.", "NOT_FOUND")
    return app


def initialize(*, source: Order | Checkout, app: App | None, amount: Decimal, ask: Ask) -> Session:
    """Begin a payment with an app, or (None) with a gift card. The same idempotency key gives the same transaction.

    An app is then asked again. Raises UserErrors(UNIQUE) when the key was used for something else.
    """
    item, request = _open(source, app, amount, ask)
    if app is None:
        return _close_gift_card(item, request, amount, ask)
    response = _ask_app("TRANSACTION_INITIALIZE_SESSION", app, item, request, source, ask)
    return _close(item, request, app, response)


def _open(
    source: Order | Checkout, app: App | None, amount: Decimal, ask: Ask
) -> tuple[TransactionItem, TransactionEvent]:
    identifier = app.identifier if app is not None else GIFT_CARD_GATEWAY
    owner = {"order": source} if isinstance(source, Order) else {"checkout": source}
    key = ask.idempotency_key
    try:
        with transaction.atomic("engine"):
            item, _ = TransactionItem.objects.get_or_create(
                idempotency_key=key,
                **owner,
                defaults={"currency": source.currency, "app": app, "app_identifier": identifier},
            )
            if item.app_identifier != identifier:
                raise IntegrityError("the key is of a payment by another gateway")
            request, _ = TransactionEvent.objects.get_or_create(
                transaction=item,
                idempotency_key=key,
                type=f"{ask.action}_REQUEST",
                amount_value=amount,
                defaults={"currency": item.currency, "include_in_calculations": False},
            )
            return item, request
    except IntegrityError:
        if not type(source).objects.filter(pk=source.pk).exists():
            raise refuse("id", "`Order` or `Checkout` not found.", "NOT_FOUND") from None
        message = "Different transaction with provided idempotency key already exists."
        raise refuse("idempotencyKey", message, "UNIQUE") from None


def process(*, item: TransactionItem, ask: Ask) -> Session:
    """Go on with a payment that asked for an action; one that is over answers with its last event.

    Raises UserErrors: INVALID without a session begun, MISSING_PAYMENT_APP(_RELATION).
    """
    events = list(TransactionEvent.objects.filter(transaction=item))
    over = next((event for event in events if _is_final(event)), None)
    if over is not None:
        return Session(item, over)
    request = next((event for event in events if event.type in REQUESTS and not event.include_in_calculations), None)
    if request is None:
        raise refuse("id", "Missing call of `transactionInitialize` mutation.", "INVALID")
    source = item.checkout or item.order
    if source is None:
        raise refuse("id", "Transaction doesn't have attached order or checkout.", "INVALID")
    if not item.app_identifier:
        message = "Transaction doesn't have attached app that could process the request."
        raise refuse("id", message, "MISSING_PAYMENT_APP_RELATION")
    app = App.objects.filter(identifier=item.app_identifier, is_active=True).first()
    if app is None:
        raise refuse("id", "Payment app attached to the transaction, doesn't exist.", "MISSING_PAYMENT_APP")
    response = _ask_app("TRANSACTION_PROCESS_SESSION", app, item, request, source, ask)
    return _close(item, request, app, response)


def _is_final(event: TransactionEvent) -> bool:
    kinds = ("SUCCESS", "FAILURE", "REQUEST")
    action, _, kind = event.type.partition("_")
    return event.include_in_calculations and action in ("AUTHORIZATION", "CHARGE") and kind in kinds


def _ask_app(
    event: str, app: App, item: TransactionItem, request: TransactionEvent, source: Order | Checkout, ask: Ask
) -> Any:
    from infra.engine.deliveries import ask as ask_webhooks

    action = Action(request.type.partition("_")[0], request.amount_value, item.currency)
    extra = {
        "sourceObject": source,
        "data": ask.data,
        "merchantReference": to_global_id("TransactionItem", item.pk),
        "customerIpAddress": ask.customer_ip,
        "action": action,
        "idempotencyKey": ask.idempotency_key,
    }
    answers = ask_webhooks(event=event, obj=item, app=app, **extra)
    return answers[0][1] if answers else None


def _close(item: TransactionItem, request: TransactionEvent, app: App, response: Any) -> Session:
    """Store what the app answered, and carry its amounts to what is paid."""
    try:
        answer = parse_session_answer(response) if response is not None else None
        problem = "Failed to delivery request."
    except InvalidAnswer as invalid:
        answer, problem = None, str(invalid)
    with locked_transaction(item.pk) as locked:
        if answer is None:
            return Session(locked.item, store_failure(request, problem))
        return _take_answer(locked, request, app, answer)


def _close_gift_card(item: TransactionItem, request: TransactionEvent, amount: Decimal, ask: Ask) -> Session:
    code = gift_cards.code_in(ask.data)
    with locked_with_card(item.pk, code) as (locked, card, others):
        answer = gift_cards.authorize(locked=locked, code=code, card=card, others=others, amount=amount)
        return _take_answer(locked, request, None, parse_session_answer(answer))


def _take_answer(locked: Locked, request: TransactionEvent, app: App | None, answer: Answer) -> Session:
    before = Amounts.of(locked.item)
    try:
        event = _store_answer(locked.item, request, app, answer)
    except Conflict as conflict:
        return Session(locked.item, store_failure(request, conflict.message), answer.data)
    _take_over(locked, event, answer, before)
    return Session(locked.item, event, answer.data)


def _store_answer(
    item: TransactionItem, request: TransactionEvent, app: App | None, answer: Answer
) -> TransactionEvent:
    amount = quantize(answer.amount, item.currency) if answer.amount is not None else request.amount_value
    if answer.type in REQUESTS:
        request.type, request.amount_value = answer.type, amount
        request.psp_reference, request.include_in_calculations = answer.psp_reference, True
        request.app, request.app_identifier = app, item.app_identifier
        request.message = answer.message
        request.created_at = answer.time or request.created_at
        request.external_url = answer.external_url or request.external_url
        request.save()
        return request
    assert answer.type is not None
    event, _ = store_event(
        item,
        new_event(
            item=item,
            type_=answer.type,
            amount=amount,
            psp_reference=answer.psp_reference,
            created_at=answer.time,
            app=app,
            message=answer.message,
            external_url=answer.external_url,
        ),
    )
    request.psp_reference = event.psp_reference
    request.save(update_fields=["psp_reference"])
    return event


def _take_over(locked: Locked, event: TransactionEvent, answer: Answer, before: Amounts) -> None:
    item = locked.item
    if answer.payment_method is not None:
        item.payment_method = answer.payment_method
    if event.psp_reference:
        item.psp_reference = event.psp_reference
    if event.type in NAMING:
        if answer.actions is not None:
            item.available_actions = answer.actions
        set_amounts(item)
    item.save()
    if event.type in NAMING:
        apply_change(locked, before)
