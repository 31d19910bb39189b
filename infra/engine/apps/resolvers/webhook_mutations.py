"""Mutations of webhooks: an app manages its own, staff with MANAGE_APPS those of any app."""

from __future__ import annotations

from typing import Any

from infra.engine.apps.actions import save_webhook
from infra.engine.apps.manifest import clean_headers, is_target, settle_events
from infra.engine.apps.models import App, Webhook
from infra.engine.apps.resolvers.app_mutations import get_app
from infra.engine.deliveries import manual
from infra.engine.deliveries.models import EventDelivery
from infra.engine.schema.binding import declare, requires, root
from infra.engine.schema.context import Context
from infra.engine.schema.errors import refuse
from infra.engine.schema.ids import named_pk
from infra.engine.schema.lengths import check_lengths
from infra.engine.schema.permissions import APP, STAFF_USER

for _payload in ("WebhookCreate", "WebhookUpdate", "WebhookDelete"):
    declare(_payload, "webhook")
declare("WebhookDryRun", "payload")
declare("WebhookTrigger", "delivery")
declare("EventDeliveryRetry", "delivery")
for _input in ("WebhookCreateInput", "WebhookUpdateInput"):
    declare(
        _input, "name identifier targetUrl events asyncEvents syncEvents app isActive secretKey query customHeaders"
    )

COLUMNS = {
    "name": "name",
    "identifier": "identifier",
    "targetUrl": "target_url",
    "isActive": "is_active",
    "secretKey": "secret_key",
    "query": "subscription_query",
    "customHeaders": "custom_headers",
}


def _own_webhook(context: Context, args: dict[str, Any]) -> Webhook:
    """Return the webhook of `id`, for an app also of `identifier`. Raises UserErrors."""
    gid, identifier = args.get("id"), args.get("identifier")
    own = context.requestor.app
    if gid and identifier:
        raise refuse(None, "Argument 'id' cannot be combined with 'identifier'", "GRAPHQL_ERROR")
    if not gid and not identifier:
        raise refuse(None, "At least one of arguments is required: 'id', 'identifier'.", "GRAPHQL_ERROR")
    if identifier and own is None:
        raise refuse("identifier", "Only apps can use `identifier`; use `id` instead.", "INVALID")
    rows = Webhook.objects.all() if own is None else Webhook.objects.filter(app=own)
    if identifier:
        webhook = rows.filter(identifier=identifier).first()
    else:
        pk = named_pk(gid, "Webhook")
        webhook = rows.filter(pk=pk).first() if pk else None
    if webhook is None:
        raise refuse("identifier" if identifier else "id", f"Couldn't resolve to a node: {gid}", "NOT_FOUND")
    return webhook


def _changes(data: dict[str, Any], webhook: Webhook) -> dict[str, Any]:
    if data.get("targetUrl") is not None and not is_target(data["targetUrl"]):
        raise refuse("targetUrl", "Enter a valid URL.", "INVALID")
    check_lengths(Webhook, data, "name identifier targetUrl secretKey")
    changes = {column: data[name] for name, column in COLUMNS.items() if name in data}
    if "customHeaders" in data:
        changes["custom_headers"] = clean_headers(data["customHeaders"], field="customHeaders")
    if "identifier" in data:
        changes["identifier"] = (data["identifier"] or "").strip() or None
        others = Webhook.objects.filter(app=webhook.app, identifier=changes["identifier"]).exclude(pk=webhook.pk)
        if changes["identifier"] and others.exists():
            raise refuse(None, "Webhook with this App and Identifier already exists.", "UNIQUE")
    return changes


def _named_events(data: dict[str, Any]) -> list[str]:
    """Return the events named; `events` of old clients goes before the two lists that took its place."""
    return data.get("events") or (data.get("asyncEvents") or []) + (data.get("syncEvents") or [])


def _check_active(app: App | None) -> None:
    if app is None or not app.is_active:
        raise refuse(None, "App doesn't exist or is disabled", "NOT_FOUND")


@root("Mutation", "webhookCreate")
@requires("MANAGE_APPS", APP)
def webhook_create(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    data = args["input"]
    app: App | None = context.requestor.app
    if app is None and not data.get("app"):
        text = "Missing app id. Fill in the app field or run the mutation by the app"
        raise refuse(None, text, "INVALID")
    app = app or get_app(data["app"], "app")
    _check_active(app)
    webhook = Webhook(app=app)
    if not data.get("query"):
        raise refuse("query", "This field is required.", "REQUIRED")
    events = settle_events(_named_events(data), data["query"], field="query")
    changes = _changes(data, webhook)
    if not data.get("targetUrl"):
        raise refuse("targetUrl", "This field cannot be blank.", "REQUIRED")
    return {"webhook": save_webhook(webhook, {"is_active": True, **changes}, events)}


@root("Mutation", "webhookUpdate")
@requires("MANAGE_APPS", APP)
def webhook_update(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    data = args["input"]
    webhook = _own_webhook(context, args)
    _check_active(webhook.app)
    events = None
    if data.get("query"):
        events = settle_events(_named_events(data), data["query"], field="query")
    elif _named_events(data):
        events = settle_events(_named_events(data), webhook.subscription_query or "", field="query")
    return {"webhook": save_webhook(webhook, _changes(data, webhook), events)}


@root("Mutation", "webhookDelete")
@requires("MANAGE_APPS", APP)
def webhook_delete(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    webhook = _own_webhook(context, args)
    shown = Webhook.objects.get(pk=webhook.pk)
    webhook.delete()
    return {"webhook": shown}


@root("Mutation", "webhookDryRun")
@requires(STAFF_USER)
def webhook_dry_run(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    said = {"query": args["query"], "object_id": args["objectId"]}
    return {"payload": manual.dry_run(**said, requestor=context.requestor, now=context.now)}


@root("Mutation", "webhookTrigger")
@requires(STAFF_USER)
def webhook_trigger(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    pk = named_pk(args["webhookId"], "Webhook", field="webhookId")
    webhook = Webhook.objects.select_related("app").filter(pk=pk).first() if pk else None
    if webhook is None:
        raise refuse("webhookId", f"Couldn't resolve to a node: {args['webhookId']}", "NOT_FOUND")
    requestor = context.requestor
    delivery = manual.trigger(webhook=webhook, object_id=args["objectId"], requestor=requestor, now=context.now)
    return {"delivery": delivery}


@root("Mutation", "eventDeliveryRetry")
@requires("MANAGE_APPS")
def event_delivery_retry(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    pk = named_pk(args["id"], "EventDelivery")
    delivery = EventDelivery.objects.filter(pk=pk).first() if pk else None
    if delivery is None:
        raise refuse("id", f"Couldn't resolve to a node: {args['id']}", "NOT_FOUND")
    return {"delivery": manual.retry(delivery)}
