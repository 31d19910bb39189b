"""The discounts of a cart as its order keeps them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from infra.engine.checkout.discounts import Discount
from infra.engine.checkout.pricing import PricedCheckout, PricedLine
from infra.engine.money import TaxedMoney
from infra.engine.orders.models import Order, OrderDiscount, OrderLine, OrderLineDiscount
from infra.engine.schema.ids import to_global_id


def line_columns(
    item: PricedLine, priced: PricedCheckout, *, unit: TaxedMoney, undiscounted: TaxedMoney
) -> dict[str, Any]:
    """Return the columns of an order line that say what was taken off one piece, and why.

    unit, undiscounted: the taxed price of a piece after and before discounts.
    """
    legacy, entered_with_tax = _is_legacy(priced), priced.taxes.entered_with_tax
    off = item.unit_base - item.base_unit
    if legacy:
        off = (
            undiscounted.gross.amount - unit.gross.amount
            if entered_with_tax
            else undiscounted.net.amount - unit.net.amount
        )
    sale = next((row for row in item.discounts if row.type == "PROMOTION"), None)
    return {
        "base_unit_price": item.base_unit,
        "undiscounted_base_unit_price": item.unit_base,
        "unit_discount_amount": off,
        "unit_discount_value": off,
        "unit_discount_type": "FIXED",
        "unit_discount_reason": _reason(item, priced, legacy=legacy),
        "voucher_code": next((row.voucher_code for row in item.discounts if row.type == "VOUCHER"), None),
        "sale_id": None if sale is None else to_global_id("Promotion", sale.promotion_id),
        "is_gift": item.line.is_gift,
    }


def _is_legacy(priced: PricedCheckout) -> bool:
    """Return whether the channel counts discounts of the whole among those of the lines."""
    return bool(priced.checkout.channel.order_settings.get("useLegacyLineDiscountPropagation", False))


def _reason(item: PricedLine, priced: PricedCheckout, *, legacy: bool) -> str | None:
    reasons = [row.reason for row in item.discounts if row.reason]
    if legacy and priced.voucher is not None and priced.voucher.is_for_order:
        reasons.insert(0, f"Entire order voucher code: {priced.voucher.code.code}")
    return " & ".join(reasons) or None


def freeze_discounts(priced: PricedCheckout, order: Order, lines: list[OrderLine]) -> None:
    """Write what was taken off the order and its lines, which are saved; no discounts cost no statement."""
    if (whole := priced.order_discount) is not None:
        OrderDiscount.objects.create(order=order, **_columns(whole, order.currency))
    legacy = _is_legacy(priced)
    rows = [
        OrderLineDiscount(line=line, **_columns(_kept(discount, legacy=legacy), order.currency))
        for line, item in zip(lines, priced.lines, strict=True)
        for discount in item.discounts
    ]
    if rows:
        OrderLineDiscount.objects.bulk_create(rows)


def _kept(discount: Discount, *, legacy: bool) -> Discount:
    """Return the discount as a line keeps it: a voucher was always an amount where the old way is still followed."""
    if not legacy or discount.type != "VOUCHER":
        return discount
    return Discount(
        type=discount.type,
        value_type="FIXED",
        value=discount.amount,
        amount=discount.amount,
        name=discount.name,
        reason=discount.reason,
        voucher_code=discount.voucher_code,
    )


def _columns(discount: Discount, currency: str) -> dict[str, Any]:
    return {
        "type": discount.type,
        "value_type": discount.value_type,
        "value": Decimal(discount.value),
        "amount_value": discount.amount,
        "currency": currency,
        "name": discount.name,
        "translated_name": discount.translated_name,
        "reason": discount.reason,
        "voucher_code": discount.voucher_code,
        "promotion_rule_id": discount.promotion_rule_id,
    }
