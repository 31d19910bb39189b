"""What vouchers and promotions take off a cart: exact amounts, that add up and never fall below nothing."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from infra.engine.checkout.completion import complete_checkout
from infra.engine.checkout.discounts import spread
from infra.engine.checkout.lines import change_lines, delete_lines
from infra.engine.checkout.models import Checkout, CheckoutLine
from infra.engine.checkout.pricing import PricedCheckout, price_checkouts
from infra.engine.checkout.promo_codes import add_promo_code, remove_promo_code
from infra.engine.checkout.types import LineInput
from infra.engine.discounts.models import VariantListingRule, Voucher, VoucherCode, VoucherCustomer
from infra.engine.orders.models import Order, OrderDiscount, OrderLine, OrderLineDiscount
from infra.engine.products.models import VariantChannelListing
from infra.engine.schema.context import ANONYMOUS
from infra.engine.schema.errors import UserErrors
from tests.engine.commerce import make_channel, make_checkout, make_variant, make_warehouse
from tests.engine.vouchers import make_order_rule, make_voucher, on_cart

pytestmark = pytest.mark.django_db(databases=["engine"])


def priced(checkout: Checkout) -> PricedCheckout:
    row = Checkout.objects.select_related("channel", "assigned_delivery", "user").get(pk=checkout.pk)
    return price_checkouts([row])[row.pk]


def totals(checkout: Checkout) -> list[Decimal]:
    return [item.total.gross.amount for item in priced(checkout).lines]


def codes(refused: pytest.ExceptionInfo[UserErrors]) -> list[tuple[str | None, str]]:
    return [(error.field, error.code) for error in refused.value.errors]


@pytest.fixture
def channel():
    return make_channel()


@pytest.fixture
def warehouse(channel):
    return make_warehouse(channel)


@pytest.fixture
def goods(channel, warehouse):
    """Two kinds of goods for 1,001 and 333 yen."""
    return [make_variant(channel, price=price, stock={warehouse: 9}) for price in (1001, 333)]


@given(
    prices=st.lists(st.integers(0, 100_000), min_size=1, max_size=8),
    off=st.integers(0, 300_000),
)
def test_what_is_spread_over_lines_adds_up_and_no_line_is_below_nothing(prices: list[int], off: int) -> None:
    whole = Decimal(min(off, sum(prices)))

    found = spread([Decimal(price) for price in prices], whole, "JPY", lambda line: line)

    assert all(total >= 0 for total in found)
    assert all(total == total.to_integral_value() for total in found)
    # A line's share is rounded up at most half a yen, so that only the last may fall short of what is left for it.
    assert abs(sum(found) - (sum(prices) - whole)) <= len(prices) // 2 + 1


def test_a_percentage_of_the_whole_is_rounded_half_up_once_and_spread(channel, goods) -> None:
    make_voucher(channel, 7, discount_value_type="PERCENTAGE")
    checkout = on_cart(make_checkout(channel, {goods[0]: 1, goods[1]: 2}, delivery=500))

    found = priced(checkout)

    assert found.discount == 117  # 7 % of 1,667 is 116.69
    assert totals(checkout) == [931, 619]
    assert found.total.gross.amount == 1667 - 117 + 500
    assert found.discount_name == "夏の券"


def test_a_voucher_over_the_total_makes_the_goods_free_and_not_the_delivery(channel, goods) -> None:
    make_voucher(channel, 99999)
    checkout = on_cart(make_checkout(channel, {goods[0]: 1, goods[1]: 1}, delivery=500))

    found = priced(checkout)

    assert found.discount == 1334
    assert totals(checkout) == [0, 0]
    assert found.total.gross.amount == 500


def test_once_per_order_makes_one_piece_of_the_cheapest_line_cheaper(channel, goods) -> None:
    make_voucher(channel, 50, discount_value_type="PERCENTAGE", apply_once_per_order=True)
    checkout = on_cart(make_checkout(channel, {goods[0]: 1, goods[1]: 3}))

    assert totals(checkout) == [1001, 999 - 167]
    assert priced(checkout).discount == 167


def test_a_voucher_for_goods_counts_every_piece_of_them_and_no_other(channel, goods) -> None:
    make_voucher(channel, 400, type="SPECIFIC_PRODUCT", products=[goods[1].product])
    checkout = on_cart(make_checkout(channel, {goods[0]: 1, goods[1]: 2}))

    assert totals(checkout) == [1001, 0]
    assert priced(checkout).discount == 666


def test_a_shipping_voucher_takes_off_the_delivery_alone(channel, goods) -> None:
    make_voucher(channel, 30, discount_value_type="PERCENTAGE", type="SHIPPING")
    checkout = on_cart(make_checkout(channel, {goods[0]: 1}, delivery=555))

    found = priced(checkout)

    assert (found.discount, found.shipping.gross.amount) == (167, 388)
    assert totals(checkout) == [1001]


def lower(channel, variant, *, off: int) -> None:
    """Lower the variant's price by a promotion of the catalogue."""
    rule = make_order_rule(channel, name="棚", reward_value_type="FIXED", reward_value=Decimal(off))
    type(rule.promotion).objects.filter(pk=rule.promotion_id).update(type="CATALOGUE", name="市")
    type(rule).objects.filter(pk=rule.pk).update(order_predicate={}, reward_type=None)
    listing = VariantChannelListing.objects.get(variant=variant, channel=channel)
    listing.discounted_price_amount = listing.price_amount - off
    listing.save()
    VariantListingRule.objects.create(listing=listing, rule=rule, discount_amount=off, currency="JPY")


