"""productVariantBulkCreate, -BulkUpdate and -BulkDelete."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.db import transaction

from infra.engine.deliveries import emit
from infra.engine.discounts.prices import mark_stale, refresh_prices
from infra.engine.products.assignments import type_attributes
from infra.engine.products.bulk import Outcome, Parts, write_rows
from infra.engine.products.filters import pks
from infra.engine.products.loading import get_row
from infra.engine.products.models import Product, ProductVariant, VariantChannelListing
from infra.engine.products.resolvers.listing_mutations import write_prices
from infra.engine.products.resolvers.variant_mutations import COMMON, write_variant
from infra.engine.schema.binding import declare, requires, root
from infra.engine.schema.context import Context
from infra.engine.schema.errors import MutationError, UserErrors, refuse
from infra.engine.schema.ids import int_pk, to_global_id, uuid_pk
from infra.engine.warehouses import lock_objects
from infra.engine.warehouses.actions import set_stocks
from infra.engine.warehouses.models import Stock, Warehouse

Data = dict[str, Any]
declare("ProductVariantBulkCreateInput", f"{COMMON} stocks channelListings")
declare("ProductVariantBulkUpdateInput", f"{COMMON} stocks channelListings id")
declare("ChannelListingUpdateInput", "channelListing price costPrice priorPrice")
declare("ProductVariantBulkCreate", "count productVariants results")
declare("ProductVariantBulkUpdate", "count results")
declare("ProductVariantBulkResult", "productVariant errors")
declare("ProductVariantBulkError", "field message code path warehouses stocks channels channelListings")
declare("BulkProductError", "index channels")
declare("ProductVariantBulkDelete", "count")
PARTS = ("stocks", "channelListings")
PRICED = (
    "Channel listing already exists for this variant. Use the `update` field to modify an existing channel listing."
)


def write_bulk_variant(product: Product, data: Data, parts: Parts) -> ProductVariant:
    """Make one variant of a bulk with its stocks and prices, each of which may fail alone. Raises UserErrors."""
    row = ProductVariant(product=product)
    said = {name: value for name, value in data.items() if name not in PARTS}
    try:
        write_variant(row, said, may_lack_values=True)
    except UserErrors as refused:
        raise UserErrors([*_strange_attributes(row, data), *refused.errors]) from None
    add_listings(row, data.get("channelListings"), parts, "channelListings")
    _add_stocks(row, data.get("stocks"), parts, "stocks")
    return row


def _strange_attributes(row: ProductVariant, data: Data) -> list[MutationError]:
    """Return the error that names what is said of attributes that variants of the type have not, beside the others."""
    carried = type_attributes(row)
    known = {to_global_id("Attribute", each.pk) for each in carried} | {each.external_reference for each in carried}
    named = [item.get("id") or item.get("externalReference") for item in data.get("attributes") or ()]
    strange = sorted({name for name in named if name and name not in known})
    if not strange:
        return []
    text = "Given attributes are not a variant attributes."
    return [_error("attributes", text, "ATTRIBUTE_CANNOT_BE_ASSIGNED", "attributes", {"attributes": strange})]


def add_listings(row: ProductVariant, items: list[Data] | None, parts: Parts, path: str) -> None:
    """Set prices in channels one by one, so that each has its own place in the errors.

    A channel in which the variant has a price already is refused: that price is changed, not made again.
    """
    gids = [item["channelId"] for item in items or ()]
    priced = set(VariantChannelListing.objects.filter(variant=row).values_list("channel_id", flat=True)) if gids else ()
    for index, item in enumerate(items or ()):
        if int_pk(gids[index], "Channel") in priced:
            place, extra = f"{path}.{index}.channelId", {"channels": [gids[index]]}
            parts.errors.append(_error("channelId", PRICED, "DUPLICATED_INPUT_ITEM", place, extra))
            continue
        if gids.count(gids[index]) > 1:
            place, extra = f"{path}.{index}.channelId", {"channels": [gids[index]]}
            parts.errors.append(_error("channelId", "Duplicated channel ID.", "DUPLICATED_INPUT_ITEM", place, extra))
            continue
        parts.attempt(f"{path}.{index}", partial(_price, row, item))


def _price(row: ProductVariant, item: Data) -> None:
    """Write one price, with the names that bulks give its problems."""
    try:
        write_prices(row, [item])
    except UserErrors as refused:
        raise UserErrors([_renamed(error) for error in refused.errors]) from None


def _renamed(error: MutationError) -> MutationError:
    if error.code == "INVALID":
        return MutationError(error.field, error.message, "INVALID_PRICE", error.extra)
    field = "channelId" if error.field == "input" else error.field
    return MutationError(field, error.message, error.code, error.extra)


def _error(field: str, message: str, code: str, path: str, extra: Data) -> MutationError:
    return MutationError(field, message, code, {**extra, "path": path})


def _add_stocks(row: ProductVariant, items: list[Data] | None, parts: Parts, path: str, *, is_new: bool = True) -> None:
    gids = [item["warehouse"] for item in items or ()]
    for index, item in enumerate(items or ()):
        gid, place = item["warehouse"], f"{path}.{index}.warehouse"
        pk, extra = uuid_pk(gid, "Warehouse"), {"warehouses": [gid]}
        if pk is None or not Warehouse.objects.filter(pk=pk).exists():
            parts.errors.append(_error("warehouse", "Not existing warehouse ID.", "NOT_FOUND", place, extra))
        elif gids.count(gid) > 1:
            parts.errors.append(_error("warehouse", "Duplicated warehouse ID.", "DUPLICATED_INPUT_ITEM", place, extra))
        elif not is_new and Stock.objects.filter(variant=row, warehouse_id=pk).exists():
            text = "Stock for provided warehouse already exists."
            parts.errors.append(_error("warehouse", text, "STOCK_ALREADY_EXISTS", place, extra))
        else:
            set_stocks(variant_id=row.pk, quantities={pk: item["quantity"]})


@root("Mutation", "productVariantBulkCreate")
@requires("MANAGE_PRODUCTS")
def product_variant_bulk_create(context: Context, args: Data) -> Data:
    product = get_row(Product, args["product"], "Product", field="id")
    twice = _skus_twice(args["variants"])

    def write(index: int, data: Data, parts: Parts) -> ProductVariant:
        if (data.get("sku") or "").strip() in twice:
            raise refuse("sku", "Duplicated SKU.", "UNIQUE")
        return write_bulk_variant(product, data, parts)

    with transaction.atomic("engine"):
        outcomes = write_rows(args["variants"], args.get("errorPolicy"), write)
        made = [outcome.row for outcome in outcomes if outcome.row is not None]
        if made:
            mark_stale()
            refresh_prices({product.pk}, context.now)
        for row in made:
            emit(event="PRODUCT_VARIANT_CREATED", obj=row)
    return {"product_variants": made, **_answer(outcomes), "errors": _indexed(outcomes)}


def _skus_twice(items: list[Data]) -> set[str]:
    skus = [(item.get("sku") or "").strip() for item in items]
    return {sku for sku in skus if sku and skus.count(sku) > 1}


def _indexed(outcomes: list[Outcome]) -> list[MutationError]:
    """The problems of all rows as the payload's own list names them: by the row's place and the older codes."""
    older = {"INVALID_PRICE": "INVALID"}
    return [
        MutationError(error.field, error.message, older.get(error.code, error.code), {**error.extra, "index": index})
        for index, outcome in enumerate(outcomes)
        for error in outcome.errors
    ]


def _answer(outcomes: list[Outcome]) -> Data:
    return {
        "count": sum(outcome.row is not None for outcome in outcomes),
        "results": [{"product_variant": outcome.row, "errors": outcome.errors} for outcome in outcomes],
    }


@root("Mutation", "productVariantBulkUpdate")
@requires("MANAGE_PRODUCTS")
def product_variant_bulk_update(context: Context, args: Data) -> Data:
    product = get_row(Product, args["product"], "Product", field="id")
    twice = _skus_twice(args["variants"])

    def write(index: int, data: Data, parts: Parts) -> ProductVariant:
        row = ProductVariant.objects.select_for_update().filter(pk=int_pk(data["id"], "ProductVariant")).first()
        if row is None or row.product_id != product.pk:
            raise refuse("id", "Variant is not a variant of the product.", "INVALID")
        if (data.get("sku") or "").strip() in twice:
            raise refuse("sku", "Duplicated SKU.", "UNIQUE")
        write_variant(row, {name: value for name, value in data.items() if name not in (*PARTS, "id")})
        _change_listings(row, data.get("channelListings") or {}, parts)
        _change_stocks(row, data.get("stocks") or {}, parts)
        return row

    with transaction.atomic("engine"):
        if any(data.get("stocks") for data in args["variants"]):
            lock_objects.all_stocks(Stock.objects.filter(variant__product=product))
        outcomes = write_rows(args["variants"], args.get("errorPolicy"), write)
        changed = [outcome.row for outcome in outcomes if outcome.row is not None]
        if changed:
            mark_stale()
            refresh_prices({product.pk}, context.now)
        for row in changed:
            emit(event="PRODUCT_VARIANT_UPDATED", obj=row)
    return _answer(outcomes)


def _change_listings(row: ProductVariant, said: Data, parts: Parts) -> None:
    add_listings(row, said.get("create"), parts, "channelListings.create")
    listings = {listing.pk: listing for listing in VariantChannelListing.objects.filter(variant=row)}
    for index, item in enumerate(said.get("update") or ()):
        gid, path = item["channelListing"], f"channelListings.update.{index}"
        listing = listings.get(int_pk(gid, "ProductVariantChannelListing") or 0)
        if listing is None:
            extra = {"channel_listings": [gid]}
            text, place = "Channel listing was not found.", f"{path}.channelListing"
            parts.errors.append(_error("channelListing", text, "NOT_FOUND", place, extra))
            continue
        prices = {name: item[name] for name in ("price", "costPrice", "priorPrice") if name in item}
        channel = to_global_id("Channel", listing.channel_id)
        parts.attempt(path, partial(_price, row, {**prices, "channelId": channel}))
    for index, gid in enumerate(said.get("remove") or ()):
        listing = listings.get(int_pk(gid, "ProductVariantChannelListing") or 0)
        if listing is None:
            extra, place = {"channel_listings": [gid]}, f"channelListings.remove.{index}"
            text = "Channel listing was not found."
            parts.errors.append(_error("channelListing", text, "NOT_FOUND", place, extra))
        else:
            listing.delete()


def _change_stocks(row: ProductVariant, said: Data, parts: Parts) -> None:
    _add_stocks(row, said.get("create"), parts, "stocks.create", is_new=False)
    stocks = {stock.pk: stock for stock in Stock.objects.filter(variant=row)}
    for index, item in enumerate(said.get("update") or ()):
        stock = stocks.get(int_pk(item["stock"], "Stock") or 0)
        if stock is None:
            extra, place = {"stocks": [item["stock"]]}, f"stocks.update.{index}.stock"
            parts.errors.append(_error("stock", "Stock was not found.", "NOT_FOUND", place, extra))
        else:
            set_stocks(variant_id=row.pk, quantities={stock.warehouse_id: item["quantity"]})
    for index, gid in enumerate(said.get("remove") or ()):
        stock = stocks.get(int_pk(gid, "Stock") or 0)
        if stock is None:
            extra, place = {"stocks": [gid]}, f"stocks.remove.{index}"
            parts.errors.append(_error("stock", "Stock was not found.", "NOT_FOUND", place, extra))
        else:
            stock.delete()


@root("Mutation", "productVariantBulkDelete")
@requires("MANAGE_PRODUCTS")
def product_variant_bulk_delete(context: Context, args: Data) -> Data:
    if bool(args.get("ids")) == bool(args.get("skus")):
        raise refuse(None, "Exactly one of ids and skus is required.", "GRAPHQL_ERROR")
    with transaction.atomic("engine"):
        rows = ProductVariant.objects.select_for_update().select_related("product")
        if args.get("ids"):
            found = list(rows.filter(pk__in=pks(args["ids"], "ProductVariant")))
        else:
            found = list(rows.filter(sku__in=args["skus"]))
        for row in found:
            emit(event="PRODUCT_VARIANT_DELETED", obj=row)
        ProductVariant.objects.filter(pk__in=[row.pk for row in found]).delete()
        for product in Product.objects.filter(pk__in={row.product_id for row in found}, default_variant=None):
            product.default_variant = product.variants.first()
            product.save()
        refresh_prices({row.product_id for row in found}, context.now)
    return {"count": len(found)}
