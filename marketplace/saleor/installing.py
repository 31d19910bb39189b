"""Getting the mall installed at Saleor as an app, and keeping its webhooks as the manifest says."""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.utils.crypto import salted_hmac
from django.utils.module_loading import import_string
from graphql import parse, print_ast

from marketplace.kernel import clock
from marketplace.saleor import reading, transport
from marketplace.saleor.actions import save_installation
from marketplace.saleor.client import execute
from marketplace.saleor.manifest import APP_ID, PERMISSIONS, manifest
from marketplace.saleor.queries import installation
from marketplace.saleor.signatures import fetch_jwks
from marketplace.saleor.types import Change, SaleorRefused

FIRST_STAFF = "provision@mall.invalid"
WAIT_S = 60.0
LOOK_EVERY_S = 0.3
DELIVERIES = 20


class UnableToInstall(Exception):
    """Saleor could not install the mall; the message is Saleor's."""


def is_installed() -> bool:
    """Return whether the kept token still opens Saleor as this app."""
    app = installation(api_url=transport.api_url())
    if app is None:
        return False
    try:
        found = execute("CurrentApp", token=app.token)["app"]
    except SaleorRefused:
        return False
    return found is not None and found["id"] == app.app_id


def looking_token() -> str:
    """Return a token by which a Saleor without the app can be looked at, or "" when there is none without a change.

    That is SALEOR_APP_TOKEN, or the named staff member's. The embedded engine makes its first staff with the
    installation.
    """
    if settings.SALEOR_APP_TOKEN or not settings.SALEOR_API_URL:
        return str(settings.SALEOR_APP_TOKEN)
    return staff_token()


def staff_token() -> str:
    """Return the token of the staff member that SALEOR_EMAIL and SALEOR_PASSWORD name.

    In the embedded engine that member is made on first use, and unless named it is one of the mall's own.
    Raises `UnableToInstall` when neither can be had.
    """
    email, password = settings.SALEOR_EMAIL, settings.SALEOR_PASSWORD
    if not settings.SALEOR_API_URL:
        if not (email and password):
            email = FIRST_STAFF
            password = salted_hmac("marketplace.saleor.first_staff", email, algorithm="sha256").hexdigest()
        import_string(settings.ENGINE_ENSURE_SUPERUSER)(email=email, password=password)
    elif not (email and password):
        raise UnableToInstall(
            "set SALEOR_EMAIL and SALEOR_PASSWORD of a staff member who may manage apps, or SALEOR_APP_TOKEN"
        )
    payload = execute("TokenCreate", {"email": email, "password": password}, token=None)["tokenCreate"]
    return str(payload["token"])


def install() -> None:
    """Install the app, or take a new token where Saleor has it already. Waits up to 60 s for Saleor's task.

    SALEOR_APP_TOKEN, a token of the app as it is installed, is taken as it is. The embedded engine's queue may have no
    process of its own yet, so it is drained while waiting. Raises `UnableToInstall`.
    """
    if settings.SALEOR_APP_TOKEN:
        _take(settings.SALEOR_APP_TOKEN)
        return
    token = staff_token()
    known = _find_app(token)
    if known is not None:
        _adopt(known, token)
        return
    manifest_url = f"{settings.MALL_PUBLIC_URL}/saleor/manifest"
    fields = {
        "appName": manifest()["name"],
        "manifestUrl": manifest_url,
        "activateAfterInstallation": True,
        "permissions": list(PERMISSIONS),
    }
    started = execute("AppInstall", {"input": fields}, token=token)["appInstall"]["appInstallation"]
    deadline = time.monotonic() + WAIT_S
    while not is_installed():
        if not settings.SALEOR_API_URL:
            import_string(settings.MALL_EMBEDDED_WORKER)(clock.real_now(), DELIVERIES)
        _raise_if_failed(started["id"], token)
        if time.monotonic() > deadline:
            raise UnableToInstall(f"Saleor did not finish the installation from {manifest_url} within {WAIT_S:.0f} s")
        time.sleep(LOOK_EVERY_S)


