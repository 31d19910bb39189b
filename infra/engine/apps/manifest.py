"""An app's manifest: fetched, checked, and turned into what the engine keeps."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import urlsplit

import requests

from infra.engine.apps.models import App
from infra.engine.apps.shape import problems_of_shape
from infra.engine.apps.subscriptions import InvalidQuery, events_of_query
from infra.engine.deliveries.events import VERSION, event_kinds
from infra.engine.deliveries.transport import Unreachable, send
from infra.engine.schema.errors import MutationError, UserErrors, refuse
from infra.engine.schema.permissions import NAMES

SCHEMA_VERSION = ".".join(VERSION.split(".")[:2])
CONNECT_RETRIES = 2
WEBHOOK_SCHEMES = ("http", "https", "awssqs", "gcpubsub")
MAX_CUSTOM_HEADERS = 5
MAX_HEADER = 998
CUSTOM_HEADER = re.compile(r"\A(x-[!-9;-~]*|authorization[!-9;-~]*|brokerproperties)\Z", re.IGNORECASE)
HEADER_VALUE = re.compile(r"\A[\t -~]*\Z")


def fetch_manifest(url: str) -> dict[str, Any]:
    """Return the manifest at `url` as it stands. Raises UserErrors when it cannot be had."""
    for attempt in range(CONNECT_RETRIES + 1):
        try:
            response = send("GET", url, headers={"Saleor-Schema-Version": SCHEMA_VERSION})
            break
        except Unreachable as error:
            if attempt == CONNECT_RETRIES:
                is_late = isinstance(error.__cause__, requests.Timeout)
                code = "MANIFEST_URL_CANT_CONNECT" if is_late else "INVALID"
                raise refuse("manifestUrl", "Unable to fetch manifest data.", code) from None
    if not response.is_success:
        raise refuse("manifestUrl", "Unable to fetch manifest data.", "MANIFEST_URL_CANT_CONNECT")
    try:
        manifest = json.loads(response.body)
    except (ValueError, RecursionError):
        raise refuse("manifestUrl", "The response body is not valid JSON.", "INVALID_MANIFEST_FORMAT") from None
    if not isinstance(manifest, dict):
        raise refuse("manifestUrl", "The manifest is not an object.", "INVALID_MANIFEST_FORMAT")
    return manifest


def clean_manifest(manifest: dict[str, Any]) -> dict[str, Any]:
    """Return the manifest with each webhook's events settled. Raises UserErrors naming everything wrong with it."""
    problems = [
        MutationError(name, "Field required", "REQUIRED")
        for name in ("id", "name", "version")
        if not manifest.get(name)
    ]
    misshapen = problems_of_shape(manifest)
    if misshapen:
        raise UserErrors([*problems, *misshapen])
    problems += [
        MutationError(name, "Incorrect format.", "INVALID_URL_FORMAT")
        for name in ("appUrl", "configurationUrl", "tokenTargetUrl", "dataPrivacyUrl", "homepageUrl", "supportUrl")
        if manifest.get(name) and not is_http_url(manifest[name])
    ]
    problems += check_permissions(manifest.get("permissions") or [])
    if App.objects.filter(identifier=manifest.get("id") or "-").exists():
        problems.append(
            MutationError(
                "identifier", f"App with the same identifier is already installed: {manifest.get('name')}", "UNIQUE"
            )
        )
    webhooks = []
    for webhook in manifest.get("webhooks") or []:
        try:
            webhooks.append(clean_webhook(webhook))
        except UserErrors as refused:
            problems += refused.errors
    if problems:
        raise UserErrors(problems)
    return {**manifest, "webhooks": webhooks}


def check_permissions(names: list[str]) -> list[MutationError]:
    """Return what is wrong with the permissions an app asks for."""
    unknown = [name for name in names if name not in NAMES]
    if unknown:
        text = "Given permissions don't exist."
        return [MutationError("permissions", text, "INVALID_PERMISSION", {"permissions": []})]
    if "MANAGE_APPS" in names:
        text = "MANAGE_APPS permission cannot be granted to an app."
        return [MutationError("permissions", text, "OUT_OF_SCOPE_PERMISSION", {"permissions": ["MANAGE_APPS"]})]
    return []


def clean_webhook(webhook: dict[str, Any]) -> dict[str, Any]:
    """Return a manifest's webhook with `events`, all its event names. Raises UserErrors."""
    name = webhook.get("name") or ""
    if not name or not webhook.get("targetUrl") or not webhook.get("query"):
        raise refuse("webhooks", f"Webhook {name}: name, targetUrl and query are required.", "REQUIRED")
    if not is_target(webhook["targetUrl"]):
        raise refuse("webhooks", f"Invalid target url for webhook {name}.", "INVALID_URL_FORMAT")
    events = settle_events(
        (webhook.get("asyncEvents") or []) + (webhook.get("syncEvents") or []), webhook["query"], field="webhooks"
    )
    headers = clean_headers(webhook.get("customHeaders"), field="webhooks")
    return {**webhook, "events": events, "customHeaders": headers, "isActive": webhook.get("isActive", True)}


def settle_events(names: list[str], query: str, *, field: str) -> list[str]:
    """Return the events of a webhook: those named, else those its query has fragments for. Raises UserErrors."""
    try:
        found = events_of_query(query)
    except InvalidQuery as error:
        code = error.code if field == "query" else "INVALID"
        raise refuse(field, f"Subscription query is not valid: {error}", code) from None
    if not found:
        raise refuse(field, "Can't find a single event.", "MISSING_EVENT" if field == "query" else "INVALID")
    unknown = [name for name in names if name not in event_kinds()]
    if unknown:
        raise refuse(field, f"Unknown events: {', '.join(unknown)}", "INVALID")
    return list(dict.fromkeys(names or found))


def clean_headers(
    headers: dict[str, str] | None, *, field: str, code: str = "INVALID_CUSTOM_HEADERS"
) -> dict[str, str]:
    """Return the custom headers of a webhook, names in lower case. Raises UserErrors for one that is not allowed."""
    headers = headers or {}
    if not isinstance(headers, dict):
        raise refuse(field, "Headers must be an object.", code)
    if len(headers) > MAX_CUSTOM_HEADERS:
        raise refuse(field, f"Number of headers exceeds the limit: {MAX_CUSTOM_HEADERS}.", code)
    for key, value in headers.items():
        if not isinstance(value, str):
            raise refuse(field, "Header must consist of strings.", code)
        if len(key) + len(value) + 2 > MAX_HEADER:
            raise refuse(field, f'Header with key: "{key}" exceeds the limit of characters: {MAX_HEADER}.', code)
        if not HEADER_VALUE.match(value):
            raise refuse(field, f'Value "{value}" contains invalid character.', code)
        if not CUSTOM_HEADER.match(key):
            text = f'"{key}" does not match allowed key pattern: "X-*", "Authorization*", or "BrokerProperties".'
            raise refuse(field, text, code)
    return {key.lower(): value for key, value in headers.items()}


def is_http_url(text: Any) -> bool:
    """Return whether `text` is an absolute HTTP address."""
    if not isinstance(text, str):
        return False
    return has_host(text, ("http", "https"))


def is_target(text: str) -> bool:
    """Return whether `text` is an address that a webhook may have."""
    return has_host(text, WEBHOOK_SCHEMES)


def has_host(text: str, schemes: tuple[str, ...]) -> bool:
    """Return whether `text` is an address with a host and one of the schemes."""
    try:
        parts = urlsplit(text)
        return parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:  # brackets that do not close, a port that is none
        return False
