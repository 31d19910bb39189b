"""Warehouse, its queries and mutations."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.text import slugify

from infra.engine.checkout.addresses import clean_address
from infra.engine.deliveries import declare_event
from infra.engine.schema.binding import Batch, declare, field, requires, root
from infra.engine.schema.connections import connect
from infra.engine.schema.context import Context
from infra.engine.schema.errors import refuse
from infra.engine.schema.ids import int_pk, to_global_id, uuid_pk
from infra.engine.schema.lengths import check_lengths
from infra.engine.schema.metadata import register_metadata
from infra.engine.warehouses import actions
from infra.engine.warehouses.models import ChannelWarehouse, Warehouse

STAFF = ("MANAGE_PRODUCTS", "MANAGE_ORDERS", "MANAGE_SHIPPING")
register_metadata("Warehouse", Warehouse, private=("MANAGE_PRODUCTS",), uuid=True, event="WAREHOUSE_METADATA_UPDATED")
declare("Warehouse", "name slug email isPrivate address companyName clickAndCollectOption externalReference")
declare("WarehouseCreate", "warehouse")
declare("WarehouseUpdate", "warehouse")
declare("WarehouseCreateInput", "slug email externalReference name address")
declare("WarehouseUpdateInput", "slug email externalReference name address clickAndCollectOption isPrivate")
declare("WarehouseFilterInput", "search ids slugs isPrivate channels")
declare("WarehouseError", "shippingZones")
for _event in ("WAREHOUSE_CREATED", "WAREHOUSE_UPDATED", "WAREHOUSE_DELETED", "WAREHOUSE_METADATA_UPDATED"):
    declare_event(_event, "warehouse")


@field("Warehouse", "id")
def warehouse_id(batch: Batch) -> list[Any]:
    return [to_global_id("Warehouse", warehouse.pk) for warehouse in batch.parents]


@field("Warehouse", "companyName")
def company_name(batch: Batch) -> list[Any]:
    return [(warehouse.address or {}).get("company_name", "") for warehouse in batch.parents]


@root("Query", "warehouse")
@requires(*STAFF)
def warehouse(context: Context, args: dict[str, Any]) -> Any:
    if args.get("id"):
        return Warehouse.objects.filter(pk=uuid_pk(args["id"], "Warehouse")).first()
    return Warehouse.objects.filter(external_reference=args.get("externalReference") or "").first()


@root("Query", "warehouses", args="filter before after first last")
@requires(*STAFF)
def warehouses(context: Context, args: dict[str, Any]) -> Any:
    said = args.get("filter") or {}
    rows = Warehouse.objects.all()
    if said.get("search"):
        rows = rows.filter(Q(name__icontains=said["search"]) | Q(slug__icontains=said["search"]))
    if said.get("ids") is not None:
        rows = rows.filter(pk__in=[uuid_pk(gid, "Warehouse") for gid in said["ids"]])
    if said.get("slugs") is not None:
        rows = rows.filter(slug__in=said["slugs"])
    if said.get("isPrivate") is not None:
        rows = rows.filter(is_private=said["isPrivate"])
    if said.get("channels") is not None:
        channels = [int_pk(gid, "Channel") for gid in said["channels"]]
        rows = rows.filter(pk__in=linked_ids(channels))
    return connect(rows, args, order=("name", "pk"))


def linked_ids(channel_ids: list[Any]) -> Any:
    """Return the keys of the warehouses linked to any of the channels, as a subquery."""
    return ChannelWarehouse.objects.filter(channel_id__in=channel_ids).values("warehouse_id")


@root("Mutation", "createWarehouse")
@requires("MANAGE_PRODUCTS")
def create_warehouse(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    said = args["input"]
    row = Warehouse()
    _fill(row, said)
    return {"warehouse": actions.save_warehouse(row, event="WAREHOUSE_CREATED")}


@root("Mutation", "updateWarehouse")
@requires("MANAGE_PRODUCTS")
def update_warehouse(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    row = warehouse(context, args)
    if row is None:
        raise refuse("id", f"Couldn't resolve to a node: {args.get('id')}", "NOT_FOUND")
    _fill(row, args["input"])
    return {"warehouse": actions.save_warehouse(row, event="WAREHOUSE_UPDATED")}


def _fill(row: Warehouse, said: dict[str, Any]) -> None:
    """Put the input into the row. Raises UserErrors with REQUIRED, UNIQUE or the codes of addresses."""
    check_lengths(Warehouse, said, "name slug email externalReference")
    row.name = said.get("name", row.name) or ""
    if not row.name.strip():
        raise refuse("name", "This field cannot be blank.", "REQUIRED")
    row.slug = said.get("slug") or row.slug or _free_slug(row.name)
    others = Warehouse.objects.exclude(pk=row.pk)
    if others.filter(slug=row.slug).exists():
        raise refuse("slug", "Warehouse with this Slug already exists.", "UNIQUE")
    row.external_reference = said.get("externalReference", row.external_reference) or None
    if row.external_reference and others.filter(external_reference=row.external_reference).exists():
        raise refuse("externalReference", "Warehouse with this External reference already exists.", "UNIQUE")
    row.email = said.get("email", row.email) or ""
    if said.get("address") is not None:
        row.address = clean_address(said["address"], address_type=None)
    row.click_and_collect_option = said.get("clickAndCollectOption") or row.click_and_collect_option
    row.is_private = row.is_private if said.get("isPrivate") is None else said["isPrivate"]
    if row.is_private and row.click_and_collect_option == "LOCAL":
        text = "Local warehouse can be toggled only for non-private warehouse stocks"
        raise refuse("clickAndCollectOption", text, "INVALID")


def _free_slug(name: str) -> str:
    base = slugify(name, allow_unicode=True) or "warehouse"
    taken = set(Warehouse.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    return next(slug for slug in (base, *(f"{base}-{n}" for n in range(2, len(taken) + 3))) if slug not in taken)
