"""Events of Saleor about orders. Each is a hint: the order is read again, once for many hints."""

from __future__ import annotations

from marketplace.kernel.jobs.types import Hint
from marketplace.orders import kinds
from marketplace.saleor.events import Event, hinted_by


@hinted_by(
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
def order_changed(event: Event) -> Hint | None:
    """Ask for the order of an event to be brought in, or up to date."""
    if not event.object_id:
        return None
    return Hint(kinds.PROJECT, event.object_id, {"order_id": event.object_id})
