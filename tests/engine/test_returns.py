"""Goods that come back, refunds that are changed, and orders that staff says are paid."""

from __future__ import annotations

from typing import Any

import pytest

from infra.engine.orders.models import Order, OrderLine
from infra.engine.payments.models import TransactionItem
from infra.engine.schema.ids import to_global_id
from infra.engine.warehouses.models import Stock
from tests.engine.desk import COMPLETE, Desk

pytestmark = pytest.mark.django_db(databases=["engine"])
CONFIRM = "mutation($id: ID!) { orderConfirm(id: $id) { order { status } errors { code } } }"
FULFILL = """mutation($id: ID!, $line: ID!, $wh: ID!, $q: Int!) {
  orderFulfill(order: $id, input: {lines: [{orderLineId: $line, stocks: [{warehouse: $wh, quantity: $q}]}]}) {
    fulfillments { id status lines { id quantity } } order { status } errors { field code } } }"""
RETURN = """mutation($id: ID!, $i: OrderReturnProductsInput!) {
  orderFulfillmentReturnProducts(order: $id, input: $i) {
    returnFulfillment { status lines { quantity orderLine { id } } }
    replaceFulfillment { status lines { quantity } }
    replaceOrder { status origin original lines { quantity } total { gross { amount } } }
    order { status fulfillments { status lines { quantity } } }
    errors { field code orderLines } } }"""
PAID = """mutation($id: ID!, $ref: String) {
  orderMarkAsPaid(id: $id, transactionReference: $ref) {
    order {
      isPaid paymentStatus chargeStatus totalCharged { amount } totalBalance { amount }
      transactions { name pspReference chargedAmount { amount } }
      payments {
        id gateway paymentMethodType chargeStatus isActive token created
        transactions { kind } total { amount } capturedAmount { amount }
      }
      events { type }
    }
    errors { field code } } }"""
NOTE = (
    "mutation($id: ID!, $i: OrderNoteInput!) { orderNoteAdd(order: $id, input: $i) { event { id } errors { code } } }"
)
RENOTE = """mutation($id: ID!, $i: OrderNoteInput!) {
  orderNoteUpdate(note: $id, input: $i) {
    event { type message related { id } } order { id } errors { field code } } }"""


def wid(desk: Desk) -> str:
    return to_global_id("Warehouse", desk.warehouse.pk)


def confirmed(desk: Desk, pieces: int = 3) -> dict[str, Any]:
    order = desk.draft({desk.variant(): pieces})
    desk.do(COMPLETE, id=order["id"])
    desk.do(CONFIRM, id=order["id"])
    return order


def send(desk: Desk, order: dict[str, Any], quantity: int) -> dict[str, Any]:
    line = order["lines"][0]["id"]
    answer = desk.do(FULFILL, id=order["id"], line=line, wh=wid(desk), q=quantity)
    assert answer["errors"] == []
    return answer["fulfillments"][0]


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_sent_goods_come_back_into_a_fulfillment_of_their_own(desk: Desk) -> None:
    order = confirmed(desk)
    row = send(desk, order, 3)["lines"][0]["id"]

    some = desk.do(RETURN, id=order["id"], i={"fulfillmentLines": [{"fulfillmentLineId": row, "quantity": 1}]})
    rest = desk.do(RETURN, id=order["id"], i={"fulfillmentLines": [{"fulfillmentLineId": row, "quantity": 2}]})

    assert some["returnFulfillment"]["status"] == "RETURNED"
    assert [line["quantity"] for line in some["returnFulfillment"]["lines"]] == [1]
    assert (some["order"]["status"], rest["order"]["status"]) == ("PARTIALLY_RETURNED", "RETURNED")
    assert [fulfillment["status"] for fulfillment in rest["order"]["fulfillments"]] == ["RETURNED", "RETURNED"]


