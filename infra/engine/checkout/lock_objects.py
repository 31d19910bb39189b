"""The only place that locks checkouts. A checkout is locked before its lines, its order and any stock."""

from __future__ import annotations

from uuid import UUID

from infra.engine.checkout.models import Checkout
from infra.engine.prepared import PreparedRows
from infra.engine.warehouses.lock_objects import lock, locked_rows


def checkout(pk: UUID) -> Checkout | None:
    """Lock and return a checkout with its channel and delivery, or None when it is gone."""
    return next(iter(locked_rows(_CHECKOUTS, [pk])), None)


_CHECKOUTS = PreparedRows(
    Checkout._meta.pk,
    lambda pks: lock(Checkout.objects.select_related("channel", "assigned_delivery", "user").filter(pk__in=pks)),
)
