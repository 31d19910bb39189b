"""What errors name beside their field and code: the goods, channels, warehouses and lines that were the matter."""

from __future__ import annotations

from decimal import Decimal

import pytest

from infra.engine.apps.actions import create_app
from infra.engine.customers import tokens
from infra.engine.customers.models import Group, User
from infra.engine.payments.models import TransactionItem
from infra.engine.products.models import ProductVariant, VariantChannelListing
from infra.engine.schema.ids import to_global_id, uuid_pk
from infra.engine.warehouses.models import Stock
from tests.engine.asking import ask, data_of
from tests.engine.commerce import make_channel, make_checkout, make_variant, make_warehouse
from tests.engine.desk import TOKYO, Desk
from tests.engine.shop import Shop

pytestmark = pytest.mark.django_db(databases=["engine"])
NOWHERE = "V2FyZWhvdXNlOjAwMDAwMDAwLTAwMDAtMDAwMC0wMDAwLTAwMDAwMDAwMDAwMA=="


@pytest.fixture
def shop():
    return Shop()


def answer(document, variables=None, *, token=""):
    said = ask(document, variables, token=token)
    assert "errors" not in said, said["errors"]
    return next(iter(said["data"].values()))


def test_rates_below_zero_name_their_classes(shop):
    tax_class = data_of("{ taxClasses(first: 1) { edges { node { id } } } }", token=shop.token)
    gid = tax_class["taxClasses"]["edges"][0]["node"]["id"]
    text = """mutation($r: [TaxClassRateInput!]!) { taxCountryConfigurationUpdate(countryCode: JP,
      updateTaxClassRates: $r) { taxCountryConfiguration { country { code } }
      errors { field code taxClassIds } } }"""

    said = answer(text, {"r": [{"taxClassId": gid, "rate": -1}]}, token=shop.token)

    assert said == {
        "taxCountryConfiguration": None,
        "errors": [
            {"field": "updateTaxClassRates", "code": "CANNOT_CREATE_NEGATIVE_RATE", "taxClassIds": [gid]},
        ],
    }


def test_a_value_that_a_product_has_not_is_not_moved(shop):
    product = shop.product()
    text = """mutation($p: ID!, $a: ID!, $m: [ReorderInput!]!) { productReorderAttributeValues(productId: $p,
      attributeId: $a, moves: $m) { product { id } errors { field code values } } }"""
    strange = to_global_id("AttributeValue", 99999)

    said = answer(text, {"p": product, "a": shop.note, "m": [{"id": strange, "sortOrder": 1}]}, token=shop.token)

    assert said == {"product": None, "errors": [{"field": "moves", "code": "NOT_FOUND", "values": [strange]}]}


def test_goods_without_a_variant_join_no_voucher(shop):
    product = shop.product()
    ProductVariant.objects.all().delete()
    voucher = shop.make(
        "voucherCreate(input: $i) { voucher { id }",
        "VoucherInput",
        {"name": "Off", "addCodes": ["OFF"], "discountValueType": "FIXED", "type": "SPECIFIC_PRODUCT"},
    )["voucher"]["id"]
    text = """mutation($v: ID!, $p: [ID!]) { voucherCataloguesAdd(id: $v, input: {products: $p}) {
      voucher { id } errors { field code products } } }"""

    said = answer(text, {"v": voucher, "p": [product]}, token=shop.token)

    code = "CANNOT_MANAGE_PRODUCT_WITHOUT_VARIANT"
    assert said["errors"] == [{"field": "products", "code": code, "products": [product]}]


BULK = """mutation($p: ID!, $v: [ProductVariantBulkCreateInput!]!) {
  productVariantBulkCreate(product: $p, variants: $v) {
  count errors { field code index channels }
  results { errors { field code path channels warehouses } } } }"""


