"""Tables of orders. What belongs to a merchant is scoped: unread outside a merchant's scope.

Amounts are kept in the order's currency, with the yen of the day of sale beside them, both frozen.
"""

from __future__ import annotations

from typing import Any

from django.db import models

from marketplace.kernel.scope import ScopedManager


class ScopedByPart(ScopedManager):
    merchant_path = "part__merchant_id"


class ScopedByRefund(ScopedManager):
    merchant_path = "refund__part__merchant_id"


class Amount(models.DecimalField):
    """An amount of money in the currency that its row or parent names."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_digits": 15, "decimal_places": 3, **options})


class OrderRecord(models.Model):
    class State(models.TextChoices):
        PAID = "paid"
        CONFIRMED = "confirmed"
        CANCELLING = "cancelling"
        CANCELLED = "cancelled"

    order_id = models.CharField(max_length=80, unique=True)
    number = models.CharField(max_length=40, db_index=True)
    market = models.CharField(max_length=40)
    currency = models.CharField(max_length=3)
    language = models.CharField(max_length=12)
    email = models.EmailField(blank=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.PAID)
    total = Amount()
    shipping = Amount()
    yen_rate = models.DecimalField(max_digits=18, decimal_places=8)
    yen_total = models.BigIntegerField()
    transaction_id = models.CharField(max_length=120)
    placed_at = models.DateTimeField()
    paid_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    day_sold = models.DateField(db_index=True)
    refunded_on = models.DateField(null=True)
    area = models.CharField(max_length=10)
    country = models.CharField(max_length=2)
    country_area = models.CharField(max_length=20, blank=True)
    address = models.JSONField(default=dict)
    is_simulated = models.BooleanField(default=False)
    cancel_reasons = models.JSONField(default=list)


class MerchantOrder(models.Model):
    class State(models.TextChoices):
        NEW = "new"
        ACCEPTED = "accepted"
        SHIPPING = "shipping"
        SHIPPED = "shipped"
        REFUSED = "refused"

    order = models.ForeignKey(OrderRecord, on_delete=models.PROTECT, related_name="parts")
    merchant_id = models.BigIntegerField()
    warehouse_id = models.CharField(max_length=80)
    position = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.NEW)
    goods = Amount()
    shipping = Amount()
    shipping_yen = models.BigIntegerField()
    promise = models.JSONField(default=dict)
    accepted_at = models.DateTimeField(null=True)
    shipped_at = models.DateTimeField(null=True)
    carrier = models.CharField(max_length=60, default="", blank=True)
    tracking_number = models.CharField(max_length=60, default="", blank=True)

    objects = ScopedManager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["order", "merchant_id"], name="orders_part_once")]
        indexes = [models.Index(fields=["merchant_id", "state"], name="orders_part_todo")]


class MerchantOrderLine(models.Model):
    part = models.ForeignKey(MerchantOrder, on_delete=models.PROTECT, related_name="lines")
    line_id = models.CharField(max_length=80, unique=True)
    position = models.PositiveSmallIntegerField()
    product_id = models.CharField(max_length=80)
    variant_id = models.CharField(max_length=80)
    sku = models.CharField(max_length=255, blank=True)
    name = models.CharField(max_length=400)
    variant_name = models.CharField(max_length=400, blank=True)
    quantity = models.PositiveIntegerField()
    total = Amount()
    yen = models.BigIntegerField()
    tax_rate = models.DecimalField(max_digits=6, decimal_places=4)
    category = models.CharField(max_length=40)
    image_url = models.TextField(blank=True)
    is_refused = models.BooleanField(default=False)

    objects = ScopedByPart()


class Refund(models.Model):
    """Money going back for one merchant's part. A cancelled order has one per part, under one grant at Saleor."""

    class State(models.TextChoices):
        ASKED = "asked"
        MADE = "made"
        FAILED = "failed"

    key = models.CharField(max_length=120, unique=True)
    grant_key = models.CharField(max_length=120, db_index=True)
    part = models.ForeignKey(MerchantOrder, on_delete=models.PROTECT, related_name="refunds")
    state = models.CharField(max_length=8, choices=State.choices, default=State.ASKED)
    amount = Amount()
    shipping = Amount()
    yen = models.BigIntegerField()
    shipping_yen = models.BigIntegerField()
    reason = models.JSONField()
    is_refusal = models.BooleanField()
    asked_at = models.DateTimeField()
    made_at = models.DateTimeField(null=True)
    day = models.DateField(null=True)

    objects = ScopedByPart()


class RefundLine(models.Model):
    refund = models.ForeignKey(Refund, on_delete=models.PROTECT, related_name="lines")
    line = models.ForeignKey(MerchantOrderLine, on_delete=models.PROTECT, related_name="refunds")
    quantity = models.PositiveIntegerField()
    amount = Amount()
    yen = models.BigIntegerField()

    objects = ScopedByRefund()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["refund", "line"], name="orders_refund_line_once")]


class BuyerLink(models.Model):
    """The link nobody can guess: 32 random bytes per order."""

    order = models.OneToOneField(OrderRecord, on_delete=models.PROTECT, related_name="link")
    token = models.CharField(max_length=64, unique=True)


class FactToken(models.Model):
    """The word that joins one order's facts within one week, and serves nothing else. Deleted when the week is old."""

    order = models.ForeignKey(OrderRecord, on_delete=models.CASCADE, related_name="fact_tokens")
    period = models.CharField(max_length=10)
    token = models.CharField(max_length=40)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["order", "period"], name="orders_fact_token_once")]


class OrderProblem(models.Model):
    """Something about an order that a person should look at. Open until `closed_at`."""

    order_id = models.CharField(max_length=80)
    number = models.CharField(max_length=40, blank=True)
    code = models.CharField(max_length=60)
    detail = models.TextField()
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["order_id", "code"], name="orders_problem_once")]