def _raise_if_failed(installation_id: str, token: str) -> None:
    for each in execute("AppsInstallations", token=token)["appsInstallations"]:
        if each["id"] == installation_id and each["status"] == "FAILED":
            raise UnableToInstall(each["message"] or "Saleor gave no reason")


def _find_app(token: str) -> dict[str, Any] | None:
    apps = reading.nodes(execute("Apps", {"first": 100}, token=token)["apps"])
    return next((app for app in apps if app["identifier"] == APP_ID and app["isActive"]), None)


def _take(token: str) -> None:
    try:
        app = execute("CurrentApp", token=token)["app"]
    except SaleorRefused:
        app = None
    if app is None or app["identifier"] != APP_ID:
        raise UnableToInstall(f"SALEOR_APP_TOKEN opens Saleor as no app {APP_ID}")
    save_installation(api_url=transport.api_url(), app_id=app["id"], token=token, jwks=fetch_jwks())


def _adopt(app: dict[str, Any], token: str) -> None:
    answer = execute("AppTokenCreate", {"input": {"app": app["id"], "name": "mall"}}, token=token)
    save_installation(
        api_url=transport.api_url(), app_id=app["id"], token=answer["appTokenCreate"]["authToken"], jwks=fetch_jwks()
    )


def align_app(*, dry_run: bool) -> list[Change]:
    """Bring the app's permissions and webhooks to what the manifest says; returns the differences."""
    app = execute("CurrentApp")["app"]
    changes = []
    held = {permission["code"] for permission in app["permissions"]}
    if held != set(PERMISSIONS):
        changes.append(Change("app", APP_ID, "permissions", sorted(held), sorted(PERMISSIONS)))
        if not dry_run:
            variables = {"id": app["id"], "input": {"permissions": list(PERMISSIONS)}}
            execute("AppUpdate", variables, token=staff_token())
    return changes + _align_webhooks(app["webhooks"], dry_run=dry_run)


def _align_webhooks(present: list[dict[str, Any]], *, dry_run: bool) -> list[Change]:
    changes = []
    wanted = {webhook["name"]: _input(webhook) for webhook in manifest()["webhooks"]}
    known = {webhook["name"]: webhook for webhook in present}
    for name, fields in wanted.items():
        if name not in known:
            changes.append(Change("webhook", name))
            if not dry_run:
                execute("WebhookCreate", {"input": fields})
            continue
        found = _as_is(known[name])
        different = [key for key in found if found[key] != _comparable(key, fields[key])]
        changes += [Change("webhook", name, key, found[key], fields[key]) for key in different]
        if different and not dry_run:
            execute("WebhookUpdate", {"id": known[name]["id"], "input": fields})
    for name in known.keys() - wanted.keys():
        changes.append(Change("webhook", name, "isActive", True, "deleted"))
        if not dry_run:
            execute("WebhookDelete", {"id": known[name]["id"]})
    return changes


def _input(webhook: dict[str, Any]) -> dict[str, Any]:
    names = ("name", "targetUrl", "query", "isActive", "asyncEvents", "syncEvents")
    return {name: webhook[name] for name in names}


def _as_is(webhook: dict[str, Any]) -> dict[str, Any]:
    return {
        "targetUrl": webhook["targetUrl"],
        "query": _normal(webhook["subscriptionQuery"] or ""),
        "isActive": webhook["isActive"],
        "asyncEvents": sorted(each["eventType"] for each in webhook["asyncEvents"]),
        "syncEvents": sorted(each["eventType"] for each in webhook["syncEvents"]),
    }


def _comparable(key: str, value: Any) -> Any:
    if key == "query":
        return _normal(value)
    return sorted(value) if isinstance(value, list) else value


def _normal(query: str) -> str:
    return print_ast(parse(query)) if query else ""