def test_a_variant_of_a_bulk_names_the_channels_and_warehouses_that_were_wrong(shop):
    product = shop.product()
    elsewhere = to_global_id("Channel", make_channel().pk)
    listings = [{"channelId": shop.channel, "price": 1}] * 2 + [{"channelId": elsewhere, "price": 1}]
    stocks = [{"warehouse": NOWHERE, "quantity": 1}]
    given = [{"attributes": [], "sku": "X", "channelListings": listings, "stocks": stocks}]

    said = answer(BULK, {"p": product, "v": given}, token=shop.token)

    twice = {"field": "channelId", "code": "DUPLICATED_INPUT_ITEM", "channels": [shop.channel]}
    strange = {"field": "channelId", "code": "PRODUCT_NOT_ASSIGNED_TO_CHANNEL", "channels": [elsewhere]}
    assert said["results"][0]["errors"] == [
        {**twice, "path": "channelListings.0.channelId", "warehouses": None},
        {**twice, "path": "channelListings.1.channelId", "warehouses": None},
        {**strange, "path": "channelListings.2.channelId", "warehouses": None},
        {
            "field": "warehouse",
            "code": "NOT_FOUND",
            "path": "stocks.0.warehouse",
            "channels": None,
            "warehouses": [NOWHERE],
        },
    ]
    assert {**strange, "index": 0} in said["errors"]


def test_a_price_that_a_variant_has_is_changed_and_not_made_again(shop):
    """In a bulk that changes variants `create` is for channels the variant is not sold in."""
    product = shop.product()
    variant = to_global_id("ProductVariant", ProductVariant.objects.get().pk)
    text = """mutation($p: ID!, $v: [ProductVariantBulkUpdateInput!]!) { productVariantBulkUpdate(product: $p,
      variants: $v) { count results { errors { field code path message channels } } } }"""
    given = [{"id": variant, "channelListings": {"create": [{"channelId": shop.channel, "price": 1}]}}]

    said = answer(text, {"p": product, "v": given}, token=shop.token)

    message = "Channel listing already exists for this variant. "
    message += "Use the `update` field to modify an existing channel listing."
    assert said["count"] == 0
    assert said["results"][0]["errors"] == [
        {
            "field": "channelId",
            "code": "DUPLICATED_INPUT_ITEM",
            "path": "channelListings.create.0.channelId",
            "message": message,
            "channels": [shop.channel],
        }
    ]
    assert VariantChannelListing.objects.get().price_amount == Decimal(3980)


def test_a_product_of_a_bulk_names_the_warehouses_of_its_variants(shop):
    text = """mutation($p: [ProductBulkCreateInput!]!) { productBulkCreate(products: $p) { count
      results { errors { path code warehouses channels } } } }"""
    variant = {"attributes": [], "sku": "Y", "stocks": [{"warehouse": NOWHERE, "quantity": 1}]}
    given = [{"name": "New", "productType": shop.type, "category": shop.category, "variants": [variant]}]

    said = answer(text, {"p": given}, token=shop.token)

    path = "variants.0.stocks.0.warehouse"
    wrong = {"path": path, "code": "NOT_FOUND", "warehouses": [NOWHERE], "channels": None}
    assert said == {"count": 0, "results": [{"errors": [wrong]}]}


def test_attributes_that_variants_have_not_are_named_in_bulks(shop):
    text = """mutation($p: [ProductBulkCreateInput!]!) { productBulkCreate(products: $p) { count
      results { errors { path code attributes } } } }"""
    variant = {"attributes": [{"id": shop.note, "plainText": "x"}], "sku": "Z"}
    given = [{"name": "New", "productType": shop.type, "category": shop.category, "variants": [variant]}]
    product = shop.product()

    whole = answer(text, {"p": given}, token=shop.token)
    alone = answer(BULK, {"p": product, "v": [variant]}, token=shop.token)

    (first, second) = whole["results"][0]["errors"]
    path = "variants.0.attributes"
    assert first == {"path": path, "code": "ATTRIBUTE_CANNOT_BE_ASSIGNED", "attributes": [shop.note]}
    assert (second["path"], second["code"]) == (path, "NOT_FOUND")
    codes = ["ATTRIBUTE_CANNOT_BE_ASSIGNED", "NOT_FOUND"]
    assert [error["code"] for error in alone["results"][0]["errors"]] == codes
    assert [error["code"] for error in alone["errors"]] == codes


