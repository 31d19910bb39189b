"""What apps answer that no row could hold: it is passed over or fails alone, and is never asked for for ever."""

from __future__ import annotations

import base64
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from infra.engine.apps.models import App
from infra.engine.checkout.completion import complete_checkout
from infra.engine.checkout.delivery import options
from infra.engine.checkout.models import Checkout
from infra.engine.payments import requests
from infra.engine.payments.models import ActionDelivery, TransactionEvent, TransactionItem
from infra.engine.schema.context import ANONYMOUS
from infra.engine.schema.errors import UserErrors
from infra.engine.schema.ids import to_global_id
from tests.engine import mall_app
from tests.engine.asking import ask, data_of
from tests.engine.commerce import make_channel, make_checkout, make_variant, make_warehouse
from tests.engine.listener import LISTENER
from tests.engine.test_deliveries import make_webhook
from tests.engine.test_payments_reports import mall, order, pay

__all__ = ["mall", "order"]
pytestmark = pytest.mark.django_db(databases=["default", "engine"])
LIST = """subscription { event { ... on ShippingListMethodsForCheckout { checkout { id } } } }"""
POST = {"id": "post", "name": "Post", "amount": "500", "currency": "JPY"}
HUGE = "9" * 5000
PAY = """mutation($id: ID!, $gateway: PaymentGatewayToInitialize!, $amount: PositiveDecimal, $key: String) {
  transactionInitialize(id: $id, paymentGateway: $gateway, amount: $amount, idempotencyKey: $key) {
    transaction { id } transactionEvent { type message amount { amount } } errors { field code } } }"""


@pytest.fixture
def cart(app_double: Any) -> Checkout:
    channel = make_channel()
    make_webhook("SHIPPING_LIST_METHODS_FOR_CHECKOUT", query=LIST, permissions=("MANAGE_SHIPPING",))
    variant = make_variant(channel, price=1000, stock={make_warehouse(channel): 9})
    return make_checkout(channel, {variant: 1}, delivery=None)


@pytest.mark.parametrize(
    "said",
    [
        {"amount": "1e25"},
        {"amount": "1e40"},
        {"amount": 10**17},
        {"maximum_delivery_days": 2**31},
        {"minimum_delivery_days": str(2**31)},
        {"minimum_delivery_days": HUGE},
        {"id": "x" * 2000},
    ],
    ids=lambda said: str(said)[:60],
)
def test_a_way_of_delivery_that_no_row_could_hold_is_passed_over(cart: Checkout, said: dict[str, Any]) -> None:
    LISTENER.answers["/hook"] = (200, [{**POST, "id": "odd", **said}, POST])

    for _ in range(2):
        ids = [base64.b64decode(row.method_id).decode() for row in options(cart, fresh=True)]
        assert ids == ["app:ears:post"]


@pytest.mark.parametrize(
    "said",
    [
        {"name": "zero\0byte", "description": "zero\0byte", "metadata": {"zero\0": "byte\0"}},
        {"name": "half a pair \ud800", "private_metadata": {"\ud800": "\udfff"}},
        {"maximum_delivery_days": 2**31 - 1, "minimum_delivery_days": "0"},
        {"amount": "9999999999999"},
    ],
    ids=lambda said: str(said)[:60],
)
def test_a_way_of_delivery_is_kept_without_what_no_database_takes(cart: Checkout, said: dict[str, Any]) -> None:
    LISTENER.answers["/hook"] = (200, [{**POST, **said}])

    for _ in range(2):
        (row,) = options(cart, fresh=True)
        row.refresh_from_db()
        assert "\0" not in row.name and row.name.isprintable()


SHIP = """mutation($id: ID!, $address: AddressInput!) {
  checkoutShippingAddressUpdate(id: $id, shippingAddress: $address) { checkout { id } errors { field code } } }"""
OSAKA = {
    "country": "JP",
    "countryArea": "大阪府",
    "postalCode": "530-0001",
    "streetAddress1": "大阪市北区梅田1-1-1",
    "firstName": "花子",
    "lastName": "見本",
}


def test_ways_offered_for_an_address_that_was_left_meanwhile_are_not_kept_for_the_new_one(cart: Checkout) -> None:
    moved: list[str] = []

    def offer(body: bytes) -> tuple[int, Any]:
        if not moved:
            moved.append("once")
            data_of(SHIP, {"id": to_global_id("Checkout", cart.pk), "address": OSAKA})
            return 200, [{**POST, "amount": 1}]
        return 200, [POST]

    LISTENER.answers["/hook"] = offer
    options(Checkout.objects.select_related("channel", "assigned_delivery").get(pk=cart.pk))

    later = Checkout.objects.select_related("channel", "assigned_delivery").get(pk=cart.pk)
    assert later.shipping_address["country_area"] == "大阪府"
    assert [row.price_amount for row in options(later)] == [500]


def test_an_order_for_an_address_given_while_apps_are_asked_costs_what_they_say_of_it(cart: Checkout) -> None:
    LISTENER.answers["/hook"] = (200, [POST])
    (offered,) = options(cart)
    Checkout.objects.filter(pk=cart.pk).update(assigned_delivery=offered, deliveries_stale_at=None)
    asked: list[str] = []

    def offer(body: bytes) -> tuple[int, Any]:
        asked.append("asked")
        if len(asked) == 1:
            data_of(SHIP, {"id": to_global_id("Checkout", cart.pk), "address": OSAKA})
            return 200, [POST]
        return 200, [{**POST, "amount": 900}]

    LISTENER.answers["/hook"] = offer
    order = complete_checkout(checkout_id=cart.pk, requestor=ANONYMOUS)

    assert order.shipping_address["country_area"] == "大阪府"
    assert (len(asked), order.shipping_gross) == (2, 900)


