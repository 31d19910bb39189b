"""Catalogue promotions: which goods they select, what these then cost, and since when."""

from __future__ import annotations

from datetime import timedelta

import pytest

from infra.engine.discounts.models import PromotionRule
from infra.engine.products.models import ProductChannelListing, VariantChannelListing
from tests.engine.asking import data_of
from tests.engine.promotions import PRICES, now, price, promote, selects, settle
from tests.engine.shop import Shop

pytestmark = pytest.mark.django_db(databases=["default", "engine"])


@pytest.fixture
def shop() -> Shop:
    return Shop()


def test_a_percentage_is_taken_off_and_shown(shop):
    product, other = shop.product(1, price="3985"), shop.product(2, price="500")
    promote(shop, selects(shop, product))

    changed = settle()

    assert changed == 1
    shown = data_of(PRICES, {"id": product})["product"]
    assert shown["pricing"] == {
        "onSale": True,
        "discount": {"gross": {"amount": 399.0}, "net": {"amount": 363.0}},
        "priceRange": {"start": {"gross": {"amount": 3586.0}}, "stop": {"gross": {"amount": 3586.0}}},
        "priceRangeUndiscounted": {"start": {"gross": {"amount": 3985.0}}, "stop": {"gross": {"amount": 3985.0}}},
    }
    assert shown["variants"][0]["pricing"] == {
        "onSale": True,
        "discount": {"gross": {"amount": 399.0}},
        "price": {"gross": {"amount": 3586.0}},
        "priceUndiscounted": {"gross": {"amount": 3985.0}},
    }
    assert price(shop, other) == 500.0
    assert ProductChannelListing.objects.get(product__name="切子 1").discounted_price_amount == 3586


def test_a_fixed_amount_never_makes_a_price_negative(shop):
    dear, cheap = shop.product(1, price="3000"), shop.product(2, price="800")
    promote(shop, selects(shop, dear, cheap, rewardValueType="FIXED", rewardValue=1000))

    settle()

    assert price(shop, dear) == 2000.0
    assert price(shop, cheap) == 0.0


def test_the_best_rule_wins_and_rules_do_not_add_up(shop):
    product = shop.product(1, price="2000")
    promote(shop, selects(shop, product, rewardValueType="FIXED", rewardValue=300), selects(shop, product))
    promote(shop, selects(shop, product, rewardValue=25))

    settle()

    assert price(shop, product) == 1500.0
    listing = VariantChannelListing.objects.get()
    assert [(row.rule.reward_value, row.discount_amount) for row in listing.rule_rows.all()] == [(25, 500)]


def test_half_a_yen_off_is_a_whole_yen_off(shop):
    product = shop.product(1, price="105")
    promote(shop, selects(shop, product))

    settle()

    assert price(shop, product) == 94.0


def test_a_promotion_begins_and_ends_by_itself(shop, app_double):
    product, start = shop.product(1, price="1000"), now() + timedelta(hours=1)
    promote(shop, selects(shop, product), startDate=start.isoformat(), endDate=(start + timedelta(hours=1)).isoformat())

    assert settle() == 0
    assert price(shop, product) == 1000.0
    assert settle(start + timedelta(minutes=1)) == 1
    assert price(shop, product) == 900.0
    assert settle(start + timedelta(minutes=2)) == 0
    assert settle(start + timedelta(minutes=61)) == 1
    assert price(shop, product) == 1000.0
    assert not VariantChannelListing.objects.get().rule_rows.exists()


def test_a_rule_holds_in_its_channels_only(shop):
    product = shop.product(1, price="1000")
    elsewhere = shop.make(
        "channelCreate(input: $i) { channel { id }",
        "ChannelCreateInput",
        {"name": "kanda", "slug": "kanda", "currencyCode": "JPY", "defaultCountry": "JP", "isActive": True},
    )["channel"]["id"]
    promote(shop, selects(shop, product, channels=[elsewhere]))

    assert settle() == 0
    assert price(shop, product) == 1000.0


def test_a_new_price_keeps_its_promotion(shop):
    product = shop.product(1, price="1000")
    promote(shop, selects(shop, product))
    settle()

    variant = data_of("query($id: ID!) { product(id: $id) { variants { id } } }", {"id": product}, token=shop.token)
    variant_id = variant["product"]["variants"][0]["id"]
    data_of(
        """mutation($id: ID!, $i: [ProductVariantChannelListingAddInput!]!) {
          productVariantChannelListingUpdate(id: $id, input: $i) { errors { code } } }""",
        {"id": variant_id, "i": [{"channelId": shop.channel, "price": "2000"}]},
        token=shop.token,
    )

    assert price(shop, product) == 1800.0


def test_deleting_a_promotion_raises_the_price_again(shop):
    product = shop.product(1, price="1000")
    made = promote(shop, selects(shop, product))
    settle()
    assert price(shop, product) == 900.0

    data_of(
        "mutation($id: ID!) { promotionDelete(id: $id) { errors { code } promotion { id rules { id } } } }",
        {"id": made["id"]},
        token=shop.token,
    )

    assert price(shop, product) == 1000.0


def test_goods_that_are_not_shown_are_not_on_sale(shop):
    product = shop.product(1, price="1000", publish=False)
    promote(shop, selects(shop, product))
    settle()

    shown = data_of(PRICES, {"id": product}, token=shop.token)["product"]["pricing"]

    assert (shown["onSale"], shown["discount"]["gross"]["amount"]) == (False, 100.0)


