"""Warehouses taken away, put in order for a channel, and linked to shipping zones."""

from __future__ import annotations

from typing import Any

from infra.engine.products.loading import get_row
from infra.engine.products.models import Channel
from infra.engine.schema.binding import declare, requires, root
from infra.engine.schema.context import Context
from infra.engine.schema.errors import refuse
from infra.engine.schema.ids import named_uuid, to_global_id
from infra.engine.shipping.models import ShippingZone
from infra.engine.warehouses import actions
from infra.engine.warehouses.models import ChannelWarehouse, Warehouse

for _payload in ("WarehouseDelete", "WarehouseShippingZoneAssign", "WarehouseShippingZoneUnassign"):
    declare(_payload, "warehouse")
declare("ChannelReorderWarehouses", "channel")


def _warehouse(gid: str) -> Warehouse:
    row = Warehouse.objects.filter(pk=named_uuid(gid, "Warehouse")).first()
    if row is None:
        raise refuse("id", f"Couldn't resolve to a node: {gid}", "NOT_FOUND")
    return row


@root("Mutation", "deleteWarehouse")
@requires("MANAGE_PRODUCTS")
def warehouse_delete(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    row = _warehouse(args["id"])
    actions.delete_warehouse(row)
    return {"warehouse": row}


@root("Mutation", "assignWarehouseShippingZone")
@requires("MANAGE_PRODUCTS")
def zone_assign(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    row, zones = _warehouse(args["id"]), _zones(args["shippingZoneIds"])
    shared = ShippingZone.objects.filter(
        pk__in=[zone.pk for zone in zones],
        channels__in=ChannelWarehouse.objects.filter(warehouse=row).values("channel_id"),
    )
    known = set(shared.values_list("pk", flat=True))
    if strange := [to_global_id("ShippingZone", zone.pk) for zone in zones if zone.pk not in known]:
        text = "Only warehouses that have common channel with shipping zone can be assigned."
        raise refuse("shippingZones", text, "INVALID", shipping_zones=strange)
    for zone in zones:
        zone.warehouses.add(row)
    return {"warehouse": row}


@root("Mutation", "unassignWarehouseShippingZone")
@requires("MANAGE_PRODUCTS")
def zone_unassign(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    row = _warehouse(args["id"])
    for zone in _zones(args["shippingZoneIds"]):
        zone.warehouses.remove(row)
    return {"warehouse": row}


def _zones(gids: list[str]) -> list[ShippingZone]:
    return [get_row(ShippingZone, gid, "ShippingZone", field="shippingZoneIds") for gid in gids]


@root("Mutation", "channelReorderWarehouses")
@requires("MANAGE_CHANNELS")
def warehouses_reorder(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    """Move warehouses up (below 0) or down in the channel's order, each by as many places as is said."""
    channel = get_row(Channel, args["channelId"], "Channel", field="channelId")
    moves: dict[Any, int] = {}
    for move in args["moves"]:
        pk = named_uuid(move["id"], "Warehouse", field="moves")
        moves[pk] = moves.get(pk, 0) + (move.get("sortOrder") or 0)
    linked = set(ChannelWarehouse.objects.filter(channel=channel).values_list("warehouse_id", flat=True))
    if unknown := [to_global_id("Warehouse", pk) for pk in moves if pk not in linked]:
        raise refuse("moves", "Couldn't resolve to a warehouse", "NOT_FOUND", warehouses=unknown)
    actions.reorder_warehouses(channel_id=channel.pk, moves=moves)
    return {"channel": channel}
