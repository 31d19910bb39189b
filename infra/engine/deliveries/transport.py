"""One signed POST to an app, over HTTP or in process, with the same bytes and headers."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests
from django.conf import settings
from django.utils.module_loading import import_string

from infra.engine import outgoing
from infra.engine.apps.keys import sign_body

#: seconds to connect and to read (app protocol)
TIMEOUT_S = (2, 18)


class Unreachable(Exception):  # noqa: N818
    """No answer came: no connection, or none in time."""


@dataclass(frozen=True, slots=True)
class Response:
    """What the app answered, and after how many seconds."""

    status: int
    body: bytes
    duration_s: float = 0.0

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300

    @property
    def is_final(self) -> bool:
        """Return whether asking again would not help."""
        return 300 <= self.status < 500


def domain() -> str:
    """Return host and port of the public address."""
    return urlsplit(settings.ENGINE_PUBLIC_URL).netloc


def signature(body: bytes, secret_key: str | None) -> str:
    """Return the value of Saleor-Signature: a detached JWS, or for webhooks with a secret hex HMAC-SHA256."""
    if secret_key:
        return hmac.new(secret_key.encode(), body, hashlib.sha256).hexdigest()
    return sign_body(body)


def webhook_headers(
    *, event: str, body: bytes, secret_key: str | None, custom: dict[str, str] | None
) -> dict[str, str]:
    """Return the headers of one delivery of `event` (app protocol)."""
    signed = signature(body, secret_key)
    name = event.lower()
    return {
        "Content-Type": "application/json",
        "X-Saleor-Event": name,
        "X-Saleor-Domain": domain(),
        "X-Saleor-Signature": signed,
        "Saleor-Event": name,
        "Saleor-Domain": domain(),
        "Saleor-Signature": signed,
        "Saleor-Api-Url": f"{settings.ENGINE_PUBLIC_URL}/graphql/",
        "traceparent": f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01",
        **(custom or {}),
    }


def send(method: str, url: str, *, headers: dict[str, str], body: bytes = b"") -> Response:
    """Make one request, as `outgoing` does: to public addresses alone, without redirects. Raises Unreachable."""
    local = _local_target(url)
    started = time.monotonic()
    if local is not None:
        status, _, content = local(method, url, headers, body)
        return Response(status, content, time.monotonic() - started)
    try:
        answer = outgoing.request(method, url, headers=headers, body=body, timeout_s=TIMEOUT_S, is_app=True)
    except requests.RequestException as error:
        raise Unreachable(str(error)) from error
    return Response(answer.status, answer.content, time.monotonic() - started)


def _local_target(url: str) -> Callable[..., tuple[int, dict[str, str], bytes]] | None:
    parts = urlsplit(url)
    path: Any = getattr(settings, "ENGINE_LOCAL_ORIGINS", {}).get(f"{parts.scheme}://{parts.netloc}")
    return import_string(path) if path else None
