"""Promotions on orders that are still edited: of the catalogue on lines, the best one of the order on all of it."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db.models import Max
from django.utils import timezone

from infra.engine.discounts.models import VariantListingRule
from infra.engine.discounts.queries import discount_name, discount_reason, order_rule_for, translated_names
from infra.engine.discounts.types import OrderDiscountFound
from infra.engine.money import ZERO
from infra.engine.orders.models import Order, OrderDiscount, OrderLine, OrderLineDiscount
from infra.engine.orders.pricing import subtotal_of, take_off
from infra.engine.products.models import ProductVariant, VariantChannelListing
from infra.engine.schema.ids import to_global_id
from infra.engine.warehouses.actions import release


def rules_of(listings: Iterable[VariantChannelListing]) -> dict[int, VariantListingRule]:
    """Return the rule behind each listing's discounted price, by the listing's key."""
    pks = [row.pk for row in listings]
    rows = VariantListingRule.objects.filter(listing_id__in=pks).select_related("rule__promotion") if pks else []
    return {row.listing_id: row for row in rows}


def unit_off(line: OrderLine, given: VariantListingRule) -> Decimal:
    """Return what the rule takes off one piece: of a price set for this line, anew; else what the listing says."""
    rule = given.rule
    if line.is_price_overridden and rule.reward_value is not None:
        plain = line.undiscounted_base_unit_price
        said = {"value": rule.reward_value, "value_type": rule.reward_value_type or "FIXED", "currency": line.currency}
        return plain - take_off(plain, **said)  # type: ignore[arg-type]
    return given.discount_amount


def refresh_line(line: OrderLine, given: VariantListingRule | None, language_code: str | None) -> None:
    """Write the discount of the catalogue's rule on a stored line, or remove it, and set the line's base price.

    The line itself is not saved.
    """
    if given is None or line.is_gift:
        OrderLineDiscount.objects.filter(line=line, type="PROMOTION").delete()
        line.base_unit_price = line.undiscounted_base_unit_price
        return
    off, rule = unit_off(line, given), given.rule
    promotion_id = to_global_id("Promotion", rule.promotion_id)
    OrderLineDiscount.objects.update_or_create(
        line=line,
        type="PROMOTION",
        defaults={
            "value_type": rule.reward_value_type or "FIXED",
            "value": rule.reward_value if rule.reward_value is not None else off,
            "amount_value": off * line.quantity,
            "currency": line.currency,
            "name": discount_name(rule.promotion, rule),
            "translated_name": translated_names([rule], language_code).get(rule.pk),
            "reason": discount_reason(rule.promotion),
            "promotion_rule_id": rule.pk,
        },
    )
    line.base_unit_price = max(line.undiscounted_base_unit_price - off, ZERO)
    line.sale_id = promotion_id


def apply_best(order: Order, lines: list[OrderLine]) -> None:
    """Give the order the best promotion it qualifies for, or none when a voucher or a reduction by hand is there.

    `lines` loses and gains the gift. Needs the order's lock.
    """
    by_hand = OrderDiscount.objects.filter(order=order, type="MANUAL").exists()
    found = None
    if not order.voucher_code and not by_hand:
        subtotal = subtotal_of(line for line in lines if not line.is_gift)
        found = order_rule_for(
            channel=order.channel,
            subtotal=subtotal,
            total=subtotal + order.undiscounted_shipping,
            now=timezone.now(),
            language_code=order.language_code,
        )
    if found is None:
        clear(order, lines)
    elif found.gift_variant_id is None:
        remove_gifts(order, lines)
        OrderDiscount.objects.update_or_create(order=order, type="ORDER_PROMOTION", defaults=_columns(found, order))
    else:
        OrderDiscount.objects.filter(order=order, type="ORDER_PROMOTION").delete()
        _give(order, lines, found)


def _columns(found: OrderDiscountFound, order: Order) -> dict[str, Any]:
    return {
        "value_type": found.value_type,
        "value": found.value,
        "amount_value": found.amount,
        "currency": order.currency,
        "name": found.name,
        "translated_name": found.translated_name,
        "reason": found.reason,
        "promotion_rule_id": found.rule_id,
    }


def _give(order: Order, lines: list[OrderLine], found: OrderDiscountFound) -> None:
    """Put the gift into the order as a line of its own that costs nothing; another gift leaves."""
    kept = next((line for line in lines if line.is_gift), None)
    if kept is not None and kept.variant_id != found.gift_variant_id:
        remove_gifts(order, lines)
        kept = None
    variant = ProductVariant.objects.select_related("product__product_type").get(pk=found.gift_variant_id)
    if kept is None:
        last = OrderLine.objects.filter(order=order).aggregate(last=Max("position"))["last"] or 0
        kept = OrderLine(order=order, position=last + 1, variant=variant, is_gift=True, quantity=1)
        lines.append(kept)
    kept.product_name, kept.product_sku = variant.product.name, variant.sku
    kept.product_variant_id = to_global_id("ProductVariant", variant.pk)
    kept.currency, kept.is_shipping_required = order.currency, True
    kept.unit_discount_amount, kept.unit_discount_value = found.amount, found.value
    kept.unit_discount_reason, kept.unit_discount_type = found.reason, found.value_type
    kept.save()
    OrderLineDiscount.objects.update_or_create(line=kept, type="ORDER_PROMOTION", defaults=_columns(found, order))


def clear(order: Order, lines: list[OrderLine]) -> None:
    """Take the order's promotion and its gift away."""
    OrderDiscount.objects.filter(order=order, type="ORDER_PROMOTION").delete()
    remove_gifts(order, lines)


def remove_gifts(order: Order, lines: list[OrderLine]) -> None:
    """Take gifts out of the order and of `lines`."""
    if any(line.is_gift for line in lines):
        gifts = OrderLine.objects.filter(order=order, is_gift=True)
        release(line_ids=list(gifts.values_list("pk", flat=True)))
        gifts.delete()
        lines[:] = [line for line in lines if not line.is_gift]
