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
from infra.engine.products.resolvers.listing_mutations import write_prices
from infra.engine.products.weights import grams
from infra.engine.schema.binding import declare, requires, root
from infra.engine.schema.context import Context
from infra.engine.schema.errors import MutationError, UserErrors, refuse
from infra.engine.schema.ids import uuid_pk
from infra.engine.schema.metadata_mutations import pairs_to_dict
from infra.engine.warehouses.actions import set_stocks

_COMMON = (
    "attributes sku name trackInventory weight quantityLimitPerCustomer metadata privateMetadata externalReference"
)
declare("ProductVariantInput", _COMMON)
declare("ProductVariantCreateInput", f"{_COMMON} product stocks")
declare("ProductVariantBulkCreateInput", f"{_COMMON} stocks channelListings")
for _payload in ("ProductVariantCreate", "ProductVariantUpdate", "ProductVariantDelete"):
    declare(_payload, "productVariant")
declare("ProductVariantBulkCreate", "count productVariants results")
declare("ProductVariantBulkResult", "productVariant errors")
declare("ProductVariantBulkError", "field message code path")
declare("BulkProductError", "index")
COLUMNS = {
    "name": "name",
    "trackInventory": "track_inventory",
    "quantityLimitPerCustomer": "quantity_limit_per_customer",
    "externalReference": "external_reference",
}


def _write(row: ProductVariant, data: dict[str, Any]) -> None:
    is_new = row.pk is None
    for name, column in COLUMNS.items():
        if name in data and (data[name] is not None or column in ("quantity_limit_per_customer",)):
            setattr(row, column, data[name])
    if "sku" in data:
        row.sku = (data["sku"] or "").strip() or None
    if row.sku and ProductVariant.objects.filter(sku=row.sku).exclude(pk=row.pk).exists():
        raise refuse("sku", "Product variant with this SKU already exists.", "UNIQUE")
    if "weight" in data:
        row.weight_g = grams(data["weight"])
    row.metadata = {**row.metadata, **pairs_to_dict(data.get("metadata"))}
    row.private_metadata = {**row.private_metadata, **pairs_to_dict(data.get("privateMetadata"))}
    row.save()
    assign_values(row, data.get("attributes"), is_new=is_new)
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
        _write(row, data)
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
        _write(row, args["input"])
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


@root("Mutation", "productVariantBulkCreate", args="product variants")
@requires("MANAGE_PRODUCTS")
def product_variant_bulk_create(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    """All variants or none (the policy REJECT_EVERYTHING, which is the contract's default)."""
    product = get_row(Product, args["product"], "Product", field="product")
    made: list[ProductVariant] = []
    failed: dict[int, list[MutationError]] = {}
    try:
        with transaction.atomic("engine"):
            for index, data in enumerate(args["variants"]):
                try:
                    with transaction.atomic("engine"):
                        made.append(_make_one(product, data))
                except UserErrors as refused:
                    failed[index] = refused.errors
            if failed:
                raise _Refused
            mark_stale()
            refresh_prices({product.pk}, context.now)
            for row in made:
                emit(event="PRODUCT_VARIANT_CREATED", obj=row)
    except _Refused:
        return _refusal(len(args["variants"]), failed)
    results = [{"product_variant": row, "errors": []} for row in made]
    return {"count": len(made), "product_variants": made, "results": results}


class _Refused(Exception):  # noqa: N818
    pass


def _make_one(product: Product, data: dict[str, Any]) -> ProductVariant:
    row = ProductVariant(product=product)
    _write(row, data)
    write_prices(row, data.get("channelListings") or [])
    return row


def _refusal(count: int, failed: dict[int, list[MutationError]]) -> dict[str, Any]:
    problems = [
        MutationError(error.field, error.message, error.code, {"index": index})
        for index, errors in failed.items()
        for error in errors
    ]
    results = [
        {
            "product_variant": None,
            "errors": [
                {"field": error.field, "message": error.message, "code": error.code, "path": error.field}
                for error in failed.get(index, ())
            ],
        }
        for index in range(count)
    ]
    return {"count": 0, "product_variants": [], "results": results, "errors": problems}
