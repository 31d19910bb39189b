"""One parcel per merchant at Saleor: what is not yet in a fulfillment and not refused, by merchant's warehouse."""

from __future__ import annotations

from collections import Counter

from marketplace.kernel.scope import all_merchants
from marketplace.orders.models import MerchantOrderLine, OrderRecord
from marketplace.saleor import orders as door
from marketplace.saleor.types import SaleorFulfillment, SaleorOrder

WAITING, CANCELED = "WAITING_FOR_APPROVAL", "CANCELED"


def fulfill_rest(*, record: OrderRecord, order: SaleorOrder) -> None:
    """Ask Saleor for fulfillments of every piece that has none and is not refused. Nothing when there is none."""
    placed: Counter[str] = Counter()
    for each in order.fulfillments:
        if each.status != CANCELED:
            placed.update(each.lines)
    quantities = {line.id: line.quantity for line in order.lines}
    with all_merchants("parcels of all merchants are asked for"):
        rows = MerchantOrderLine.objects.filter(part__order=record, is_refused=False).order_by(
            "part__position", "position"
        )
        wanted = {
            row.line_id: {row.part.warehouse_id: quantities[row.line_id] - placed[row.line_id]}
            for row in rows.select_related("part")
            if quantities[row.line_id] > placed[row.line_id]
        }
    if wanted:
        door.fulfill_order(order_id=order.id, lines=wanted)


def of_warehouse(order: SaleorOrder, warehouse_id: str) -> list[SaleorFulfillment]:
    """Return the fulfillments of one merchant's warehouse that are not cancelled."""
    return [each for each in order.fulfillments if each.warehouse_id == warehouse_id and each.status != CANCELED]
