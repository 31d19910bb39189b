"""Events of Saleor about orders. Each is a hint: the order is read again."""

from __future__ import annotations

from marketplace.orders.actions.projector import project_order
from marketplace.saleor.events import Event, on_event


@on_event(
    "ORDER_CREATED",
    "ORDER_UPDATED",
    "ORDER_CONFIRMED",
    "ORDER_PAID",
    "ORDER_FULLY_PAID",
    "ORDER_REFUNDED",
    "ORDER_FULLY_REFUNDED",
    "ORDER_FULFILLED",
    "ORDER_CANCELLED",
    "FULFILLMENT_CREATED",
    "FULFILLMENT_APPROVED",
    "FULFILLMENT_CANCELED",
    "FULFILLMENT_TRACKING_NUMBER_UPDATED",
)
def order_changed(event: Event) -> None:
    """Bring the order of an event in, or up to date."""
    if event.object_id:
        project_order(order_id=event.object_id)