def test_a_cart_becomes_no_order_and_its_missing_goods_are_named():
    channel = make_channel()
    variant = make_variant(channel, stock={make_warehouse(channel): 5})
    cart = make_checkout(channel, {variant: 2})
    token = create_app(name="orders", permissions=["HANDLE_CHECKOUTS"], identifier="orders")[1]
    text = """mutation($id: ID!) { orderCreateFromCheckout(id: $id) { order { id }
      errors { field code variants } } }"""
    Stock.objects.update(quantity=1)

    said = answer(text, {"id": to_global_id("Checkout", cart.pk)}, token=token)

    gid = to_global_id("ProductVariant", variant.pk)
    assert said == {"order": None, "errors": [{"field": None, "code": "INSUFFICIENT_STOCK", "variants": [gid]}]}


def paid(gid):
    """Return the id of a payment of ten for an order."""
    row = TransactionItem.objects.create(order_id=uuid_pk(gid, "Order"), currency="JPY", charged_value=Decimal(10))
    return to_global_id("TransactionItem", row.pk)


def test_which_address_of_a_draft_is_wrong():
    desk = Desk()
    text = """mutation($i: DraftOrderCreateInput!) { draftOrderCreate(input: $i) { order { id }
      errors { field code addressType } } }"""
    wrong = {**TOKYO, "postalCode": "x"}
    given = {"channelId": to_global_id("Channel", desk.channel.pk), "shippingAddress": TOKYO, "billingAddress": wrong}

    said = desk.do(text, i=given)

    assert said["order"] is None
    assert said["errors"] == [{"field": "postalCode", "code": "INVALID", "addressType": "BILLING"}]


def test_lines_of_a_refund_that_are_none_of_the_order_are_named():
    desk = Desk()
    order = desk.do(
        "mutation($id: ID!) { draftOrderComplete(id: $id) { order { id } errors { code } } }",
        id=desk.draft({desk.variant(): 1})["id"],
    )["order"]["id"]
    create = """mutation($id: ID!, $i: OrderGrantRefundCreateInput!) { orderGrantRefundCreate(id: $id, input: $i) {
      order { id } grantedRefund { id } errors { field code lines { field code lineId } } } }"""
    change = """mutation($id: ID!, $i: OrderGrantRefundUpdateInput!) { orderGrantRefundUpdate(id: $id, input: $i) {
      order { id } errors { field code addLines { field code message lineId } } } }"""
    strange = to_global_id("OrderLine", "00000000-0000-0000-0000-000000000000")
    transaction = paid(order)

    def lines(gid, quantity=1):
        return [{"id": gid, "quantity": quantity}]

    refused = desk.do(create, id=order, i={"lines": lines(strange), "transactionId": transaction})
    made = desk.do(create, id=order, i={"amount": 10, "transactionId": transaction})
    changed = desk.do(change, id=made["grantedRefund"]["id"], i={"addLines": lines(strange)})

    assert refused["errors"] == [
        {"field": "lines", "code": "INVALID", "lines": [{"field": "id", "code": "NOT_FOUND", "lineId": strange}]}
    ]
    assert (made["order"], made["errors"]) == ({"id": order}, [])
    assert changed["errors"] == [
        {
            "field": "addLines",
            "code": "INVALID",
            "addLines": [
                {
                    "field": "id",
                    "code": "NOT_FOUND",
                    "message": "Could not resolve to a line.",
                    "lineId": strange,
                }
            ],
        }
    ]


def test_a_gateway_that_is_none_is_said_gateway_by_gateway():
    channel = make_channel()
    cart = make_checkout(channel, {make_variant(channel, stock={make_warehouse(channel): 5}): 1})
    text = """mutation($id: ID!) { paymentGatewayInitialize(id: $id, paymentGateways: [{id: "nobody"}]) {
      gatewayConfigs { id data errors { field message code } } errors { code } } }"""

    said = answer(text, {"id": to_global_id("Checkout", cart.pk)})

    message = "Active app with `HANDLE_PAYMENT` permissions or app webhook not found."
    wrong = {"field": "id", "message": message, "code": "NOT_FOUND"}
    assert said == {"gatewayConfigs": [{"id": "nobody", "data": None, "errors": [wrong]}], "errors": []}


