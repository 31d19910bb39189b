"""The only place that locks checkouts. A checkout is locked before its lines, its order and any stock."""

from __future__ import annotations

from uuid import UUID

from infra.engine.checkout.models import Checkout
from infra.engine.warehouses.lock_objects import lock


def checkout(pk: UUID) -> Checkout | None:
    """Lock and return a checkout with its channel and delivery, or None when it is gone."""
    queryset = Checkout.objects.select_related("channel", "assigned_delivery", "user")
    return lock(queryset.filter(pk=pk)).first()
