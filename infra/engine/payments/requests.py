"""Charges, refunds and cancellations asked of payment apps: stored first, sent after commit by the engine's queue.

A row of ActionDelivery is the promise to ask. Who sends it leases it, asks outside any transaction, and stores the
answer together with the row's removal; killed in between, it is asked again, and the app knows the repetition by the
transaction and amount it was asked for.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Q

from infra.engine.apps.models import App
from infra.engine.money import ZERO, quantize
from infra.engine.orders.charges import Amounts
from infra.engine.orders.history import record
from infra.engine.orders.models import GrantedRefund
from infra.engine.payments import gift_cards
from infra.engine.payments.events import (
    Conflict,
    apply_change,
    new_event,
    set_amounts,
    set_refund_status,
    store_event,
    store_failure,
)
from infra.engine.payments.lock_objects import Locked, locked_transaction
from infra.engine.payments.models import ActionDelivery, TransactionEvent, TransactionItem
from infra.engine.payments.types import GIFT_CARD_GATEWAY, Action, Answer, InvalidAnswer, new_key, parse_action_answer
from infra.engine.prepared import PreparedQuery
from infra.engine.schema.context import Requestor
from infra.engine.schema.errors import refuse

logger = logging.getLogger(__name__)
EVENTS = {
    "CHARGE": "TRANSACTION_CHARGE_REQUESTED",
    "REFUND": "TRANSACTION_REFUND_REQUESTED",
    "CANCEL": "TRANSACTION_CANCELATION_REQUESTED",
}
HISTORY = {
    "CHARGE": "TRANSACTION_CHARGE_REQUESTED",
    "REFUND": "TRANSACTION_REFUND_REQUESTED",
    "CANCEL": "TRANSACTION_CANCEL_REQUESTED",
}
MAX_RETRIES = 5
FIRST_PAUSE_S = 10
LEASE = timedelta(seconds=60)


def request_action(
    *,
    token: UUID,
    action: str,
    amount: Decimal | None,
    requestor: Requestor,
    reason: str | None = None,
) -> TransactionItem:
    """Ask the transaction's app to CHARGE, REFUND or CANCEL, at most what there is; None asks for all of it.

    Raises UserErrors(MISSING_TRANSACTION_ACTION_REQUEST_WEBHOOK) when no app would hear it; then nothing was stored.
    """
    with locked_transaction(token) as locked:
        if locked.item.app_identifier == GIFT_CARD_GATEWAY and action != "CHARGE":
            asked = _clamped(locked.item, action, amount)
            _answer_by_card(locked, action, asked, requestor, reason or "", None)
            return locked.item
        _check_listener(locked.item, action)
        _store_request(locked, action, _clamped(locked.item, action, amount), requestor, reason, None)
        return locked.item


def request_granted_refund(*, token: UUID, refund_id: int, requestor: Requestor) -> TransactionItem:
    """Ask the transaction's app for the money of a granted refund, once.

    Raises UserErrors: REFUND_IS_PENDING, REFUND_ALREADY_PROCESSED, AMOUNT_GREATER_THAN_AVAILABLE, INVALID for another
    order's transaction, MISSING_TRANSACTION_ACTION_REQUEST_WEBHOOK; then nothing was stored.
    """
    with locked_transaction(token) as locked:
        item = locked.item
        refund = GrantedRefund.objects.get(pk=refund_id)
        _check_refund(item, refund)
        by_card = item.app_identifier == GIFT_CARD_GATEWAY
        if not by_card:
            _check_listener(item, "REFUND")
        if refund.transaction_id is None:
            refund.transaction = item
            refund.save(update_fields=["transaction", "updated_at"])
        if by_card:
            _answer_by_card(locked, "REFUND", refund.amount_value, requestor, "", refund)
        else:
            _store_request(locked, "REFUND", refund.amount_value, requestor, None, refund)
        return item


def _answer_by_card(
    locked: Locked,
    action: str,
    asked: Decimal,
    requestor: Requestor,
    reason: str,
    refund: GrantedRefund | None,
) -> None:
    item = locked.item
    gift_cards.answer_request(
        locked=locked, action=action, amount=asked, requestor=requestor, reason=reason, refund=refund
    )
    if locked.order is not None:
        record(locked.order, HISTORY[action], requestor, amount=str(asked), reference=item.psp_reference or "")


def _clamped(item: TransactionItem, action: str, amount: Decimal | None) -> Decimal:
    """Return the amount to ask for: at most what there is, all of it for None and 0."""
    most = _left(item, action)
    return min(quantize(min(amount, most), item.currency), most) if amount else most


def _left(item: TransactionItem, action: str) -> Decimal:
    """Return what can still be asked for: what an app was asked for and has not answered is not there twice."""
    kinds = ("REFUND_REQUEST",) if action == "REFUND" else ("CHARGE_REQUEST", "CANCEL_REQUEST")
    asked = ActionDelivery.objects.filter(request_event__transaction=item, request_event__type__in=kinds)
    amounts = asked.order_by().values_list("request_event__amount_value", flat=True)
    there = item.charged_value if action == "REFUND" else item.authorized_value
    return max(there - sum(amounts, ZERO), ZERO)


def _check_refund(item: TransactionItem, refund: GrantedRefund) -> None:
    problem = None
    if item.order_id != refund.order_id:
        problem = ("The granted refund belongs to different order than transaction.", "INVALID")
    elif refund.status == "PENDING":
        problem = ("The refund request is already in progress.", "REFUND_IS_PENDING")
    elif refund.status == "SUCCESS":
        problem = ("The granted refund is already processed.", "REFUND_ALREADY_PROCESSED")
    elif _left(item, "REFUND") < refund.amount_value:
        text = f"The granted refund amount {refund.amount_value} is greater than available charged amount."
        problem = (text, "AMOUNT_GREATER_THAN_AVAILABLE")
    if problem is not None:
        raise refuse("grantedRefundId", *problem)


def _store_request(
    locked: Locked,
    action: str,
    asked: Decimal,
    requestor: Requestor,
    reason: str | None,
    refund: GrantedRefund | None,
) -> None:
    item = locked.item
    event = new_event(
        item=item,
        type_=f"{action}_REQUEST",
        amount=asked,
        app=requestor.app,
        user=requestor.user,
        message=reason or "",
        idempotency_key=new_key(),
        granted_refund=refund,
        # counts once the app has given it a reference
        include_in_calculations=False,
    )
    event.save()
    ActionDelivery.objects.create(request_event=event)
    set_refund_status(refund)
    if locked.order is not None:
        record(locked.order, HISTORY[action], requestor, amount=str(asked), reference=item.psp_reference or "")


def _check_listener(item: TransactionItem, action: str) -> None:
    from infra.engine.deliveries.queries import subscribed_webhooks

    app = _app(item)
    if app is None or not subscribed_webhooks(event=EVENTS[action], app=app):
        message = "No app or plugin is configured to handle requested action."
        raise refuse(None, message, "MISSING_TRANSACTION_ACTION_REQUEST_WEBHOOK")


def _app(item: TransactionItem) -> App | None:
    if item.app_identifier:
        return App.objects.filter(identifier=item.app_identifier, is_active=True).first()
    return App.objects.filter(pk=item.app_id, is_active=True).first()


def run_due(now: datetime, limit: int) -> int:
    """Send up to `limit` requests that are due at `now`; return how many were tried. Only reads when none is due."""
    done = 0
    while done < limit and (delivery := _claim(now)) is not None:
        _send(delivery, now)
        done += 1
    return done


def _free(now: datetime) -> Q:
    return Q(run_at__lte=now) & (Q(leased_until=None) | Q(leased_until__lt=now))


_FREE = PreparedQuery(
    ActionDelivery,
    (ActionDelivery._meta.get_field("run_at"),),
    lambda now: ActionDelivery.objects.filter(_free(now)).order_by("pk").values_list("pk"),
)


def _claim(now: datetime) -> ActionDelivery | None:
    for (pk,) in _FREE(now, most=20):
        if ActionDelivery.objects.filter(_free(now), pk=pk).update(leased_until=now + LEASE):
            return ActionDelivery.objects.select_related("request_event__transaction").get(pk=pk)
    return None


def _send(delivery: ActionDelivery, now: datetime) -> None:
    request = delivery.request_event
    item, action = request.transaction, request.type.partition("_")[0]
    response = _ask_app(item, request, action)
    if response is None and delivery.attempts_made < MAX_RETRIES:
        delivery.run_at = now + timedelta(seconds=FIRST_PAUSE_S * 2**delivery.attempts_made)
        delivery.attempts_made += 1
        delivery.leased_until = None
        delivery.save(update_fields=["run_at", "attempts_made", "leased_until"])
        return
    take_answer(request=request, response=response)


def _ask_app(item: TransactionItem, request: TransactionEvent, action: str) -> Any:
    from infra.engine.deliveries import ask

    app = _app(item)
    if app is None:
        return None
    asked = Action(action, request.amount_value, item.currency)
    extra = {"grantedRefund": request.granted_refund} if action == "REFUND" else {}
    answers = ask(event=EVENTS[action], obj=item, app=app, action=asked, **extra)
    return answers[0][1] if answers else None


def take_answer(*, request: TransactionEvent, response: Any) -> None:
    """Store what the app answered to a request (None: nothing valid), and end its delivery."""
    action = request.type.partition("_")[0]
    try:
        answer = parse_action_answer(response, action) if response is not None else None
        problem = "Failed to delivery request."
    except InvalidAnswer as invalid:
        answer, problem = None, str(invalid)
    with locked_transaction(request.transaction_id) as locked:
        if not ActionDelivery.objects.filter(request_event=request).delete()[0]:
            return
        if answer is None:
            logger.warning("request %s failed: %s", request.pk, problem)
            store_failure(request, problem)
        else:
            _store(locked, request, answer)
        set_refund_status(request.granted_refund)


def _store(locked: Locked, request: TransactionEvent, answer: Answer) -> None:
    item, before = locked.item, Amounts.of(locked.item)
    if answer.psp_reference:
        request.psp_reference, request.include_in_calculations = answer.psp_reference, True
        request.save(update_fields=["psp_reference", "include_in_calculations"])
    if answer.type is not None:
        amount = quantize(answer.amount, item.currency) if answer.amount is not None else request.amount_value
        event = new_event(
            item=item,
            type_=answer.type,
            amount=amount,
            psp_reference=answer.psp_reference,
            created_at=answer.time,
            app=_app(item),
            message=answer.message,
            external_url=answer.external_url,
            granted_refund_id=request.granted_refund_id,
        )
        try:
            store_event(item, event)
        except Conflict as conflict:
            store_failure(request, conflict.message)
            return
    if answer.actions is not None:
        item.available_actions = answer.actions
    set_amounts(item)
    item.save()
    apply_change(locked, before)
