"""The engine's own queue of webhook deliveries."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone

from infra.engine.prepared_writes import QuickRow


class EventDelivery(QuickRow):
    """One event for one webhook. `payload` is empty until it is built: at once, or for deferred events when sent."""

    webhook = models.ForeignKey("engine_apps.Webhook", on_delete=models.CASCADE, related_name="deliveries")
    event_type = models.CharField(max_length=128)
    status = models.CharField(max_length=16, default="PENDING")
    payload = models.TextField(null=True)
    #: what a deferred payload is built from: {"model", "pk", "extra", "issued_at", "principal"}
    source = models.JSONField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    attempts_made = models.PositiveIntegerField(default=0)
    run_at = models.DateTimeField(default=timezone.now)
    leased_until = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["pk"]
        indexes: ClassVar = [
            models.Index(fields=["run_at"], condition=models.Q(status="PENDING"), name="engine_delivery_due"),
        ]


class EventDeliveryAttempt(QuickRow):
    """One try to deliver, with what was answered."""

    delivery = models.ForeignKey(EventDelivery, on_delete=models.CASCADE, related_name="attempts")
    created_at = models.DateTimeField(auto_now_add=True)
    status = models.CharField(max_length=16)
    duration = models.FloatField(null=True)
    response = models.TextField(null=True)
    response_status_code = models.PositiveSmallIntegerField(null=True)

    class Meta:
        ordering: ClassVar = ["pk"]
