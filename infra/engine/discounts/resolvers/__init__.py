"""What of the contract this app serves."""

from infra.engine.discounts.resolvers import (
    promotion_mutations,
    promotion_translations,
    promotions,
    rule_mutations,
    voucher_mutations,
    vouchers,
)

__all__ = [
    "promotion_mutations",
    "promotion_translations",
    "promotions",
    "rule_mutations",
    "voucher_mutations",
    "vouchers",
]
