"""Stock and Allocation; the stocks of variants and the warehouses of channels."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q

from infra.engine.deliveries import declare_event
from infra.engine.prepared import in_bulk
from infra.engine.products.loading import channel_of
from infra.engine.products.models import ProductVariant
from infra.engine.schema.binding import Batch, declare, field, name_type, requires, root
from infra.engine.schema.connections import connect
from infra.engine.schema.context import Context
from infra.engine.schema.errors import PermissionDenied, refuse
from infra.engine.schema.ids import asked_int, bind_ids, int_pk, uuid_pk
from infra.engine.warehouses import actions, queries
from infra.engine.warehouses.models import Allocation, Stock, Warehouse

bind_ids(Stock="Stock", Allocation="Allocation")
name_type(Stock, "Stock")
name_type(Allocation, "Allocation")
declare("ProductVariantStocksUpdate", "productVariant")
declare("StockInput", "warehouse quantity")
declare("BulkStockError", "index")
for _event in ("PRODUCT_VARIANT_OUT_OF_STOCK", "PRODUCT_VARIANT_BACK_IN_STOCK", "PRODUCT_VARIANT_STOCK_UPDATED"):
    declare_event(_event, "productVariant", "warehouse")


def load_warehouses(batch: Batch, ids: list[Any]) -> list[Any]:
    """Return the warehouses of `ids` (None gives None), each read once per request."""
    known: dict[Any, Warehouse] = batch.context.cache.setdefault("warehouses", {})
    missing = {pk for pk in ids if pk is not None} - known.keys()
    if missing:
        known.update(in_bulk(Warehouse, missing))
    return [known.get(pk) for pk in ids]


@field("Stock", "warehouse")
def stock_warehouse(batch: Batch) -> list[Any]:
    return load_warehouses(batch, [stock.warehouse_id for stock in batch.parents])


@field("Stock", "productVariant")
def stock_variant(batch: Batch) -> list[Any]:
    found = in_bulk(ProductVariant, [stock.variant_id for stock in batch.parents])
    return [found.get(stock.variant_id) for stock in batch.parents]


def _for_staff(batch: Batch) -> None:
    if not batch.context.requestor.has_perm("MANAGE_PRODUCTS", "MANAGE_ORDERS"):
        raise PermissionDenied(("MANAGE_PRODUCTS", "MANAGE_ORDERS"))


@field("Stock", "quantity")
def stock_quantity(batch: Batch) -> list[Any]:
    _for_staff(batch)
    return [stock.quantity for stock in batch.parents]


@field("Stock", "quantityAllocated")
def stock_allocated(batch: Batch) -> list[Any]:
    _for_staff(batch)
    return [stock.quantity_allocated for stock in batch.parents]


@field("Stock", "quantityReserved")
def stock_reserved(batch: Batch) -> list[Any]:
    _for_staff(batch)
    kept = queries.reserved_now(stock_ids=[stock.pk for stock in batch.parents])
    return [kept.get(stock.pk, 0) for stock in batch.parents]


@root("Query", "stock")
@requires("MANAGE_PRODUCTS")
def stock(context: Context, args: dict[str, Any]) -> Any:
    return Stock.objects.filter(pk=asked_int(args["id"], "Stock")).first()


@root("Query", "stocks", args="filter before after first last")
@requires("MANAGE_PRODUCTS")
def stocks(context: Context, args: dict[str, Any]) -> Any:
    said = args.get("filter") or {}
    rows = Stock.objects.all()
    if said.get("quantity") is not None:
        rows = rows.filter(quantity=said["quantity"])
    if said.get("search"):
        words = said["search"]
        found = Q(variant__name__icontains=words) | Q(variant__product__name__icontains=words)
        rows = rows.filter(found | Q(warehouse__name__icontains=words))
    return connect(rows, args)


@field("Allocation", "quantity")
def allocation_quantity(batch: Batch) -> list[Any]:
    _for_staff(batch)
    return [allocation.quantity for allocation in batch.parents]


@field("Allocation", "warehouse")
def allocation_warehouse(batch: Batch) -> list[Any]:
    _for_staff(batch)
    stocks = Stock.objects.in_bulk({row.stock_id for row in batch.parents if not Allocation.stock.is_cached(row)})
    found = [row.stock if Allocation.stock.is_cached(row) else stocks[row.stock_id] for row in batch.parents]
    return load_warehouses(batch, [stock.warehouse_id for stock in found])


@field("ProductVariant", "stocks")
@requires("MANAGE_PRODUCTS", "MANAGE_ORDERS")
def variant_stocks(batch: Batch) -> list[Any]:
    """All stocks, or where the channel that the variants are seen in can sell from, to the country said."""
    channel = channel_of(batch.parents[0], batch.context)
    country = (batch.args.get("address") or {}).get("country") or batch.args.get("countryCode")
    selling = queries.selling_of(channel, country=country) if channel is not None else None
    found = queries.stocks_by_variant(variant_ids=[variant.pk for variant in batch.parents], selling=selling)
    return [found.get(variant.pk, []) for variant in batch.parents]


@field("Channel", "warehouses")
@requires("AUTHENTICATED_APP", "AUTHENTICATED_STAFF_USER")
def channel_warehouses(batch: Batch) -> list[Any]:
    found = queries.warehouses_by_channel([channel.pk for channel in batch.parents])
    return [found.get(channel.pk, []) for channel in batch.parents]


@root("Mutation", "productVariantStocksUpdate")
@requires("MANAGE_PRODUCTS")
def variant_stocks_update(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    variant = _variant(args)
    actions.set_stocks(variant_id=variant.pk, quantities=_quantities(args["stocks"]))
    return {"product_variant": variant}


def _variant(args: dict[str, Any]) -> ProductVariant:
    gid, sku = args.get("variantId"), args.get("sku")
    if (gid is None) == (sku is None):
        raise refuse(None, "At least one of arguments is required: 'sku', 'variantId'.", "GRAPHQL_ERROR")
    rows = (
        ProductVariant.objects.filter(sku=sku)
        if sku
        else ProductVariant.objects.filter(pk=int_pk(gid, "ProductVariant"))
    )
    variant = rows.first()
    if variant is None:
        name = "sku" if sku else "variantId"
        raise refuse(name, f"Couldn't resolve to a node: {sku or gid}", "NOT_FOUND")
    return variant


def _quantities(said: list[dict[str, Any]]) -> dict[UUID, int]:
    ids = [uuid_pk(item["warehouse"], "Warehouse") for item in said]
    known = set(Warehouse.objects.filter(pk__in=[pk for pk in ids if pk]).values_list("pk", flat=True))
    quantities: dict[UUID, int] = {}
    for index, (pk, item) in enumerate(zip(ids, said, strict=True)):
        if pk is None or pk not in known:
            text = f"Couldn't resolve to a node: {item['warehouse']}"
            raise refuse("warehouse", text, "NOT_FOUND", index=index)
        if pk in quantities:
            raise refuse("warehouse", "Duplicated warehouse ID.", "UNIQUE", index=index)
        quantities[pk] = item["quantity"]
    return quantities
