"""Events of Saleor about orders. Each is a hint: the order is read again, once for many hints."""

from __future__ import annotations

from marketplace.kernel.jobs.actions import enqueue
from marketplace.orders import kinds
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
    """Ask for the order of an event to be brought in, or up to date."""
    if event.object_id:
        enqueue(kind=kinds.PROJECT, key=event.object_id, payload={"order_id": event.object_id}, again=True)
