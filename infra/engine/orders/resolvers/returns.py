"""orderFulfillmentReturnProducts."""

from __future__ import annotations

from typing import Any

from infra.engine.orders.resolvers import loads
from infra.engine.orders.returns import return_products
from infra.engine.orders.settling import unsettle
from infra.engine.orders.types import ReturnPart
from infra.engine.schema.binding import declare, requires, root
from infra.engine.schema.context import Context
from infra.engine.schema.errors import refuse
from infra.engine.schema.ids import int_pk, uuid_pk

declare("FulfillmentReturnProducts", "returnFulfillment replaceFulfillment order replaceOrder")
declare("OrderReturnProductsInput", "orderLines fulfillmentLines amountToRefund includeShippingCosts refund")
declare("OrderReturnLineInput", "orderLineId quantity replace")
declare("OrderReturnFulfillmentLineInput", "fulfillmentLineId quantity replace")


@root("Mutation", "orderFulfillmentReturnProducts")
@requires("MANAGE_ORDERS")
def fulfillment_return_products(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    """Money is moved by a transaction; a refund asked for here needs a legacy payment, which no order has."""
    order, said = loads.get_order(context, args["order"], "order"), args["input"]
    if said.get("refund"):
        raise refuse("order", "Order cannot be refunded.", "CANNOT_REFUND")
    parts = []
    for item in said.get("orderLines") or ():
        pk = uuid_pk(item["orderLineId"], "OrderLine")
        if pk is None:
            raise refuse("orderLines", f"Couldn't resolve to a node: {item['orderLineId']}", "NOT_FOUND")
        parts.append(ReturnPart(item["quantity"], line_id=pk, replace=bool(item.get("replace"))))
    for item in said.get("fulfillmentLines") or ():
        row = int_pk(item["fulfillmentLineId"], "FulfillmentLine")
        if row is None:
            raise refuse("fulfillmentLines", f"Couldn't resolve to a node: {item['fulfillmentLineId']}", "NOT_FOUND")
        parts.append(ReturnPart(item["quantity"], fulfillment_line_id=row, replace=bool(item.get("replace"))))
    changed, returned, replaced, draft = return_products(order_id=order.pk, parts=parts, requestor=context.requestor)
    return {
        "order": unsettle(changed),
        "return_fulfillment": returned,
        "replace_fulfillment": replaced,
        "replace_order": draft,
    }
