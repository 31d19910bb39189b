"""transactionRequestAction and the refund of a granted refund."""

from __future__ import annotations

from typing import Any

from infra.engine.customers.channel_access import check_channels
from infra.engine.orders.models import GrantedRefund
from infra.engine.payments import requests
from infra.engine.payments.resolvers import loads
from infra.engine.schema.binding import declare, requires, root
from infra.engine.schema.context import Context
from infra.engine.schema.errors import refuse
from infra.engine.schema.ids import int_pk

declare("TransactionRequestAction", "transaction")
declare("TransactionRequestRefundForGrantedRefund", "transaction")
HANDLERS = ("HANDLE_PAYMENTS",)


@root("Mutation", "transactionRequestAction", args="id token actionType amount refundReason")
@requires(*HANDLERS)
def transaction_request_action(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    if args.get("refundReason") and args["actionType"] != "REFUND":
        raise refuse("refundReason", "Reason can be set only for REFUND action.", "INVALID")
    known = loads.get_transaction(args)
    source = known.order or known.checkout
    check_channels(context, source.channel_id if source is not None else None)
    item = requests.request_action(
        token=known.pk,
        action=args["actionType"],
        amount=args.get("amount"),
        requestor=context.requestor,
        reason=args.get("refundReason"),
    )
    return {"transaction": item}


@root("Mutation", "transactionRequestRefundForGrantedRefund")
@requires(*HANDLERS)
def request_granted_refund(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    gid = args["grantedRefundId"]
    refund = GrantedRefund.objects.select_related("order").filter(pk=int_pk(gid, "OrderGrantedRefund")).first()
    if refund is None:
        raise refuse("grantedRefundId", f"Couldn't resolve to a node: {gid}", "NOT_FOUND")
    token = refund.transaction_id or loads.get_transaction(args).pk
    check_channels(context, refund.order.channel_id)
    item = requests.request_granted_refund(token=token, refund_id=refund.pk, requestor=context.requestor)
    return {"transaction": item}
