"""Events into the queue."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone

from infra.engine.apps.subscriptions import channels_of_query
from infra.engine.deliveries.events import EventKind, event_kinds
from infra.engine.deliveries.models import EventDelivery
from infra.engine.deliveries.payloads import build_payload
from infra.engine.deliveries.queries import subscribed_webhooks
from infra.engine.prepared_writes import insert_all
from infra.engine.schema.context import Requestor, current_requestor


def queue_event(*, event: str, obj: Any, extra: dict[str, Any]) -> int:
    """Write one delivery per subscribed webhook; see `infra.engine.deliveries.emit`."""
    kind = event_kinds()[event]
    assert not kind.is_sync, f"{event} is asked, not emitted"
    webhooks = subscribed_webhooks(event=event)
    if not webhooks:
        return 0
    now = timezone.now()
    requestor = current_requestor()
    made = (
        delivery_of(webhook=webhook, kind=kind, obj=obj, extra=extra, requestor=requestor, now=now)
        for webhook in webhooks
    )
    rows = [row for row in made if row is not None]
    insert_all(rows)
    return len(rows)


def delivery_of(
    *, webhook: Any, kind: EventKind, obj: Any, extra: dict[str, Any], requestor: Requestor, now: datetime
) -> EventDelivery | None:
    """Return the delivery of an event to one webhook, not yet written; None when there is nothing to tell it."""
    row = EventDelivery(webhook=webhook, event_type=kind.name, created_at=now, run_at=now)
    if kind.is_deferred:
        channels = channels_of_query(webhook.subscription_query or "")
        if channels and getattr(getattr(obj, "channel", None), "slug", None) not in channels:
            return None
        row.source = deferred_source(obj, requestor, now)
        return row
    row.payload = build_payload(
        webhook=webhook,
        event=kind.name,
        obj=obj,
        extra=extra,
        issued_at=now,
        principal=requestor.app or requestor.user,
    )
    return row if row.payload is not None else None


def deferred_source(obj: Any, requestor: Any, now: Any) -> dict[str, Any]:
    """Return what the payload is built from later: names and ids only, so that it shows the state at that time."""
    return {
        "model": obj._meta.label,
        "pk": str(obj.pk),
        "issued_at": now.isoformat(),
        "app": requestor.app.pk if requestor.app else None,
        "user": requestor.user.pk if requestor.user else None,
    }