def test_goods_not_yet_sent_are_taken_back_and_their_stock_is_free(desk: Desk) -> None:
    order = confirmed(desk)
    line = order["lines"][0]["id"]

    answer = desk.do(RETURN, id=order["id"], i={"orderLines": [{"orderLineId": line, "quantity": 2}]})

    assert answer["errors"] == []
    assert answer["returnFulfillment"]["lines"] == [{"quantity": 2, "orderLine": {"id": line}}]
    assert Stock.objects.get().quantity_allocated == 1
    assert OrderLine.objects.get().quantity_to_fulfill == 1


def test_replacing_writes_a_draft_at_the_old_prices(desk: Desk) -> None:
    order = confirmed(desk)
    row = send(desk, order, 3)["lines"][0]["id"]
    said = {"fulfillmentLines": [{"fulfillmentLineId": row, "quantity": 2, "replace": True}]}

    answer = desk.do(RETURN, id=order["id"], i=said)

    assert answer["replaceFulfillment"] == {"status": "REPLACED", "lines": [{"quantity": 2}]}
    draft = answer["replaceOrder"]
    assert (draft["status"], draft["origin"], draft["lines"]) == ("DRAFT", "REISSUE", [{"quantity": 2}])
    assert (draft["total"]["gross"]["amount"], draft["original"]) == (2200, order["id"])
    assert Order.objects.get(status="DRAFT").original == Order.objects.exclude(status="DRAFT").get()


@pytest.mark.parametrize(("quantity", "code"), [(4, "INVALID_QUANTITY"), (3, "INVALID_QUANTITY")])
def test_more_than_there_is_cannot_come_back(desk: Desk, quantity: int, code: str) -> None:
    order = confirmed(desk)
    send(desk, order, 1)
    line = order["lines"][0]["id"]

    answer = desk.do(RETURN, id=order["id"], i={"orderLines": [{"orderLineId": line, "quantity": quantity}]})

    assert [(row["field"], row["code"]) for row in answer["errors"]] == [("orderLineId", code)]
    assert answer["returnFulfillment"] is None
    assert OrderLine.objects.get().quantity_fulfilled == 1


def test_an_order_is_marked_as_paid_without_a_transaction(desk: Desk) -> None:
    order = confirmed(desk)

    paid = desk.do(PAID, id=order["id"])
    twice = desk.do(PAID, id=order["id"])

    shown = paid["order"]
    assert (shown["isPaid"], shown["paymentStatus"], shown["chargeStatus"]) == (True, "FULLY_CHARGED", "FULL")
    assert (shown["totalCharged"], shown["totalBalance"]) == ({"amount": 3850}, {"amount": 0})
    assert shown["transactions"] == []
    payment = shown["payments"][0]
    assert (payment["gateway"], payment["chargeStatus"], payment["total"]) == (
        "manual",
        "FULLY_CHARGED",
        {"amount": 3850},
    )
    assert payment["transactions"] == [{"kind": "EXTERNAL"}]
    assert "ORDER_MARKED_AS_PAID" in [event["type"] for event in shown["events"]]
    assert [(row["field"], row["code"]) for row in twice["errors"]] == [("payment", "PAYMENT_ERROR")]


def test_an_order_is_marked_as_paid_by_a_transaction() -> None:
    desk = Desk(order_settings={"markAsPaidStrategy": "TRANSACTION_FLOW"})
    order = confirmed(desk)

    paid = desk.do(PAID, id=order["id"], ref="bank-7")
    twice = desk.do(PAID, id=order["id"])

    (item,) = paid["order"]["transactions"]
    assert item == {
        "name": "Manually marked as paid",
        "pspReference": "bank-7",
        "chargedAmount": {"amount": 3850},
    }
    assert paid["order"]["chargeStatus"] == "FULL"
    assert [(row["field"], row["code"]) for row in twice["errors"]] == [("transaction", "TRANSACTION_ERROR")]
    assert TransactionItem.objects.count() == 1


