"""Who is told of what."""

from __future__ import annotations

from typing import Any

from infra.engine.apps.models import Webhook, WebhookEvent
from infra.engine.deliveries.events import event_kinds
from infra.engine.prepared import PreparedRows

_SUBSCRIPTIONS = PreparedRows(
    WebhookEvent._meta.get_field("event_type"),
    lambda events: (
        WebhookEvent.objects.select_related("webhook__app")
        .filter(
            webhook__is_active=True,
            webhook__app__is_active=True,
            webhook__app__is_installed=True,
            event_type__in=events,
        )
        .order_by("webhook__app_id", "webhook_id")
    ),
)


def subscribed_webhooks(*, event: str, app: Any = None) -> list[Webhook]:
    """Return the active webhooks of active, installed apps that may hear `event`, by app and webhook id."""
    permission = event_kinds()[event].permission
    heard = [row.webhook for row in _SUBSCRIPTIONS([event])]
    return [
        webhook
        for webhook in heard
        if (app is None or webhook.app_id == app.pk) and (permission is None or permission in webhook.app.permissions)
    ]
