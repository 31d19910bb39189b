"""Lines and reductions of drafts and unconfirmed orders."""

from __future__ import annotations

from typing import Any

from infra.engine.customers.channel_access import check_channels
from infra.engine.orders import lines, reductions
from infra.engine.orders.models import OrderDiscount, OrderLine
from infra.engine.orders.resolvers import loads
from infra.engine.orders.resolvers.drafts import wishes
from infra.engine.orders.settling import unsettle
from infra.engine.orders.types import Reduction
from infra.engine.schema.binding import declare, requires, root
from infra.engine.schema.context import Context
from infra.engine.schema.errors import refuse
from infra.engine.schema.ids import named_uuid

STAFF = ("MANAGE_ORDERS",)
declare("OrderLinesCreate", "order orderLines")
declare("OrderLineUpdate", "order orderLine")
declare("OrderLineDelete", "order orderLine")
declare("OrderLineDiscountUpdate", "order orderLine")
declare("OrderLineDiscountRemove", "order orderLine")
for _payload in ("OrderDiscountAdd", "OrderDiscountUpdate", "OrderDiscountDelete"):
    declare(_payload, "order")


def _line(context: Context, gid: str) -> OrderLine:
    pk = named_uuid(gid, "OrderLine")
    found = OrderLine.objects.select_related("order").filter(pk=pk).first()
    if found is None:
        raise refuse("id", f"Couldn't resolve to a node: {gid}", "NOT_FOUND")
    check_channels(context, found.order.channel_id)
    return found


def _answer(line: OrderLine) -> dict[str, Any]:
    return {"order_line": line, "order": unsettle(line.order)}


@root("Mutation", "orderLinesCreate")
@requires(*STAFF)
def order_lines_create(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    order = loads.get_order(context, args["id"])
    lines.check_editable(order)
    changed, added = lines.add_lines(order_id=order.pk, wishes=wishes(args["input"]), requestor=context.requestor)
    for line in added:
        line.order = changed
    return {"order": unsettle(changed), "order_lines": added}


@root("Mutation", "orderLineUpdate")
@requires(*STAFF)
def order_line_update(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    line = _line(context, args["id"])
    changed = lines.change_quantity(
        line_id=line.pk,
        order_id=line.order_id,
        quantity=args["input"]["quantity"],
        requestor=context.requestor,
    )
    return _answer(changed)


@root("Mutation", "orderLineDelete")
@requires(*STAFF)
def order_line_delete(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    line = _line(context, args["id"])
    order, gone = lines.delete_line(line_id=line.pk, order_id=line.order_id, requestor=context.requestor)
    return {"order": unsettle(order), "order_line": gone}


def _reduction(said: dict[str, Any]) -> Reduction:
    return Reduction(
        value=said["value"], value_type=said["valueType"], reason=said.get("reason"), reason_said="reason" in said
    )


@root("Mutation", "orderLineDiscountUpdate")
@requires(*STAFF)
def order_line_discount_update(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    line = _line(context, args["orderLineId"])
    said = _reduction(args["input"])
    return _answer(reductions.reduce_line(line=line, said=said, requestor=context.requestor))


@root("Mutation", "orderLineDiscountRemove")
@requires(*STAFF)
def order_line_discount_remove(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    line = _line(context, args["orderLineId"])
    return _answer(reductions.restore_line(line=line, requestor=context.requestor))


@root("Mutation", "orderDiscountAdd")
@requires(*STAFF)
def order_discount_add(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    order = loads.get_order(context, args["orderId"])
    said = _reduction(args["input"])
    return {"order": unsettle(reductions.add_reduction(order_id=order.pk, said=said, requestor=context.requestor))}


def _discount(context: Context, gid: str) -> OrderDiscount:
    pk = named_uuid(gid, "OrderDiscount")
    found = OrderDiscount.objects.select_related("order").filter(pk=pk).first()
    if found is None:
        raise refuse("id", f"Couldn't resolve to a node: {gid}", "NOT_FOUND")
    check_channels(context, found.order.channel_id)
    return found


@root("Mutation", "orderDiscountUpdate")
@requires(*STAFF)
def order_discount_update(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    discount, said = _discount(context, args["discountId"]), _reduction(args["input"])
    changed = reductions.update_reduction(discount=discount, said=said, requestor=context.requestor)
    return {"order": unsettle(changed)}


@root("Mutation", "orderDiscountDelete")
@requires(*STAFF)
def order_discount_delete(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    discount = _discount(context, args["discountId"])
    return {"order": unsettle(reductions.delete_reduction(discount=discount, requestor=context.requestor))}