def test_an_order_of_a_cart_that_never_comes_to_rest_is_refused(cart: Checkout) -> None:
    LISTENER.answers["/hook"] = (200, [POST])
    (offered,) = options(cart)
    Checkout.objects.filter(pk=cart.pk).update(assigned_delivery=offered, deliveries_stale_at=None)

    def offer(body: bytes) -> tuple[int, Any]:
        data_of(SHIP, {"id": to_global_id("Checkout", cart.pk), "address": OSAKA})
        return 200, [POST]

    LISTENER.answers["/hook"] = offer
    with pytest.raises(UserErrors) as refused:
        complete_checkout(checkout_id=cart.pk, requestor=ANONYMOUS)

    assert [error.code for error in refused.value.errors] == ["INVALID_SHIPPING_METHOD"]


def test_ways_asked_for_twice_at_once_are_those_of_the_first_answer_stored(cart: Checkout) -> None:
    asked: list[str] = []

    def offer(body: bytes) -> tuple[int, Any]:
        asked.append("asked")
        if len(asked) == 1:
            options(Checkout.objects.select_related("channel", "assigned_delivery").get(pk=cart.pk))
        return 200, [POST]

    LISTENER.answers["/hook"] = offer
    seen = options(Checkout.objects.select_related("channel", "assigned_delivery").get(pk=cart.pk))

    assert len(asked) == 2
    assert [row.pk for row in seen] == list(cart.deliveries.values_list("pk", flat=True))


ODD = [
    {"amount": "1e30"},
    {"amount": 10**17},
    {"amount": -5},
    {"pspReference": "x" * 600},
    {"pspReference": "zero\0byte"},
    {"externalUrl": "https://psp.example/" + "x" * 2000},
    {"message": "zero\0byte"},
    {"message": "half a pair \ud800"},
    {"time": "0001-01-01T00:00:00+14:00"},
    {"paymentMethodDetails": {"type": "CARD", "name": "Visa", "expYear": "²"}},
    {"paymentMethodDetails": {"type": "CARD", "name": "Visa", "expYear": HUGE}},
    {"paymentMethodDetails": {"type": "CARD", "name": "Visa", "expMonth": 2**40}},
    {"paymentMethodDetails": {"type": ["CARD"], "name": "Visa"}},
    {"actions": [["REFUND"], {}]},
    {"result": ["REFUND_SUCCESS"]},
]


@pytest.mark.parametrize("said", ODD, ids=lambda said: str(said)[:60])
def test_an_answer_to_a_refund_that_no_row_could_hold_ends_the_request(
    order: Any, mall: App, said: dict[str, Any]
) -> None:
    item = pay(order, mall)
    mall_app.ANSWERS["TRANSACTION_REFUND_REQUESTED"] = {"pspReference": "re-1", "result": "REFUND_SUCCESS", **said}
    requests.request_action(token=item.pk, action="REFUND", amount=Decimal(400), requestor=ANONYMOUS)

    requests.run_due(timezone.now(), 10)

    assert not ActionDelivery.objects.exists()
    item = TransactionItem.objects.get(pk=item.pk)
    assert item.charged_value + item.refunded_value == 1000 and item.refunded_value in (0, 400)


@pytest.mark.parametrize("said", ODD, ids=lambda said: str(said)[:60])
def test_an_answer_to_a_payment_that_no_row_could_hold_leaves_the_cart_usable(
    app_double: Any, said: dict[str, Any]
) -> None:
    channel = make_channel()
    query = "subscription { event { ... on TransactionInitializeSession { action { amount } } } }"
    make_webhook("TRANSACTION_INITIALIZE_SESSION", query=query, permissions=("HANDLE_PAYMENTS",))
    variant = make_variant(channel, price=1000, stock={make_warehouse(channel): 9})
    cart = make_checkout(channel, {variant: 1})
    LISTENER.answers["/hook"] = (200, {"pspReference": "p-1", "result": "CHARGE_SUCCESS", **said})

    answer = ask(PAY, {"id": to_global_id("Checkout", cart.pk), "gateway": {"id": "ears"}})

    assert "errors" not in answer
    event = answer["data"]["transactionInitialize"]["transactionEvent"]
    assert event["type"] in ("CHARGE_SUCCESS", "CHARGE_FAILURE")
    assert sum(row.charged_value for row in TransactionItem.objects.all()) in (0, 1000)


def test_a_key_used_for_one_gateway_is_not_taken_for_another(app_double: Any) -> None:
    from infra.engine.apps.actions import create_app

    channel = make_channel()
    query = "subscription { event { ... on TransactionInitializeSession { action { amount } } } }"
    hook = make_webhook("TRANSACTION_INITIALIZE_SESSION", query=query, permissions=("HANDLE_PAYMENTS",))
    other, _ = create_app(name="other", permissions=["HANDLE_PAYMENTS"], identifier="other")
    variant = make_variant(channel, price=1000, stock={make_warehouse(channel): 9})
    cart = make_checkout(channel, {variant: 1})
    LISTENER.answers["/hook"] = (200, {"pspReference": "p-1", "result": "CHARGE_SUCCESS"})
    said = {"id": to_global_id("Checkout", cart.pk), "amount": 500, "key": "once"}
    data_of(PAY, {**said, "gateway": {"id": "ears"}})

    answer = ask(PAY, {**said, "gateway": {"id": "other"}})["data"]["transactionInitialize"]

    assert [error["code"] for error in answer["errors"]] == ["UNIQUE"]
    assert TransactionItem.objects.get().app == hook.app and other.pk != hook.app_id
    assert TransactionEvent.objects.filter(type="CHARGE_FAILURE").count() == 0
