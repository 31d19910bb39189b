"""The open checkouts of a customer."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from infra.engine.checkout.models import Checkout
from infra.engine.schema.binding import Batch, field
from infra.engine.schema.connections import connect
from infra.engine.schema.ids import to_global_id


def _of(user_pks: list[int], channel: str | None) -> QuerySet[Checkout]:
    """Return checkouts in channels that are open, last changed first; `channel` is a slug."""
    rows = Checkout.objects.filter(user_id__in=user_pks, channel__is_active=True)
    return rows.filter(channel__slug=channel) if channel else rows


@field("User", "checkoutIds")
def checkout_ids(batch: Batch) -> list[Any]:
    found: dict[Any, list[str]] = {user.pk: [] for user in batch.parents}
    rows = _of([pk for pk in found if pk], batch.args.get("channel")).order_by("-updated_at", "pk")
    for pk, user_pk in rows.values_list("pk", "user_id"):
        found[user_pk].append(to_global_id("Checkout", pk))
    return [found[user.pk] for user in batch.parents]


@field("User", "checkouts")
def checkouts(batch: Batch) -> list[Any]:
    channel = batch.args.get("channel")
    pages: list[Any] = []
    for user in batch.parents:
        rows = _of([user.pk] if user.pk else [], channel).select_related("channel", "assigned_delivery", "user")
        pages.append(connect(rows, batch.args, order=("-updated_at", "pk")))
    return pages