@pytest.mark.parametrize(
    ("predicate", "selected"),
    [
        ({"categoryPredicate": {"ids": ["@category"]}}, {1, 2, 3}),
        ({"variantPredicate": {"sku": {"eq": "SKU-2"}}}, {2}),
        ({"collectionPredicate": {"ids": ["@collection"]}}, {1, 3}),
        ({"productPredicate": {"metadata": [{"key": "mall.merchant", "value": "other"}]}}, set()),
        ({"OR": [{"productPredicate": {"ids": ["@1"]}}, {"variantPredicate": {"sku": {"eq": "SKU-2"}}}]}, {1, 2}),
        ({"AND": [{"collectionPredicate": {"ids": ["@collection"]}}, {"productPredicate": {"ids": ["@3"]}}]}, {3}),
        (
            {
                "AND": [
                    {"categoryPredicate": {"ids": ["@category"]}},
                    {"OR": [{"productPredicate": {"ids": ["@1"]}}, {"productPredicate": {"ids": ["@2"]}}]},
                ]
            },
            {1, 2},
        ),
        ({"productPredicate": {"OR": [{"ids": ["@1"]}, {"ids": ["@2"]}]}}, {1, 2}),
        ({"productPredicate": {"updatedAt": {"range": {"gte": "2099-01-01T00:00:00+00:00"}}}}, set()),
        ({"OR": []}, set()),
        ({"variantPredicate": {"attributes": [{"slug": "size", "value": {"slug": {"eq": "large"}}}]}}, {2}),
        ({"variantPredicate": {"attributes": []}}, set()),
        ({"variantPredicate": {"stocks": {"quantity": {"gte": 7}}}}, {3}),
        ({"variantPredicate": {"stocks": {"warehouseIds": ["@warehouse"], "quantity": {"lte": 6}}}}, {1, 2}),
        # No channel is meant, and nothing is in stock in none.
        ({"variantPredicate": {"stockAvailability": "IN_STOCK"}}, set()),
        ({"variantPredicate": {"OR": [{"stocks": {"quantity": {"gte": 7}}}, {"sku": {"eq": "SKU-1"}}]}}, {1, 3}),
        ({"variantPredicate": {"updatedAt": {"gte": "2099-01-01T00:00:00+00:00"}}}, set()),
    ],
)
def test_predicates_select_goods(shop, predicate, selected):
    products = {number: shop.product(number, price="1000", stock=4 + number) for number in (1, 2, 3)}
    _size(shop, products[2])
    collection = shop.make(
        "collectionCreate(input: $i) { collection { id }",
        "CollectionCreateInput",
        {"name": "夏", "products": [products[1], products[3]]},
    )["collection"]["id"]
    names = {"@category": shop.category, "@collection": collection, "@warehouse": shop.warehouse}
    names |= {f"@{n}": gid for n, gid in products.items()}
    promote(shop, selects(shop, cataloguePredicate=_filled(predicate, names)))

    settle()

    assert {number for number, gid in products.items() if price(shop, gid) == 900.0} == selected


def _size(shop, product):
    """Give variants a size, and say that the product's is large."""
    size = shop.attribute(name="Size", slug="size", inputType="DROPDOWN", values=[{"name": "Large"}])
    assign = """mutation($t: ID!, $a: ID!) { productAttributeAssign(productTypeId: $t,
      operations: [{id: $a, type: VARIANT}]) { errors { code } } }"""
    data_of(assign, {"t": shop.type, "a": size}, token=shop.token)
    variant = data_of('query($id: ID!) { product(id: $id, channel: "jp") { variants { id } } }', {"id": product})
    given = {"attributes": [{"id": size, "dropdown": {"value": "Large"}}]}
    data_of(
        """mutation($id: ID!, $i: ProductVariantInput!) { productVariantUpdate(id: $id, input: $i) {
          errors { code message } } }""",
        {"id": variant["product"]["variants"][0]["id"], "i": given},
        token=shop.token,
    )


def test_a_rule_that_cannot_be_evaluated_does_not_hold_up_the_others(shop, caplog):
    broken, product = shop.product(1, price="1000"), shop.product(2, price="1000")
    unfilterable = {"productPredicate": {"of another version": 1}}
    promote(shop, selects(shop, broken), selects(shop, product))
    settle()
    rule = PromotionRule.objects.get(catalogue_predicate__productPredicate__ids=[broken])
    PromotionRule.objects.filter(pk=rule.pk).update(catalogue_predicate=unfilterable, is_stale=True)
    promote(shop, selects(shop, product, rewardValue=20))

    settle()

    assert (price(shop, broken), price(shop, product)) == (1000.0, 800.0)
    assert [str(rule.pk) in record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == [True]
    assert settle() == 0


def _filled(value, names):
    if isinstance(value, dict):
        return {key: _filled(part, names) for key, part in value.items()}
    if isinstance(value, list):
        return [_filled(part, names) for part in value]
    return names.get(value, value)


def test_what_joins_or_leaves_a_collection_changes_its_price(shop):
    inside, outside = shop.product(1, price="1000"), shop.product(2, price="1000")
    collection = shop.make(
        "collectionCreate(input: $i) { collection { id }", "CollectionCreateInput", {"name": "夏", "products": [inside]}
    )["collection"]["id"]
    promote(shop, selects(shop, cataloguePredicate={"collectionPredicate": {"ids": [collection]}}))
    settle()

    for field, product in (("collectionAddProducts", outside), ("collectionRemoveProducts", inside)):
        data_of(
            f"mutation($c: ID!, $p: [ID!]!) {{ {field}(collectionId: $c, products: $p) {{ errors {{ code }} }} }}",
            {"c": collection, "p": [product]},
            token=shop.token,
        )
    settle()

    assert (price(shop, inside), price(shop, outside)) == (1000.0, 900.0)
