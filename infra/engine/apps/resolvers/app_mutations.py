"""Mutations of apps and their tokens."""

from __future__ import annotations

from typing import Any

from infra.engine.apps import actions
from infra.engine.apps.manifest import check_permissions, clean_manifest, fetch_manifest, is_http_url
from infra.engine.apps.models import App, AppToken
from infra.engine.apps.tokens import create_token
from infra.engine.customers.groups import may_manage
from infra.engine.deliveries import emit
from infra.engine.deliveries.events import event_kinds
from infra.engine.schema.binding import declare, requires, root
from infra.engine.schema.context import Context
from infra.engine.schema.errors import MutationError, UserErrors, refuse
from infra.engine.schema.ids import int_pk, named_pk, to_global_id
from infra.engine.schema.lengths import check_lengths
from infra.engine.schema.permissions import as_permission

for _payload, _fields in (
    ("AppCreate", "authToken app"),
    ("AppUpdate", "app"),
    ("AppDelete", "app"),
    ("AppActivate", "app"),
    ("AppDeactivate", "app"),
    ("AppInstall", "appInstallation"),
    ("AppFetchManifest", "manifest"),
    ("AppTokenCreate", "authToken appToken"),
    ("AppTokenDelete", "appToken"),
    ("AppError", "permissions"),
):
    declare(_payload, _fields)


def get_app(gid: str, name: str = "id") -> App:
    """Return the app of a global id. Raises UserErrors(NOT_FOUND)."""
    pk = named_pk(gid, "App", field=name)
    app = App.objects.filter(pk=pk).first() if pk else None
    if app is None:
        raise refuse(name, f"Couldn't resolve to a node: {gid}", "NOT_FOUND")
    return app


def _check_scope(context: Context, permissions: list[str]) -> None:
    problems = check_permissions(permissions)
    beyond = [name for name in permissions if not context.requestor.has_perm(name)]
    if beyond and not problems:
        text = "You can't add permission that you don't have."
        problems = [MutationError("permissions", text, "OUT_OF_SCOPE_PERMISSION", {"permissions": beyond})]
    if problems:
        raise UserErrors(problems)


@root("Mutation", "appCreate")
@requires("MANAGE_APPS")
def app_create(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    data = args["input"]
    name, permissions = (data.get("name") or "").strip(), data.get("permissions") or []
    if not name:
        raise refuse("name", "This field is required.", "REQUIRED")
    check_lengths(App, data, "name")
    _check_scope(context, permissions)
    identifier = data.get("identifier") or ""
    if identifier and App.objects.filter(identifier=identifier).exists():
        raise refuse("identifier", "App with this identifier already exists.", "UNIQUE")
    app, token = actions.create_app(name=name, permissions=permissions, identifier=identifier)
    if not identifier:
        app.identifier = to_global_id("App", app.pk)
        app.save(update_fields=["identifier"])
    return {"app": app, "auth_token": token}


@root("Mutation", "appUpdate")
@requires("MANAGE_APPS")
def app_update(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    app, data = _manageable(context, get_app(args["id"])), args["input"]
    if data.get("permissions") is not None:
        _check_scope(context, data["permissions"])
        app.permissions = sorted(data["permissions"])
    check_lengths(App, data, "name")
    if data.get("name"):
        app.name = data["name"]
    app.save()
    emit(event="APP_UPDATED", obj=app)
    return {"app": app}


@root("Mutation", "appDelete")
@requires("MANAGE_APPS")
def app_delete(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    app = _manageable(context, get_app(args["id"]))
    shown = App.objects.get(pk=app.pk)
    actions.delete_app(app)
    return {"app": shown}


@root("Mutation", "appActivate")
@requires("MANAGE_APPS")
def app_activate(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    return {"app": actions.switch_app(get_app(args["id"]), is_active=True)}


@root("Mutation", "appDeactivate")
@requires("MANAGE_APPS")
def app_deactivate(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    return {"app": actions.switch_app(get_app(args["id"]), is_active=False)}


@root("Mutation", "appInstall")
@requires("MANAGE_APPS")
def app_install(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    data = args["input"]
    if not is_http_url(data["manifestUrl"]):
        raise refuse("manifestUrl", "Enter a valid URL.", "INVALID_URL_FORMAT")
    permissions = data.get("permissions") or []
    _check_scope(context, permissions)
    row = actions.start_installation(
        app_name=data["appName"],
        manifest_url=data["manifestUrl"],
        permissions=permissions,
        activate=data.get("activateAfterInstallation", True),
    )
    return {"app_installation": row}


@root("Mutation", "appFetchManifest")
@requires("MANAGE_APPS")
def app_fetch_manifest(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    if not is_http_url(args["manifestUrl"]):
        raise refuse("manifestUrl", "Enter a valid URL.", "INVALID_URL_FORMAT")
    manifest = clean_manifest(fetch_manifest(args["manifestUrl"]))
    return {"manifest": _shown(manifest)}


def _manageable(context: Context, app: App, name: str = "id") -> App:
    """Return the app. Raises UserErrors(OUT_OF_SCOPE_APP) to whoever lacks a permission that the app has."""
    if not may_manage(context.requestor, set(app.permissions)):
        raise refuse(name, "You can't manage this app.", "OUT_OF_SCOPE_APP")
    return app


def _shown(manifest: dict[str, Any]) -> dict[str, Any]:
    kinds = event_kinds()
    webhooks = [
        {
            **webhook,
            "async_events": [name for name in webhook["events"] if not kinds[name].is_sync],
            "sync_events": [name for name in webhook["events"] if kinds[name].is_sync],
        }
        for webhook in manifest["webhooks"]
    ]
    return {
        **manifest,
        "identifier": manifest["id"],
        "permissions": [as_permission(name) for name in manifest.get("permissions") or []],
        "webhooks": webhooks,
    }


@root("Mutation", "appTokenCreate")
@requires("MANAGE_APPS")
def app_token_create(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    data = args["input"]
    check_lengths(AppToken, data, "name")
    app = _manageable(context, get_app(data["app"], "app"), "app")
    row, token = create_token(app=app, name=data.get("name") or "")
    return {"app_token": row, "auth_token": token}


@root("Mutation", "appTokenDelete")
@requires("MANAGE_APPS")
def app_token_delete(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    pk = int_pk(args["id"], "AppToken")
    row = AppToken.objects.filter(pk=pk).first() if pk else None
    if row is None:
        raise refuse("id", f"Couldn't resolve to a node: {args['id']}", "NOT_FOUND")
    _manageable(context, row.app)
    shown = AppToken.objects.get(pk=row.pk)
    row.delete()
    return {"app_token": shown}
