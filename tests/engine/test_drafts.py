"""Drafts: written, completed, found, told of and thrown away."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from infra.engine.apps.actions import create_app
from infra.engine.apps.models import Webhook, WebhookEvent
from infra.engine.deliveries import emit
from infra.engine.deliveries.worker import run_due
from infra.engine.orders.models import Order
from infra.engine.schema.ids import to_global_id
from infra.engine.warehouses.models import Stock
from tests.engine.asking import ask
from tests.engine.commerce import make_channel, make_variant, reduced_class
from tests.engine.desk import COMPLETE, CREATE, LINE_UPDATE, SHIPPING, UPDATE, Desk, gross
from tests.engine.listener import ORIGIN

pytestmark = pytest.mark.django_db(databases=["engine"])


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_a_draft_costs_goods_and_delivery_with_tax(desk: Desk) -> None:
    order = desk.draft({desk.variant(): 3})

    assert (order["status"], order["statusDisplay"], order["origin"]) == ("DRAFT", "Draft", "DRAFT")
    assert order["total"] == {"net": {"amount": 3500}, "gross": {"amount": 3850}}
    assert order["subtotal"] == {"net": {"amount": 3000}, "gross": {"amount": 3300}}
    assert order["shippingPrice"] == {"net": {"amount": 500}, "gross": {"amount": 550}}
    assert order["undiscountedTotal"] == order["total"]
    assert [row["id"] for row in order["shippingMethods"]] == [order["deliveryMethod"]["id"]]
    assert order["canFinalize"] is True
    assert Stock.objects.get().quantity_allocated == 0


def test_a_delivery_taxed_by_its_own_class_says_so(desk: Desk) -> None:
    desk.post.tax_class = reduced_class()
    desk.post.save()

    order = desk.draft({desk.variant(): 1})

    assert order["shippingPrice"] == {"net": {"amount": 509}, "gross": {"amount": 550}}
    assert order["shippingTaxClassName"] == "reduced"
    assert order["shippingTaxClass"] == {"id": to_global_id("TaxClass", desk.post.tax_class.pk)}


def test_completing_promises_stock_and_tells(desk: Desk) -> None:
    order = desk.draft({desk.variant(): 3})

    done = desk.do(COMPLETE, id=order["id"])
    again = desk.do(COMPLETE, id=order["id"])

    assert (done["errors"], done["order"]["status"]) == ([], "UNCONFIRMED")
    assert gross(done["order"]) == 3850
    assert Stock.objects.get().quantity_allocated == 3
    assert [error["code"] for error in again["errors"]] == ["INVALID"]


def test_a_channel_that_confirms_by_itself_leaves_nothing_to_confirm() -> None:
    desk = Desk(order_settings={"automaticallyConfirmAllNewOrders": True})
    order = desk.draft({desk.variant(): 1})

    assert desk.do(COMPLETE, id=order["id"])["order"]["status"] == "UNFULFILLED"


def test_all_that_a_draft_lacks_is_said_at_once(desk: Desk) -> None:
    variant = desk.variant(stock=1)
    given = {
        "channelId": to_global_id("Channel", desk.channel.pk),
        "lines": [{"variantId": to_global_id("ProductVariant", variant.pk), "quantity": 2}],
    }
    order = desk.do(CREATE, i=given)["order"]

    errors = desk.do(COMPLETE, id=order["id"])["errors"]

    assert [(error["field"], error["code"]) for error in errors] == [
        ("order", "BILLING_ADDRESS_NOT_SET"),
        ("order", "ORDER_NO_SHIPPING_ADDRESS"),
        ("shipping", "SHIPPING_METHOD_REQUIRED"),
        ("lines", "INSUFFICIENT_STOCK"),
    ]
    assert order["canFinalize"] is False
    assert Order.objects.get().status == "DRAFT"


@pytest.mark.parametrize(
    ("said", "field", "code"),
    [
        ({"channelId": None}, "channel", "REQUIRED"),
        ({"saveShippingAddress": True, "shippingAddress": None}, "saveShippingAddress", "MISSING_ADDRESS_DATA"),
        ({"voucherCode": "NONE"}, "voucherCode", "INVALID_VOUCHER_CODE"),
    ],
)
def test_what_a_draft_cannot_be_written_with(desk: Desk, said: dict[str, Any], field: str, code: str) -> None:
    given = {"channelId": to_global_id("Channel", desk.channel.pk)} | said

    answer = desk.do(CREATE, i=given)

    assert [(error["field"], error["code"]) for error in answer["errors"]] == [(field, code)]
    assert not Order.objects.exists()


def test_goods_that_the_channel_does_not_sell_are_named(desk: Desk) -> None:
    stranger = make_variant(make_channel(), price=100)
    gid = to_global_id("ProductVariant", stranger.pk)

    answer = desk.do(
        CREATE, i={"channelId": to_global_id("Channel", desk.channel.pk), "lines": [{"variantId": gid, "quantity": 1}]}
    )

    assert [(row["field"], row["code"], row["variants"]) for row in answer["errors"]] == [
        ("lines", "PRODUCT_NOT_PUBLISHED", [gid])
    ]


def test_delivery_is_changed_and_taken_away(desk: Desk) -> None:
    order = desk.draft({desk.variant(): 1}, shippingMethod=None)
    method = to_global_id("ShippingMethod", desk.post.pk)

    chosen = desk.do(SHIPPING, id=order["id"], i={"shippingMethod": method})
    cleared = desk.do(SHIPPING, id=order["id"], i={"shippingMethod": None})
    unsaid = desk.do(SHIPPING, id=order["id"], i={})

    assert gross(order) == 1100
    assert (gross(chosen["order"]), chosen["order"]["undiscountedShippingPrice"]) == (1650, {"amount": 550})
    assert (gross(cleared["order"]), cleared["order"]["deliveryMethod"]) == (1100, None)
    assert [(row["field"], row["code"]) for row in unsaid["errors"]] == [("shippingMethod", "SHIPPING_METHOD_REQUIRED")]


def test_a_draft_is_found_by_its_outside_reference_once(desk: Desk) -> None:
    desk.draft({desk.variant(): 1}, externalReference="erp-1")

    changed = desk.do(UPDATE, ref="erp-1", i={"customerNote": "のし希望", "metadata": [{"key": "a", "value": "b"}]})
    given = {"channelId": to_global_id("Channel", desk.channel.pk), "externalReference": "erp-1"}
    twice = desk.do(CREATE, i=given)

    assert changed["errors"] == []
    assert Order.objects.get().customer_note == "のし希望"
    assert Order.objects.get().metadata == {"a": "b"}
    assert [(row["field"], row["code"]) for row in twice["errors"]] == [("externalReference", "UNIQUE")]


def test_drafts_are_listed_apart_and_deleted_together(desk: Desk) -> None:
    variant = desk.variant()
    first, second = desk.draft({variant: 1}), desk.draft({variant: 1})
    desk.do(COMPLETE, id=second["id"])
    bulk = "mutation($ids: [ID!]!) { draftOrderBulkDelete(ids: $ids) { count errors { code } } }"

    listed = desk.do("{ draftOrders(first: 5) { totalCount edges { node { id } } } }")
    refused = desk.do(bulk, ids=[first["id"], second["id"]])
    deleted = desk.do(bulk, ids=[first["id"]])

    assert [edge["node"]["id"] for edge in listed["edges"]] == [first["id"]]
    assert (refused["count"], [row["code"] for row in refused["errors"]]) == (0, ["CANNOT_DELETE"])
    assert (deleted["count"], Order.objects.count()) == (1, 1)


def test_drafts_are_staffs_business(desk: Desk) -> None:
    answer = ask(CREATE, {"i": {"channelId": to_global_id("Channel", desk.channel.pk)}})

    assert answer["errors"][0]["extensions"]["exception"]["code"] == "PermissionDenied"
    assert not Order.objects.exists()


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ({"voucherCode": {"eq": "SAVE"}}, 1),
        ({"totalGross": {"amount": {"range": {"gte": "3000"}}, "currency": "JPY"}}, 1),
        ({"totalGross": {"amount": {"range": {"gte": "3000"}}, "currency": "USD"}}, 0),
        ({"totalNet": {"amount": {"eq": "3500"}}}, 1),
        ({"linesCount": {"eq": 2}}, 1),
        ({"linesCount": {"oneOf": [1, 2]}}, 2),
        ({"linesCount": {"eq": 0}}, 0),
        ({"isClickAndCollect": False}, 2),
        ({"isClickAndCollect": True}, 0),
    ],
)
def test_orders_are_found_by_what_they_are(desk: Desk, where: dict[str, Any], found: int) -> None:
    desk.voucher("SAVE", 100)
    for order in (
        desk.draft({desk.variant(1100): 3}),
        desk.draft({desk.variant(550): 1, desk.variant(440): 1}, voucherCode="SAVE"),
    ):
        assert desk.do(COMPLETE, id=order["id"])["errors"] == []

    listed = desk.do("query($w: OrderWhereInput!) { orders(first: 5, where: $w) { totalCount } }", w=where)

    assert listed["totalCount"] == found


EVENTS = {
    name: f"""subscription {{ event {{ ... on {name} {{
      issuedAt version recipient {{ id }} issuingPrincipal {{ ... on App {{ name }} }} order {{ id status }}
    }} }} }}"""
    for name in ("DraftOrderCreated", "DraftOrderUpdated", "DraftOrderDeleted", "OrderExpired")
}


def test_apps_hear_of_drafts(desk: Desk, app_double: Any) -> None:
    app, _ = create_app(name="listener", permissions=["MANAGE_ORDERS"], identifier="listener")
    for name, query in EVENTS.items():
        webhook = Webhook.objects.create(app=app, target_url=f"{ORIGIN}/hook", subscription_query=query)
        WebhookEvent.objects.create(webhook=webhook, event_type=re.sub("(?<!^)([A-Z])", r"_\1", name).upper())
    order = desk.draft({desk.variant(): 1})
    run_due(datetime.now(UTC) + timedelta(seconds=5))

    desk.do(LINE_UPDATE, id=order["lines"][0]["id"], q=2)
    run_due(datetime.now(UTC) + timedelta(seconds=5))
    with transaction.atomic("engine"):
        emit(event="ORDER_EXPIRED", obj=Order.objects.get())
    run_due(datetime.now(UTC) + timedelta(seconds=5))
    desk.do("mutation($id: ID!) { draftOrderDelete(id: $id) { errors { code } } }", id=order["id"])
    run_due(datetime.now(UTC) + timedelta(seconds=5))

    told = [(headers["Saleor-Event"], json.loads(body)) for _, _, headers, body in app_double.received]
    assert [(name, payload["order"]) for name, payload in told] == [
        (name, {"id": order["id"], "status": "DRAFT"})
        for name in ("draft_order_created", "draft_order_updated", "order_expired", "draft_order_deleted")
    ]
    assert {payload["issuingPrincipal"]["name"] for name, payload in told if name != "order_expired"} == {"desk"}
