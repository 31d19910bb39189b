"""orderConfirm, orderCancel, orderNoteAdd."""

from __future__ import annotations

from typing import Any

from infra.engine.orders import actions
from infra.engine.orders.resolvers import loads
from infra.engine.schema.binding import declare, requires, root
from infra.engine.schema.context import Context

STAFF = ("MANAGE_ORDERS",)
declare("OrderConfirm", "order")
declare("OrderCancel", "order")
declare("OrderNoteAdd", "order event")
declare("OrderNoteInput", "message")


@root("Mutation", "orderConfirm")
@requires(*STAFF)
def order_confirm(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    order = loads.get_order(args["id"])
    return {"order": actions.confirm_order(order_id=order.pk, requestor=context.requestor)}


@root("Mutation", "orderCancel")
@requires(*STAFF)
def order_cancel(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    order = loads.get_order(args["id"])
    return {"order": actions.cancel_order(order_id=order.pk, requestor=context.requestor)}


@root("Mutation", "orderNoteAdd")
@requires(*STAFF)
def order_note_add(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    order = loads.get_order(args["order"], "order")
    noted, event = actions.add_note(order_id=order.pk, message=args["input"]["message"], requestor=context.requestor)
    return {"order": noted, "event": event}
