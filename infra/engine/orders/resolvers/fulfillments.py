"""Fulfillment, its lines, its events and its mutations."""

from __future__ import annotations

from typing import Any

from infra.engine.deliveries import declare_event
from infra.engine.orders import fulfillment as sending
from infra.engine.orders.models import Fulfillment, FulfillmentLine, OrderLine
from infra.engine.orders.resolvers import loads
from infra.engine.orders.types import FulfillPart
from infra.engine.prepared import PreparedRows, in_bulk
from infra.engine.products.queries import shop_settings
from infra.engine.schema.binding import Batch, declare, field, name_type, requires, root
from infra.engine.schema.context import Context
from infra.engine.schema.errors import refuse
from infra.engine.schema.ids import bind_ids, uuid_pk
from infra.engine.schema.metadata import register_metadata
from infra.engine.warehouses.models import Stock
from infra.engine.warehouses.resolvers import load_warehouses

STAFF = ("MANAGE_ORDERS",)
bind_ids(Fulfillment="Fulfillment", FulfillmentLine="FulfillmentLine")
name_type(FulfillmentLine, "FulfillmentLine")
register_metadata("Fulfillment", Fulfillment, private=loads.METADATA, event="FULFILLMENT_METADATA_UPDATED")
declare("Fulfillment", "fulfillmentOrder status trackingNumber")
declare("FulfillmentLine", "quantity")
declare("OrderFulfill", "fulfillments order")
declare("FulfillmentApprove", "fulfillment order")
declare("FulfillmentCancel", "fulfillment order")
declare("FulfillmentUpdateTracking", "fulfillment order")
declare("OrderError", "warehouse orderLines variants addressType")
declare_event("FULFILLMENT_CREATED", "fulfillment", "notifyCustomer")
declare_event("FULFILLMENT_APPROVED", "fulfillment", "notifyCustomer")
declare_event("FULFILLMENT_CANCELED", "fulfillment")
declare_event("FULFILLMENT_TRACKING_NUMBER_UPDATED", "fulfillment")
declare_event("FULFILLMENT_METADATA_UPDATED", "fulfillment")

_LINES = PreparedRows(
    FulfillmentLine._meta.get_field("fulfillment"), lambda pks: FulfillmentLine.objects.filter(fulfillment_id__in=pks)
)


def _order_of_event(batch: Batch) -> list[Any]:
    return loads.orders_of([event.obj for event in batch.parents])


for _type in ("Created", "Approved", "Canceled", "TrackingNumberUpdated", "MetadataUpdated"):
    field(f"Fulfillment{_type}", "order")(_order_of_event)


@field("Fulfillment", "created")
def created(batch: Batch) -> list[Any]:
    return [row.created_at for row in batch.parents]


def _lines(parents: list[Fulfillment]) -> list[list[FulfillmentLine]]:
    found: dict[int, list[FulfillmentLine]] = {row.pk: [] for row in parents if "_lines" not in row.__dict__}
    if found:
        for line in _LINES(found):
            found[line.fulfillment_id].append(line)
    for row in parents:
        if row.pk in found:
            row.__dict__["_lines"] = found[row.pk]
    return [row.__dict__["_lines"] for row in parents]


@field("Fulfillment", "lines")
def lines(batch: Batch) -> list[Any]:
    return list(_lines(batch.parents))


@field("Fulfillment", "warehouse")
def warehouse(batch: Batch) -> list[Any]:
    """The warehouse of its first line's stock; a fulfillment never mixes warehouses."""
    firsts = [next((line.stock_id for line in rows if line.stock_id), None) for rows in _lines(batch.parents)]
    stocks = in_bulk(Stock, firsts)
    return load_warehouses(batch, [stocks[pk].warehouse_id if pk in stocks else None for pk in firsts])


@field("FulfillmentLine", "orderLine")
def order_line(batch: Batch) -> list[Any]:
    return loads.by_id(batch, [line.order_line_id for line in batch.parents], OrderLine, loads.ORDER_LINES)


@root("Mutation", "orderFulfill")
@requires(*STAFF)
def order_fulfill(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    order, said, settings = loads.get_order(context, args.get("order"), "order"), args["input"], shop_settings()
    made = sending.fulfill_order(
        order_id=order.pk,
        parts=_parts(said["lines"]),
        requestor=context.requestor,
        auto_approve=settings["fulfillmentAutoApprove"],
        allow_unpaid=settings["fulfillmentAllowUnpaid"],
        notify_customer=bool(said.get("notifyCustomer", True)),
        exceed=bool(said.get("allowStockToBeExceeded")),
        tracking_number=said.get("trackingNumber") or "",
    )
    return {"fulfillments": made, "order": loads.get_order(context, args.get("order"), "order")}


def _parts(said: list[dict[str, Any]]) -> list[FulfillPart]:
    parts, lines_seen = [], set()
    for line in said:
        gid = line.get("orderLineId")
        if gid in lines_seen:
            raise refuse("orderLineId", "Duplicated order line ID.", "DUPLICATED_INPUT_ITEM", order_lines=[gid])
        lines_seen.add(gid)
        line_id, warehouses_seen = uuid_pk(gid, "OrderLine"), set()
        if line_id is None:
            raise refuse("lines", f"Could not resolve to a node with the global id list of '['{gid}']'.", "NOT_FOUND")
        for stock in line["stocks"]:
            warehouse_id = uuid_pk(stock["warehouse"], "Warehouse")
            if warehouse_id is None:
                raise refuse("warehouse", f"Invalid ID: {stock['warehouse']}. Expected: Warehouse.", "GRAPHQL_ERROR")
            if warehouse_id in warehouses_seen:
                text = "Duplicated warehouse ID."
                raise refuse("warehouse", text, "DUPLICATED_INPUT_ITEM", warehouse=stock["warehouse"])
            warehouses_seen.add(warehouse_id)
            parts.append(FulfillPart(line_id, warehouse_id, stock["quantity"]))
    return parts


@root("Mutation", "orderFulfillmentApprove")
@requires(*STAFF)
def fulfillment_approve(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    return _answer(
        sending.approve_fulfillment(
            fulfillment_id=loads.get_fulfillment(context, args["id"]).pk,
            requestor=context.requestor,
            allow_unpaid=shop_settings()["fulfillmentAllowUnpaid"],
            notify_customer=bool(args["notifyCustomer"]),
            exceed=bool(args.get("allowStockToBeExceeded")),
        )
    )


@root("Mutation", "orderFulfillmentCancel")
@requires(*STAFF)
def fulfillment_cancel(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    gid = (args.get("input") or {}).get("warehouseId")
    return _answer(
        sending.cancel_fulfillment(
            fulfillment_id=loads.get_fulfillment(context, args["id"]).pk,
            requestor=context.requestor,
            warehouse_id=uuid_pk(gid, "Warehouse"),
        )
    )


@root("Mutation", "orderFulfillmentUpdateTracking")
@requires(*STAFF)
def fulfillment_update_tracking(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    return _answer(
        sending.update_tracking(
            fulfillment_id=loads.get_fulfillment(context, args["id"]).pk,
            requestor=context.requestor,
            tracking_number=args["input"].get("trackingNumber") or "",
        )
    )


def _answer(row: Fulfillment) -> dict[str, Any]:
    return {"fulfillment": row, "order": row.order}