def test_a_promotion_of_the_catalogue_lowers_the_listed_price_and_a_price_that_was_set(channel, goods) -> None:
    lower(channel, goods[0], off=101)
    checkout = make_checkout(channel, {goods[0]: 2})

    line = priced(checkout).lines[0]
    assert (line.unit_base, line.unit.gross.amount, line.total.gross.amount) == (1001, 900, 1800)
    assert [(row.type, row.amount, row.name) for row in line.discounts] == [("PROMOTION", 202, "市: 棚")]

    CheckoutLine.objects.update(price_override=Decimal(500))
    line = priced(checkout).lines[0]
    assert (line.unit_base, line.total.gross.amount) == (500, 798)


def test_an_order_promotion_gives_way_to_a_voucher(channel, goods) -> None:
    make_order_rule(channel)
    checkout = make_checkout(channel, {goods[0]: 1, goods[1]: 1})

    assert (priced(checkout).discount, priced(checkout).discount_name) == (133, "まつり: 一割")
    assert sum(totals(checkout)) == 1334 - 133

    make_voucher(channel, 100)
    add_promo_code(checkout_id=checkout.pk, code="CODE")
    assert (priced(checkout).discount, priced(checkout).discount_name) == (100, "夏の券")

    remove_promo_code(checkout_id=checkout.pk, code="CODE")
    assert priced(checkout).discount == 133


def test_a_gift_comes_with_the_goods_costs_nothing_and_goes_with_them(channel, warehouse, goods) -> None:
    present = make_variant(channel, price=250, stock={warehouse: 5})
    values = {"reward_type": "GIFT", "reward_value": None, "reward_value_type": None}
    make_order_rule(channel, least="1300", gifts=[present], **values)
    checkout = make_checkout(channel, {goods[0]: 1, goods[1]: 1})

    gift = CheckoutLine.objects.get(is_gift=True)
    assert gift.variant_id == present.pk
    assert totals(checkout) == [1001, 333, 0]
    with pytest.raises(UserErrors) as refused:
        delete_lines(checkout_id=checkout.pk, line_ids={gift.pk})
    assert codes(refused) == [("lineIds", "NON_REMOVABLE_GIFT_LINE")]
    with pytest.raises(UserErrors) as refused:
        more = [LineInput(variant_id=None, line_id=gift.pk, quantity=3)]
        change_lines(checkout_id=checkout.pk, lines=more, replace=True, limit=None)
    assert codes(refused) == [("lineId", "NON_EDITABLE_GIFT_LINE")]

    order = complete_checkout(checkout_id=checkout.pk, requestor=ANONYMOUS)
    line = OrderLine.objects.get(order=order, is_gift=True)
    assert (line.undiscounted_total_gross, line.total_gross, line.unit_discount_amount) == (250, 0, 250)
    assert [(row.type, row.amount_value) for row in OrderLineDiscount.objects.all()] == [("ORDER_PROMOTION", 250)]
    assert not OrderDiscount.objects.exists()


