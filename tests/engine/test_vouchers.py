"""Vouchers as clients make, read and use them, and what apps are told of them."""

from __future__ import annotations

import json

import pytest

from infra.engine.deliveries.models import EventDelivery
from infra.engine.discounts.models import Voucher, VoucherCode
from infra.engine.schema.ids import to_global_id
from tests.engine.asking import ask, data_of
from tests.engine.commerce import make_channel, make_checkout, make_variant, make_warehouse
from tests.engine.shop import Shop
from tests.engine.vouchers import make_order_rule, make_voucher, on_cart

pytestmark = pytest.mark.django_db(databases=["default", "engine"])
WHOLE = """id name code usageLimit used type discountValueType startDate endDate applyOncePerOrder applyOncePerCustomer
  singleUse onlyForStaff minCheckoutItemsQuantity countries { code country } discountValue currency
  minSpent { amount currency } metadata { key value } privateMetadata { key value }
  codes(first: 5) { totalCount pageInfo { hasNextPage } edges { cursor node { id code used isActive createdAt } } }
  products(first: 5) { edges { node { id } } } variants(first: 5) { edges { node { id } } }
  categories(first: 5) { edges { node { id } } } collections(first: 5) { edges { node { id } } }
  translation(languageCode: JA) { id name language { code language }
    translatableContent { id voucherId name translation(languageCode: JA) { name } } }
  channelListings { id channel { slug } discountValue currency minSpent { amount } }"""
CREATE = (
    "mutation($i: VoucherInput!) { voucherCreate(input: $i) { voucher { id } errors { field code voucherCodes } } }"
)
UPDATE = """mutation($id: ID!, $i: VoucherInput!) { voucherUpdate(id: $id, input: $i) {
  voucher { id } errors { field code voucherCodes } } }"""
PRICE = """mutation($id: ID!, $i: VoucherChannelListingInput!) { voucherChannelListingUpdate(id: $id, input: $i) {
  voucher { channelListings { discountValue } } errors { field code channels } } }"""
ADD = """mutation($id: ID!, $code: String!) { checkoutAddPromoCode(id: $id, promoCode: $code) {
  checkout { voucherCode discount { amount } discountName translatedDiscountName
    lines { isGift priorUnitPrice { amount } priorTotalPrice { amount } totalPrice { gross { amount } } } }
  errors { field code } } }"""


@pytest.fixture
def shop() -> Shop:
    return Shop()


def create(shop, **said):
    return data_of(CREATE, {"i": {"addCodes": ["A1"], **said}}, token=shop.token)["voucherCreate"]["voucher"]["id"]


def refused(document, variables, token):
    payload = next(iter(ask(document, variables, token=token)["data"].values()))
    return [(error["field"], error["code"]) for error in payload["errors"]]


def test_a_voucher_is_read_as_it_was_made(shop) -> None:
    product = shop.product()
    said = {
        "name": "夏", "type": "SPECIFIC_PRODUCT", "usageLimit": 3, "countries": ["JP"], "products": [product],
        "minCheckoutItemsQuantity": 2, "applyOncePerCustomer": True, "endDate": "2098-01-01T00:00:00+00:00",
        "categories": [shop.category],
    }  # fmt: skip
    pk = create(shop, **said)
    listing = {"addChannels": [{"channelId": shop.channel, "discountValue": 250, "minAmountSpent": 1000}]}
    data_of(PRICE, {"id": pk, "i": listing}, token=shop.token)
    text = """mutation($id: ID!) { voucherTranslate(id: $id, languageCode: JA, input: {name: "券"}) {
      voucher { id } errors { code } } }"""
    data_of(text, {"id": pk}, token=shop.token)

    read = f'query($id: ID!) {{ voucher(id: $id, channel: "jp") {{ {WHOLE} }} }}'
    found = data_of(read, {"id": pk}, token=shop.token)["voucher"]

    assert (found["name"], found["code"], found["used"], found["usageLimit"]) == ("夏", "A1", 0, 3)
    assert (found["discountValue"], found["currency"], found["minSpent"]["amount"]) == (250, "JPY", 1000)
    assert [edge["node"]["id"] for edge in found["products"]["edges"]] == [product]
    assert found["countries"] == [{"code": "JP", "country": "Japan"}]
    assert found["translation"]["name"] == "券"
    assert found["translation"]["translatableContent"]["name"] == "夏"
    assert found["codes"]["totalCount"] == 1


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"addCodes": ["A1"]}, [("codes", "ALREADY_EXISTS")]),
        ({"addCodes": ["B", "B"]}, [("codes", "DUPLICATED_INPUT_ITEM")]),
        ({"code": "A1"}, [("code", "ALREADY_EXISTS")]),
        ({"code": "B", "addCodes": ["C"]}, [(None, "GRAPHQL_ERROR")]),
        ({}, [(None, "GRAPHQL_ERROR")]),
        (
            {"code": "B", "startDate": "2026-02-01T00:00:00Z", "endDate": "2026-01-01T00:00:00Z"},
            [("endDate", "INVALID")],
        ),
    ],
)
def test_what_cannot_be_made_is_named(shop, said, expected) -> None:
    create(shop)

    assert refused(CREATE, {"i": said}, shop.token) == expected
    assert Voucher.objects.count() == 1


