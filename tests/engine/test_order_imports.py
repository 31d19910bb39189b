"""Orders brought along from elsewhere: what is stored of a batch and what is not, to the piece and to the yen."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from infra.engine.apps.models import App
from infra.engine.deliveries.models import EventDelivery
from infra.engine.giftcards.models import GiftCard
from infra.engine.orders.models import Fulfillment, Order, OrderLine
from infra.engine.schema.ids import to_global_id
from infra.engine.shipping.models import ShippingMethod, ShippingZone
from infra.engine.warehouses.models import Allocation, Stock
from tests.engine.asking import ask, data_of, staff_token
from tests.engine.commerce import make_channel, make_variant, make_warehouse, reduced_class
from tests.engine.test_deliveries import make_webhook

pytestmark = pytest.mark.django_db(databases=["engine"])
LONG_AGO = "2025-04-05T06:07:08+00:00"
TOKYO = {
    "country": "JP",
    "postalCode": "105-0011",
    "countryArea": "東京都",
    "city": "港区",
    "streetAddress1": "芝公園4-2-8",
    "lastName": "試験",
    "firstName": "花子",
}
IMPORT = """mutation($orders: [OrderBulkCreateInput!]!, $e: ErrorPolicyEnum, $s: StockUpdatePolicyEnum) {
  orderBulkCreate(orders: $orders, errorPolicy: $e, stockUpdatePolicy: $s) {
    count results { order { id number status weight { value } total { net { amount } gross { amount } }
      giftCards { id } lines { id quantity quantityFulfilled unitPrice { gross { amount } } } fulfillments { id } }
      errors { path code message } } } }"""


class Shop:
    """One variant, ten pieces of it in one of two warehouses; prices as in a small shop."""

    def __init__(self) -> None:
        self.token = staff_token()
        self.channel = make_channel()
        self.warehouse, self.empty = make_warehouse(self.channel), make_warehouse(self.channel)
        self.variant = make_variant(self.channel, stock={self.warehouse: 10}, weight_g=Decimal(300))
        self.tax = to_global_id("TaxClass", reduced_class().pk)

    def line(self, quantity: int = 1, **more: Any) -> dict[str, Any]:
        price = {"gross": 1080 * quantity, "net": 1000 * quantity}
        said = {
            "variantId": to_global_id("ProductVariant", self.variant.pk),
            "createdAt": LONG_AGO,
            "isShippingRequired": False,
            "isGiftCard": False,
            "quantity": quantity,
            "totalPrice": price,
            "undiscountedTotalPrice": price,
            "warehouse": to_global_id("Warehouse", self.warehouse.pk),
            "taxClassId": self.tax,
            **more,
        }
        return {name: value for name, value in said.items() if value is not None}

    def order(self, *lines: dict[str, Any], sent: int = 0, **more: Any) -> dict[str, Any]:
        """`sent` pieces of the first line have left already, all of them or none."""
        lines = lines or (self.line(),)
        parcel = {"quantity": sent, "orderLineIndex": 0}
        parcel |= {name: lines[0][name] for name in ("variantId", "warehouse") if name in lines[0]}
        return {
            "channel": self.channel.slug,
            "createdAt": LONG_AGO,
            "status": "FULFILLED" if sent else "UNFULFILLED",
            "user": {"email": "old@example.com"},
            "billingAddress": TOKYO,
            "currency": "JPY",
            "languageCode": "JA",
            "lines": list(lines),
            **({"fulfillments": [{"lines": [parcel]}]} if sent else {}),
            **more,
        }

    def bring(self, *orders: dict[str, Any], e: str | None = None, s: str | None = None) -> dict[str, Any]:
        return data_of(IMPORT, {"orders": list(orders), "e": e, "s": s}, token=self.token)["orderBulkCreate"]

    @property
    def left(self) -> tuple[int, int]:
        stock = Stock.objects.get(variant=self.variant, warehouse=self.warehouse)
        return stock.quantity, stock.quantity_allocated


@pytest.fixture
def shop() -> Shop:
    return Shop()


def codes(answer: dict[str, Any]) -> list[list[tuple[str, str]]]:
    return [[(error["path"], error["code"]) for error in row["errors"]] for row in answer["results"]]


def test_an_order_keeps_when_it_was_made_and_what_it_cost(shop: Shop) -> None:
    made = shop.bring(shop.order(shop.line(3), sent=3))

    order = Order.objects.get()
    assert made["count"] == 1
    assert order.created_at == datetime(2025, 4, 5, 6, 7, 8, tzinfo=UTC)
    assert (order.origin, order.status, order.total_net, order.total_gross) == ("BULK_CREATE", "FULFILLED", 3000, 3240)
    assert made["results"][0]["order"]["number"] == str(order.number)
    assert shop.left == (7, 0)
    assert Allocation.objects.count() == 0


def test_what_was_not_sent_takes_nothing_from_the_stock(shop: Shop) -> None:
    shop.bring(shop.order(shop.line(4)))

    assert shop.left == (10, 0)


def test_nothing_is_stored_when_one_is_wrong(shop: Shop) -> None:
    late = shop.order(createdAt="2099-01-01T00:00:00+00:00")

    made = shop.bring(shop.order(shop.line(2), sent=2), late)

    assert (made["count"], Order.objects.count(), Fulfillment.objects.count()) == (0, 0, 0)
    assert ("created_at", "FUTURE_DATE") in codes(made)[1]
    assert shop.left == (10, 0)


def test_a_rejected_row_takes_no_pieces_from_those_that_stand(shop: Shop) -> None:
    wrong = shop.order(shop.line(6), sent=6, createdAt="2099-01-01T00:00:00+00:00")
    right = shop.order(shop.line(7), sent=7)

    made = shop.bring(wrong, right, e="REJECT_FAILED_ROWS")

    assert [row["order"] is not None for row in made["results"]] == [False, True]
    assert shop.left == (3, 0)


def test_rows_before_one_without_stock_stand_whatever_the_policy(shop: Shop) -> None:
    made = shop.bring(*(shop.order(shop.line(4), sent=4) for _ in range(3)))

    assert codes(made) == [[], [], [("lines.0", "INSUFFICIENT_STOCK")]]
    assert (made["count"], shop.left) == (2, (2, 0))


def test_pieces_still_to_be_sent_are_not_there_for_later_rows(shop: Shop) -> None:
    made = shop.bring(shop.order(shop.line(8)), shop.order(shop.line(3), sent=3))

    assert codes(made) == [[], [("lines.0", "INSUFFICIENT_STOCK")]]
    assert shop.left == (10, 0)


def test_force_takes_what_is_not_there_and_skip_takes_nothing(shop: Shop) -> None:
    shop.bring(shop.order(shop.line(12), sent=12), s="FORCE")
    assert shop.left == (-2, 0)

    shop.bring(shop.order(shop.line(12), sent=12), s="SKIP")
    assert shop.left == (-2, 0)
    assert OrderLine.objects.filter(quantity_fulfilled=12).count() == 2


@pytest.mark.parametrize("policy", ["UPDATE", "FORCE", "SKIP"])
@pytest.mark.parametrize("sent", [2, -1])
def test_no_more_than_was_ordered_and_no_less_than_a_piece_was_sent(shop: Shop, policy: str, sent: int) -> None:
    made = shop.bring(shop.order(shop.line(1), sent=sent), e="IGNORE_FAILED", s=policy)

    assert made["count"] == 0
    assert "INVALID_QUANTITY" in {code for _, code in codes(made)[0]}
    assert shop.left == (10, 0)


def test_a_reference_is_given_once_also_within_a_batch(shop: Shop) -> None:
    twice = [shop.order(externalReference="old-1"), shop.order(externalReference="old-1")]

    first = shop.bring(*twice, e="REJECT_FAILED_ROWS")
    again = shop.bring(twice[0])

    assert codes(first) == [[], [("external_reference", "UNIQUE")]]
    assert codes(again) == [[("external_reference", "UNIQUE")]]
    assert Order.objects.count() == 1


def test_more_than_fifty_orders_are_refused(shop: Shop) -> None:
    made = shop.bring(*[shop.order()] * 51)

    assert made["count"] == 0
    assert [error["code"] for error in made["results"][0]["errors"]] == ["BULK_LIMIT"]
    assert Order.objects.count() == 0


def test_only_who_may_import_orders_imports_them(shop: Shop) -> None:
    App.objects.update(permissions=["MANAGE_ORDERS"])

    answer = ask(IMPORT, {"orders": [shop.order()]}, token=shop.token)

    assert answer["errors"][0]["extensions"]["exception"]["code"] == "PermissionDenied"
    assert Order.objects.count() == 0


def test_the_statements_do_not_grow_with_the_orders(shop: Shop) -> None:
    def cost(number: int) -> int:
        orders = [
            shop.order(shop.line(1, unitDiscountReason=str(index)), shop.line(), notes=[{"message": "x"}])
            for index in range(number)
        ]
        with CaptureQueriesContext(connections["engine"]) as seen:
            shop.bring(*orders, s="FORCE")
        return len(seen.captured_queries)

    cost(1)
    assert cost(10) <= cost(1) + 1


def test_one_event_tells_of_all_orders_that_were_stored(shop: Shop) -> None:
    query = """subscription { event { issuedAt version issuingPrincipal { __typename } recipient { name }
      ... on OrderBulkCreated { orders { externalReference total { gross { amount } } } } } }"""
    make_webhook("ORDER_BULK_CREATED", query=query, permissions=("MANAGE_ORDERS",))

    bad = shop.order(shop.line(0))
    shop.bring(shop.order(externalReference="a"), bad, shop.order(externalReference="b"), e="REJECT_FAILED_ROWS")

    (delivery,) = EventDelivery.objects.all()
    told = json.loads(delivery.payload or "")
    assert [row["externalReference"] for row in told["orders"]] == ["a", "b"]
    assert told["recipient"] == {"name": "ears"}


def test_goods_are_found_by_their_number_too(shop: Shop) -> None:
    by_sku = shop.line(2, variantId=None, variantSku=shop.variant.sku)

    made = shop.bring(shop.order(by_sku))

    assert (made["count"], OrderLine.objects.get().variant_id) == (1, shop.variant.pk)


def test_yen_have_no_decimals(shop: Shop) -> None:
    odd = {"gross": "1000.4", "net": "926.6"}

    shop.bring(shop.order(shop.line(3, totalPrice=odd, undiscountedTotalPrice=odd)))

    line, order = OrderLine.objects.get(), Order.objects.get()
    assert (line.total_gross, line.total_net, line.unit_gross) == (1000, 927, 333)
    assert (order.total_gross, order.total_net) == (1000, 927)
    assert line.tax_rate == Decimal("0.0787")


def test_a_price_too_high_to_be_kept_is_refused(shop: Shop) -> None:
    much = {"gross": "1e20", "net": "1e20"}

    made = shop.bring(shop.order(shop.line(1, totalPrice=much, undiscountedTotalPrice=much)))

    assert ("lines.0.undiscounted_total_price", "PRICE_ERROR") in codes(made)[0]


def test_gift_cards_are_noted_and_nothing_is_taken_from_them(shop: Shop) -> None:
    money = {"initial_balance_amount": Decimal(500), "current_balance_amount": Decimal(500), "currency": "JPY"}
    card = GiftCard.objects.create(code="ABCD-EFGH-1", **money)

    made = shop.bring(shop.order(giftCards=[card.code, card.code]))

    assert len(made["results"][0]["order"]["giftCards"]) == 1
    card.refresh_from_db()
    assert card.current_balance_amount == 500


def test_an_order_that_was_not_weighed_weighs_what_its_goods_do(shop: Shop) -> None:
    made = shop.bring(shop.order(shop.line(2), weight="1.5"))
    order = made["results"][0]["order"]
    assert order["weight"] == {"value": 1.5}

    Order.objects.update(weight_g=None)

    seen = data_of("query($id: ID!) { order(id: $id) { weight { unit value } } }", {"id": order["id"]})
    assert seen["order"]["weight"] == {"unit": "KG", "value": 0.6}


BROUGHT = """query($id: ID!) { order(id: $id) {
  languageCode trackingClientId shippingMethodName shippingTaxClassName
  shippingTaxClassMetadata { key value } shippingTaxClassPrivateMetadata { key value }
  invoices { id number url externalUrl status createdAt updatedAt order { id }
    metadata { key value } metafield(key: "a") metafields(keys: ["a"])
    privateMetadata { key value } privateMetafield(key: "a") privateMetafields(keys: ["a"]) } } }"""


def test_what_is_written_elsewhere_is_shown_as_it_was(shop: Shop) -> None:
    pair = [{"key": "a", "value": "b"}]
    zone = ShippingZone.objects.create(name="zone", countries=",JP,")
    method = ShippingMethod.objects.create(zone=zone, name="郵便", type="PRICE")
    delivery = {
        "shippingMethodId": to_global_id("ShippingMethod", method.pk),
        "shippingMethodName": "むかしの郵便",
        "shippingPrice": {"gross": 550, "net": 500},
        "shippingTaxClassId": shop.tax,
        "shippingTaxClassName": "送料",
        "shippingTaxClassMetadata": pair,
        "shippingTaxClassPrivateMetadata": pair,
    }
    invoice = {"createdAt": LONG_AGO, "number": "INV-1", "url": "http://example.com/i.pdf", "metadata": pair}
    said = shop.order(
        shop.line(isShippingRequired=True),
        deliveryMethod=delivery,
        invoices=[invoice | {"privateMetadata": pair}],
        languageCode="PT_BR",
    )

    gid = shop.bring(said)["results"][0]["order"]["id"]

    order = data_of(BROUGHT, {"id": gid}, token=shop.token)["order"]
    (shown,) = order.pop("invoices")
    assert order == {
        "languageCode": "pt-br",
        "trackingClientId": "",
        "shippingMethodName": "むかしの郵便",
        "shippingTaxClassName": "送料",
        "shippingTaxClassMetadata": pair,
        "shippingTaxClassPrivateMetadata": pair,
    }
    assert (shown["number"], shown["url"], shown["externalUrl"]) == ("INV-1", invoice["url"], invoice["url"])
    assert (shown["status"], shown["createdAt"], shown["order"]) == ("SUCCESS", LONG_AGO, {"id": gid})
    assert shown["metadata"] == shown["privateMetadata"] == pair
    assert shown["metafields"] == shown["privateMetafields"] == {"a": "b"}
    stranger = ask(BROUGHT, {"id": gid})
    assert stranger["errors"][0]["extensions"]["exception"]["code"] == "PermissionDenied"


FULFILL = """mutation($order: ID!, $input: OrderFulfillInput!) { orderFulfill(order: $order, input: $input) {
  fulfillments { id status } errors { field code } } }"""
CANCEL = """mutation($id: ID!, $input: FulfillmentCancelInput) { orderFulfillmentCancel(id: $id, input: $input) {
  order { status } errors { field code } } }"""


def test_what_was_brought_along_can_be_sent_and_come_back(shop: Shop) -> None:
    warehouse = to_global_id("Warehouse", shop.warehouse.pk)
    order = shop.bring(shop.order(shop.line(4)))["results"][0]["order"]

    said = {"lines": [{"orderLineId": order["lines"][0]["id"], "stocks": [{"quantity": 4, "warehouse": warehouse}]}]}
    sent = data_of(FULFILL, {"order": order["id"], "input": said}, token=shop.token)["orderFulfill"]
    assert shop.left == (6, 0)

    if sent["fulfillments"][0]["status"] == "FULFILLED":
        variables = {"id": sent["fulfillments"][0]["id"], "input": {"warehouseId": warehouse}}
        data_of(CANCEL, variables, token=shop.token)
        assert shop.left == (10, 4)


def test_what_had_left_before_can_come_back(shop: Shop) -> None:
    order = shop.bring(shop.order(shop.line(4), sent=4))["results"][0]["order"]
    assert shop.left == (6, 0)

    warehouse = to_global_id("Warehouse", shop.warehouse.pk)
    variables = {"id": order["fulfillments"][0]["id"], "input": {"warehouseId": warehouse}}
    data_of(CANCEL, variables, token=shop.token)

    assert shop.left == (10, 4)
    assert Order.objects.get().status == "UNFULFILLED"