def test_a_gift_goes_when_the_cart_becomes_too_small(channel, warehouse, goods) -> None:
    present = make_variant(channel, price=250, stock={warehouse: 5})
    values = {"reward_type": "GIFT", "reward_value": None, "reward_value_type": None}
    make_order_rule(channel, least="1300", gifts=[present], **values)
    checkout = make_checkout(channel, {goods[0]: 1, goods[1]: 1})
    small = CheckoutLine.objects.get(variant=goods[1])

    delete_lines(checkout_id=checkout.pk, line_ids={small.pk})

    assert not CheckoutLine.objects.filter(is_gift=True).exists()


@pytest.mark.parametrize(
    ("conditions", "listed"),
    [
        ({"min_checkout_items_quantity": 3}, {}),
        ({"only_for_staff": True}, {}),
        ({}, {"least": 3000}),
        ({"type": "SHIPPING", "countries": ["SG"]}, {}),
    ],
)
def test_conditions_that_do_not_hold_refuse_the_code(channel, goods, conditions, listed) -> None:
    make_voucher(channel, 100, **conditions, **listed)
    checkout = make_checkout(channel, {goods[0]: 2}, delivery=500)

    with pytest.raises(UserErrors) as refused:
        add_promo_code(checkout_id=checkout.pk, code="CODE")

    assert codes(refused) == [("promoCode", "VOUCHER_NOT_APPLICABLE")]
    assert Checkout.objects.get().voucher_code is None


def test_a_voucher_goes_when_its_condition_no_longer_holds(channel, goods) -> None:
    make_voucher(channel, 100, min_checkout_items_quantity=2)
    checkout = make_checkout(channel, {goods[0]: 2})
    add_promo_code(checkout_id=checkout.pk, code="CODE")
    line = CheckoutLine.objects.get()

    fewer = [LineInput(variant_id=None, line_id=line.pk, quantity=1)]
    change_lines(checkout_id=checkout.pk, lines=fewer, replace=True, limit=None)

    assert Checkout.objects.get().voucher_code is None
    assert totals(checkout) == [1001]


def test_the_last_use_is_one_buyers_and_the_other_is_refused(channel, goods) -> None:
    make_voucher(channel, 100, usage_limit=1)
    first, second = (on_cart(make_checkout(channel, {goods[0]: 1})) for _ in range(2))

    order = complete_checkout(checkout_id=first.pk, requestor=ANONYMOUS)
    with pytest.raises(UserErrors) as refused:
        complete_checkout(checkout_id=second.pk, requestor=ANONYMOUS)

    assert codes(refused) == [("voucherCode", "VOUCHER_NOT_APPLICABLE")]
    assert VoucherCode.objects.get().used == 1
    assert Order.objects.get() == order
    assert (order.voucher_code, order.total_gross, order.undiscounted_total_gross) == ("CODE", 901, 1001)
    row = OrderDiscount.objects.get()
    assert (row.type, row.value_type, row.value, row.amount_value, row.voucher_code) == (
        "VOUCHER",
        "FIXED",
        100,
        100,
        "CODE",
    )


