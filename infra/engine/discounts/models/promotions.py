"""Promotions: rules that make goods (CATALOGUE) or whole orders (ORDER) cheaper by themselves.

Enum columns hold the contract's names. Predicates are kept as the contract's inputs, by their names there.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import ClassVar

from django.db import models
from django.utils import timezone


class Promotion(models.Model):
    """A named group of rules that holds from `start_date` to `end_date` (both included; None for ever)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=255)
    type = models.CharField(max_length=20, default="CATALOGUE")
    description = models.JSONField(null=True)
    start_date = models.DateTimeField(default=timezone.now, db_index=True)
    end_date = models.DateTimeField(null=True, db_index=True)
    #: when its last start or end was told, so that each is told once
    last_told_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)
    updated_at = models.DateTimeField(auto_now=True)
    metadata = models.JSONField(default=dict)
    private_metadata = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar = ["name", "pk"]

    def is_active(self, now: datetime) -> bool:
        """Return whether the promotion holds at `now`."""
        return self.start_date <= now and (self.end_date is None or self.end_date >= now)


class PromotionRule(models.Model):
    """What a promotion does, in which channels, to what its predicate selects.

    `reward_value` is an amount of the channels' currency (FIXED) or a percentage; both are None for a GIFT.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    promotion = models.ForeignKey(Promotion, on_delete=models.CASCADE, related_name="rules")
    name = models.CharField(max_length=255, null=True)
    description = models.JSONField(null=True)
    channels = models.ManyToManyField("engine_products.Channel", related_name="+")
    catalogue_predicate = models.JSONField(default=dict)
    order_predicate = models.JSONField(default=dict)
    reward_value_type = models.CharField(max_length=20, null=True)
    reward_value = models.DecimalField(max_digits=20, decimal_places=3, null=True)
    reward_type = models.CharField(max_length=20, null=True)
    gifts = models.ManyToManyField("engine_products.ProductVariant", related_name="+")
    #: whether its variants are those of a running promotion; else it has none
    is_applied = models.BooleanField(default=False)
    #: whether what it selects must be worked out anew
    is_stale = models.BooleanField(default=False, db_index=True)

    class Meta:
        ordering: ClassVar = ["name", "pk"]


class RuleVariant(models.Model):
    """A variant that a catalogue rule selected when it was last worked out."""

    rule = models.ForeignKey(PromotionRule, on_delete=models.CASCADE, related_name="variant_rows")
    variant = models.ForeignKey("engine_products.ProductVariant", on_delete=models.CASCADE, related_name="rule_rows")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["rule", "variant"], name="engine_rule_variant_once"),
        ]


class VariantListingRule(models.Model):
    """The catalogue rule behind a listing's discounted price, and what it takes off the price of one piece."""

    listing = models.ForeignKey(
        "engine_products.VariantChannelListing", on_delete=models.CASCADE, related_name="rule_rows"
    )
    rule = models.ForeignKey(PromotionRule, on_delete=models.CASCADE, related_name="listing_rows")
    discount_amount = models.DecimalField(max_digits=20, decimal_places=3)
    currency = models.CharField(max_length=3)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["listing"], name="engine_one_rule_per_listing"),
        ]


class PromotionTranslation(models.Model):
    """Name and description of a promotion or of a rule (exactly one of both) in one language."""

    promotion = models.ForeignKey(Promotion, null=True, on_delete=models.CASCADE, related_name="translations")
    rule = models.ForeignKey(PromotionRule, null=True, on_delete=models.CASCADE, related_name="translations")
    language_code = models.CharField(max_length=35)
    name = models.CharField(max_length=255, null=True)
    description = models.JSONField(null=True)

    class Meta:
        ordering: ClassVar = ["language_code", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["promotion", "language_code"], name="engine_promotion_translation_once"),
            models.UniqueConstraint(fields=["rule", "language_code"], name="engine_rule_translation_once"),
            models.CheckConstraint(
                condition=models.Q(promotion=None) ^ models.Q(rule=None), name="engine_promotion_translation_of_one"
            ),
        ]


class PromotionEvent(models.Model):
    """What was done to a promotion: `rule_id` names the rule of RULE_CREATED, -UPDATED and -DELETED."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    promotion = models.ForeignKey(Promotion, on_delete=models.CASCADE, related_name="events")
    date = models.DateTimeField(auto_now_add=True)
    type = models.CharField(max_length=40)
    rule_id = models.UUIDField(null=True)
    user = models.ForeignKey("engine_customers.User", null=True, on_delete=models.SET_NULL, related_name="+")
    app = models.ForeignKey("engine_apps.App", null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering: ClassVar = ["date", "pk"]
