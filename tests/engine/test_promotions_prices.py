"""Catalogue promotions: which goods they select, what these then cost, and since when."""

from __future__ import annotations

from datetime import timedelta

import pytest

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
