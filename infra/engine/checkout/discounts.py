"""What is taken off the lines, the whole and the delivery of a cart. Only arithmetic: nothing is read or written.

Promotions of the catalogue come first, then a voucher for goods, each on the line's total; a voucher or a promotion
for the whole is spread over the lines by what they then cost, the last taking what rounding leaves over. The contract's
reference does the same: the parts always add up, and no line falls below zero.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

from infra.engine.discounts.types import OrderDiscountFound
from infra.engine.discounts.vouchers import VoucherTerms
from infra.engine.money import ZERO, smallest_step


def round_price(amount: Decimal, currency: str) -> Decimal:
    """Return a price rounded half up to the decimals of `currency`, as the contract rounds prices of goods."""
    return Decimal(amount).quantize(smallest_step(currency), rounding=ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Discount:
    """Something taken off a line or the whole, with what an order keeps of it (`orders.models.Discount`).

    `type` is PROMOTION, ORDER_PROMOTION or VOUCHER; `amount` is what it takes off altogether.
    """

    type: str
    value_type: str
    value: Decimal
    amount: Decimal
    name: str | None = None
    translated_name: str | None = None
    reason: str | None = None
    voucher_code: str | None = None
    promotion_rule_id: UUID | None = None
    promotion_id: UUID | None = None

    @classmethod
    def of_found(cls, found: OrderDiscountFound) -> Discount:
        """Return the discount of an order promotion."""
        return cls(
            type="ORDER_PROMOTION",
            value_type=found.value_type,
            value=found.value,
            amount=found.amount,
            name=found.name,
            translated_name=found.translated_name,
            reason=found.reason,
            promotion_rule_id=found.rule_id,
            promotion_id=found.promotion_id,
        )


def lines_of_voucher(terms: VoucherTerms, lines: Iterable[Any]) -> list[Any]:
    """Return the priced lines that a voucher for goods makes cheaper; none for another voucher."""
    chosen = [] if not terms.is_for_lines else list(lines)
    if terms.voucher.type == "SPECIFIC_PRODUCT":
        chosen = goods_of_voucher(terms, chosen)
    if terms.voucher.apply_once_per_order and chosen:
        return [min(chosen, key=lambda item: item.listed_unit)]
    return chosen


def goods_of_voucher(terms: VoucherTerms, lines: Iterable[Any]) -> list[Any]:
    """Return the priced lines whose goods the voucher names, all of them when it names none."""
    if not terms.targets:
        return list(lines)
    return [item for item in lines if not item.line.is_gift and _is_named(terms, item.line.variant)]


def _is_named(terms: VoucherTerms, variant: Any) -> bool:
    category_id = variant.product.category_id
    return terms.targets.has(variant_id=variant.pk, product_id=variant.product_id, category_id=category_id)


def off_line(terms: VoucherTerms, total: Decimal, pieces: int) -> Decimal:
    """Return what a voucher for goods takes off a line that costs `total`, promotions of the catalogue taken off."""
    if not terms.voucher.apply_once_per_order and terms.voucher.discount_value_type == "PERCENTAGE":
        return terms.amount_off(total)
    each = terms.amount_off(total / pieces)
    return each if terms.voucher.apply_once_per_order else min(each * pieces, total)


def shown_discount(terms: VoucherTerms, lines: list[Any], *, subtotal: Decimal, delivery: Decimal) -> Decimal:
    """Return the amount that a cart shows as its voucher's discount.

    subtotal: of the goods before this voucher; delivery: its price before the voucher.
    """
    if terms.is_for_delivery:
        return terms.amount_off(delivery)
    if terms.is_for_order:
        return terms.amount_off(subtotal)
    chosen = lines_of_voucher(terms, lines)
    if terms.voucher.apply_once_per_order:
        return sum((terms.amount_off(item.listed_unit) for item in chosen), ZERO)
    return sum((terms.amount_off(item.listed_unit) * item.line.quantity for item in chosen), ZERO)


def spread(lines: list[Any], off: Decimal, currency: str, base: Callable[[Any], Decimal]) -> list[Decimal]:
    """Return the lines' totals with `off` taken off them together, by their share; `base` gives a line's total."""
    totals = [base(item) for item in lines]
    whole = sum(totals, ZERO)
    if len(lines) == 1:
        return [max(whole - off, ZERO)]
    left, found = off, []
    for index, total in enumerate(totals):
        part = left
        if index < len(totals) - 1 and whole:
            part = round_price(min(total / whole * off, total), currency)
        left -= part
        found.append(max(total - part, ZERO) if whole else ZERO)
    return found
