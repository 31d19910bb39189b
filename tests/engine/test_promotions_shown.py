"""Prices in full, and what order promotions give to a cart."""

from __future__ import annotations

from decimal import Decimal

import pytest

from infra.engine.discounts import rules
from infra.engine.discounts.queries import order_rule_for
from infra.engine.products.models import Channel
from infra.engine.warehouses.models import Stock
from tests.engine.asking import ask, data_of
from tests.engine.promotions import now, promote, selects, settle
from tests.engine.shop import Shop

pytestmark = pytest.mark.django_db(databases=["default", "engine"])
LISTING = """query($id: ID!) { product(id: $id, channel: "jp") {
  channelListings { pricing { onSale displayGrossPrices discount { gross { amount } }
    discountPrior { gross { amount } } priceRange { start { gross { amount } } }
    priceRangePrior { stop { gross { amount } } } } discountedPrice { amount } }
  pricing { discountPrior { gross { amount } } priceRangePrior { start { gross { amount } } }
    discountLocalCurrency { currency } priceRangeLocalCurrency { start { currency } } }
  variants { id pricing { discountPrior { gross { amount } } pricePrior { gross { amount } }
    discountLocalCurrency { currency } priceLocalCurrency { currency } } } } }"""


@pytest.fixture
def shop() -> Shop:
    return Shop()


def of_order(shop, low, high, **more):
    bounds = {"gte": low, "lte": high}
    return {
        "orderPredicate": {"discountedObjectPredicate": {"baseSubtotalPrice": {"range": bounds}}},
        "channels": [shop.channel],
        **more,
    }


def percent(value):
    return {"rewardType": "SUBTOTAL_DISCOUNT", "rewardValueType": "PERCENTAGE", "rewardValue": value}


def variant_of(shop, product):
    shown = data_of("query($id: ID!) { product(id: $id) { variants { id } } }", {"id": product}, token=shop.token)
    return shown["product"]["variants"][0]["id"]


def reward(subtotal, **more):
    amount = Decimal(subtotal)
    return order_rule_for(channel=Channel.objects.get(slug="jp"), subtotal=amount, total=amount, now=now(), **more)


def test_prices_before_and_in_full(shop):
    product = shop.product(1, price="1000")
    promote(shop, selects(shop, product))
    settle()
    data_of(
        """mutation($id: ID!, $i: [ProductVariantChannelListingAddInput!]!) {
          productVariantChannelListingUpdate(id: $id, input: $i) { errors { code } } }""",
        {"id": variant_of(shop, product), "i": [{"channelId": shop.channel, "price": "1000", "priorPrice": "1500"}]},
        token=shop.token,
    )

    shown = data_of(LISTING, {"id": product}, token=shop.token)["product"]

    assert shown["channelListings"] == [
        {
            "pricing": {
                "onSale": True,
                "displayGrossPrices": True,
                "discount": {"gross": {"amount": 100.0}},
                "discountPrior": {"gross": {"amount": 600.0}},
                "priceRange": {"start": {"gross": {"amount": 900.0}}},
                "priceRangePrior": {"stop": {"gross": {"amount": 1500.0}}},
            },
            "discountedPrice": {"amount": 900.0},
        }
    ]
    assert shown["pricing"]["discountPrior"] == {"gross": {"amount": 600.0}}
    assert shown["pricing"]["priceRangePrior"] == {"start": {"gross": {"amount": 1500.0}}}
    assert shown["variants"][0]["pricing"] == {
        "discountPrior": {"gross": {"amount": 600.0}},
        "pricePrior": {"gross": {"amount": 1500.0}},
        "discountLocalCurrency": None,
        "priceLocalCurrency": None,
    }


def test_the_best_order_rule_of_those_that_fit(shop):
    promote(
        shop,
        of_order(shop, 1000, 5000, **percent(10)),
        of_order(shop, 3000, 9000, **percent(20), name="二割引"),
        kind="ORDER",
    )

    assert reward(999) is None
    assert (reward(1005).amount, reward(1005).name) == (Decimal(101), "秋の市")
    assert (reward(5000).amount, reward(5000).name) == (Decimal(1000), "秋の市: 二割引")
    assert reward(9001) is None


