"""Drafts: written, priced, changed and completed by staff."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from infra.engine.apps.actions import create_app
from infra.engine.apps.models import Webhook, WebhookEvent
from infra.engine.deliveries import emit
from infra.engine.deliveries.worker import run_due
from infra.engine.discounts.models import Voucher, VoucherChannelListing, VoucherCode
from infra.engine.orders.models import Order, OrderLine
from infra.engine.schema.ids import to_global_id
from infra.engine.shipping.models import ShippingMethod, ShippingMethodListing, ShippingZone
from infra.engine.warehouses.models import Stock
from tests.engine.asking import ask
from tests.engine.commerce import make_channel, make_variant, make_warehouse, reduced_class
from tests.engine.listener import ORIGIN

pytestmark = pytest.mark.django_db(databases=["engine"])
TOKYO = {
    "firstName": "花子",
    "lastName": "見本",
    "streetAddress1": "墨田区吾妻橋1-23-20",
    "postalCode": "130-8640",
    "country": "JP",
    "countryArea": "東京都",
}
MONEY = "{ net { amount } gross { amount } }"
ORDER = f"""
  id number status statusDisplay origin voucherCode voucher {{ code }} isShippingRequired canFinalize
  paymentStatusDisplay shippingTaxClassName taxExemption collectionPointName shippingTaxClass {{ id }}
  discount {{ amount }} discountName translatedDiscountName errors {{ code }}
  total {MONEY} subtotal {MONEY} undiscountedTotal {MONEY} shippingPrice {MONEY}
  undiscountedShippingPrice {{ amount }}
  shippingMethods {{ id name price {{ amount }} }}
  deliveryMethod {{ ... on ShippingMethod {{ id }} }}
  discounts {{ id type valueType value reason name translatedName amount {{ amount }} total {{ amount }} }}
  lines {{
    id quantity isGift voucherCode saleId
    unitPrice {MONEY} totalPrice {MONEY} undiscountedUnitPrice {MONEY} undiscountedTotalPrice {MONEY}
    unitDiscount {{ amount }} unitDiscountType unitDiscountValue unitDiscountReason
    taxClassMetadata {{ key }} taxClassPrivateMetadata {{ key }}
    discounts {{
      id type valueType value reason name translatedName total {{ amount }} unit {{ amount }}
    }}
  }}
