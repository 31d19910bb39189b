"""Webhook.eventDeliveries: what was sent to a webhook and did not arrive (what arrived is forgotten at once)."""

from __future__ import annotations

from typing import Any

from infra.engine.deliveries.models import EventDelivery, EventDeliveryAttempt
from infra.engine.schema.binding import Batch, declare, field, name_type
from infra.engine.schema.connections import connect
from infra.engine.schema.ids import bind_ids

PAGES = "before after first last"
name_type(EventDelivery, "EventDelivery")
name_type(EventDeliveryAttempt, "EventDeliveryAttempt")
bind_ids(EventDelivery="EventDelivery", EventDeliveryAttempt="EventDeliveryAttempt")
declare("EventDelivery", "createdAt status eventType payload")
declare("EventDeliveryAttempt", "createdAt status duration response responseStatusCode")
declare("EventDeliveryFilterInput", "status eventType")
declare("EventDeliverySortingInput", "direction field")
declare("EventDeliveryAttemptSortingInput", "direction field")


@field("Webhook", "eventDeliveries", args=f"filter sortBy {PAGES}")
def webhook_deliveries(batch: Batch) -> list[Any]:
    """One page per webhook. Unsorted, the latest come first."""
    wanted = batch.args.get("filter") or {}
    columns = {"status": wanted.get("status"), "event_type": wanted.get("eventType")}
    rows = EventDelivery.objects.filter(**{name: value for name, value in columns.items() if value})
    return [connect(rows.filter(webhook=each), batch.args, order=_order(batch.args)) for each in batch.parents]


@field("EventDelivery", "attempts", args=f"sortBy {PAGES}")
def delivery_attempts(batch: Batch) -> list[Any]:
    rows = EventDeliveryAttempt.objects.all()
    return [connect(rows.filter(delivery=each), batch.args, order=_order(batch.args)) for each in batch.parents]


def _order(args: dict[str, Any]) -> tuple[str, str]:
    """Both are sorted by nothing but the moment of creation."""
    is_rising = (args.get("sortBy") or {}).get("direction") == "ASC"
    return ("created_at", "pk") if is_rising else ("-created_at", "-pk")