def test_amounts_combine_as_the_predicate_says(shop):
    predicate = {
        "OR": [
            {"discountedObjectPredicate": {"baseSubtotalPrice": {"eq": 700}}},
            {"AND": [{"discountedObjectPredicate": {"baseTotalPrice": {"oneOf": [800, 900]}}}]},
        ]
    }
    promote(shop, {**of_order(shop, 0, 0, **percent(50)), "orderPredicate": predicate}, kind="ORDER")
    promote(shop, {**of_order(shop, 0, 0, **percent(90)), "orderPredicate": {"OR": [{}]}}, kind="ORDER")

    assert [reward(sum_) is not None for sum_ in (600, 700, 800, 900, 1000)] == [False, True, True, True, False]
    assert reward(700).value == 50


def test_a_gift_counts_what_it_costs_and_must_be_in_stock(shop):
    cheap, dear = (variant_of(shop, shop.product(n, price=price)) for n, price in ((1, "300"), (2, "800")))
    promote(shop, of_order(shop, 0, 9999, rewardType="GIFT", gifts=[cheap, dear], name="おまけ"), kind="ORDER")
    promote(shop, of_order(shop, 0, 9999, **percent(10)), kind="ORDER")

    found = reward(5000)
    assert (found.gift_price, found.amount, found.value_type) == (800, 800, "FIXED")
    assert reward(9000).gift_variant_id is None
    Stock.objects.filter(variant__sku="SKU-2").update(quantity=0)
    assert reward(2000).gift_price == 300
    Stock.objects.update(quantity=0)
    assert (reward(2000).gift_variant_id, reward(2000).amount) == (None, 200)


def test_an_order_promotion_of_tomorrow_gives_nothing_today(shop):
    promote(shop, of_order(shop, 0, 9999, **percent(10)), kind="ORDER", startDate="2099-01-01T00:00:00+00:00")

    assert reward(5000) is None


def test_the_discount_is_named_in_the_language_of_the_cart(shop):
    made = promote(shop, of_order(shop, 0, 9999, **percent(10), name="一割引"), kind="ORDER")
    data_of(
        """mutation($id: ID!) { promotionTranslate(id: $id, languageCode: EN, input: {name: "Autumn"}) {
          errors { code } } }""",
        {"id": made["id"]},
        token=shop.token,
    )

    assert reward(1000, language_code="EN").translated_name == "Autumn"
    assert reward(1000, language_code="KO").translated_name is None


def test_gifts_added_to_a_rule_are_counted(shop, monkeypatch):
    gift, more = (variant_of(shop, shop.product(number)) for number in (1, 2))
    made = promote(shop, of_order(shop, 0, 9999, rewardType="GIFT", gifts=[gift]), kind="ORDER")
    monkeypatch.setattr(rules, "GIFTS_LIMIT", 1)
    rule = of_order(shop, 0, 1, rewardType="GIFT", gifts=[gift, more], promotion=made["id"])

    changed = ask(
        """mutation($id: ID!, $i: PromotionRuleUpdateInput!) { promotionRuleUpdate(id: $id, input: $i) {
          errors { field code giftsLimit giftsLimitExceedBy } } }""",
        {"id": made["rules"][0]["id"], "i": {"addGifts": [more]}},
        token=shop.token,
    )["data"]["promotionRuleUpdate"]["errors"]
    added = ask(
        """mutation($i: PromotionRuleCreateInput!) { promotionRuleCreate(input: $i) {
          errors { field code giftsLimit giftsLimitExceedBy } } }""",
        {"i": rule},
        token=shop.token,
    )["data"]["promotionRuleCreate"]["errors"]

    expected = [{"field": "gifts", "code": "GIFTS_NUMBER_LIMIT", "giftsLimit": 1, "giftsLimitExceedBy": 1}]
    assert changed == added == expected


def test_metadata_of_a_promotion(shop):
    made = promote(shop)
    text = """mutation($id: ID!, $i: [MetadataInput!]!) { {kind}(id: $id, input: $i) { errors { code } item {
      metadata { key value } } } }"""
    for kind in ("updateMetadata", "updatePrivateMetadata"):
        given = {"id": made["id"], "i": [{"key": "season", "value": "autumn"}]}
        data_of(text.replace("{kind}", kind), given, token=shop.token)

    shown = data_of(
        """query($id: ID!) { promotion(id: $id) { metadata { key value } metafield(key: "season")
          metafields(keys: ["season"]) privateMetadata { key } privateMetafield(key: "season")
          privateMetafields(keys: ["season"]) } }""",
        {"id": made["id"]},
        token=shop.token,
    )["promotion"]

    assert shown == {
        "metadata": [{"key": "season", "value": "autumn"}],
        "metafield": "autumn",
        "metafields": {"season": "autumn"},
        "privateMetadata": [{"key": "season"}],
        "privateMetafield": "autumn",
        "privateMetafields": {"season": "autumn"},
    }
