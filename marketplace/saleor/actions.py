"""Writes of the installation: the handshake, and fetched keys."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from marketplace.kernel import clock
from marketplace.saleor.models import Installation


def save_installation(*, api_url: str, app_id: str, token: str, jwks: dict[str, Any]) -> None:
    """Keep the token that Saleor at `api_url` gave to the app `app_id`; a new handshake replaces the former."""
    now = clock.real_now()
    fields = {"app_id": app_id, "token": token, "jwks": jwks, "jwks_at": now, "registered_at": now}
    with transaction.atomic():
        Installation.objects.update_or_create(api_url=api_url, defaults=fields)


def save_jwks(*, api_url: str, jwks: dict[str, Any]) -> None:
    """Keep the public keys of Saleor at `api_url`, just fetched."""
    with transaction.atomic():
        Installation.objects.filter(api_url=api_url).update(jwks=jwks, jwks_at=clock.real_now())
