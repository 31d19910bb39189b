"""The only place that locks checkouts. A checkout is locked before its lines, its order and any stock."""

from __future__ import annotations

from uuid import UUID

from django.db.models import OuterRef, QuerySet

from infra.engine.checkout.models import Checkout
from infra.engine.discounts.queries import has_order_rules
from infra.engine.prepared import PreparedRows
from infra.engine.warehouses.lock_objects import lock, locked_rows


def checkout(pk: UUID) -> Checkout | None:
    """Lock and return a checkout with its channel, delivery and customer, or None when it is gone.

    Its attribute `has_order_rules` says whether the channel has order promotions, running or not.
    """
    return next(iter(locked_rows(_CHECKOUTS, [pk])), None)


def _rows(pks: list[UUID]) -> QuerySet[Checkout]:
    rows = Checkout.objects.select_related("channel", "assigned_delivery", "user").filter(pk__in=pks)
    return lock(rows.annotate(has_order_rules=has_order_rules(OuterRef("channel_id"))))


_CHECKOUTS = PreparedRows(Checkout._meta.pk, _rows)