def test_who_is_no_staff_and_groups_that_are_none_are_not_deleted():
    boss = User.objects.create(email="boss@example.com", is_staff=True, is_superuser=True, is_confirmed=True)
    texts = {
        "staffDelete": ("staffDelete(id: $id) { user { id } errors { field code } }", to_global_id("User", 99999)),
        "permissionGroupDelete": (
            "permissionGroupDelete(id: $id) { group { id } errors { field } }",
            to_global_id("Group", 99999),
        ),
    }
    for field, gid in texts.values():
        said = answer(f"mutation($id: ID!) {{ {field} }}", {"id": gid}, token=tokens.access_token(boss))
        assert [error["field"] for error in said["errors"]] == ["id"]


def test_staff_delete_no_group_beyond_their_own_nor_the_last_that_holds_a_right():
    """What a group gives must be given by another one, and nobody reaches channels of others by deleting."""
    here, there = make_channel(), make_channel()
    clerk = User.objects.create(email="clerk@example.com", is_staff=True, is_confirmed=True)
    own = Group.objects.create(name="own", permissions=["MANAGE_STAFF"], restricted_access_to_channels=True)
    own.users.add(clerk)
    own.channels.add(here)
    groups = {}
    for name, rights, channels in (
        ("wider", ["MANAGE_STAFF", "MANAGE_ORDERS"], [here]),
        ("elsewhere", ["MANAGE_STAFF"], [there]),
        ("everywhere", ["MANAGE_STAFF"], None),
        ("alike", ["MANAGE_STAFF"], [here]),
    ):
        row = Group.objects.create(name=name, permissions=rights, restricted_access_to_channels=channels is not None)
        row.channels.add(*channels or [])
        groups[name] = row
    text = """mutation($id: ID!) { permissionGroupDelete(id: $id) { group { name }
      errors { field code permissions } } }"""

    def delete(row):
        said = answer(text, {"id": to_global_id("Group", row.pk)}, token=tokens.access_token(clerk))
        return said["group"] or (said["errors"][0]["code"], said["errors"][0]["field"])

    assert delete(groups["wider"]) == ("OUT_OF_SCOPE_PERMISSION", None)
    assert delete(groups["elsewhere"]) == delete(groups["everywhere"]) == ("OUT_OF_SCOPE_CHANNEL", None)
    assert delete(own) == ("LEFT_NOT_MANAGEABLE_PERMISSION", "id")
    join = """mutation($id: ID!, $u: [ID!]) { permissionGroupUpdate(id: $id, input: {addUsers: $u}) {
      group { name } errors { field code } } }"""
    given = {"id": to_global_id("Group", groups["everywhere"].pk), "u": [to_global_id("User", clerk.pk)]}
    joined = answer(join, given, token=tokens.access_token(clerk))
    assert joined == {"group": None, "errors": [{"field": None, "code": "OUT_OF_SCOPE_CHANNEL"}]}
    other = User.objects.create(email="other@example.com", is_staff=True)
    groups["alike"].users.add(other)
    assert delete(own) == ("CANNOT_REMOVE_FROM_LAST_GROUP", "id")
    groups["alike"].users.add(clerk)
    assert delete(own) == {"name": "own"}
    assert set(Group.objects.values_list("name", flat=True)) == set(groups)


def test_deleting_a_group_reads_no_customers(monkeypatch):
    """A shop has a million of them."""
    clerk = User.objects.create(email="clerk@example.com", is_staff=True, is_confirmed=True)
    row = Group.objects.create(name="own", permissions=["MANAGE_STAFF"])
    row.users.add(clerk)
    User.objects.bulk_create([User(email=f"shopper{number}@example.com") for number in range(30)])
    token, read, from_db = tokens.access_token(clerk), [], User.from_db

    def counted(*args):
        read.append(from_db(*args))
        return read[-1]

    monkeypatch.setattr(User, "from_db", counted)
    text = "mutation($id: ID!) { permissionGroupDelete(id: $id) { errors { code } } }"
    said = answer(text, {"id": to_global_id("Group", row.pk)}, token=token)
    assert said["errors"] == [{"code": "LEFT_NOT_MANAGEABLE_PERMISSION"}]
    assert {user.email for user in read} <= {"clerk@example.com"}
