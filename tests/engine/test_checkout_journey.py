"""A buyer's whole way through the contract, with the very operations the mall sends."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone

from infra.engine.deliveries import worker
from infra.engine.orders.models import Order
from infra.engine.products.models import ShopSettings
from infra.engine.schema.ids import to_global_id
from infra.engine.warehouses.models import Stock
from tests.engine import mall_app
from tests.engine.commerce import make_channel, make_variant, make_warehouse
from tests.engine.mall_app import ANSWERS, ASKED, ask, do

pytestmark = pytest.mark.django_db(databases=["engine"])
ADDRESS = {
    "firstName": "花子",
    "lastName": "見本",
    "streetAddress1": "墨田区吾妻橋1-23-20",
    "postalCode": "130-8640",
    "country": "JP",
    "countryArea": "東京都",
}


@pytest.fixture
def mall(settings: Any) -> Iterator[str]:
    settings.ENGINE_LOCAL_ORIGINS = {mall_app.ORIGIN: "tests.engine.mall_app.call"}
    mall_app.reset()
    ShopSettings.objects.create(data={"fulfillmentAutoApprove": False, "limitQuantityPerCheckout": None})
    yield mall_app.install()[1]
    mall_app.reset()


@pytest.fixture
def shop() -> dict[str, Any]:
    channel = make_channel(slug="jp", order_settings={"allowUnpaidOrders": False})
    kiriko, nori = make_warehouse(channel, slug="wh-kiriko"), make_warehouse(channel, slug="wh-nori")
    return {
        "channel": channel,
        "kiriko": kiriko,
        "nori": nori,
        "glass": make_variant(channel, price=3980, stock={kiriko: 3}),
        "sheet": make_variant(channel, price=1000, stock={nori: 10}),
    }


def variant_id(variant: Any) -> str:
    return to_global_id("ProductVariant", variant.pk)


def post_method(price: int) -> list[dict[str, Any]]:
    return [
        {"id": "post", "name": "宅配便", "amount": price, "currency": "JPY", "metadata": {"mall.parts": "[]"}},
        {"id": "bad", "name": "x" * 101, "amount": 1, "currency": "JPY"},
        {"id": "dollars", "name": "Air", "amount": 9, "currency": "USD"},
    ]


def fill_cart(shop: dict[str, Any]) -> str:
    created = do(
        "checkout_create",
        {
            "input": {
                "channel": "jp",
                "email": "hanako@example.com",
                "languageCode": "JA",
                "lines": [
                    {"variantId": variant_id(shop["glass"]), "quantity": 2},
                    {
                        "variantId": variant_id(shop["sheet"]),
                        "quantity": 1,
                        "metadata": [{"key": "mall.merchant", "value": "nori"}],
                    },
                ],
            }
        },
    )
    checkout_id = created["checkout"]["id"]
    do("checkout_shipping_address_update", {"id": checkout_id, "address": ADDRESS})
    do("checkout_billing_address_update", {"id": checkout_id, "address": ADDRESS})
    return checkout_id


def choose_delivery(checkout_id: str, price: int = 880) -> dict[str, Any]:
    ANSWERS["SHIPPING_LIST_METHODS_FOR_CHECKOUT"] = post_method(price)
    ANSWERS["CHECKOUT_FILTER_SHIPPING_METHODS"] = {"excluded_methods": []}
    offered = do("delivery_options_calculate", {"id": checkout_id})["deliveries"]
    assert [row["shippingMethod"]["name"] for row in offered] == ["宅配便"]
    chosen = {"id": checkout_id, "deliveryMethodId": offered[0]["id"]}
    return do("checkout_delivery_method_update", chosen)["checkout"]


def pay(checkout_id: str, result: str = "CHARGE_SUCCESS", **more: Any) -> dict[str, Any]:
    ANSWERS["TRANSACTION_INITIALIZE_SESSION"] = {
        "pspReference": "psp-1",
        "result": result,
        "actions": ["REFUND"],
        "data": {"step": 1},
    } | more
    gateway = {"id": "machiichi.mall", "data": {"token": "ok"}}
    return do("transaction_initialize", {"id": checkout_id, "paymentGateway": gateway, "idempotencyKey": "k1"})


def test_from_cart_to_a_shipped_and_partly_refunded_order(mall: str, shop: dict[str, Any]) -> None:
    checkout_id = fill_cart(shop)
    checkout = choose_delivery(checkout_id)
    assert checkout["totalPrice"]["gross"]["amount"] == 9840
    assert checkout["totalPrice"]["net"]["amount"] == 7236 + 909 + 800
    assert checkout["delivery"]["shippingMethod"]["metadata"] == [{"key": "mall.parts", "value": "[]"}]
    assert checkout["problems"] == []

    paid = pay(checkout_id)
    assert paid["transactionEvent"]["type"] == "CHARGE_SUCCESS"
    assert paid["transaction"]["chargedAmount"]["amount"] == 9840
    assert paid["data"] == {"step": 1}

    done = do("checkout_complete", {"id": checkout_id})
    assert done["order"]["status"] == "UNCONFIRMED"
    assert done["order"]["chargeStatus"] == "FULL"
    again = do("checkout_complete", {"id": checkout_id})
    assert again["order"]["id"] == done["order"]["id"]

    order_id = done["order"]["id"]
    assert do("order_confirm", {"id": order_id}, token=mall)["order"]["status"] == "UNFULFILLED"
    order = do("order_by_id", {"id": order_id}, token=mall)
    assert [line["metadata"] for line in order["lines"]] == [[], [{"key": "mall.merchant", "value": "nori"}]]
    assert order["deliveryMethod"]["metadata"] == [{"key": "mall.parts", "value": "[]"}]

    first, second = fulfill_both(mall, shop, order)
    assert {row["status"] for row in (first, second)} == {"WAITING_FOR_APPROVAL"}
    assert [row["warehouse"]["slug"] for row in (first, second)] == ["wh-kiriko", "wh-nori"]
    assert sorted(Stock.objects.values_list("quantity", "quantity_allocated")) == [(3, 2), (10, 1)]

    approved = do("order_fulfillment_approve", {"id": first["id"], "notifyCustomer": False}, token=mall)
    assert approved["order"]["status"] == "PARTIALLY_FULFILLED"
    tracking = {"id": first["id"], "trackingNumber": "1234-5678", "notifyCustomer": False}
    assert do("order_fulfillment_update_tracking", tracking, token=mall)["fulfillment"]["trackingNumber"] == "1234-5678"
    do("order_fulfillment_cancel", {"id": second["id"], "warehouseId": None}, token=mall)
    assert sorted(Stock.objects.values_list("quantity", "quantity_allocated")) == [(1, 0), (10, 1)]

    refund_sheet(mall, order, paid["transaction"]["id"])


def fulfill_both(mall: str, shop: dict[str, Any], order: dict[str, Any]) -> list[dict[str, Any]]:
    lines = [
        {"orderLineId": line["id"], "stocks": [{"quantity": line["quantity"], "warehouse": warehouse}]}
        for line, warehouse in zip(
            order["lines"], [to_global_id("Warehouse", shop[name].pk) for name in ("kiriko", "nori")], strict=True
        )
    ]
    made = do("order_fulfill", {"order": order["id"], "input": {"lines": lines, "notifyCustomer": False}}, token=mall)
    assert made["order"]["status"] == "UNFULFILLED"
    return made["fulfillments"]


def refund_sheet(mall: str, order: dict[str, Any], transaction_id: str) -> None:
    granted = do(
        "order_grant_refund_create",
        {
            "id": order["id"],
            "input": {
                "lines": [{"id": order["lines"][1]["id"], "quantity": 1, "reason": "品切れ"}],
                "reason": "merchant refused",
                "transactionId": transaction_id,
            },
        },
        token=mall,
    )["grantedRefund"]
    assert granted["amount"]["amount"] == 1000
    ANSWERS["TRANSACTION_REFUND_REQUESTED"] = {"pspReference": "re-1", "result": "REFUND_SUCCESS"}
    do("transaction_request_refund_for_granted_refund", {"grantedRefundId": granted["id"]}, token=mall)
    worker.run_due(timezone.now(), 200)
    asked = [payload for event, payload in ASKED if event == "TRANSACTION_REFUND_REQUESTED"]
    assert asked[0]["action"] == {"amount": 1000.0, "currency": "JPY", "actionType": "REFUND"}

    after = do("order_by_id", {"id": order["id"]}, token=mall)
    assert after["totalRefunded"]["amount"] == 1000
    assert after["totalCharged"]["amount"] == 8840
    assert after["chargeStatus"] == "FULL"
    assert after["totalBalance"]["amount"] == 0
    assert [row["status"] for row in after["grantedRefunds"]] == ["SUCCESS"]


def test_events_reach_the_app_in_the_payloads_it_asked_for(mall: str, shop: dict[str, Any]) -> None:
    worker.run_due(timezone.now(), 100)
    checkout_id = fill_cart(shop)
    choose_delivery(checkout_id)
    pay(checkout_id)
    order_id = do("checkout_complete", {"id": checkout_id})["order"]["id"]
    ASKED.clear()

    worker.run_due(timezone.now(), 100)

    told = [event for event, _ in ASKED]
    assert told == ["ORDER_CREATED", "ORDER_PAID", "ORDER_FULLY_PAID", "ORDER_UPDATED"]
    assert {payload["order"]["id"] for _, payload in ASKED} == {order_id}


def test_a_delivery_that_an_app_excludes_says_why_and_cannot_be_chosen(mall: str, shop: dict[str, Any]) -> None:
    checkout_id = fill_cart(shop)
    ANSWERS["SHIPPING_LIST_METHODS_FOR_CHECKOUT"] = post_method(880)
    ANSWERS["CHECKOUT_FILTER_SHIPPING_METHODS"] = lambda payload: {
        "excluded_methods": [{"id": row["id"], "reason": "海苔は送れません"} for row in payload["shippingMethods"]]
    }

    offered = do("delivery_options_calculate", {"id": checkout_id})["deliveries"]

    assert [(row["shippingMethod"]["active"], row["shippingMethod"]["message"]) for row in offered] == [
        (False, "海苔は送れません")
    ]
    refused = ask("checkout_delivery_method_update", {"id": checkout_id, "deliveryMethodId": offered[0]["id"]})
    errors = refused["data"]["checkoutDeliveryMethodUpdate"]["errors"]
    assert [error["code"] for error in errors] == ["DELIVERY_METHOD_NOT_APPLICABLE"]


def test_a_delivery_excluded_after_it_was_chosen_stops_the_order(mall: str, shop: dict[str, Any]) -> None:
    checkout_id = fill_cart(shop)
    choose_delivery(checkout_id)
    pay(checkout_id)
    do("checkout_shipping_address_update", {"id": checkout_id, "address": ADDRESS | {"firstName": "次郎"}})
    ANSWERS["CHECKOUT_FILTER_SHIPPING_METHODS"] = lambda payload: {
        "excluded_methods": [{"id": row["id"], "reason": "no"} for row in payload["shippingMethods"]]
    }

    do("delivery_options_calculate", {"id": checkout_id})

    refused = ask("checkout_complete", {"id": checkout_id})["data"]["checkoutComplete"]

    assert [error["code"] for error in refused["errors"]] == ["INVALID_SHIPPING_METHOD"]
    assert refused["order"] is None
    assert not Order.objects.exists()


def test_an_address_is_checked_by_the_rules_of_its_country(mall: str, shop: dict[str, Any]) -> None:
    checkout_id = fill_cart(shop)

    kept = do("checkout_by_id", {"id": checkout_id})["shippingAddress"]
    assert (kept["countryArea"], kept["city"], kept["country"]["code"]) == ("東京都", "", "JP")
    bad = {"id": checkout_id, "address": {"country": "SG", "postalCode": "12"}}
    refused = ask("checkout_shipping_address_update", bad)["data"]["checkoutShippingAddressUpdate"]["errors"]
    found = {(error["field"], error["code"], error["addressType"]) for error in refused}
    assert found == {("postalCode", "INVALID", "SHIPPING"), ("streetAddress1", "REQUIRED", "SHIPPING")}
    assert do("checkout_by_id", {"id": checkout_id})["shippingAddress"] == kept


def test_a_price_of_its_own_needs_an_app_that_handles_checkouts(mall: str, shop: dict[str, Any]) -> None:
    line = {"variantId": variant_id(shop["glass"]), "quantity": 1, "price": 123, "priceOverrideReason": "replay"}
    said = {"input": {"channel": "jp", "lines": [line]}}

    refused = ask("checkout_create", said)
    created = do("checkout_create", said, token=mall)

    assert refused["errors"][0]["extensions"]["exception"]["code"] == "PermissionDenied"
    assert refused["data"]["checkoutCreate"] is None
    assert created["checkout"]["lines"][0]["totalPrice"]["gross"]["amount"] == 123


def test_a_buyer_sees_which_app_takes_the_payment_and_nothing_of_what_it_is_told(
    mall: str, shop: dict[str, Any]
) -> None:
    """Deliveries hold letters with the links to new passwords."""
    checkout_id = fill_cart(shop)
    choose_delivery(checkout_id)
    ANSWERS["TRANSACTION_INITIALIZE_SESSION"] = {"pspReference": "x", "result": "CHARGE_SUCCESS", "amount": "100"}
    document = """mutation($id: ID!) { transactionInitialize(id: $id, paymentGateway: {id: "machiichi.mall"}) {
      transaction { createdBy { ... on App { name WHAT } } } errors { code } } }"""
    hidden = (
        "webhooks { customHeaders eventDeliveries(first: 9) { edges { node { payload } } } }",
        "problems { ... on AppProblem { key } }",
        "tokens { name }",
    )

    for what in hidden:
        answer = ask(document.replace("WHAT", what), {"id": checkout_id})
        assert "payload" not in str(answer.get("data"))
        assert [each["extensions"]["exception"]["code"] for each in answer["errors"]] == ["PermissionDenied"], what

    own = ask("query { app { webhooks { id } } }", token=mall)
    assert own["data"]["app"]["webhooks"]
