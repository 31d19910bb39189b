"""Amounts, counts and keys at the edge of what rows can hold, and the same thing said twice in one request."""

from __future__ import annotations

from typing import Any

import pytest

from infra.engine.checkout.models import Checkout
from infra.engine.giftcards.models import GiftCard
from infra.engine.orders.models import GrantedRefund, Order, OrderLine
from infra.engine.payments.models import TransactionItem
from infra.engine.schema.ids import to_global_id
from infra.engine.warehouses.models import Stock
from tests.engine.asking import ask, staff_token
from tests.engine.commerce import make_channel, make_checkout, make_variant, make_warehouse
from tests.engine.desk import Desk
from tests.engine.test_giftcards import make_card
from tests.engine.test_money_edges import GATEWAY
from tests.engine.test_order_imports import Shop
from tests.engine.test_returns import RETURN, confirmed, send, wid

pytestmark = pytest.mark.django_db(databases=["default", "engine"])
PAY = """mutation($id: ID!, $gateway: PaymentGatewayToInitialize!, $amount: PositiveDecimal, $key: String) {
  transactionInitialize(id: $id, paymentGateway: $gateway, amount: $amount, idempotencyKey: $key) {
    transaction { id } transactionEvent { type message amount { amount } } errors { field code } } }"""
CREATE = """mutation($id: ID!, $t: TransactionCreateInput!) {
  transactionCreate(id: $id, transaction: $t) { transaction { id chargedAmount { amount } } errors { field code } } }"""
UPDATE = """mutation($id: ID!, $t: TransactionUpdateInput!) {
  transactionUpdate(id: $id, transaction: $t) { transaction { id } errors { field code } } }"""
REPORT = """mutation($id: ID!, $type: TransactionEventTypeEnum!, $amount: PositiveDecimal, $ref: String!, $url: String,
  $message: String, $time: DateTime) {
  transactionEventReport(id: $id, type: $type, amount: $amount, pspReference: $ref, externalUrl: $url,
    message: $message, time: $time) { transaction { chargedAmount { amount } } errors { field code } } }"""
FULFILL = """mutation($id: ID!, $line: ID!, $stocks: [OrderFulfillStockInput!]!) {
  orderFulfill(order: $id, input: {lines: [{orderLineId: $line, stocks: $stocks}]}) {
    fulfillments { id } errors { field code } } }"""
EXCEED = FULFILL.replace("input: {", "input: {allowStockToBeExceeded: true, ")
ADD = """mutation($id: ID!, $lines: [CheckoutLineInput!]!) {
  checkoutLinesAdd(id: $id, lines: $lines) { checkout { id } errors { field code } } }"""
GRANT = """mutation($id: ID!, $i: OrderGrantRefundCreateInput!) {
  orderGrantRefundCreate(id: $id, input: $i) { grantedRefund { amount { amount } }
    errors { field code lines { code } } } }"""


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def cart() -> Checkout:
    channel = make_channel()
    return make_checkout(channel, {make_variant(channel, price=1000, stock={make_warehouse(channel): 5}): 1})


def codes(answer: dict[str, Any]) -> list[str]:
    assert "errors" not in answer, answer["errors"]
    (payload,) = answer["data"].values()
    return [error["code"] for error in payload["errors"]]


@pytest.mark.parametrize("amount", [1e13, 1e17])
def test_a_payment_of_more_than_there_is_money_is_refused(cart: Checkout, amount: Any) -> None:
    token, gid = staff_token(), to_global_id("Checkout", cart.pk)
    card = make_card(5000)
    gateway = {"id": GATEWAY, "data": {"code": card.code}}

    begun = ask(PAY, {"id": gid, "gateway": gateway, "amount": amount})
    money = {"amount": amount, "currency": "JPY"}
    made = ask(CREATE, {"id": gid, "t": {"amountCharged": money}}, token=token)

    assert codes(begun) and codes(made)
    assert not TransactionItem.objects.exists()
    assert GiftCard.objects.get().current_balance_amount == 5000


@pytest.mark.parametrize(
    "said",
    [
        {"amount": 1e17},
        {"ref": "x" * 600},
        {"url": "https://psp.example/" + "x" * 2000},
        {"message": "x" * 5000},
    ],
    ids=lambda said: str(said)[:40],
)
def test_a_report_that_no_row_could_hold_is_refused_or_cut(cart: Checkout, said: dict[str, Any]) -> None:
    token = staff_token()
    money = {"amount": 500, "currency": "JPY"}
    gid = to_global_id("Checkout", cart.pk)
    item = ask(CREATE, {"id": gid, "t": {"amountCharged": money}}, token=token)["data"]["transactionCreate"]
    report = {"id": item["transaction"]["id"], "type": "CHARGE_SUCCESS", "amount": 100, "ref": "r", **said}

    answer = ask(REPORT, report, token=token)

    refused = codes(answer)
    charged = TransactionItem.objects.get().charged_value
    assert charged == (500 if refused else 600)


@pytest.mark.parametrize(
    "said",
    [
        {"pspReference": "x" * 600},
        {"name": "x" * 600},
        {"message": "x" * 600},
        {"externalUrl": "https://psp.example/" + "x" * 2000},
    ],
    ids=lambda said: str(said)[:40],
)
def test_a_payment_described_by_more_than_a_row_holds_is_refused(cart: Checkout, said: dict[str, Any]) -> None:
    token, gid = staff_token(), to_global_id("Checkout", cart.pk)
    made = ask(CREATE, {"id": gid, "t": {"name": "x"}}, token=token)["data"]["transactionCreate"]["transaction"]["id"]

    assert codes(ask(CREATE, {"id": gid, "t": said}, token=token)) == ["INVALID"]
    assert codes(ask(UPDATE, {"id": made, "t": said}, token=token)) == ["INVALID"]
    assert TransactionItem.objects.count() == 1


