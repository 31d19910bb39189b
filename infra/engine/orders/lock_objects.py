"""The only place that locks orders, their lines and fulfillments: order first, then lines by key."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from infra.engine.orders.models import Fulfillment, Order, OrderLine
from infra.engine.payments.models import TransactionItem
from infra.engine.prepared import PreparedRows
from infra.engine.warehouses.lock_objects import lock, locked_rows


def order(pk: UUID) -> Order:
    """Lock and return an order with its channel. Raises Order.DoesNotExist."""
    found = locked_rows(_ORDERS, [pk])
    if not found:
        raise Order.DoesNotExist(f"no order {pk}")
    locked: Order = found[0]
    return locked


def lines(pks: Iterable[UUID]) -> dict[UUID, OrderLine]:
    """Lock and return order lines by key, with their variants."""
    return {row.pk: row for row in locked_rows(_LINES, pks)}


def fulfillment(pk: int) -> Fulfillment:
    """Lock the fulfillment's order, then the fulfillment, and return it with both. Raises DoesNotExist."""
    locked_order = order(Fulfillment.objects.values_list("order_id", flat=True).get(pk=pk))
    found: Fulfillment = locked_rows(_FULFILLMENTS, [pk])[0]
    found.order = locked_order
    return found


def _with_channels(pks: Iterable[UUID]) -> QuerySet[Order]:
    """Return orders to lock; `pays_by_card` says whether a transaction is of a gift card, which saves asking."""
    by_card = TransactionItem.objects.filter(order_id=OuterRef("pk"), gift_card__isnull=False)
    rows = Order.objects.select_related("channel").annotate(pays_by_card=Exists(by_card))
    return lock(rows.filter(pk__in=pks).order_by("pk"))


_ORDERS = PreparedRows(Order._meta.pk, _with_channels)
_LINES = PreparedRows(
    OrderLine._meta.pk,
    lambda pks: lock(OrderLine.objects.select_related("variant").filter(pk__in=pks).order_by("pk")),
)
_FULFILLMENTS = PreparedRows(
    Fulfillment._meta.pk, lambda pks: lock(Fulfillment.objects.filter(pk__in=pks).order_by("pk"))
)