"""
ERRORS = "errors { field code variants orderLines }"
CREATE = f"mutation($i: DraftOrderCreateInput!) {{ draftOrderCreate(input: $i) {{ order {{ {ORDER} }} {ERRORS} }} }}"
UPDATE = f"""mutation($id: ID, $ref: String, $i: DraftOrderInput!) {{
  draftOrderUpdate(id: $id, externalReference: $ref, input: $i) {{ order {{ {ORDER} }} {ERRORS} }} }}"""
COMPLETE = f"mutation($id: ID!) {{ draftOrderComplete(id: $id) {{ order {{ {ORDER} }} {ERRORS} }} }}"
LINES_CREATE = f"""mutation($id: ID!, $i: [OrderLineCreateInput!]!) {{
  orderLinesCreate(id: $id, input: $i) {{ order {{ {ORDER} }} orderLines {{ id quantity }} {ERRORS} }} }}"""
LINE_UPDATE = f"""mutation($id: ID!, $q: Int!) {{
  orderLineUpdate(id: $id, input: {{quantity: $q}}) {{ order {{ {ORDER} }} orderLine {{ quantity }} {ERRORS} }} }}"""
LINE_DELETE = f"""mutation($id: ID!) {{
  orderLineDelete(id: $id) {{ order {{ {ORDER} }} orderLine {{ id }} {ERRORS} }} }}"""
SHIPPING = f"""mutation($id: ID!, $i: OrderUpdateShippingInput!) {{
  orderUpdateShipping(order: $id, input: $i) {{ order {{ {ORDER} }} {ERRORS} }} }}"""
ADD = f"""mutation($id: ID!, $i: OrderDiscountCommonInput!) {{
  orderDiscountAdd(orderId: $id, input: $i) {{ order {{ {ORDER} }} {ERRORS} }} }}"""
CHANGE = f"""mutation($id: ID!, $i: OrderDiscountCommonInput!) {{
  orderDiscountUpdate(discountId: $id, input: $i) {{ order {{ {ORDER} }} {ERRORS} }} }}"""
TAKE = f"mutation($id: ID!) {{ orderDiscountDelete(discountId: $id) {{ order {{ {ORDER} }} {ERRORS} }} }}"
LINE_DISCOUNT = f"""mutation($id: ID!, $i: OrderDiscountCommonInput!) {{
  orderLineDiscountUpdate(orderLineId: $id, input: $i) {{
    order {{ {ORDER} }} orderLine {{ unitDiscount {{ amount }} }} {ERRORS} }} }}"""
LINE_RESTORE = f"""mutation($id: ID!) {{
  orderLineDiscountRemove(orderLineId: $id) {{ order {{ {ORDER} }} orderLine {{ id }} {ERRORS} }} }}"""


class Desk:
    """A shop with a member of staff's token, who writes drafts in it."""

    def __init__(self, **channel: Any) -> None:
        self.channel = make_channel(**channel)
        self.warehouse = make_warehouse(self.channel)
        self.token = create_app(name="desk", permissions=["MANAGE_ORDERS", "MANAGE_DISCOUNTS"], identifier="desk")[1]
        zone = ShippingZone(name="Japan")
        zone.country_codes = ["JP"]
        zone.save()
        zone.channels.add(self.channel)
        self.post = ShippingMethod.objects.create(zone=zone, name="Post", type="PRICE")
        ShippingMethodListing.objects.create(
            method=self.post, channel=self.channel, currency="JPY", price_amount=Decimal(550)
        )

    def variant(self, price: int = 1100, stock: int = 9) -> Any:
        return make_variant(self.channel, price=price, stock={self.warehouse: stock})

    def do(self, document: str, **variables: Any) -> dict[str, Any]:
        said = ask(document, variables, token=self.token)
        assert "errors" not in said, said["errors"]
        (answer,) = said["data"].values()
        return answer

    def draft(self, lines: dict[Any, int], **said: Any) -> dict[str, Any]:
        """Write a draft to Tokyo by post."""
        given = {
            "channelId": to_global_id("Channel", self.channel.pk),
            "lines": [
                {"variantId": to_global_id("ProductVariant", row.pk), "quantity": pieces}
                for row, pieces in lines.items()
            ],
            "shippingAddress": TOKYO,
            "billingAddress": TOKYO,
            "userEmail": "buyer@example.com",
            "shippingMethod": to_global_id("ShippingMethod", self.post.pk),
        }
        answer = self.do(CREATE, i=given | said)
        assert answer["errors"] == []
        return answer["order"]

    def voucher(self, code: str, value: int, **columns: Any) -> Voucher:
        voucher = Voucher.objects.create(name="まとめて", **columns)
        VoucherCode.objects.create(voucher=voucher, code=code)
        VoucherChannelListing.objects.create(
            voucher=voucher, channel=self.channel, discount_value=Decimal(value), currency="JPY"
        )
        return voucher


@pytest.fixture
def desk() -> Desk:
    return Desk()


def gross(order: dict[str, Any], name: str = "total") -> Any:
    return order[name]["gross"]["amount"]


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


def test_lines_are_added_changed_and_removed(desk: Desk) -> None:
    cup, bowl = desk.variant(1100), desk.variant(550)
    order = desk.draft({cup: 1})
    more = [
        {"variantId": to_global_id("ProductVariant", cup.pk), "quantity": 1},
        {"variantId": to_global_id("ProductVariant", bowl.pk), "quantity": 2, "price": "440"},
    ]

    added = desk.do(LINES_CREATE, id=order["id"], i=more)
    line = added["order"]["lines"][1]
    changed = desk.do(LINE_UPDATE, id=line["id"], q=5)
    none = desk.do(LINE_UPDATE, id=line["id"], q=0)
    gone = desk.do(LINE_DELETE, id=line["id"])

    assert [row["quantity"] for row in added["order"]["lines"]] == [2, 2]
    assert gross(added["order"]) == 2 * 1100 + 2 * 440 + 550
    assert gross(changed["order"]) == 2 * 1100 + 5 * 440 + 550
    assert [error["code"] for error in none["errors"]] == ["ZERO_QUANTITY"]
    assert gross(gone["order"]) == 2 * 1100 + 550
    assert gone["orderLine"] == {"id": line["id"]}


