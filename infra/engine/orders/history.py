"""The history of an order."""

from __future__ import annotations

from typing import Any

from infra.engine.orders.models import Order, OrderEvent
from infra.engine.schema.context import ANONYMOUS, Requestor


def record(order: Order | Any, type_: str, requestor: Requestor = ANONYMOUS, **parameters: Any) -> OrderEvent:
    """Write one entry: `type_` is a name of OrderEventsEnum, `parameters` what its fields are read from.

    Needs an open transaction on `engine`: the entry stands exactly if what it tells of does.
    """
    return OrderEvent.objects.create(
        order_id=order.pk, type=type_, user=requestor.user, app=requestor.app, parameters=parameters
    )
