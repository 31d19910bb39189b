"""Orders after they are placed: confirmed, cancelled, found, and read at a constant cost."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from infra.engine.apps.actions import create_app
from infra.engine.checkout.completion import complete_checkout
from infra.engine.orders import actions, fulfillment
from infra.engine.orders.models import Order, OrderLine
from infra.engine.orders.types import FulfillPart, status_of
from infra.engine.schema.context import ANONYMOUS
from infra.engine.schema.errors import UserErrors
from infra.engine.schema.ids import to_global_id
from infra.engine.warehouses.models import Stock
from tests.engine.commerce import make_channel, make_checkout, make_variant, make_warehouse
from tests.engine.mall_app import PERMISSIONS, ask, do

pytestmark = pytest.mark.django_db(databases=["engine"])


def place(channel: Any, lines: dict[Any, int], **overrides: Any) -> Order:
    return complete_checkout(checkout_id=make_checkout(channel, lines, **overrides).pk, requestor=ANONYMOUS)


def refused(call: Any, **arguments: Any) -> list[str]:
    with pytest.raises(UserErrors) as caught:
        call(**arguments)
    return [error.code for error in caught.value.errors]


@pytest.fixture
def shop() -> dict[str, Any]:
    channel = make_channel()
    warehouse = make_warehouse(channel)
    return {"channel": channel, "warehouse": warehouse, "variant": make_variant(channel, stock={warehouse: 5})}


@pytest.fixture
def staff() -> str:
    return create_app(name="desk", permissions=PERMISSIONS, identifier="desk")[1]


def parts(order: Order, shop: dict[str, Any], quantity: int) -> list[FulfillPart]:
    return [FulfillPart(OrderLine.objects.get(order=order).pk, shop["warehouse"].pk, quantity)]


def send(order: Order, shop: dict[str, Any], quantity: int, *, auto: bool) -> Any:
    (made,) = fulfillment.fulfill_order(
        order_id=order.pk,
        parts=parts(order, shop, quantity),
        requestor=ANONYMOUS,
        auto_approve=auto,
        allow_unpaid=True,
    )
    return made


def stock() -> tuple[int, int]:
    return Stock.objects.values_list("quantity", "quantity_allocated").get()


@pytest.mark.parametrize(
    ("pieces", "status"),
    [
        ({"total": 3, "fulfilled": 0, "returned": 0, "waiting": 0}, "UNFULFILLED"),
        ({"total": 3, "fulfilled": 3, "returned": 0, "waiting": 3}, "UNFULFILLED"),
        ({"total": 3, "fulfilled": 3, "returned": 0, "waiting": 1}, "PARTIALLY_FULFILLED"),
        ({"total": 3, "fulfilled": 3, "returned": 0, "waiting": 0}, "FULFILLED"),
        ({"total": 3, "fulfilled": 3, "returned": 1, "waiting": 0}, "PARTIALLY_RETURNED"),
        ({"total": 3, "fulfilled": 3, "returned": 3, "waiting": 0}, "RETURNED"),
    ],
)
def test_status_follows_the_pieces(pieces: dict[str, int], status: str) -> None:
    assert status_of(**pieces) == status


def test_an_order_is_confirmed_once(shop: dict[str, Any]) -> None:
    order = place(shop["channel"], {shop["variant"]: 1})

    confirmed = actions.confirm_order(order_id=order.pk, requestor=ANONYMOUS)

    assert confirmed.status == "UNFULFILLED"
    assert refused(actions.confirm_order, order_id=order.pk, requestor=ANONYMOUS) == ["INVALID"]


def test_cancelling_frees_the_stock_and_happens_once(shop: dict[str, Any]) -> None:
    order = place(shop["channel"], {shop["variant"]: 2})
    assert stock() == (5, 2)

    actions.cancel_order(order_id=order.pk, requestor=ANONYMOUS)

    assert stock() == (5, 0)
    assert refused(actions.cancel_order, order_id=order.pk, requestor=ANONYMOUS) == ["CANNOT_CANCEL_ORDER"]


def test_an_order_with_goods_waiting_cannot_be_cancelled(shop: dict[str, Any]) -> None:
    order = place(shop["channel"], {shop["variant"]: 2})
    waiting = send(order, shop, 1, auto=False)

    assert refused(actions.cancel_order, order_id=order.pk, requestor=ANONYMOUS) == ["CANNOT_CANCEL_ORDER"]

    fulfillment.cancel_fulfillment(fulfillment_id=waiting.pk, requestor=ANONYMOUS)
    actions.cancel_order(order_id=order.pk, requestor=ANONYMOUS)
    assert stock() == (5, 0)


def test_waiting_goods_stay_promised_until_they_are_approved(shop: dict[str, Any]) -> None:
    order = place(shop["channel"], {shop["variant"]: 3})

    waiting = send(order, shop, 2, auto=False)
    assert stock() == (5, 3)
    fulfillment.approve_fulfillment(
        fulfillment_id=waiting.pk, requestor=ANONYMOUS, allow_unpaid=True, notify_customer=False
    )

    assert stock() == (3, 1)
    order.refresh_from_db()
    assert order.status == "PARTIALLY_FULFILLED"


def test_more_than_was_ordered_cannot_be_sent(shop: dict[str, Any]) -> None:
    order = place(shop["channel"], {shop["variant"]: 2})
    send(order, shop, 1, auto=False)
    again = {"requestor": ANONYMOUS, "auto_approve": False, "allow_unpaid": True}

    codes = refused(fulfillment.fulfill_order, order_id=order.pk, parts=parts(order, shop, 2), **again)

    assert codes == ["FULFILL_ORDER_LINE"]
    assert order.fulfillments.count() == 1


def test_goods_that_come_back_are_in_stock_and_promised_again(shop: dict[str, Any]) -> None:
    order = place(shop["channel"], {shop["variant"]: 2})
    sent = send(order, shop, 2, auto=True)
    assert stock() == (3, 0)

    fulfillment.cancel_fulfillment(fulfillment_id=sent.pk, requestor=ANONYMOUS, warehouse_id=shop["warehouse"].pk)

    assert stock() == (5, 2)
    order.refresh_from_db()
    assert order.status == "UNFULFILLED"
    assert order.lines.get().quantity_fulfilled == 0


def test_goods_that_are_not_there_cannot_be_sent_and_nothing_changes(shop: dict[str, Any]) -> None:
    order = place(shop["channel"], {shop["variant"]: 2})
    Stock.objects.update(quantity=1)
    said = {"requestor": ANONYMOUS, "auto_approve": True, "allow_unpaid": True}

    codes = refused(fulfillment.fulfill_order, order_id=order.pk, parts=parts(order, shop, 2), **said)

    assert codes == ["INSUFFICIENT_STOCK"]
    assert stock() == (1, 2)
    assert not order.fulfillments.exists()


@pytest.mark.parametrize(
    ("where", "count"),
    [
        ({"metadata": {"key": "mall.ref", "value": {"eq": "7"}}}, 1),
        ({"metadata": {"key": "mall.ref", "value": {"oneOf": ["7", "8"]}}}, 2),
        ({"metadata": {"key": "no__such"}}, 0),
        ({"status": {"eq": "UNCONFIRMED"}}, 2),
        ({"status": {"oneOf": ["FULFILLED"]}}, 0),
        ({"updatedAt": {"gte": "2000-01-01T00:00:00Z"}}, 2),
        ({"updatedAt": {"lte": "2000-01-01T00:00:00Z"}}, 0),
        ({"lines": [{"metadata": {"key": "mall.merchant", "value": {"eq": "kiriko"}}}]}, 1),
        ({"OR": [{"metadata": {"key": "mall.ref", "value": {"eq": "7"}}}, {"hasFulfillments": True}]}, 1),
    ],
)
def test_orders_are_found_by(shop: dict[str, Any], staff: str, where: dict[str, Any], count: int) -> None:
    first = place(shop["channel"], {shop["variant"]: 1}, metadata={"mall.ref": "7"})
    place(shop["channel"], {shop["variant"]: 1}, metadata={"mall.ref": "8"})
    OrderLine.objects.filter(order=first).update(metadata={"mall.merchant": "kiriko"})

    found = do("orders_changed_since", {"where": where, "first": 10}, token=staff)

    assert len(found["edges"]) == count


def test_pages_of_changed_orders_follow_one_another(shop: dict[str, Any], staff: str) -> None:
    placed = [place(shop["channel"], {shop["variant"]: 1}) for _ in range(3)]
    seen, after = [], None
    while True:
        page = do("orders_changed_since", {"first": 2, "after": after}, token=staff)
        seen += [edge["node"]["id"] for edge in page["edges"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break

    assert seen == [to_global_id("Order", order.pk) for order in placed]


def test_orders_are_closed_to_strangers(shop: dict[str, Any]) -> None:
    order = place(shop["channel"], {shop["variant"]: 1})
    gid = to_global_id("Order", order.pk)

    listed = ask("orders_changed_since", {"first": 2})
    cancelled = ask("order_cancel", {"id": gid})
    read = ask("query($id: ID!) { order(id: $id) { number grantedRefunds { id } } }", {"id": gid})

    for answer in (listed, cancelled, read):
        assert answer["errors"][0]["extensions"]["exception"]["code"] == "PermissionDenied"
    order.refresh_from_db()
    assert order.status == "UNCONFIRMED"


def test_twenty_orders_cost_the_statements_of_one(shop: dict[str, Any], staff: str) -> None:
    Stock.objects.update(quantity=100)
    place(shop["channel"], {shop["variant"]: 1})

    def statements() -> int:
        with CaptureQueriesContext(connections["engine"]) as captured:
            do("orders_changed_since", {"first": 50}, token=staff)
        return len(captured)

    statements()
    for_one = statements()
    for _ in range(19):
        place(shop["channel"], {shop["variant"]: 1})

    assert statements() == for_one
