"""Events into the queue."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from infra.engine.deliveries.events import event_kinds
from infra.engine.deliveries.models import EventDelivery
from infra.engine.deliveries.payloads import build_payload
from infra.engine.deliveries.queries import subscribed_webhooks
from infra.engine.schema.context import current_requestor


def queue_event(*, event: str, obj: Any, extra: dict[str, Any]) -> int:
    """Write one delivery per subscribed webhook; see `infra.engine.deliveries.emit`."""
    kind = event_kinds()[event]
    assert not kind.is_sync, f"{event} is asked, not emitted"
    webhooks = subscribed_webhooks(event=event)
    if not webhooks:
        return 0
    now = timezone.now()
    requestor = current_requestor()
    rows = []
    for webhook in webhooks:
        row = EventDelivery(webhook=webhook, event_type=event, created_at=now, run_at=now)
        if kind.is_deferred:
            row.source = deferred_source(obj, requestor, now)
        else:
            row.payload = build_payload(
                webhook=webhook,
                event=event,
                obj=obj,
                extra=extra,
                issued_at=now,
                principal=requestor.app or requestor.user,
            )
            if row.payload is None:
                continue
        rows.append(row)
    EventDelivery.objects.bulk_create(rows)
    return len(rows)


def deferred_source(obj: Any, requestor: Any, now: Any) -> dict[str, Any]:
    """Return what the payload is built from later: names and ids only, so that it shows the state at that time."""
    return {
        "model": obj._meta.label,
        "pk": str(obj.pk),
        "issued_at": now.isoformat(),
        "app": requestor.app.pk if requestor.app else None,
        "user": requestor.user.pk if requestor.user else None,
    }
