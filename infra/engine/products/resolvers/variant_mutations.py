"""productVariantCreate, -Update, -Delete, -BulkCreate."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from infra.engine.deliveries import emit
from infra.engine.discounts.prices import mark_stale, refresh_prices
from infra.engine.products.assignments import assign_values
from infra.engine.products.loading import get_row
from infra.engine.products.models import Product, ProductVariant
from infra.engine.products.moves import move_rows
from infra.engine.products.weights import grams
from infra.engine.schema.binding import declare, requires, root
from infra.engine.schema.context import Context
from infra.engine.schema.errors import refuse
from infra.engine.schema.ids import int_pk, uuid_pk
from infra.engine.schema.lengths import check_row
from infra.engine.schema.metadata_mutations import pairs_to_dict
from infra.engine.warehouses.actions import set_stocks

COMMON = "attributes sku name trackInventory weight quantityLimitPerCustomer metadata privateMetadata externalReference"
for _payload in ("ProductVariantSetDefault", "ProductVariantReorder"):
    declare(_payload, "product")
declare("ReorderInput", "id sortOrder")
declare("ProductVariantInput", COMMON)
declare("ProductVariantCreateInput", f"{COMMON} product stocks")
for _payload in ("ProductVariantCreate", "ProductVariantUpdate", "ProductVariantDelete"):
    declare(_payload, "productVariant")
COLUMNS = {
    "name": "name",
    "trackInventory": "track_inventory",
    "quantityLimitPerCustomer": "quantity_limit_per_customer",
    "externalReference": "external_reference",
}


def write_variant(row: ProductVariant, data: dict[str, Any], *, may_lack_values: bool = False) -> None:
    """Write what an input says of a variant, its stocks too, and save it. Raises UserErrors.

    may_lack_values: a new variant that says nothing of attributes may do without those that are required.
    """
    is_new = row.pk is None
    for name, column in COLUMNS.items():
        if name in data and (data[name] is not None or column in ("quantity_limit_per_customer",)):
            setattr(row, column, data[name])
    limit = data.get("quantityLimitPerCustomer")
    if limit is not None and limit < 1:
        text = "Product variant can't have quantity_limit_per_customer lower than 1."
        raise refuse("quantityLimitPerCustomer", text, "INVALID")
    if "sku" in data:
        row.sku = (data["sku"] or "").strip() or None
    if row.sku and ProductVariant.objects.filter(sku=row.sku).exclude(pk=row.pk).exists():
        raise refuse("sku", "Product variant with this SKU already exists.", "UNIQUE")
    if "weight" in data:
        row.weight_g = grams(data["weight"])
    row.metadata = {**row.metadata, **pairs_to_dict(data.get("metadata"))}
    row.private_metadata = {**row.private_metadata, **pairs_to_dict(data.get("privateMetadata"))}
    check_row(row)
    row.save()
    is_checked = is_new and not (may_lack_values and not data.get("attributes"))
    assign_values(row, data.get("attributes"), is_new=is_checked)
    if is_new and not row.name:
        row.name = row.sku or str(row.pk)
        row.save(update_fields=["name"])
    if data.get("stocks"):
        set_stocks(variant_id=row.pk, quantities=_stocks(data["stocks"]))
    if row.product.default_variant_id is None:
        row.product.default_variant = row
        row.product.save(update_fields=["default_variant", "updated_at"])
    else:
        Product.objects.filter(pk=row.product_id).update(updated_at=timezone.now())


def _stocks(items: list[dict[str, Any]]) -> dict[Any, int]:
    found: dict[Any, int] = {}
    for item in items:
        pk = uuid_pk(item["warehouse"], "Warehouse")
        if pk is None:
            raise refuse("stocks", "Warehouse not found.", "NOT_FOUND")
        if pk in found:
            raise refuse("stocks", "Duplicated warehouse ID.", "UNIQUE")
        found[pk] = item["quantity"]
    return found


@root("Mutation", "productVariantCreate")
@requires("MANAGE_PRODUCTS")
def product_variant_create(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    data = args["input"]
    with transaction.atomic("engine"):
        product = get_row(Product, data["product"], "Product", field="product", lock=True)
        row = ProductVariant(product=product, sort_order=product.variants.count())
        write_variant(row, data)
        mark_stale()
        emit(event="PRODUCT_VARIANT_CREATED", obj=row)
    return {"product_variant": row}


def _find(args: dict[str, Any]) -> ProductVariant:
    if args.get("id"):
        return get_row(ProductVariant, args["id"], "ProductVariant", lock=True)
    rows = ProductVariant.objects.select_for_update()
    column = "sku" if args.get("sku") else "external_reference"
    row = rows.filter(**{column: args.get("sku") or args.get("externalReference") or ""}).first()
    if row is None:
        raise refuse("sku" if args.get("sku") else "externalReference", "Couldn't resolve to a node.", "NOT_FOUND")
    return row


@root("Mutation", "productVariantUpdate")
@requires("MANAGE_PRODUCTS")
def product_variant_update(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    with transaction.atomic("engine"):
        row = _find(args)
        write_variant(row, args["input"])
        mark_stale()
        emit(event="PRODUCT_VARIANT_UPDATED", obj=row)
    return {"product_variant": row}


@root("Mutation", "productVariantDelete")
@requires("MANAGE_PRODUCTS")
def product_variant_delete(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    with transaction.atomic("engine"):
        row = _find(args)
        shown, product = ProductVariant.objects.get(pk=row.pk), row.product
        emit(event="PRODUCT_VARIANT_DELETED", obj=row)
        row.delete()
        refresh_prices({product.pk}, context.now)
        product.refresh_from_db()
        if product.default_variant_id is None:
            product.default_variant = product.variants.first()
        product.save()
    return {"product_variant": shown}


@root("Mutation", "productVariantSetDefault")
@requires("MANAGE_PRODUCTS")
def product_variant_set_default(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    with transaction.atomic("engine"):
        product = get_row(Product, args["productId"], "Product", field="productId", lock=True)
        variant = get_row(ProductVariant, args["variantId"], "ProductVariant", field="variantId")
        if variant.product_id != product.pk:
            raise refuse("variantId", "Provided variant doesn't belong to provided product.", "NOT_PRODUCTS_VARIANT")
        product.default_variant = variant
        product.save(update_fields=["default_variant", "updated_at"])
        emit(event="PRODUCT_UPDATED", obj=product)
    return {"product": product}


@root("Mutation", "productVariantReorder")
@requires("MANAGE_PRODUCTS")
def product_variant_reorder(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    with transaction.atomic("engine"):
        product = get_row(Product, args["productId"], "Product", field="productId", lock=True)
        rows = list(product.variants.all())
        moves = {}
        for move in args["moves"]:
            pk = int_pk(move["id"], "ProductVariant")
            if pk not in {row.pk for row in rows}:
                raise refuse("moves", f"Couldn't resolve to a variant: {move['id']}", "NOT_FOUND")
            moves[pk or 0] = move.get("sortOrder") or 0
        move_rows(rows, moves)
        emit(event="PRODUCT_UPDATED", obj=product)
    return {"product": product}