def test_a_refused_order_counts_no_use(channel, warehouse) -> None:
    rare = make_variant(channel, price=500, stock={warehouse: 1})
    make_voucher(channel, 100, usage_limit=5, apply_once_per_customer=True)
    late = on_cart(make_checkout(channel, {rare: 1}))
    complete_checkout(checkout_id=make_checkout(channel, {rare: 1}).pk, requestor=ANONYMOUS)

    with pytest.raises(UserErrors) as refused:
        complete_checkout(checkout_id=late.pk, requestor=ANONYMOUS)

    assert codes(refused) == [(None, "INSUFFICIENT_STOCK")]
    assert VoucherCode.objects.get().used == 0
    assert not VoucherCustomer.objects.exists()


def test_a_single_use_code_is_switched_off_and_a_customer_has_it_once(channel, goods) -> None:
    voucher = make_voucher(channel, 100, single_use=True, apply_once_per_customer=True)
    VoucherCode.objects.create(voucher=voucher, code="OTHER")
    checkout = on_cart(make_checkout(channel, {goods[0]: 1}))

    complete_checkout(checkout_id=checkout.pk, requestor=ANONYMOUS)

    again = make_checkout(channel, {goods[0]: 1})
    with pytest.raises(UserErrors) as refused:
        add_promo_code(checkout_id=again.pk, code="CODE")
    assert codes(refused) == [("promoCode", "INVALID")]
    with pytest.raises(UserErrors) as refused:
        add_promo_code(checkout_id=again.pk, code="OTHER")
    assert codes(refused) == [("promoCode", "VOUCHER_NOT_APPLICABLE")]


def test_a_cart_whose_voucher_is_gone_is_refused_until_the_code_is_taken_off(channel, goods) -> None:
    make_voucher(channel, 100)
    checkout = on_cart(make_checkout(channel, {goods[0]: 1}))
    Voucher.objects.all().delete()

    with pytest.raises(UserErrors) as refused:
        complete_checkout(checkout_id=checkout.pk, requestor=ANONYMOUS)
    assert codes(refused) == [("voucherCode", "VOUCHER_NOT_APPLICABLE")]

    remove_promo_code(checkout_id=checkout.pk, code="CODE")
    Checkout.objects.update(deliveries_stale_at=timezone.now() + timezone.timedelta(hours=1))
    assert complete_checkout(checkout_id=checkout.pk, requestor=ANONYMOUS).total_gross == 1001


def test_line_discounts_are_kept_with_the_line(channel, goods) -> None:
    make_voucher(channel, 100, type="SPECIFIC_PRODUCT", products=[goods[1].product])
    checkout = on_cart(make_checkout(channel, {goods[0]: 1, goods[1]: 2}, delivery=500))

    order = complete_checkout(checkout_id=checkout.pk, requestor=ANONYMOUS)

    plain, lowered = OrderLine.objects.filter(order=order)
    assert (plain.voucher_code, plain.unit_discount_amount, plain.unit_discount_reason) == (None, 0, None)
    assert (lowered.voucher_code, lowered.unit_discount_amount) == ("CODE", 100)
    assert lowered.unit_discount_reason == "Voucher code: CODE"
    assert (lowered.undiscounted_total_gross, lowered.total_gross, lowered.base_unit_price) == (666, 466, 233)
    row = OrderLineDiscount.objects.get()
    assert (row.line_id, row.value, row.amount_value, row.value_type) == (lowered.pk, 100, 200, "FIXED")
    assert not OrderDiscount.objects.exists()


def test_an_order_that_costs_nothing_needs_no_payment(goods, channel) -> None:
    channel.order_settings["allowUnpaidOrders"] = False
    channel.save()
    make_voucher(channel, 5000)
    checkout = on_cart(make_checkout(channel, {goods[0]: 1}))

    order = complete_checkout(checkout_id=checkout.pk, requestor=ANONYMOUS)

    assert (order.total_gross, order.charge_status, order.authorize_status) == (0, "FULL", "FULL")
