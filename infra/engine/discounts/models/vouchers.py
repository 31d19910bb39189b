"""Vouchers: discounts that a customer asks for with a code.

Enum columns hold the contract's names.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import ClassVar

from django.db import models
from django.utils import timezone


class Voucher(models.Model):
    """What the codes of a voucher give. What it is worth per channel stands in its listings."""

    name = models.CharField(max_length=255, null=True)
    type = models.CharField(max_length=20, default="ENTIRE_ORDER")
    discount_value_type = models.CharField(max_length=10, default="FIXED")
    usage_limit = models.PositiveIntegerField(null=True)
    start_date = models.DateTimeField(default=timezone.now)
    end_date = models.DateTimeField(null=True)
    #: only the cheapest line that it applies to is made cheaper, not every one
    apply_once_per_order = models.BooleanField(default=False)
    apply_once_per_customer = models.BooleanField(default=False)
    #: a code is switched off with its first use
    single_use = models.BooleanField(default=False)
    only_for_staff = models.BooleanField(default=False)
    #: country codes that a SHIPPING voucher holds for; empty for all
    countries = models.JSONField(default=list)
    min_checkout_items_quantity = models.PositiveIntegerField(null=True)
    products = models.ManyToManyField("engine_products.Product", related_name="+")
    variants = models.ManyToManyField("engine_products.ProductVariant", related_name="+")
    collections = models.ManyToManyField("engine_products.Collection", related_name="+")
    categories = models.ManyToManyField("engine_products.Category", related_name="+")
    metadata = models.JSONField(default=dict)
    private_metadata = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar = ["name", "pk"]

    def is_active(self, now: datetime) -> bool:
        """Return whether the voucher holds at `now`; whether it is used up is not asked."""
        return self.start_date <= now and (self.end_date is None or self.end_date >= now)


class VoucherCode(models.Model):
    """A code, and how often it was used."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    voucher = models.ForeignKey(Voucher, on_delete=models.CASCADE, related_name="codes")
    code = models.CharField(max_length=255, unique=True)
    used = models.PositiveIntegerField(default=0)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["-created_at", "code"]


class VoucherChannelListing(models.Model):
    """What a voucher is worth in a channel: an amount of its currency (FIXED) or a percentage."""

    voucher = models.ForeignKey(Voucher, on_delete=models.CASCADE, related_name="channel_listings")
    channel = models.ForeignKey("engine_products.Channel", on_delete=models.CASCADE, related_name="voucher_listings")
    discount_value = models.DecimalField(max_digits=20, decimal_places=3)
    min_spent_amount = models.DecimalField(max_digits=20, decimal_places=3, null=True)
    currency = models.CharField(max_length=3)

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["voucher", "channel"], name="engine_voucher_listing_once"),
        ]


class VoucherCustomer(models.Model):
    """A customer who used a code of a voucher that is given once per customer."""

    voucher_code = models.ForeignKey(VoucherCode, on_delete=models.CASCADE, related_name="customers")
    customer_email = models.EmailField()

    class Meta:
        ordering: ClassVar = ["voucher_code", "customer_email", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["voucher_code", "customer_email"], name="engine_voucher_customer_once"),
        ]
