"""Apps come and go: created by hand, installed by their manifest, with tokens and webhooks."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.db import transaction

from infra.engine.apps.manifest import SCHEMA_VERSION, clean_manifest, fetch_manifest
from infra.engine.apps.models import App, AppInstallation, Webhook, WebhookEvent
from infra.engine.apps.tokens import create_token
from infra.engine.deliveries import emit
from infra.engine.deliveries.transport import Unreachable, domain, send
from infra.engine.schema.errors import UserErrors


class InstallationRefused(Exception):  # noqa: N818
    """The app did not take its token; the message is what the app said."""


def create_app(*, name: str, permissions: list[str], identifier: str = "") -> tuple[App, str]:
    """Make a local app with one token: (app, token)."""
    with transaction.atomic("engine"):
        app = App.objects.create(name=name, identifier=identifier, permissions=sorted(permissions), type="LOCAL")
        _, token = create_token(app=app, name="Default")
        emit(event="APP_INSTALLED", obj=app)
    return app, token


def start_installation(*, app_name: str, manifest_url: str, permissions: list[str], activate: bool) -> AppInstallation:
    """Record an installation and carry it out; returns it as it stood at the start (PENDING).

    On success the row is gone and the app is there; on failure the row stays, FAILED, with the reason.
    """
    row = AppInstallation.objects.create(app_name=app_name, manifest_url=manifest_url, permissions=sorted(permissions))
    shown = AppInstallation.objects.get(pk=row.pk)
    try:
        install_app(row, activate=activate)
    except UserErrors as refused:
        _fail(row, str(refused))
    except InstallationRefused as refused:
        _fail(row, str(refused))
    else:
        row.delete()
    return shown


def _fail(row: AppInstallation, message: str) -> None:
    row.status, row.message = "FAILED", message
    row.save()


def install_app(row: AppInstallation, *, activate: bool) -> App:
    """Fetch the manifest again, make the app with its webhooks, and hand it its token (app protocol, step 3).

    The app's token works before the app is told of it: it asks the engine back inside that very call.
    Raises UserErrors for the manifest, InstallationRefused for the handshake; nothing of the app stays then.
    """
    manifest = clean_manifest({**fetch_manifest(row.manifest_url), "permissions": row.permissions})
    with transaction.atomic("engine"):
        app = _make_app(row, manifest, activate)
        for webhook in manifest["webhooks"]:
            save_webhook(
                Webhook(app=app),
                {
                    "name": webhook["name"],
                    "identifier": webhook.get("identifier"),
                    "target_url": webhook["targetUrl"],
                    "is_active": webhook["isActive"],
                    "subscription_query": webhook["query"],
                    "custom_headers": webhook["customHeaders"],
                },
                webhook["events"],
            )
        token = create_token(app=app, name="Default token")[1] if manifest.get("tokenTargetUrl") else None
    if token:
        try:
            _hand_token(manifest["tokenTargetUrl"], token)
        except InstallationRefused:
            app.delete()
            raise
    with transaction.atomic("engine"):
        App.objects.filter(pk=app.pk).update(is_installed=True)
        app.is_installed = True
        emit(event="APP_INSTALLED", obj=app)
    return app


def _make_app(row: AppInstallation, manifest: dict[str, Any], activate: bool) -> App:
    return App.objects.create(
        name=row.app_name,
        identifier=manifest["id"],
        is_active=activate,
        is_installed=False,
        permissions=row.permissions,
        type="THIRDPARTY",
        manifest_url=row.manifest_url,
        version=manifest["version"],
        about_app=manifest.get("about"),
        data_privacy_url=manifest.get("dataPrivacyUrl"),
        homepage_url=manifest.get("homepageUrl"),
        support_url=manifest.get("supportUrl"),
        configuration_url=manifest.get("configurationUrl"),
        app_url=manifest.get("appUrl"),
        author=manifest.get("author"),
        audience=manifest.get("audience"),
    )


def _hand_token(url: str, token: str) -> None:
    headers = {
        "Content-Type": "application/json",
        "X-Saleor-Domain": domain(),
        "Saleor-Domain": domain(),
        "Saleor-Api-Url": f"{settings.ENGINE_PUBLIC_URL}/graphql/",
        "Saleor-Schema-Version": SCHEMA_VERSION,
    }
    try:
        response = send("POST", url, headers=headers, body=json.dumps({"auth_token": token}).encode())
    except Unreachable as error:
        raise InstallationRefused(f"The app could not be reached: {error}") from error
    if not response.is_success:
        raise InstallationRefused(_reason(response.body) or f"The app answered {response.status}.")


def _reason(body: bytes) -> str | None:
    try:
        return str(json.loads(body)["error"]["message"])
    except (ValueError, KeyError, TypeError):
        return None


def save_webhook(webhook: Webhook, changes: dict[str, Any], events: list[str] | None) -> Webhook:
    """Write `changes` and, when given, the whole list of events of a webhook."""
    with transaction.atomic("engine"):
        for name, value in changes.items():
            setattr(webhook, name, value)
        webhook.save()
        if events is not None:
            webhook.events.exclude(event_type__in=events).delete()
            known = set(webhook.events.values_list("event_type", flat=True))
            WebhookEvent.objects.bulk_create(
                WebhookEvent(webhook=webhook, event_type=name) for name in events if name not in known
            )
    return webhook


def switch_app(app: App, *, is_active: bool) -> App:
    """Activate or deactivate an app and tell of it."""
    with transaction.atomic("engine"):
        app.is_active = is_active
        app.save(update_fields=["is_active"])
        emit(event="APP_STATUS_CHANGED", obj=app)
    return app


def delete_app(app: App) -> None:
    """Remove an app with its tokens and webhooks; others are told first, while it still has a name."""
    with transaction.atomic("engine"):
        emit(event="APP_DELETED", obj=app)
        app.delete()
