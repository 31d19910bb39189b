"""What the discounts of promotions look like to those who apply them. No framework."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class RuleReward:
    """What a rule takes off a price: `value` is an amount (FIXED) or a percentage (PERCENTAGE)."""

    value_type: str
    value: Decimal

    def amount_off(self, price: Decimal, step: Decimal) -> Decimal:
        """Return what is taken off `price`: never more than it, percentages rounded half up to `step`."""
        if self.value_type == "FIXED":
            return min(self.value, price)
        return min((price * self.value / 100).quantize(step, rounding=ROUND_HALF_UP), price)


@dataclass(frozen=True, slots=True)
class OrderDiscountFound:
    """The best order promotion of a cart: an amount off the subtotal, or a gift.

    `amount` is what is taken off the subtotal, or the full price of the gift. `value_type` and `value` are the
    rule's own, FIXED and the amount for a gift. `gift_variant_id` is None for an amount off the subtotal.
    """

    rule_id: UUID
    promotion_id: UUID
    name: str | None
    translated_name: str | None
    reason: str
    value_type: str
    value: Decimal
    amount: Decimal
    gift_variant_id: int | None = None
    gift_price: Decimal | None = None
    ends_at: Any = None
