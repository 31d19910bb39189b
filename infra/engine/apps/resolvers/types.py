"""App, AppToken, AppInstallation, Webhook, Manifest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from infra.engine.apps.models import App, AppInstallation, AppToken, Webhook, WebhookEvent
from infra.engine.deliveries import declare_event
from infra.engine.deliveries.events import event_kinds
from infra.engine.schema.binding import Batch, declare, field, name_type
from infra.engine.schema.context import Context
from infra.engine.schema.errors import PermissionDenied
from infra.engine.schema.ids import bind_ids
from infra.engine.schema.metadata import ANYBODY, register_metadata
from infra.engine.schema.permissions import as_permission

name_type(App, "App")
bind_ids(App="App", AppToken="AppToken", AppInstallation="AppInstallation", Webhook="Webhook")


def _itself_or_managed(apps: Sequence[App], context: Context) -> list[tuple[str, ...]]:
    own = context.requestor.app
    return [ANYBODY if own is not None and own.pk == app.pk else ("MANAGE_APPS",) for app in apps]


register_metadata("App", App, private=_itself_or_managed, shown=_itself_or_managed)
declare(
    "App",
    "identifier name type isActive created aboutApp dataPrivacyUrl homepageUrl supportUrl appUrl manifestUrl version "
    "author",
)
declare("AppToken", "name")
declare("AppInstallation", "status createdAt updatedAt message appName manifestUrl")
declare("Webhook", "name identifier targetUrl isActive subscriptionQuery app customHeaders")
declare("WebhookEventAsync", "name eventType")
declare("WebhookEventSync", "name eventType")
declare("Permission", "code name")
declare(
    "Manifest", "identifier version name about permissions appUrl tokenTargetUrl homepageUrl supportUrl author webhooks"
)
declare("AppManifestWebhook", "name asyncEvents syncEvents query targetUrl")
for _name, _model in (("AppToken", AppToken), ("AppInstallation", AppInstallation), ("Webhook", Webhook)):
    name_type(_model, _name)
for _event in ("APP_INSTALLED", "APP_UPDATED", "APP_DELETED", "APP_STATUS_CHANGED"):
    declare_event(_event, "app")


@field("App", "permissions")
def app_permissions(batch: Batch) -> list[Any]:
    return [[as_permission(name) for name in sorted(app.permissions, key=str.lower)] for app in batch.parents]


@field("AppInstallation", "status")
def installation_status(batch: Batch) -> list[str]:
    return [row.status for row in batch.parents]


@field("App", "webhooks")
def app_webhooks(batch: Batch) -> list[Any]:
    """To the app itself and to those who manage apps: deliveries hold what nobody else may read."""
    return own_or_denied(batch, _children(batch, Webhook))


@field("App", "tokens")
def app_tokens(batch: Batch) -> list[Any]:
    """Without what they are: their last signs alone, to the app itself and to those who manage apps."""
    return own_or_denied(batch, _children(batch, AppToken))


def own_or_denied(batch: Batch, values: list[Any]) -> list[Any]:
    """Return for each app its value, or PermissionDenied to whoever is neither that app nor manages apps."""
    requestor = batch.context.requestor
    if requestor.has_perm("MANAGE_APPS"):
        return values
    own = requestor.app.pk if requestor.app is not None else None
    denied = PermissionDenied(("MANAGE_APPS", "OWNER"))
    return [value if app.pk == own else denied for app, value in zip(batch.parents, values, strict=True)]


def _children(batch: Batch, model: Any) -> list[Any]:
    found: dict[int, list[Any]] = {app.pk: [] for app in batch.parents}
    for row in model.objects.filter(app_id__in=found):
        found[row.app_id].append(row)
    return [found[app.pk] for app in batch.parents]


@field("AppToken", "authToken")
def token_tail(batch: Batch) -> list[Any]:
    return [token.token_last_4 for token in batch.parents]


@field("Webhook", "app")
def webhook_app(batch: Batch) -> list[Any]:
    apps = App.objects.in_bulk({webhook.app_id for webhook in batch.parents})
    return [apps[webhook.app_id] for webhook in batch.parents]


@field("Webhook", "asyncEvents")
def webhook_async_events(batch: Batch) -> list[Any]:
    return _events(batch, is_sync=False)


@field("Webhook", "syncEvents")
def webhook_sync_events(batch: Batch) -> list[Any]:
    return _events(batch, is_sync=True)


def _events(batch: Batch, *, is_sync: bool) -> list[Any]:
    pks = [webhook.pk for webhook in batch.parents]

    def load() -> dict[int, list[str]]:
        found: dict[int, list[str]] = {}
        for row in WebhookEvent.objects.filter(webhook_id__in=pks):
            found.setdefault(row.webhook_id, []).append(row.event_type)
        return found

    events = batch.context.remember(("webhook events", tuple(pks)), load)
    kinds = event_kinds()
    return [
        [
            {"name": kinds[name].title, "event_type": name}
            for name in events.get(pk, [])
            if kinds[name].is_sync == is_sync
        ]
        for pk in pks
    ]
