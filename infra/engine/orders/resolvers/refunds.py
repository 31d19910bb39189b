"""OrderGrantedRefund and orderGrantRefundCreate."""

from __future__ import annotations

from typing import Any

from infra.engine.apps.models import App
from infra.engine.customers.channel_access import check_channels
from infra.engine.orders import actions
from infra.engine.orders.models import GrantedRefund, GrantedRefundLine, OrderLine
from infra.engine.orders.regrants import Regrant, change_grant
from infra.engine.orders.resolvers import loads
from infra.engine.orders.types import RefundGrant, RefundPart
from infra.engine.payments.models import TransactionEvent, TransactionItem
from infra.engine.schema.binding import Batch, declare, field, name_type, requires, root
from infra.engine.schema.context import Context
from infra.engine.schema.errors import refuse
from infra.engine.schema.ids import bind_ids, int_pk, named_pk, uuid_pk

bind_ids(OrderGrantedRefund="OrderGrantedRefund", OrderGrantedRefundLine="OrderGrantedRefundLine")
name_type(GrantedRefund, "OrderGrantedRefund")
declare("OrderGrantedRefund", "createdAt updatedAt amount reason shippingCostsIncluded status")
declare("OrderGrantedRefundLine", "quantity reason")
declare("OrderGrantRefundCreate", "order grantedRefund")
declare("OrderGrantRefundCreateInput", "amount reason lines grantRefundForShipping transactionId")
declare("OrderGrantRefundCreateLineInput", "id quantity reason")
declare("OrderGrantRefundCreateError", "lines")
declare("OrderGrantRefundUpdate", "order grantedRefund")
declare("OrderGrantRefundUpdateInput", "amount reason addLines removeLines grantRefundForShipping transactionId")
declare("OrderGrantRefundUpdateLineAddInput", "id quantity reason")
declare("OrderGrantRefundUpdateError", "addLines removeLines")
declare("OrderGrantRefundUpdateLineError", "field message code lineId")
declare("OrderGrantRefundCreateLineError", "field message code lineId")


@field("OrderGrantedRefund", "lines")
def refund_lines(batch: Batch) -> list[Any]:
    found: dict[int, list[GrantedRefundLine]] = {row.pk: [] for row in batch.parents}
    for line in GrantedRefundLine.objects.filter(granted_refund_id__in=found):
        found[line.granted_refund_id].append(line)
    return [found[row.pk] for row in batch.parents]


@field("OrderGrantedRefund", "app")
def refund_app(batch: Batch) -> list[Any]:
    return loads.by_id(batch, [row.app_id for row in batch.parents], App, "apps")


@field("OrderGrantedRefund", "transaction")
def refund_transaction(batch: Batch) -> list[Any]:
    return loads.by_id(batch, [row.transaction_id for row in batch.parents], TransactionItem, "transactions")


@field("OrderGrantedRefund", "transactionEvents")
@requires("MANAGE_ORDERS", "HANDLE_PAYMENTS")
def refund_events(batch: Batch) -> list[Any]:
    found: dict[int, list[TransactionEvent]] = {row.pk: [] for row in batch.parents}
    for event in TransactionEvent.objects.filter(granted_refund_id__in=found):
        found[event.granted_refund_id or 0].append(event)
    return [found[row.pk] for row in batch.parents]


@field("OrderGrantedRefundLine", "orderLine")
def refund_order_line(batch: Batch) -> list[Any]:
    return loads.by_id(batch, [line.order_line_id for line in batch.parents], OrderLine, "order_lines")


@root("Mutation", "orderGrantRefundCreate")
@requires("MANAGE_ORDERS")
def grant_refund_create(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    order, said = loads.get_order(context, args["id"]), args["input"]
    token = uuid_pk(said.get("transactionId"), "TransactionItem")
    if said.get("transactionId") and token is None:
        raise refuse("transactionId", f"Couldn't resolve to a node: {said['transactionId']}", "NOT_FOUND")
    grant = RefundGrant(
        parts=tuple(_part(line) for line in said.get("lines") or []),
        amount=said.get("amount"),
        shipping=bool(said.get("grantRefundForShipping")),
        reason=said.get("reason") or "",
        transaction_token=token,
    )
    refund = actions.grant_refund(order_id=order.pk, grant=grant, requestor=context.requestor)
    return {"order": refund.order, "granted_refund": refund}


@root("Mutation", "orderGrantRefundUpdate")
@requires("MANAGE_ORDERS")
def grant_refund_update(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    pk, said = named_pk(args["id"], "OrderGrantedRefund"), args["input"]
    known = GrantedRefund.objects.select_related("order").filter(pk=pk).first()
    if known is None:
        raise refuse("id", f"Couldn't resolve to a node: {args['id']}", "NOT_FOUND")
    check_channels(context, known.order.channel_id)
    token = uuid_pk(said.get("transactionId"), "TransactionItem")
    if said.get("transactionId") and token is None:
        raise refuse("transactionId", f"Couldn't resolve to a node: {said['transactionId']}", "NOT_FOUND")
    regrant = Regrant(
        said=frozenset(said),
        amount=said.get("amount"),
        reason=said.get("reason"),
        add=tuple(_part(line, "addLines") for line in said.get("addLines") or ()),
        remove=tuple(int_pk(gid, "OrderGrantedRefundLine") or -1 for gid in said.get("removeLines") or ()),
        shipping=said.get("grantRefundForShipping"),
        transaction_token=token,
    )
    grant = change_grant(grant_id=known.pk, said=regrant)
    return {"order": grant.order, "granted_refund": grant}


def _part(line: dict[str, Any], field_name: str = "lines") -> RefundPart:
    line_id = uuid_pk(line["id"], "OrderLine")
    if line_id is None:
        problem = {
            "field": "id",
            "message": f"Invalid ID: {line['id']}. Expected: OrderLine.",
            "code": "GRAPHQL_ERROR",
            "line_id": line["id"],
        }
        said = {"lines" if field_name == "lines" else "add_lines": [problem]}
        raise refuse(field_name, "Provided input for lines is invalid.", "INVALID", **said)
    return RefundPart(line_id, line["quantity"], line.get("reason"))
