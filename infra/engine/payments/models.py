"""Money that payment apps reported for a checkout or an order."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any, ClassVar

from django.db import models
from django.utils import timezone

from infra.engine.money import Money
from infra.engine.prepared_writes import QuickRow

AMOUNTS = (
    "authorized",
    "charged",
    "refunded",
    "canceled",
    "authorize_pending",
    "charge_pending",
    "refund_pending",
    "cancel_pending",
)


def amount_field(**options: Any) -> models.DecimalField:
    return models.DecimalField(max_digits=20, decimal_places=3, default=Decimal(0), **options)


class TransactionItem(QuickRow):
    """One payment with its amounts, which always follow from its events (see `calculations`)."""

    token = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(default=timezone.now)
    modified_at = models.DateTimeField(auto_now=True)
    name = models.CharField(max_length=512, blank=True, default="")
    message = models.CharField(max_length=512, blank=True, default="")
    psp_reference = models.CharField(max_length=512, null=True, db_index=True)
    available_actions = models.JSONField(default=list)
    currency = models.CharField(max_length=3)
    authorized_value = amount_field()
    charged_value = amount_field()
    refunded_value = amount_field()
    canceled_value = amount_field()
    authorize_pending_value = amount_field()
    charge_pending_value = amount_field()
    refund_pending_value = amount_field()
    cancel_pending_value = amount_field()
    checkout = models.ForeignKey(
        "engine_checkout.Checkout", null=True, on_delete=models.SET_NULL, related_name="transactions"
    )
    order = models.ForeignKey("engine_orders.Order", null=True, on_delete=models.PROTECT, related_name="transactions")
    app = models.ForeignKey("engine_apps.App", null=True, on_delete=models.SET_NULL, related_name="+")
    app_identifier = models.CharField(max_length=256, null=True)
    user = models.ForeignKey("engine_customers.User", null=True, on_delete=models.SET_NULL, related_name="+")
    external_url = models.CharField(max_length=2000, blank=True, default="")
    idempotency_key = models.CharField(max_length=512, null=True)
    #: {"type": CARD|OTHER|GIFT_CARD, "name", "brand", "first_digits", "last_digits", "exp_month", "exp_year"}
    payment_method = models.JSONField(null=True)
    gift_card = models.ForeignKey(
        "engine_giftcards.GiftCard", null=True, on_delete=models.SET_NULL, related_name="transactions"
    )
    metadata = models.JSONField(default=dict)
    private_metadata = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["app_identifier", "idempotency_key"], name="engine_transaction_idempotency_once"
            )
        ]
        ordering = ("created_at", "token")

    def money(self, name: str) -> Money:
        """Return one of AMOUNTS as money."""
        return Money(getattr(self, f"{name}_value"), self.currency)


class TransactionEvent(QuickRow):
    """What happened to a transaction, as reported; the only source of its amounts."""

    transaction = models.ForeignKey(TransactionItem, on_delete=models.CASCADE, related_name="events")
    created_at = models.DateTimeField(default=timezone.now)
    type = models.CharField(max_length=64)
    psp_reference = models.CharField(max_length=512, null=True, db_index=True)
    message = models.CharField(max_length=512, null=True, default="")
    external_url = models.CharField(max_length=2000, blank=True, default="")
    amount_value = amount_field()
    currency = models.CharField(max_length=3)
    app = models.ForeignKey("engine_apps.App", null=True, on_delete=models.SET_NULL, related_name="+")
    app_identifier = models.CharField(max_length=256, null=True)
    user = models.ForeignKey("engine_customers.User", null=True, on_delete=models.SET_NULL, related_name="+")
    include_in_calculations = models.BooleanField(default=True)
    idempotency_key = models.CharField(max_length=512, null=True)
    granted_refund = models.ForeignKey(
        "engine_orders.GrantedRefund", null=True, on_delete=models.SET_NULL, related_name="transaction_events"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["transaction", "idempotency_key"], name="engine_transaction_event_idempotency_once"
            )
        ]
        ordering = ("pk",)

    @property
    def amount(self) -> Money:
        return Money(self.amount_value, self.currency)


class ActionDelivery(models.Model):
    """The promise to ask a payment app for a charge, refund or cancellation; gone once the answer is stored."""

    request_event = models.OneToOneField(TransactionEvent, on_delete=models.CASCADE, related_name="+")
    attempts_made = models.PositiveIntegerField(default=0)
    run_at = models.DateTimeField(default=timezone.now, db_index=True)
    leased_until = models.DateTimeField(null=True)

    class Meta:
        ordering = ("pk",)
