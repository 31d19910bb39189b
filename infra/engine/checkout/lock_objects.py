"""The only place that locks checkouts. A checkout is locked before its lines, its order and any stock."""

from __future__ import annotations

from collections.abc import Iterable
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


def several(pks: Iterable[UUID]) -> dict[UUID, Checkout]:
    """Lock and return checkouts by key, in the order of their keys; those that are gone are left out."""
    return {row.pk: row for row in _rows(list(pks)).order_by("pk")}


def _rows(pks: list[UUID]) -> QuerySet[Checkout]:
    rows = Checkout.objects.select_related("channel", "assigned_delivery", "user").filter(pk__in=pks)
    return lock(rows.annotate(has_order_rules=has_order_rules(OuterRef("channel_id"))))


_CHECKOUTS = PreparedRows(Checkout._meta.pk, _rows)
