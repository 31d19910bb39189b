"""Writes of the installation: the handshake, and fetched keys."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import transaction

from marketplace.kernel import clock
from marketplace.kernel.jobs.actions import receive
from marketplace.kernel.jobs.queries import was_received
from marketplace.saleor import events, reconcile
from marketplace.saleor.models import Installation
from marketplace.saleor.types import Event


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


def take_in_undelivered(*, since: datetime | None, is_dry_run: bool = False) -> Iterator[Event]:
    """Put into the inbox what Saleor could not hand over since a moment (None: all it keeps) and no comparison of
    objects can make good: see `reconcile.undelivered_since`. Yields each that was missing; with `is_dry_run` only that.

    What is stored is the very body Saleor would have sent, so that a later delivery of it changes nothing. It comes
    from Saleor's answer to our own token, which stands in for the signature.
    """
    for each in reconcile.undelivered_since(since):
        if was_received(event=each.event, body=each.body):
            continue
        if not is_dry_run:
            receive(event=each.event, body=each.body, headers={"Saleor-Event": each.event.lower()})
        yield events.read_event(each.event, each.body)
