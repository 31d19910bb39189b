"""A desk at which staff writes drafts, and the questions it asks."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from infra.engine.apps.actions import create_app
from infra.engine.discounts.models import Voucher, VoucherChannelListing, VoucherCode
from infra.engine.schema.ids import to_global_id
from infra.engine.shipping.models import ShippingMethod, ShippingMethodListing, ShippingZone
from tests.engine.asking import ask
from tests.engine.commerce import make_channel, make_variant, make_warehouse

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


def gross(order: dict[str, Any], name: str = "total") -> Any:
    return order[name]["gross"]["amount"]
