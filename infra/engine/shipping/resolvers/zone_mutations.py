"""Mutations of shipping zones."""

from __future__ import annotations

from typing import Any

from infra.engine.products.loading import get_row
from infra.engine.products.models import Channel
from infra.engine.schema.binding import declare, requires, root
from infra.engine.schema.context import Context
from infra.engine.schema.errors import MutationError, UserErrors, refuse
from infra.engine.schema.ids import int_pk, named_pk, to_global_id, uuid_pk
from infra.engine.shipping import actions
from infra.engine.shipping.models import ShippingZone
from infra.engine.shipping.resolvers.types import SHIPPING
from infra.engine.warehouses.models import ChannelWarehouse, Warehouse

for _payload in ("ShippingZoneCreate", "ShippingZoneUpdate", "ShippingZoneDelete"):
    declare(_payload, "shippingZone")


@root("Mutation", "shippingZoneCreate")
@requires(*SHIPPING)
def zone_create(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    return {"shipping_zone": _save(ShippingZone(), args["input"])}


@root("Mutation", "shippingZoneUpdate")
@requires(*SHIPPING)
def zone_update(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    return {"shipping_zone": _save(get_row(ShippingZone, args["id"], "ShippingZone"), args["input"])}


@root("Mutation", "shippingZoneDelete")
@requires(*SHIPPING)
def zone_delete(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    zone = get_row(ShippingZone, args["id"], "ShippingZone")
    actions.delete_zone(zone)
    return {"shipping_zone": zone}


def _save(zone: ShippingZone, said: dict[str, Any]) -> ShippingZone:
    _refuse_twice(said)
    links: dict[str, list[Any]] = {
        "add_channels": channels(said.get("addChannels"), "addChannels"),
        "remove_channels": channels(said.get("removeChannels"), "removeChannels"),
        "add_warehouses": _warehouses(said.get("addWarehouses"), "addWarehouses"),
        "remove_warehouses": _warehouses(said.get("removeWarehouses"), "removeWarehouses"),
    }
    _refuse_strange(zone, links)
    codes = said.get("countries")
    zone.default = bool(said.get("default"))
    if zone.default:
        if ShippingZone.objects.filter(default=True).exclude(pk=zone.pk).exists():
            raise refuse("default", "Default shipping zone already exists.", "ALREADY_EXISTS")
        codes = [*(codes or []), *actions.uncovered_countries()]
    if codes is not None:
        zone.country_codes = sorted(code.upper() for code in codes)
    zone.name = said.get("name", zone.name) or ""
    if not zone.name.strip():
        raise refuse("name", "This field cannot be blank.", "REQUIRED")
    zone.description = said.get("description", zone.description) or ""
    return actions.save_zone(zone, **links)


def _refuse_twice(said: dict[str, Any]) -> None:
    errors = []
    for name in ("warehouses", "channels"):
        both = set(said.get(f"add{name.title()}") or ()) & set(said.get(f"remove{name.title()}") or ())
        if both:
            text = "The same object cannot be in both lists for adding and removing items."
            extra = {name: sorted(both)}
            errors.append(MutationError.of(name, text, "DUPLICATED_INPUT_ITEM", **extra))
    if errors:
        raise UserErrors(errors)


def channels(gids: list[str] | None, name: str) -> list[Channel]:
    """Return the channels of global ids. Raises UserErrors(GRAPHQL_ERROR, NOT_FOUND) about the input `name`."""
    for gid in gids or ():
        named_pk(gid, "Channel", field=name)
    found = Channel.objects.in_bulk([pk for gid in gids or () if (pk := int_pk(gid, "Channel")) is not None])
    return [_known(found.get(int_pk(gid, "Channel") or 0), gid, name) for gid in gids or ()]


def _warehouses(gids: list[str] | None, name: str) -> list[Warehouse]:
    for gid in gids or ():
        named_pk(gid, "Warehouse", field=name)
    pks = {gid: pk for gid in gids or () if (pk := uuid_pk(gid, "Warehouse")) is not None}
    found = Warehouse.objects.in_bulk(list(pks.values()))
    return [_known(found.get(pks[gid]) if gid in pks else None, gid, name) for gid in gids or ()]


def _known(row: Any, gid: str, name: str) -> Any:
    if row is None:
        raise refuse(name, f"Couldn't resolve to a node: {gid}", "NOT_FOUND")
    return row


def _refuse_strange(zone: ShippingZone, links: dict[str, list[Any]]) -> None:
    """Raise UserErrors(INVALID) for warehouses to add that share no channel with what the zone will be."""
    kept = {row.pk for row in zone.channels.all()} if zone.pk else set()
    kept = (kept - {row.pk for row in links["remove_channels"]}) | {row.pk for row in links["add_channels"]}
    pks = [row.pk for row in links["add_warehouses"]]
    sharing = ChannelWarehouse.objects.filter(warehouse_id__in=pks, channel_id__in=kept)
    known = set(sharing.values_list("warehouse_id", flat=True))
    strange = [to_global_id("Warehouse", pk) for pk in pks if pk not in known]
    if strange:
        text = "Only warehouses that have common channel with shipping zone can be assigned."
        raise refuse("addWarehouses", text, "INVALID", warehouses=strange)