@pytest.mark.parametrize(
    ("kind", "row", "expected"),
    [
        ("FIXED", {"discountValue": 10.5}, [("discountValue", "INVALID")]),
        ("FIXED", {"minAmountSpent": 10}, [("discountValue", "REQUIRED")]),
        ("FIXED", {"discountValue": 10, "minAmountSpent": 0.5}, [("minAmountSpent", "INVALID")]),
        ("PERCENTAGE", {"discountValue": 101}, [("discountValue", "INVALID")]),
    ],
)
def test_a_price_that_does_not_fit_the_channel_is_refused(shop, kind, row, expected) -> None:
    pk = create(shop, discountValueType=kind)

    said = {"addChannels": [{"channelId": shop.channel, **row}]}

    assert refused(PRICE, {"id": pk, "i": said}, shop.token) == expected


def test_settings_of_a_used_voucher_stay(shop) -> None:
    pk = create(shop)
    on_cart(make_checkout(make_channel(), {}), "A1")

    assert refused(UPDATE, {"id": pk, "i": {"usageLimit": 5}}, shop.token) == [("usageLimit", "VOUCHER_ALREADY_USED")]
    assert refused(UPDATE, {"id": pk, "i": {"singleUse": True}}, shop.token) == [("singleUse", "VOUCHER_ALREADY_USED")]
    assert Voucher.objects.get().usage_limit is None


def test_goods_are_added_and_taken_away(shop) -> None:
    pk, product = create(shop, type="SPECIFIC_PRODUCT"), shop.product()
    text = """mutation($id: ID!, $i: CatalogueInput!) { voucherCatalogues%s(id: $id, input: $i) {
      voucher { products(first: 5) { totalCount } } errors { code } } }"""

    added = data_of(text % "Add", {"id": pk, "i": {"products": [product]}}, token=shop.token)
    removed = data_of(text % "Remove", {"id": pk, "i": {"products": [product]}}, token=shop.token)

    assert added["voucherCataloguesAdd"]["voucher"]["products"]["totalCount"] == 1
    assert removed["voucherCataloguesRemove"]["voucher"]["products"]["totalCount"] == 0


def test_vouchers_and_codes_are_deleted(shop) -> None:
    first, second = create(shop), create(shop, addCodes=["B1", "B2"])
    gone = to_global_id("VoucherCode", VoucherCode.objects.get(code="B1").pk)
    codes = "mutation($ids: [ID!]!) { voucherCodeBulkDelete(ids: $ids) { count errors { path code voucherCodes } } }"

    assert data_of(codes, {"ids": [gone]}, token=shop.token)["voucherCodeBulkDelete"]["count"] == 1
    wrong = ask(codes, {"ids": [first]}, token=shop.token)["data"]["voucherCodeBulkDelete"]
    assert wrong == {"count": 0, "errors": [{"path": "ids", "code": "INVALID", "voucherCodes": [first]}]}
    text = "mutation($id: ID!) { voucherDelete(id: $id) { voucher { name } errors { code } } }"
    data_of(text, {"id": first}, token=shop.token)
    assert refused(text.replace("code }", "field code }"), {"id": first}, shop.token) == [("id", "NOT_FOUND")]
    many = "mutation($ids: [ID!]!) { voucherBulkDelete(ids: $ids) { count errors { code } } }"
    assert data_of(many, {"ids": [second]}, token=shop.token)["voucherBulkDelete"]["count"] == 1
    assert not Voucher.objects.exists()