def test_a_note_is_written_anew_beside_the_old_one(desk: Desk) -> None:
    order = confirmed(desk)
    note = desk.do(NOTE, id=order["id"], i={"message": "電話あり"})["event"]["id"]

    new = desk.do(RENOTE, id=note, i={"message": "電話 2 回"})
    empty = desk.do(RENOTE, id=note, i={"message": " "})

    assert new["event"] == {"type": "NOTE_UPDATED", "message": "電話 2 回", "related": {"id": note}}
    assert [row["code"] for row in empty["errors"]] == ["REQUIRED"]


GRANT = """mutation($id: ID!, $i: OrderGrantRefundCreateInput!) {
  orderGrantRefundCreate(id: $id, input: $i) {
    grantedRefund { id amount { amount } lines { id quantity } } errors { code } } }"""
REGRANT = """mutation($id: ID!, $i: OrderGrantRefundUpdateInput!) {
  orderGrantRefundUpdate(id: $id, input: $i) {
    grantedRefund { amount { amount } reason shippingCostsIncluded lines { quantity reason } }
    order { totalGrantedRefund { amount } }
    errors { field code addLines { field code lineId } removeLines { field code lineId } } } }"""


def granted(desk: Desk) -> tuple[str, dict[str, Any]]:
    """Return (line, refund granted for one piece of it) of an order that was paid by a transaction."""
    order = confirmed(desk)
    line = order["lines"][0]["id"]
    desk.do(PAID, id=order["id"])
    paid = to_global_id("TransactionItem", TransactionItem.objects.get().pk)
    said = {"lines": [{"id": line, "quantity": 1}], "transactionId": paid}
    return line, desk.do(GRANT, id=order["id"], i=said)["grantedRefund"]


def test_a_granted_refund_follows_its_lines_and_delivery() -> None:
    desk = Desk(order_settings={"markAsPaidStrategy": "TRANSACTION_FLOW"})
    line, grant = granted(desk)

    more = desk.do(REGRANT, id=grant["id"], i={"addLines": [{"id": line, "quantity": 1, "reason": "傷"}]})
    sent = desk.do(REGRANT, id=grant["id"], i={"grantRefundForShipping": True})
    less = desk.do(REGRANT, id=grant["id"], i={"removeLines": [grant["lines"][0]["id"]], "reason": "一つだけ"})

    assert (grant["amount"], more["grantedRefund"]["amount"]) == ({"amount": 1100}, {"amount": 2200})
    assert more["order"]["totalGrantedRefund"] == {"amount": 2200}
    assert (sent["grantedRefund"]["amount"], sent["grantedRefund"]["shippingCostsIncluded"]) == ({"amount": 2750}, True)
    assert less["grantedRefund"] == {
        "amount": {"amount": 1650},
        "reason": "一つだけ",
        "shippingCostsIncluded": True,
        "lines": [{"quantity": 1, "reason": "傷"}],
    }


def test_a_granted_refund_is_not_changed_beyond_the_order() -> None:
    desk = Desk(order_settings={"markAsPaidStrategy": "TRANSACTION_FLOW"})
    line, made = granted(desk)
    grant = made["id"]

    nothing = desk.do(REGRANT, id=grant, i={})
    too_many = desk.do(REGRANT, id=grant, i={"addLines": [{"id": line, "quantity": 3}]})
    strange = desk.do(REGRANT, id=grant, i={"removeLines": ["T3JkZXJHcmFudGVkUmVmdW5kTGluZTo5OTk="]})

    assert [(row["field"], row["code"]) for row in nothing["errors"]] == [("input", "REQUIRED")]
    (row,) = too_many["errors"]
    assert (row["field"], row["code"], row["addLines"][0]["code"]) == (
        "addLines",
        "INVALID",
        "QUANTITY_GREATER_THAN_AVAILABLE",
    )
    (row,) = strange["errors"]
    assert (row["field"], row["removeLines"][0]["code"]) == ("removeLines", "NOT_FOUND")
