"""From where stock is taken, and what open carts keep of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from infra.engine.checkout.completion import complete_checkout
from infra.engine.products.models import Channel, ProductVariant, ShopSettings
from infra.engine.schema.context import ANONYMOUS
from infra.engine.schema.errors import UserErrors
from infra.engine.schema.ids import to_global_id
from infra.engine.shipping.models import ShippingZone
from infra.engine.warehouses.actions import reorder_warehouses
from infra.engine.warehouses.models import Allocation, Reservation, Stock
from infra.engine.warehouses.queries import available_by_variant, selling_of
from tests.engine.asking import data_of, staff_token
from tests.engine.commerce import make_channel, make_checkout, make_variant, make_warehouse

pytestmark = pytest.mark.django_db(databases=["default", "engine"])
SETTINGS = "mutation($i: ShopSettingsInput!) { shopSettingsUpdate(input: $i) { errors { field code } } }"


def set_shop(**said: Any) -> None:
    data_of(SETTINGS, {"i": said}, token=staff_token())


def left(channel: Channel, variant: ProductVariant, country: str | None = None) -> int | None:
    channel.refresh_from_db()
    selling = selling_of(channel, country=country)
    return available_by_variant(variant_ids=[variant.pk], channel_id=channel.pk, selling=selling).get(variant.pk)


def taken(order: Any) -> dict[str, int]:
    rows = Allocation.objects.filter(order_line__order=order).values_list("stock__warehouse__slug", "quantity")
    return dict(rows)


def test_a_channel_takes_from_its_first_warehouse_or_from_the_fullest() -> None:
    channel = make_channel()
    first, second = make_warehouse(channel, slug="first"), make_warehouse(channel, slug="second")
    variant = make_variant(channel, stock={first: 3, second: 9})

    order = complete_checkout(checkout_id=make_checkout(channel, {variant: 4}).pk, requestor=ANONYMOUS)
    assert taken(order) == {"first": 3, "second": 1}

    Channel.objects.update(allocation_strategy="PRIORITIZE_HIGH_STOCK")
    channel.refresh_from_db()
    Stock.objects.filter(warehouse=first).update(quantity=5)
    order = complete_checkout(checkout_id=make_checkout(channel, {variant: 2}).pk, requestor=ANONYMOUS)
    assert taken(order) == {"second": 2}


def test_warehouses_move_in_the_order_of_their_channel() -> None:
    channel = make_channel()
    places = [make_warehouse(channel, slug=name) for name in ("one", "two", "three")]
    variant = make_variant(channel, stock=dict.fromkeys(places, 1))

    reorder_warehouses(channel_id=channel.pk, moves={places[2].pk: -2})

    order = complete_checkout(checkout_id=make_checkout(channel, {variant: 1}).pk, requestor=ANONYMOUS)
    assert taken(order) == {"three": 1}


def test_open_carts_keep_stock_until_their_time_is_over() -> None:
    channel = make_channel()
    variant = make_variant(channel, stock={make_warehouse(channel): 3})
    set_shop(reserveStockDurationAnonymousUser=10)
    channel.refresh_from_db()

    cart = make_checkout(channel, {variant: 2})

    assert Reservation.objects.get().quantity == 2 and left(channel, variant) == 1
    with pytest.raises(UserErrors) as refused:
        make_checkout(channel, {variant: 2})
    assert [error.code for error in refused.value.errors] == ["INSUFFICIENT_STOCK"]
    assert Reservation.objects.count() == 1
    Reservation.objects.update(reserved_until=timezone.now() - timedelta(seconds=1))
    assert left(channel, variant) == 3
    make_checkout(channel, {variant: 2})
    with pytest.raises(UserErrors) as refused:
        complete_checkout(checkout_id=cart.pk, requestor=ANONYMOUS)
    assert [error.code for error in refused.value.errors] == ["INSUFFICIENT_STOCK"]


def test_an_order_is_sold_again_without_what_carts_keep() -> None:
    channel = make_channel()
    variant = make_variant(channel, stock={make_warehouse(channel): 5})
    order = complete_checkout(checkout_id=make_checkout(channel, {variant: 2}).pk, requestor=ANONYMOUS)
    again = """mutation($id: ID!) { checkoutCreateFromOrder(id: $id) {
      checkout { quantity } unavailableVariants { code message } errors { code } } }"""
    assert data_of(again, {"id": to_global_id("Order", order.pk)})["checkoutCreateFromOrder"]["checkout"] == {
        "quantity": 2
    }

    set_shop(reserveStockDurationAnonymousUser=10)
    channel.refresh_from_db()
    make_checkout(channel, {variant: 2})
    said = data_of(again, {"id": to_global_id("Order", order.pk)})["checkoutCreateFromOrder"]

    assert said["checkout"] == {"quantity": 0}
    assert [row["code"] for row in said["unavailableVariants"]] == ["INSUFFICIENT_STOCK"]
    assert "Only 1 remaining" in said["unavailableVariants"][0]["message"]


def test_what_a_cart_keeps_becomes_its_order_s() -> None:
    channel = make_channel()
    variant = make_variant(channel, stock={make_warehouse(channel): 2})
    set_shop(reserveStockDurationAnonymousUser=10)
    channel.refresh_from_db()
    cart = make_checkout(channel, {variant: 2})

    order = complete_checkout(checkout_id=cart.pk, requestor=ANONYMOUS)

    assert sum(taken(order).values()) == 2 and Reservation.objects.count() == 0
    assert left(channel, variant) == 0


def test_without_durations_nothing_is_kept_and_other_channels_learn_it_when_they_are_made() -> None:
    channel = make_channel()
    variant = make_variant(channel, stock={make_warehouse(channel): 2})
    make_checkout(channel, {variant: 2})
    assert Reservation.objects.count() == 0

    set_shop(reserveStockDurationAuthenticatedUser=5, useLegacyShippingZoneStockAvailability=True)
    made = """mutation { channelCreate(input: {name: "n", slug: "new-one", currencyCode: "JPY", defaultCountry: JP}) {
      errors { code } } }"""
    data_of(made, token=staff_token())
    rules = Channel.objects.values_list("slug", "legacy_zone_stock", "reserves_stock")
    assert {row[1:] for row in rules} == {(True, True)} and len(rules) == 2
    set_shop(reserveStockDurationAuthenticatedUser=None, useLegacyShippingZoneStockAvailability=False)
    assert not Channel.objects.filter(legacy_zone_stock=True).exists() and ShopSettings.objects.count() == 1


def test_under_the_legacy_rule_zones_decide_which_warehouses_reach_a_country() -> None:
    channel = make_channel()
    near, point = make_warehouse(channel), make_warehouse(channel, click_and_collect_option="ALL")
    variant = make_variant(channel, stock={near: 3, point: 2})
    zone = ShippingZone.objects.create(name="z", countries=",JP,")
    zone.channels.add(channel)
    assert left(channel, variant, "US") == 5

    set_shop(useLegacyShippingZoneStockAvailability=True)

    assert left(channel, variant, "JP") is None and left(channel, variant) == 2
    zone.warehouses.add(near)
    assert left(channel, variant, "JP") == 3 and left(channel, variant, "US") is None
    assert left(channel, variant) == 5
    order = complete_checkout(checkout_id=make_checkout(channel, {variant: 3}).pk, requestor=ANONYMOUS)
    assert taken(order) == {near.slug: 3}
    with pytest.raises(UserErrors) as refused:
        complete_checkout(checkout_id=make_checkout(channel, {variant: 1}).pk, requestor=ANONYMOUS)
    assert [error.code for error in refused.value.errors] == ["INSUFFICIENT_STOCK"]
