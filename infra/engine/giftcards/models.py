"""Gift cards: money somebody paid for before, known by a code."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.utils import timezone

from infra.engine.money import Money


def amount_field() -> models.DecimalField:
    return models.DecimalField(max_digits=20, decimal_places=3, default=Decimal(0))


class GiftCardTag(models.Model):
    """A word that cards are sorted by, in small letters."""

    name = models.CharField(max_length=255, unique=True)

    class Meta:
        ordering = ("name",)


class GiftCard(models.Model):
    """A code with a balance in one currency. It can be spent while active, and through its last day (UTC)."""

    code = models.CharField(max_length=16, unique=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)
    created_by = models.ForeignKey(
        "engine_customers.User", null=True, on_delete=models.SET_NULL, related_name="created_gift_cards"
    )
    created_by_email = models.CharField(max_length=254, null=True)
    used_by = models.ForeignKey(
        "engine_customers.User", null=True, on_delete=models.SET_NULL, related_name="used_gift_cards"
    )
    used_by_email = models.CharField(max_length=254, null=True)
    #: only this customer may spend it; the address stays when the account goes, and then nobody may
    assigned_to = models.ForeignKey(
        "engine_customers.User", null=True, on_delete=models.SET_NULL, related_name="assigned_gift_cards"
    )
    assigned_to_email = models.CharField(max_length=254, null=True)
    app = models.ForeignKey("engine_apps.App", null=True, on_delete=models.SET_NULL, related_name="+")
    expiry_date = models.DateField(null=True)
    last_used_on = models.DateTimeField(null=True)
    product = models.ForeignKey(
        "engine_products.Product", null=True, on_delete=models.SET_NULL, related_name="gift_cards"
    )
    fulfillment_line = models.ForeignKey(
        "engine_orders.FulfillmentLine", null=True, on_delete=models.SET_NULL, related_name="gift_cards"
    )
    tags = models.ManyToManyField(GiftCardTag, related_name="gift_cards")
    currency = models.CharField(max_length=3)
    initial_balance_amount = amount_field()
    current_balance_amount = amount_field()
    metadata = models.JSONField(default=dict)
    private_metadata = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(current_balance_amount__gte=0), name="engine_gift_card_never_overdrawn"
            )
        ]
        ordering = ("code",)

    @property
    def display_code(self) -> str:
        return self.code[-4:]

    @property
    def initial_balance(self) -> Money:
        return Money(self.initial_balance_amount, self.currency)

    @property
    def current_balance(self) -> Money:
        return Money(self.current_balance_amount, self.currency)

    def may_be_spent_by(self, user_id: int | None) -> bool:
        """Return whether the card is not kept for somebody else."""
        if self.assigned_to_id is None:
            return not self.assigned_to_email
        return self.assigned_to_id == user_id


class GiftCardEvent(models.Model):
    """One entry of a card's history; `parameters` by the contract's names in snake_case."""

    gift_card = models.ForeignKey(GiftCard, on_delete=models.CASCADE, related_name="events")
    date = models.DateTimeField(default=timezone.now)
    type = models.CharField(max_length=64)
    user = models.ForeignKey("engine_customers.User", null=True, on_delete=models.SET_NULL, related_name="+")
    app = models.ForeignKey("engine_apps.App", null=True, on_delete=models.SET_NULL, related_name="+")
    order = models.ForeignKey("engine_orders.Order", null=True, on_delete=models.SET_NULL, related_name="+")
    parameters = models.JSONField(default=dict)

    class Meta:
        ordering = ("date", "pk")


class CheckoutGiftCard(models.Model):
    """A card somebody means to spend on a checkout; nothing is set aside for it."""

    checkout = models.ForeignKey("engine_checkout.Checkout", on_delete=models.CASCADE, related_name="gift_card_links")
    gift_card = models.ForeignKey(GiftCard, on_delete=models.CASCADE, related_name="checkout_links")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["checkout", "gift_card"], name="engine_checkout_gift_card_once")
        ]
        ordering = ("pk",)


class OrderGiftCard(models.Model):
    """A card that paid for a part of an order when it was placed."""

    order = models.ForeignKey("engine_orders.Order", on_delete=models.CASCADE, related_name="gift_card_links")
    gift_card = models.ForeignKey(GiftCard, on_delete=models.CASCADE, related_name="order_links")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["order", "gift_card"], name="engine_order_gift_card_once")
        ]
        ordering = ("pk",)