def test_an_unconfirmed_order_holds_stock_for_what_it_is_changed_to(desk: Desk) -> None:
    order = desk.draft({desk.variant(stock=5): 2})
    done = desk.do(COMPLETE, id=order["id"])["order"]
    line = done["lines"][0]["id"]

    desk.do(LINE_UPDATE, id=line, q=4)
    after_more = Stock.objects.get().quantity_allocated
    too_many = desk.do(LINE_UPDATE, id=line, q=6)
    desk.do(LINE_UPDATE, id=line, q=1)

    assert (after_more, Stock.objects.get().quantity_allocated) == (4, 1)
    assert [(row["field"], row["code"]) for row in too_many["errors"]] == [(None, "INSUFFICIENT_STOCK")]
    assert OrderLine.objects.get().quantity == 1


def test_a_reduction_of_the_order_is_spread_over_goods_and_delivery(desk: Desk) -> None:
    order = desk.draft({desk.variant(1100): 3})

    fixed = desk.do(ADD, id=order["id"], i={"valueType": "FIXED", "value": "385", "reason": "傷あり"})
    second = desk.do(ADD, id=order["id"], i={"valueType": "FIXED", "value": "1"})
    (row,) = fixed["order"]["discounts"]
    percent = desk.do(CHANGE, id=row["id"], i={"valueType": "PERCENTAGE", "value": "50"})
    back = desk.do(TAKE, id=row["id"])

    assert (row["type"], row["valueType"], row["value"], row["reason"]) == ("MANUAL", "FIXED", 385, "傷あり")
    assert row["amount"] == row["total"] == {"amount": 385}
    assert (gross(fixed["order"]), gross(fixed["order"], "subtotal")) == (3465, 2970)
    assert gross(fixed["order"], "shippingPrice") == 495
    assert gross(fixed["order"], "undiscountedTotal") == 3850
    assert [error["code"] for error in second["errors"]] == ["CANNOT_DISCOUNT"]
    assert gross(percent["order"]) == 1925
    assert (gross(back["order"]), back["order"]["discounts"]) == (3850, [])


@pytest.mark.parametrize(("kind", "value"), [("FIXED", "99999"), ("PERCENTAGE", "101")])
def test_a_reduction_cannot_exceed_the_whole(desk: Desk, kind: str, value: str) -> None:
    order = desk.draft({desk.variant(): 1})

    answer = desk.do(ADD, id=order["id"], i={"valueType": kind, "value": value})

    assert [(row["field"], row["code"]) for row in answer["errors"]] == [("value", "INVALID")]


def test_a_reduction_of_everything_costs_nothing(desk: Desk) -> None:
    order = desk.draft({desk.variant(): 1})

    free = desk.do(ADD, id=order["id"], i={"valueType": "PERCENTAGE", "value": "100"})["order"]
    done = desk.do(COMPLETE, id=order["id"])["order"]

    assert gross(free) == 0
    assert (gross(done), done["paymentStatusDisplay"]) == (0, "Fully charged")


