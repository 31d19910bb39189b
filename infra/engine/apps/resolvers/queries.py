"""app, apps, appsInstallations, webhook."""

from __future__ import annotations

from typing import Any

from infra.engine.apps.models import App, AppInstallation, Webhook
from infra.engine.schema.binding import declare, requires, root
from infra.engine.schema.connections import connect
from infra.engine.schema.context import Context
from infra.engine.schema.errors import PermissionDenied
from infra.engine.schema.ids import int_pk
from infra.engine.schema.permissions import STAFF_USER

declare("AppFilterInput", "search isActive type")


@root("Query", "app")
def app(context: Context, args: dict[str, Any]) -> Any:
    """To an app itself, without an id or with its own; any other to apps that manage apps and to any staff.

    What of it is shown to whom is for its fields to say.
    """
    own = context.requestor.app
    pk = int_pk(args.get("id"), "App")
    if own is not None and (args.get("id") is None or pk == own.pk):
        return own
    if not context.requestor.has_perm(STAFF_USER, "MANAGE_APPS"):
        raise PermissionDenied(("OWNER", "MANAGE_APPS"))
    return App.objects.filter(pk=pk, is_installed=True).first() if pk else None


@root("Query", "apps", args="filter before after first last")
@requires(STAFF_USER, "MANAGE_APPS")
def apps(context: Context, args: dict[str, Any]) -> Any:
    rows = App.objects.filter(is_installed=True)
    wanted = args.get("filter") or {}
    if wanted.get("search"):
        rows = rows.filter(name__icontains=wanted["search"])
    if wanted.get("isActive") is not None:
        rows = rows.filter(is_active=wanted["isActive"])
    if wanted.get("type"):
        rows = rows.filter(type=wanted["type"])
    return connect(rows, args, order=("name", "pk"))


@root("Query", "appsInstallations")
@requires("MANAGE_APPS")
def apps_installations(context: Context, args: dict[str, Any]) -> Any:
    return list(AppInstallation.objects.all())


@root("Query", "webhook")
def webhook(context: Context, args: dict[str, Any]) -> Any:
    pk = int_pk(args["id"], "Webhook")
    rows = Webhook.objects.filter(pk=pk)
    if context.requestor.app is not None:
        return rows.filter(app=context.requestor.app).first()
    if not context.requestor.has_perm("MANAGE_APPS"):
        raise PermissionDenied(("MANAGE_APPS", "OWNER"))
    return rows.first()
