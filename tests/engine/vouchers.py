"""Vouchers and order promotions for the small shop of `commerce`."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from infra.engine.checkout.models import Checkout
from infra.engine.discounts.models import Promotion, PromotionRule, Voucher, VoucherChannelListing, VoucherCode
from infra.engine.products.models import Channel


def make_voucher(channel: Channel, value: int | str, *, code: str = "CODE", **overrides: Any) -> Voucher:
    """A voucher with one code that is worth `value` in the channel."""
    least, products = overrides.pop("least", None), overrides.pop("products", [])
    voucher = Voucher.objects.create(**({"name": "夏の券"} | overrides))
    VoucherCode.objects.create(voucher=voucher, code=code)
    VoucherChannelListing.objects.create(
        voucher=voucher,
        channel=channel,
        discount_value=Decimal(value),
        min_spent_amount=None if least is None else Decimal(least),
        currency=channel.currency_code,
    )
    voucher.products.set(products)
    return voucher


def on_cart(checkout: Checkout, code: str = "CODE") -> Checkout:
    """Put the code on the cart without asking whether it applies."""
    checkout.voucher_code = code
    checkout.save()
    return checkout


def make_order_rule(channel: Channel, **columns: Any) -> PromotionRule:
    """A rule for every cart of the channel, that takes 10 % off the goods unless `columns` say otherwise."""
    gifts = columns.pop("gifts", [])
    promotion = Promotion.objects.create(name="まつり", type="ORDER")
    predicate = {"discountedObjectPredicate": {"baseSubtotalPrice": {"range": {"gte": columns.pop("least", "1")}}}}
    values = {
        "name": "一割",
        "order_predicate": predicate,
        "reward_type": "SUBTOTAL_DISCOUNT",
        "reward_value_type": "PERCENTAGE",
        "reward_value": Decimal(10),
    }
    rule = PromotionRule.objects.create(promotion=promotion, **(values | columns))
    rule.channels.add(channel)
    rule.gifts.set(gifts)
    return rule
