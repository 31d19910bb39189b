"""The only place that locks orders, their lines and fulfillments: order first, then lines by key."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from infra.engine.orders.models import Fulfillment, Order, OrderLine
from infra.engine.warehouses.lock_objects import lock


def order(pk: UUID) -> Order:
    """Lock and return an order with its channel. Raises Order.DoesNotExist."""
    return lock(Order.objects.select_related("channel").filter(pk=pk)).get()


def lines(pks: Iterable[UUID]) -> dict[UUID, OrderLine]:
    """Lock and return order lines by key, with their variants."""
    rows = lock(OrderLine.objects.select_related("variant").filter(pk__in=list(pks)).order_by("pk"))
    return {row.pk: row for row in rows}


def fulfillment(pk: int) -> Fulfillment:
    """Lock the fulfillment's order, then the fulfillment, and return it with both. Raises DoesNotExist."""
    locked_order = order(Fulfillment.objects.values_list("order_id", flat=True).get(pk=pk))
    found = lock(Fulfillment.objects.filter(pk=pk)).get()
    found.order = locked_order
    return found