def test_a_line_is_reduced_by_hand_and_restored(desk: Desk) -> None:
    order = desk.draft({desk.variant(1100): 2})
    line = order["lines"][0]["id"]

    reduced = desk.do(LINE_DISCOUNT, id=line, i={"valueType": "FIXED", "value": "100", "reason": "見切り"})
    restored = desk.do(LINE_RESTORE, id=line)

    shown = reduced["order"]["lines"][0]
    assert gross(reduced["order"], "subtotal") == 2000
    assert shown["unitDiscount"] == reduced["orderLine"]["unitDiscount"] == {"amount": 100}
    assert (shown["unitDiscountType"], shown["unitDiscountValue"]) == ("FIXED", 100)
    assert shown["unitDiscountReason"] == "見切り"
    assert shown["discounts"][0]["total"] == {"amount": 200}
    assert shown["discounts"][0]["unit"] == {"amount": 100}
    assert gross(restored["order"], "subtotal") == 2200
    assert restored["order"]["lines"][0]["discounts"] == []


@pytest.mark.parametrize(
    ("columns", "value", "subtotal", "shipping"),
    [
        ({"discount_value_type": "FIXED"}, 300, 2000, 550),
        ({"discount_value_type": "PERCENTAGE"}, 10, 2070, 550),
        ({"discount_value_type": "PERCENTAGE", "type": "SHIPPING"}, 100, 2300, 0),
        ({"discount_value_type": "FIXED", "type": "SPECIFIC_PRODUCT"}, 100, 2000, 550),
        ({"discount_value_type": "PERCENTAGE", "apply_once_per_order": True}, 50, 2100, 550),
        ({"discount_value_type": "FIXED"}, 99999, 0, 550),
    ],
)
def test_what_a_voucher_takes_off(
    desk: Desk, columns: dict[str, Any], value: int, subtotal: int, shipping: int
) -> None:
    desk.voucher("SAVE", value, **columns)

    order = desk.draft({desk.variant(1500): 1, desk.variant(400): 2}, voucherCode="SAVE")

    assert (order["voucherCode"], order["voucher"]) == ("SAVE", {"code": "SAVE"})
    assert (gross(order, "subtotal"), gross(order, "shippingPrice")) == (subtotal, shipping)
    assert gross(order, "undiscountedTotal") == 2850


def test_a_voucher_leaves_its_mark_and_can_be_taken_away(desk: Desk) -> None:
    desk.voucher("SAVE", 300)
    order = desk.draft({desk.variant(1500): 1}, voucherCode="SAVE")

    (row,) = order["discounts"]
    without = desk.do(UPDATE, id=order["id"], i={"voucherCode": None})["order"]

    assert (row["type"], row["reason"], row["name"]) == ("VOUCHER", "Voucher code: SAVE", "まとめて")
    assert (order["discount"], order["discountName"]) == ({"amount": 300}, "まとめて")
    assert (without["voucherCode"], without["discounts"], gross(without)) == (None, [], 2050)


def test_a_voucher_for_goods_marks_their_lines(desk: Desk) -> None:
    desk.voucher("SAVE", 100, type="SPECIFIC_PRODUCT", discount_value_type="FIXED")

    line = desk.draft({desk.variant(1500): 2}, voucherCode="SAVE")["lines"][0]

    assert line["unitDiscount"] == {"amount": 100}
    assert line["discounts"][0]["type"] == "VOUCHER"
    assert line["unitDiscountReason"] == "Voucher code: SAVE"


def test_drafts_use_vouchers_up_only_where_the_channel_says_so() -> None:
    desk = Desk(order_settings={"includeDraftOrderInVoucherUsage": True})
    desk.voucher("ONCE", 100, usage_limit=1)
    variant = desk.variant()
    order = desk.draft({variant: 1}, voucherCode="ONCE")

    channel = to_global_id("Channel", desk.channel.pk)
    second = desk.do(CREATE, i={"channelId": channel, "voucherCode": "ONCE"})
    used = VoucherCode.objects.get().used
    deleted = desk.do(
        "mutation($id: ID!) { draftOrderDelete(id: $id) { order { id } errors { code } } }", id=order["id"]
    )

    assert [row["code"] for row in second["errors"]] == ["INVALID_VOUCHER_CODE"]
    assert (used, VoucherCode.objects.get().used) == (1, 0)
    assert (deleted["errors"], Order.objects.count()) == ([], 0)


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