def test_a_key_longer_than_a_row_holds_is_refused(cart: Checkout) -> None:
    gateway = {"id": GATEWAY, "data": {"code": make_card(5000).code}}

    answer = ask(PAY, {"id": to_global_id("Checkout", cart.pk), "gateway": gateway, "key": "x" * 600})

    assert codes(answer) == ["INVALID"] and not TransactionItem.objects.exists()


def test_a_cart_holds_no_more_pieces_than_can_be_counted() -> None:
    channel = make_channel()
    variant = make_variant(channel, track_inventory=False)
    cart = make_checkout(channel, {variant: 1})
    ask(
        "mutation { shopSettingsUpdate(input: {limitQuantityPerCheckout: null}) { errors { code } } }",
        token=staff_token(),
    )
    line = {"variantId": to_global_id("ProductVariant", variant.pk), "quantity": 2**31 - 1}

    answer = ask(ADD, {"id": to_global_id("Checkout", cart.pk), "lines": [line]})

    assert codes(answer) == ["QUANTITY_GREATER_THAN_LIMIT"]
    assert cart.lines.get().quantity == 1


def test_the_same_line_twice_does_not_come_back_twice(desk: Desk) -> None:
    order = confirmed(desk)
    line = order["lines"][0]["id"]
    part = {"orderLineId": line, "quantity": 2}

    answer = desk.do(RETURN, id=order["id"], i={"orderLines": [part, part]})

    assert [error["code"] for error in answer["errors"]] == ["INVALID_QUANTITY"]
    assert (OrderLine.objects.get().quantity_fulfilled, Stock.objects.get().quantity_allocated) == (0, 3)


def test_the_same_sent_line_twice_does_not_come_back_twice(desk: Desk) -> None:
    order = confirmed(desk)
    part = {"fulfillmentLineId": send(desk, order, 3)["lines"][0]["id"], "quantity": 2}

    answer = desk.do(RETURN, id=order["id"], i={"fulfillmentLines": [part, part]})

    assert [error["code"] for error in answer["errors"]] == ["INVALID_QUANTITY"]


def test_goods_sent_from_where_none_are_counted_are_promised_nowhere_any_more(desk: Desk) -> None:
    order = confirmed(desk)
    elsewhere = make_warehouse(desk.channel)
    stocks = [{"warehouse": to_global_id("Warehouse", elsewhere.pk), "quantity": 3}]

    answer = desk.do(EXCEED, id=order["id"], line=order["lines"][0]["id"], stocks=stocks)

    assert answer["errors"] == []
    assert OrderLine.objects.get().quantity_fulfilled == 3
    assert Stock.objects.get(warehouse=desk.warehouse).quantity_allocated == 0


def test_the_same_line_twice_is_not_granted_twice(desk: Desk) -> None:
    order = confirmed(desk)
    money = {"amount": 3300, "currency": "JPY"}
    paid = ask(CREATE, {"id": order["id"], "t": {"amountCharged": money}}, token=staff_token())
    payment = paid["data"]["transactionCreate"]["transaction"]["id"]
    part = {"id": order["lines"][0]["id"], "quantity": 2}

    answer = desk.do(GRANT, id=order["id"], i={"lines": [part, part], "transactionId": payment})

    assert [error["code"] for error in answer["errors"]] == ["INVALID"]
    assert not GrantedRefund.objects.exists()


def test_pieces_below_nothing_do_not_make_room_for_others(desk: Desk) -> None:
    order = confirmed(desk)
    line, other = order["lines"][0]["id"], to_global_id("Warehouse", make_warehouse(desk.channel).pk)
    stocks = [{"warehouse": wid(desk), "quantity": 5}, {"warehouse": other, "quantity": -2}]

    sent = desk.do(FULFILL, id=order["id"], line=line, stocks=stocks)
    parts = [{"orderLineId": line, "quantity": 5}, {"orderLineId": line, "quantity": -2}]
    back = desk.do(RETURN, id=order["id"], i={"orderLines": parts})

    assert [error["code"] for error in sent["errors"]] == ["ZERO_QUANTITY"]
    assert [error["code"] for error in back["errors"]] == ["INVALID_QUANTITY"]
    assert OrderLine.objects.get().quantity_fulfilled == 0


@pytest.mark.parametrize("pk", ["9" * 19, "9" * 5000], ids=lambda pk: pk[:5])
def test_an_import_that_names_a_key_that_none_can_have_is_refused_alone(pk: str) -> None:
    shop = Shop()
    odd = shop.order(user={"id": to_global_id("User", pk)})

    answer = shop.bring(odd, shop.order(), e="IGNORE_FAILED")

    assert Order.objects.count() == answer["count"] == 2
    assert answer["results"][0]["errors"][0]["code"] in ("NOT_FOUND", "INVALID")


@pytest.mark.parametrize(
    "said",
    [
        {"totalPrice": {"gross": 1e17, "net": 1}, "undiscountedTotalPrice": {"gross": 1e17, "net": 1}},
        {"quantity": 2**31 - 1},
        {"taxRate": 1e17},
        {"unitDiscountValue": 1e17},
    ],
    ids=lambda said: str(said)[:40],
)
def test_an_import_of_lines_that_no_row_could_hold_is_refused_alone(said: dict[str, Any]) -> None:
    shop = Shop()

    answer = shop.bring(shop.order(shop.line(**said)), shop.order(), e="IGNORE_FAILED", s="SKIP")

    assert answer["results"][1]["order"] is not None
    assert Order.objects.count() == answer["count"] >= 1
