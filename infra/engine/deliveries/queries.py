"""Who is told of what."""

from __future__ import annotations

from typing import Any

from infra.engine.apps.models import Webhook, WebhookEvent
from infra.engine.deliveries.events import event_kinds
from infra.engine.settled.kept import Kept, copy_of


def _by_event() -> dict[str, list[Webhook]]:
    rows = (
        WebhookEvent.objects.select_related("webhook__app")
        .filter(webhook__is_active=True, webhook__app__is_active=True, webhook__app__is_installed=True)
        .order_by("webhook__app_id", "webhook_id")
    )
    found: dict[str, list[Webhook]] = {}
    for row in rows:
        found.setdefault(row.event_type, []).append(row.webhook)
    return found


_SUBSCRIPTIONS = Kept(_by_event)


def subscribed_webhooks(*, event: str, app: Any = None) -> list[Webhook]:
    """Return the active webhooks of active, installed apps that may hear `event`, by app and webhook id."""
    permission = event_kinds()[event].permission
    return [
        _own(webhook)
        for webhook in _SUBSCRIPTIONS().get(event, ())
        if (app is None or webhook.app_id == app.pk) and (permission is None or permission in webhook.app.permissions)
    ]


def _own(webhook: Webhook) -> Webhook:
    own = copy_of(webhook)
    own.app = copy_of(webhook.app)
    return own
