"""orderConfirm, orderCancel, orderMarkAsPaid, orderNoteAdd, orderNoteUpdate."""

from __future__ import annotations

from typing import Any

from infra.engine.customers.channel_access import check_channels
from infra.engine.orders import actions, paying
from infra.engine.orders.models import OrderEvent
from infra.engine.orders.resolvers import loads
from infra.engine.schema.binding import declare, requires, root
from infra.engine.schema.context import Context
from infra.engine.schema.errors import refuse
from infra.engine.schema.ids import named_pk

STAFF = ("MANAGE_ORDERS",)
declare("OrderConfirm", "order")
declare("OrderCancel", "order")
declare("OrderNoteAdd", "order event")
declare("OrderNoteUpdate", "order event")
declare("OrderNoteInput", "message")
declare("OrderMarkAsPaid", "order")


@root("Mutation", "orderConfirm")
@requires(*STAFF)
def order_confirm(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    order = loads.get_order(context, args["id"])
    return {"order": actions.confirm_order(order_id=order.pk, requestor=context.requestor)}


@root("Mutation", "orderCancel")
@requires(*STAFF)
def order_cancel(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    order = loads.get_order(context, args["id"])
    return {"order": actions.cancel_order(order_id=order.pk, requestor=context.requestor)}


@root("Mutation", "orderNoteAdd")
@requires(*STAFF)
def order_note_add(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    order = loads.get_order(context, args["order"], "order")
    noted, event = actions.add_note(order_id=order.pk, message=args["input"]["message"], requestor=context.requestor)
    return {"order": noted, "event": event}


@root("Mutation", "orderNoteUpdate")
@requires(*STAFF)
def order_note_update(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    pk = named_pk(args["note"], "OrderEvent", field="note")
    note = OrderEvent.objects.select_related("order").filter(pk=pk, type="NOTE_ADDED").first()
    if note is None:
        raise refuse("note", f"Couldn't resolve to a node: {args['note']}", "NOT_FOUND")
    check_channels(context, note.order.channel_id)
    noted, event = actions.update_note(note=note, message=args["input"]["message"], requestor=context.requestor)
    return {"order": noted, "event": event}


@root("Mutation", "orderMarkAsPaid")
@requires(*STAFF)
def order_mark_as_paid(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    order = loads.get_order(context, args["id"])
    reference = args.get("transactionReference")
    return {"order": paying.mark_as_paid(order_id=order.pk, reference=reference, requestor=context.requestor)}