def test_vouchers_are_found_by_state_kind_and_name(shop) -> None:
    create(shop, name="now")
    create(shop, name="later", addCodes=["B"], startDate="2097-01-01T00:00:00Z")
    create(shop, name="shipped", addCodes=["C"], type="SHIPPING", discountValueType="PERCENTAGE")
    text = """query($f: VoucherFilterInput) { vouchers(filter: $f, first: 5, sortBy: {field: NAME, direction: DESC}) {
      totalCount pageInfo { hasNextPage } edges { cursor node { name } } } }"""

    def found(**wanted):
        page = data_of(text, {"f": wanted}, token=shop.token)["vouchers"]
        return [edge["node"]["name"] for edge in page["edges"]]

    assert found(status=["ACTIVE"]) == ["shipped", "now"]
    assert found(status=["SCHEDULED"]) == ["later"]
    assert found(discountType=["SHIPPING"]) == ["shipped"]
    assert found(search="ate") == ["later"]
    assert found(timesUsed={"gte": 1}) == []
    assert ask(text, {})["errors"][0]["extensions"]["exception"]["code"] == "PermissionDenied"


def test_a_code_on_a_cart_is_shown_with_its_discount(shop) -> None:
    channel = make_channel()
    variant = make_variant(channel, price=1000, stock={make_warehouse(channel): 5})
    variant.channel_listings.update(prior_price_amount=1500)
    make_voucher(channel, 10, discount_value_type="PERCENTAGE")
    checkout = make_checkout(channel, {variant: 2})
    gid = to_global_id("Checkout", checkout.pk)

    added = data_of(ADD, {"id": gid, "code": "CODE"})["checkoutAddPromoCode"]["checkout"]

    assert added == {
        "voucherCode": "CODE",
        "discount": {"amount": 200},
        "discountName": "夏の券",
        "translatedDiscountName": "",
        "lines": [
            {
                "isGift": False,
                "priorUnitPrice": {"amount": 1500},
                "priorTotalPrice": {"amount": 3000},
                "totalPrice": {"gross": {"amount": 1800}},
            }
        ],
    }
    seen = "query($id: ID!) { checkout(id: $id) { voucher { code } } }"
    assert data_of(seen, {"id": gid}, token=shop.token)["checkout"]["voucher"]["code"] == "CODE"
    assert ask(seen, {"id": gid})["data"]["checkout"]["voucher"] is None
    text = """mutation($id: ID!) { checkoutRemovePromoCode(id: $id, promoCode: "CODE") {
      checkout { voucherCode discountName } errors { field code } } }"""
    removed = data_of(text, {"id": gid})["checkoutRemovePromoCode"]["checkout"]
    assert removed == {"voucherCode": None, "discountName": None}
    assert refused(text, {"id": gid}, "") == [("promoCode", "INVALID")]


def test_an_order_promotion_has_its_name_in_the_buyers_language(shop) -> None:
    channel = make_channel()
    variant = make_variant(channel, price=1000, stock={make_warehouse(channel): 5})
    rule = make_order_rule(channel)
    rule.promotion.translations.create(language_code="JA", name="お祭り")
    gid = to_global_id("Checkout", make_checkout(channel, {variant: 1}).pk)

    text = "query($id: ID!) { checkout(id: $id) { discount { amount } discountName translatedDiscountName } }"

    assert data_of(text, {"id": gid})["checkout"] == {
        "discount": {"amount": 100},
        "discountName": "まつり: 一割",
        "translatedDiscountName": "お祭り",
    }


