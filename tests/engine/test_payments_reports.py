"""Payments as apps report them: each report counts once, sums are exact, and the order follows."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from infra.engine.apps.actions import create_app
from infra.engine.checkout.completion import complete_checkout
from infra.engine.orders.models import Order
from infra.engine.payments import actions, requests, sessions
from infra.engine.payments.actions import ByHand, Report
from infra.engine.payments.models import ActionDelivery, TransactionEvent, TransactionItem
from infra.engine.schema.authentication import app_requestor
from infra.engine.schema.context import ANONYMOUS
from infra.engine.schema.errors import UserErrors
from tests.engine import mall_app
from tests.engine.commerce import make_channel, make_checkout, make_variant, make_warehouse

pytestmark = pytest.mark.django_db(databases=["engine"])


@pytest.fixture
def order() -> Order:
    channel = make_channel()
    variant = make_variant(channel, price=1000, stock={make_warehouse(channel): 5})
    return complete_checkout(checkout_id=make_checkout(channel, {variant: 1}).pk, requestor=ANONYMOUS)


@pytest.fixture
def mall(settings: Any) -> Any:
    settings.ENGINE_LOCAL_ORIGINS = {mall_app.ORIGIN: "tests.engine.mall_app.call"}
    mall_app.reset()
    yield mall_app.install()[0]
    mall_app.reset()


def pay(order: Order, app: Any) -> TransactionItem:
    said = ByHand(columns={"name": "test", "psp_reference": "p-1"}, amounts={"charged": Decimal(1000)})
    return actions.create_transaction(source=order, said=said, requestor=app_requestor(app))


def report(item: TransactionItem, app: Any, type_: str, amount: int | None, reference: str = "r-1") -> bool:
    said = Report(type=type_, psp_reference=reference, amount=None if amount is None else Decimal(amount))
    return actions.report_event(token=item.pk, report=said, requestor=app_requestor(app))[2]


def test_a_transaction_made_by_hand_pays_the_order(order: Order, mall: Any) -> None:
    item = pay(order, mall)

    order.refresh_from_db()
    assert item.charged_value == 1000
    assert (order.charge_status, order.authorize_status, order.total_charged_amount) == ("FULL", "FULL", 1000)
    assert [event.type for event in order.events.all()] == ["PLACED", "ORDER_FULLY_PAID"]


def test_the_same_report_twice_counts_once(order: Order, mall: Any) -> None:
    item = pay(order, mall)

    assert report(item, mall, "REFUND_SUCCESS", 300) is False
    assert report(item, mall, "REFUND_SUCCESS", 300) is True

    item.refresh_from_db()
    order.refresh_from_db()
    assert (item.charged_value, item.refunded_value) == (700, 300)
    assert (order.charge_status, order.total_charged_amount) == ("PARTIAL", 700)


def test_a_report_that_contradicts_another_is_kept_but_does_not_count(order: Order, mall: Any) -> None:
    item = pay(order, mall)
    report(item, mall, "REFUND_SUCCESS", 300)

    with pytest.raises(UserErrors) as refused:
        report(item, mall, "REFUND_SUCCESS", 400)

    item.refresh_from_db()
    assert [(error.code, error.field) for error in refused.value.errors] == [("INCORRECT_DETAILS", "pspReference")]
    assert (item.charged_value, item.refunded_value) == (700, 300)
    kept = TransactionEvent.objects.get(transaction=item, type="REFUND_FAILURE")
    assert kept.include_in_calculations is False


def test_a_failure_without_an_amount_takes_that_of_the_request(order: Order, mall: Any) -> None:
    item = pay(order, mall)
    report(item, mall, "REFUND_REQUEST", 250)
    item.refresh_from_db()
    assert (item.charged_value, item.refund_pending_value) == (750, 250)

    report(item, mall, "REFUND_FAILURE", None)

    item.refresh_from_db()
    assert (item.charged_value, item.refund_pending_value, item.refunded_value) == (1000, 0, 0)


def test_a_request_without_a_known_amount_is_refused(order: Order, mall: Any) -> None:
    item = pay(order, mall)

    with pytest.raises(UserErrors) as refused:
        report(item, mall, "REFUND_REQUEST", None)

    assert [error.code for error in refused.value.errors] == ["REQUIRED"]
    assert not TransactionEvent.objects.filter(type="REFUND_REQUEST").exists()


def test_a_refund_asked_for_is_sent_once_and_its_answer_counts(order: Order, mall: Any) -> None:
    item = pay(order, mall)
    mall_app.ANSWERS["TRANSACTION_REFUND_REQUESTED"] = {"pspReference": "re-1", "result": "REFUND_SUCCESS"}

    requests.request_action(token=item.pk, action="REFUND", amount=Decimal(5000), requestor=ANONYMOUS)
    assert requests.run_due(timezone.now(), 10) == 1
    assert requests.run_due(timezone.now(), 10) == 0

    item.refresh_from_db()
    order.refresh_from_db()
    assert (item.charged_value, item.refunded_value) == (0, 1000)
    assert order.charge_status == "NONE"
    assert [event for event, _ in mall_app.ASKED] == ["TRANSACTION_REFUND_REQUESTED"]


def test_a_refund_answered_late_is_pending_until_it_is_reported(order: Order, mall: Any) -> None:
    item = pay(order, mall)
    mall_app.ANSWERS["TRANSACTION_REFUND_REQUESTED"] = {"pspReference": "re-1"}

    requests.request_action(token=item.pk, action="REFUND", amount=Decimal(400), requestor=ANONYMOUS)
    requests.run_due(timezone.now(), 10)
    item.refresh_from_db()
    assert (item.charged_value, item.refund_pending_value, item.refunded_value) == (600, 400, 0)
    report(item, mall, "REFUND_SUCCESS", 400, "re-1")

    item.refresh_from_db()
    assert (item.charged_value, item.refund_pending_value, item.refunded_value) == (600, 0, 400)


def test_an_app_that_does_not_answer_is_asked_again_and_at_last_the_request_fails(order: Order, mall: Any) -> None:
    item = pay(order, mall)
    requests.request_action(token=item.pk, action="REFUND", amount=None, requestor=ANONYMOUS)

    moment = timezone.now()
    tries = 0
    while ActionDelivery.objects.exists():
        tries += requests.run_due(moment, 10)
        moment += timezone.timedelta(minutes=10)

    item.refresh_from_db()
    assert tries == 6
    assert (item.charged_value, item.refunded_value, item.refund_pending_value) == (1000, 0, 0)
    assert TransactionEvent.objects.get(type="REFUND_FAILURE").message == "Failed to delivery request."


def test_nobody_to_ask_refuses_the_request_and_stores_nothing(order: Order) -> None:
    item = pay(order, create_app(name="mute", permissions=["HANDLE_PAYMENTS"], identifier="mute")[0])

    with pytest.raises(UserErrors) as refused:
        requests.request_action(token=item.pk, action="REFUND", amount=None, requestor=ANONYMOUS)

    assert [error.code for error in refused.value.errors] == ["MISSING_TRANSACTION_ACTION_REQUEST_WEBHOOK"]
    assert not TransactionEvent.objects.filter(type="REFUND_REQUEST").exists()


def begin(order: Order, app: Any, key: str = "k-1", amount: int = 1000) -> sessions.Session:
    ask = sessions.Ask(data={"card": "ok"}, idempotency_key=key)
    return sessions.initialize(source=order, app=app, amount=Decimal(amount), ask=ask)


@pytest.mark.parametrize(
    ("answer", "event", "charged", "pending"),
    [
        ({"pspReference": "s", "result": "CHARGE_SUCCESS"}, "CHARGE_SUCCESS", 1000, 0),
        ({"pspReference": "s", "result": "CHARGE_SUCCESS", "amount": 400}, "CHARGE_SUCCESS", 400, 0),
        ({"pspReference": "s", "result": "CHARGE_REQUEST"}, "CHARGE_REQUEST", 0, 1000),
        ({"result": "CHARGE_FAILURE", "message": "declined"}, "CHARGE_FAILURE", 0, 0),
        ({"result": "CHARGE_ACTION_REQUIRED", "data": {"url": "x"}}, "CHARGE_ACTION_REQUIRED", 0, 0),
        ({"result": "CHARGE_SUCCESS"}, "CHARGE_FAILURE", 0, 0),
        ({"pspReference": "s", "result": "PAID"}, "CHARGE_FAILURE", 0, 0),
        (None, "CHARGE_FAILURE", 0, 0),
    ],
)
def test_what_an_app_answers_to_a_session(
    order: Order, mall: Any, answer: Any, event: str, charged: int, pending: int
) -> None:
    if answer is not None:
        mall_app.ANSWERS["TRANSACTION_INITIALIZE_SESSION"] = answer

    session = begin(order, mall)

    session.item.refresh_from_db()
    assert session.event.type == event
    assert (session.item.charged_value, session.item.charge_pending_value) == (charged, pending)
    assert session.data == (answer or {}).get("data")


def test_the_same_idempotency_key_is_the_same_payment(order: Order, mall: Any) -> None:
    mall_app.ANSWERS["TRANSACTION_INITIALIZE_SESSION"] = {"pspReference": "s", "result": "CHARGE_SUCCESS"}

    first, second = begin(order, mall), begin(order, mall)
    with pytest.raises(UserErrors) as refused:
        begin(order, mall, amount=999)

    assert first.item.pk == second.item.pk
    assert [error.code for error in refused.value.errors] == ["UNIQUE"]
    order.refresh_from_db()
    assert order.total_charged_amount == 1000
    assert {payload["idempotencyKey"] for _, payload in mall_app.ASKED} == {"k-1"}


def test_a_payment_that_asked_for_an_action_goes_on_and_ends_once(order: Order, mall: Any) -> None:
    mall_app.ANSWERS["TRANSACTION_INITIALIZE_SESSION"] = {"result": "CHARGE_ACTION_REQUIRED"}
    mall_app.ANSWERS["TRANSACTION_PROCESS_SESSION"] = {"pspReference": "s", "result": "CHARGE_SUCCESS"}
    item = begin(order, mall).item

    ended = sessions.process(item=TransactionItem.objects.get(pk=item.pk), ask=sessions.Ask(data={"code": "1"}))
    again = sessions.process(item=TransactionItem.objects.get(pk=item.pk), ask=sessions.Ask())

    assert ended.event.pk == again.event.pk
    order.refresh_from_db()
    assert order.total_charged_amount == 1000
    assert [event for event, _ in mall_app.ASKED].count("TRANSACTION_PROCESS_SESSION") == 1
