"""Tables of promotions and vouchers."""

from infra.engine.discounts.models.promotions import (
    Promotion,
    PromotionEvent,
    PromotionRule,
    PromotionTranslation,
    RuleVariant,
    VariantListingRule,
)
from infra.engine.discounts.models.vouchers import Voucher, VoucherChannelListing, VoucherCode, VoucherCustomer

__all__ = [
    "Promotion",
    "PromotionEvent",
    "PromotionRule",
    "PromotionTranslation",
    "RuleVariant",
    "VariantListingRule",
    "Voucher",
    "VoucherChannelListing",
    "VoucherCode",
    "VoucherCustomer",
]