def test_an_app_makes_an_order_that_is_not_paid_and_keeps_the_cart(shop) -> None:
    channel = make_channel(order_settings={"allowUnpaidOrders": False})
    warehouse = make_warehouse(channel)
    variant = make_variant(channel, price=1000, stock={warehouse: 3})
    make_voucher(channel, 100, usage_limit=1)
    checkout = on_cart(make_checkout(channel, {variant: 1}))
    text = """mutation($id: ID!, $keep: Boolean) { orderCreateFromCheckout(id: $id, removeCheckout: $keep,
      metadata: [{key: "by", value: "app"}], privateMetadata: [{key: "p", value: "q"}]) {
      order { id total { gross { amount } } metadata { key value } } errors { field code variants lines } } }"""
    variables = {"id": to_global_id("Checkout", checkout.pk), "keep": False}

    made = data_of(text, variables, token=shop.token)["orderCreateFromCheckout"]["order"]

    assert made["total"]["gross"]["amount"] == 900
    assert made["metadata"] == [{"key": "by", "value": "app"}]
    assert VoucherCode.objects.get().used == 1
    again = data_of(text, {**variables, "keep": True}, token=shop.token)["orderCreateFromCheckout"]["order"]
    assert again["id"] != made["id"]
    assert VoucherCode.objects.get().used == 1
    assert refused(text, variables, shop.token) == [("id", "CHECKOUT_NOT_FOUND")]
    assert ask(text, variables)["errors"][0]["extensions"]["exception"]["code"] == "PermissionDenied"

    back = """mutation($id: ID!) { checkoutCreateFromOrder(id: $id) { checkout { quantity }
      unavailableVariants { variantId lineId code message } errors { field code message } } }"""
    opened = data_of(back, {"id": made["id"]})["checkoutCreateFromOrder"]
    assert (opened["checkout"]["quantity"], opened["unavailableVariants"]) == (1, [])
    variant.channel_listings.all().delete()
    opened = data_of(back, {"id": made["id"]})["checkoutCreateFromOrder"]
    assert opened["checkout"]["quantity"] == 0
    assert [row["code"] for row in opened["unavailableVariants"]] == ["UNAVAILABLE_VARIANT_IN_CHANNEL"]
    assert refused(back, {"id": to_global_id("Order", checkout.pk)}, "") == [("id", "ORDER_NOT_FOUND")]


def test_apps_are_told_of_vouchers_and_their_codes(shop) -> None:
    subscription = """subscription { event {
      ... on VoucherCreated { voucher { name code } } ... on VoucherUpdated { voucher { name } }
      ... on VoucherDeleted { voucher { name } } ... on VoucherMetadataUpdated { voucher { metadata { key } } }
      ... on VoucherCodesCreated { voucherCodes { code } }
      ... on VoucherCodesDeleted { voucherCodes { code used } } } }"""
    names = ("CREATED", "UPDATED", "DELETED", "METADATA_UPDATED", "CODES_CREATED", "CODES_DELETED")
    hook = {
        "app": ask("{ app { id } }", token=shop.token)["data"]["app"]["id"],
        "name": "vouchers",
        "targetUrl": "http://app.test/hook",
        "isActive": True,
        "asyncEvents": [f"VOUCHER_{name}" for name in names],
        "query": subscription,
    }
    shop.make("webhookCreate(input: $i) { webhook { id }", "WebhookCreateInput", hook)

    pk = create(shop, name="夏")
    data_of(UPDATE, {"id": pk, "i": {"name": "秋"}}, token=shop.token)
    keys = 'mutation($id: ID!) { updateMetadata(id: $id, input: [{key: "k", value: "v"}]) { errors { code } } }'
    data_of(keys, {"id": pk}, token=shop.token)
    data_of("mutation($id: ID!) { voucherDelete(id: $id) { errors { code } } }", {"id": pk}, token=shop.token)

    told = [(row.event_type, json.loads(row.payload)) for row in EventDelivery.objects.order_by("pk")]
    assert told == [
        ("VOUCHER_CODES_CREATED", {"voucherCodes": [{"code": "A1"}]}),
        ("VOUCHER_CREATED", {"voucher": {"name": "夏", "code": "A1"}}),
        ("VOUCHER_UPDATED", {"voucher": {"name": "秋"}}),
        ("VOUCHER_METADATA_UPDATED", {"voucher": {"metadata": [{"key": "k"}]}}),
        ("VOUCHER_DELETED", {"voucher": {"name": "秋"}}),
        ("VOUCHER_CODES_DELETED", {"voucherCodes": [{"code": "A1", "used": 0}]}),
    ]
