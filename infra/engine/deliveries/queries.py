"""Who is told of what."""

from __future__ import annotations

from typing import Any

from infra.engine.apps.models import Webhook
from infra.engine.deliveries.events import event_kinds


def subscribed_webhooks(*, event: str, app: Any = None) -> list[Webhook]:
    """Return the active webhooks of active, installed apps that may hear `event`, by app and webhook id."""
    permission = event_kinds()[event].permission
    rows = Webhook.objects.select_related("app").filter(
        is_active=True, app__is_active=True, app__is_installed=True, events__event_type=event
    )
    if app is not None:
        rows = rows.filter(app=app)
    return [
        webhook
        for webhook in rows.order_by("app_id", "pk")
        if permission is None or permission in webhook.app.permissions
    ]
