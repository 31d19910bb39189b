"""Reads of promotions, for carts and orders."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Exists, Q

from infra.engine.discounts.models import Promotion, PromotionRule, PromotionTranslation, VariantListingRule
from infra.engine.discounts.predicates import cart_fits
from infra.engine.discounts.types import OrderDiscountFound, RuleReward
from infra.engine.money import smallest_step
from infra.engine.products.models import Channel, ProductChannelListing, ProductVariant, VariantChannelListing
from infra.engine.schema.ids import to_global_id
from infra.engine.warehouses.queries import available_by_variant


def active_promotions(now: datetime) -> Q:
    """Return the condition on promotions that they hold at `now`."""
    return Q(start_date__lte=now) & (Q(end_date=None) | Q(end_date__gte=now))


def has_order_rules(channel: Any) -> Exists:
    """Return the condition that a channel (its key, or an OuterRef to it) has order rules, running or not.

    To be annotated to a statement that is made anyway, so that shops without order promotions pay nothing for them.
    """
    return Exists(
        PromotionRule.channels.through.objects.filter(channel_id=channel, promotionrule__promotion__type="ORDER")
    )


def order_rule_for(
    *, channel: Channel, subtotal: Decimal, total: Decimal, now: datetime, language_code: str | None = None
) -> OrderDiscountFound | None:
    """Return what the best running order promotion of a channel gives to a cart, or None.

    subtotal, total: of the cart before order promotions and vouchers on the whole of it, in the channel's currency.
    A gift counts as much as its discounted price; the first of equals wins. Only reads.
    """
    promotions = Promotion.objects.filter(active_promotions(now), type="ORDER")
    rules = [
        rule
        for rule in PromotionRule.objects.filter(promotion__in=promotions, channels=channel)
        .exclude(order_predicate={})
        .select_related("promotion")
        if cart_fits(rule.order_predicate, subtotal=subtotal, total=total)
    ]
    best: tuple[Decimal, PromotionRule, VariantChannelListing | None] | None = None
    step = smallest_step(channel.currency_code)
    for rule in rules:
        if rule.reward_type == "SUBTOTAL_DISCOUNT" and rule.reward_value is not None:
            off = RuleReward(rule.reward_value_type or "FIXED", rule.reward_value).amount_off(subtotal, step)
            if best is None or off > best[0]:
                best = (off, rule, None)
    gift = _best_gift([rule for rule in rules if rule.reward_type == "GIFT"], channel, now)
    if gift is not None and (best is None or _worth(gift[1]) > best[0]):
        best = (_worth(gift[1]), *gift)
    return None if best is None else _found(*best, language_code)


def _worth(listing: VariantChannelListing) -> Decimal:
    price = listing.discounted_price_amount
    if price is None:
        price = listing.price_amount
    assert price is not None, "a gift has a price"
    return price


def _best_gift(
    rules: list[PromotionRule], channel: Channel, now: datetime
) -> tuple[PromotionRule, VariantChannelListing] | None:
    """Return the dearest gift that the channel can hand out now, with its rule."""
    if not rules:
        return None
    by_key = {rule.pk: rule for rule in rules}
    given: dict[int, PromotionRule] = {}
    rows = PromotionRule.gifts.through.objects.filter(promotionrule_id__in=list(by_key)).order_by("pk")
    for rule_id, variant_id in rows.values_list("promotionrule_id", "productvariant_id"):
        given.setdefault(variant_id, by_key[rule_id])
    sold = _sold_now(set(given), channel, now)
    listings = VariantChannelListing.objects.filter(variant_id__in=sold, channel=channel, price_amount__isnull=False)
    best = max(listings, key=_worth, default=None)
    return None if best is None else (given[best.variant_id], best)


def _sold_now(variant_ids: set[int], channel: Channel, now: datetime) -> list[int]:
    """Return the variants in stock whose product is for sale in the channel."""
    for_sale = ProductChannelListing.objects.filter(channel=channel, available_for_purchase_at__lte=now)
    variants = ProductVariant.objects.filter(
        pk__in=variant_ids, product__in=for_sale.order_by().values("product_id")
    ).order_by("pk")
    left = available_by_variant(variant_ids=variant_ids, channel_id=channel.pk)
    return [row.pk for row in variants if not row.track_inventory or left.get(row.pk, 0) >= 1]


def _found(
    amount: Decimal, rule: PromotionRule, gift: VariantChannelListing | None, language_code: str | None
) -> OrderDiscountFound:
    promotion = rule.promotion
    amount = amount if gift is None or gift.price_amount is None else gift.price_amount
    return OrderDiscountFound(
        rule_id=rule.pk,
        promotion_id=promotion.pk,
        name=discount_name(promotion, rule),
        translated_name=translated_names([rule], language_code).get(rule.pk),
        reason=discount_reason(promotion),
        value_type=rule.reward_value_type or "FIXED",
        value=rule.reward_value or amount,
        amount=amount,
        gift_variant_id=None if gift is None else gift.variant_id,
        gift_price=None if gift is None else gift.price_amount,
        ends_at=promotion.end_date,
    )


def discount_name(promotion: Promotion, rule: PromotionRule) -> str | None:
    """Return what a discount of the rule is called: `Promotion: Rule`, or the one name there is."""
    if promotion.name and rule.name:
        return f"{promotion.name}: {rule.name}"
    return rule.name or promotion.name


def discount_reason(promotion: Promotion) -> str:
    """Return what stands as the reason of a discount: the promotion's global id."""
    return f"Promotion: {to_global_id('Promotion', promotion.pk)}"


def translated_names(rules: Iterable[PromotionRule], language_code: str | None) -> dict[Any, str | None]:
    """Return the translated name of each rule's discount by the rule's key; absent where nothing is translated."""
    wanted = list(rules)
    if not wanted or language_code is None:
        return {}
    own, theirs = {}, {}
    for row in PromotionTranslation.objects.filter(
        Q(rule__in=wanted) | Q(promotion__in=[rule.promotion_id for rule in wanted]), language_code=language_code
    ):
        if row.rule_id is not None:
            own[row.rule_id] = row.name
        else:
            theirs[row.promotion_id] = row.name
    found: dict[Any, str | None] = {}
    for rule in wanted:
        if rule.pk in own and rule.promotion_id in theirs:
            found[rule.pk] = f"{theirs[rule.promotion_id]}: {own[rule.pk]}"
        elif rule.pk in own or rule.promotion_id in theirs:
            found[rule.pk] = own[rule.pk] if rule.pk in own else theirs[rule.promotion_id]
    return found


def catalogue_rules_for(listing_ids: Iterable[int]) -> dict[int, VariantListingRule]:
    """Return the catalogue rule behind each discounted listing, its `rule` and `rule.promotion` loaded."""
    rows = VariantListingRule.objects.filter(listing_id__in=list(listing_ids)).select_related("rule__promotion")
    return {row.listing_id: row for row in rows}
