"""Stock promised to single lines of an order that is changed afterwards."""

from __future__ import annotations

from typing import Any

from infra.engine.warehouses import lock_objects
from infra.engine.warehouses.models import Allocation, Stock


def free(*, line_id: Any, quantity: int) -> None:
    """Take back the promise of `quantity` pieces to a line; pieces that were promised to nobody do not count.

    Needs an open transaction on `engine`; locks the stocks.
    """
    allocations = lock_objects.allocations_of_lines([line_id])
    for allocation in allocations:
        freed = min(quantity, allocation.quantity)
        allocation.quantity -= freed
        allocation.stock.quantity_allocated -= freed
        quantity -= freed
    Stock.objects.bulk_update([allocation.stock for allocation in allocations], ["quantity_allocated"])
    Allocation.objects.bulk_update(allocations, ["quantity"])
