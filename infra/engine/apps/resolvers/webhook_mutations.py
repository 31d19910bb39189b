"""Mutations of webhooks: an app manages its own, staff with MANAGE_APPS those of any app."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from infra.engine.apps.actions import save_webhook
from infra.engine.apps.manifest import WEBHOOK_SCHEMES, clean_headers, settle_events
from infra.engine.apps.models import App, Webhook
from infra.engine.apps.resolvers.app_mutations import get_app
from infra.engine.schema.binding import declare, requires, root
from infra.engine.schema.context import Context
from infra.engine.schema.errors import refuse
from infra.engine.schema.ids import named_pk
from infra.engine.schema.permissions import APP

for _payload in ("WebhookCreate", "WebhookUpdate", "WebhookDelete"):
    declare(_payload, "webhook")
for _input in ("WebhookCreateInput", "WebhookUpdateInput"):
    declare(_input, "name identifier targetUrl asyncEvents syncEvents app isActive secretKey query customHeaders")

COLUMNS = {
    "name": "name",
    "identifier": "identifier",
    "targetUrl": "target_url",
    "isActive": "is_active",
    "secretKey": "secret_key",
    "query": "subscription_query",
    "customHeaders": "custom_headers",
}


def _own_webhook(context: Context, gid: str) -> Webhook:
    pk = named_pk(gid, "Webhook")
    rows = Webhook.objects.filter(pk=pk) if pk else Webhook.objects.none()
    if context.requestor.app is not None:
        rows = rows.filter(app=context.requestor.app)
    webhook = rows.first()
    if webhook is None:
        raise refuse("id", f"Couldn't resolve to a node: {gid}", "NOT_FOUND")
    return webhook


def _changes(data: dict[str, Any]) -> dict[str, Any]:
    if data.get("targetUrl") is not None and urlsplit(data["targetUrl"]).scheme not in WEBHOOK_SCHEMES:
        raise refuse("targetUrl", "Enter a valid URL.", "INVALID")
    changes = {column: data[name] for name, column in COLUMNS.items() if name in data}
    if "customHeaders" in data:
        changes["custom_headers"] = clean_headers(data["customHeaders"], field="customHeaders")
    return changes


def _named_events(data: dict[str, Any]) -> list[str]:
    return (data.get("asyncEvents") or []) + (data.get("syncEvents") or [])


@root("Mutation", "webhookCreate")
@requires("MANAGE_APPS", APP)
def webhook_create(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    data = args["input"]
    if not data.get("targetUrl"):
        raise refuse("targetUrl", "This field is required.", "REQUIRED")
    if not data.get("query"):
        raise refuse("query", "This field is required.", "REQUIRED")
    app: App | None = context.requestor.app
    if app is None:
        if not data.get("app"):
            raise refuse("app", "Missing token or app", "INVALID")
        app = get_app(data["app"], "app")
    events = settle_events(_named_events(data), data["query"], field="query")
    return {"webhook": save_webhook(Webhook(app=app), {"is_active": True, **_changes(data)}, events)}


@root("Mutation", "webhookUpdate")
@requires("MANAGE_APPS", APP)
def webhook_update(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    data = args["input"]
    webhook = _own_webhook(context, args["id"])
    query = str(data.get("query") or webhook.subscription_query or "")
    events = None
    if "asyncEvents" in data or "syncEvents" in data or data.get("query"):
        names = _named_events(data) or list(webhook.events.values_list("event_type", flat=True))
        events = settle_events(names, query, field="query")
    return {"webhook": save_webhook(webhook, _changes(data), events)}


@root("Mutation", "webhookDelete", args="id")
@requires("MANAGE_APPS", APP)
def webhook_delete(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    webhook = _own_webhook(context, args["id"])
    shown = Webhook.objects.get(pk=webhook.pk)
    webhook.delete()
    return {"webhook": shown}
