"""productCreate, productUpdate, productDelete."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from infra.engine.deliveries import emit
from infra.engine.discounts.prices import mark_stale
from infra.engine.products.assignments import assign_values
from infra.engine.products.filters import pks
from infra.engine.products.loading import all_named, get_row
from infra.engine.products.models import (
    AssignedValue,
    Category,
    Collection,
    CollectionProduct,
    Product,
    ProductType,
    ProductTypeAttribute,
    TaxClass,
)
from infra.engine.products.moves import move_rows
from infra.engine.products.resolvers.categories import write_seo
from infra.engine.products.richtext import plain_text
from infra.engine.products.slugs import settle_slug
from infra.engine.products.weights import grams
from infra.engine.schema.binding import declare, requires, root
from infra.engine.schema.context import Context
from infra.engine.schema.errors import refuse
from infra.engine.schema.ids import named_pk
from infra.engine.schema.lengths import check_row
from infra.engine.schema.metadata_mutations import pairs_to_dict

COMMON = "attributes category collections description name slug taxClass seo weight rating metadata privateMetadata"
declare("ProductInput", f"{COMMON} externalReference")
declare("ProductCreateInput", f"{COMMON} externalReference productType")
declare("ProductError", "attributes values")
declare("ProductBulkDelete", "count")
declare("ProductReorderAttributeValues", "product")
for _payload in ("ProductCreate", "ProductUpdate", "ProductDelete"):
    declare(_payload, "product")


def write_product(row: Product, data: dict[str, Any]) -> None:
    """Write what an input says of a product and save it. Raises UserErrors."""
    is_new = row.pk is None
    if data.get("name") is not None:
        row.name = data["name"]
    if not row.name:
        raise refuse("name", "This field cannot be blank.", "REQUIRED")
    if is_new or data.get("slug") is not None:
        row.slug = settle_slug(Product, given=data.get("slug"), name=row.name, row=row)
    if "category" in data:
        gid = data["category"]
        row.category = get_row(Category, gid, "Category", field="category") if gid else None
    if "taxClass" in data:
        row.tax_class = get_row(TaxClass, data["taxClass"], "TaxClass", field="taxClass") if data["taxClass"] else None
    if "description" in data:
        row.description = data["description"]
        row.description_plaintext = plain_text(data["description"])
    if "weight" in data:
        row.weight_g = grams(data["weight"])
    if "rating" in data:
        row.rating = data["rating"]
    write_seo(row, data.get("seo"))
    _write_reference(row, data)
    row.metadata = {**row.metadata, **pairs_to_dict(data.get("metadata"))}
    row.private_metadata = {**row.private_metadata, **pairs_to_dict(data.get("privateMetadata"))}
    check_row(row)
    row.save()
    assign_values(row, data.get("attributes"), is_new=is_new)
    if data.get("collections") is not None:
        set_collections(row, data["collections"])


def set_collections(row: Product, gids: list[str]) -> None:
    """Put a product into the collections named and into no other. Raises UserErrors(NOT_FOUND)."""
    wanted = pks(gids, "Collection")
    if Collection.objects.filter(pk__in=wanted).count() < len(set(gids)):
        raise refuse("collections", "Could not resolve to a node.", "NOT_FOUND")
    row.collection_rows.exclude(collection_id__in=wanted).delete()
    there = set(row.collection_rows.values_list("collection_id", flat=True))
    CollectionProduct.objects.bulk_create(
        CollectionProduct(collection_id=pk, product=row) for pk in wanted if pk not in there
    )


def _write_reference(row: Product, data: dict[str, Any]) -> None:
    if "externalReference" not in data:
        return
    wanted = data["externalReference"] or None
    if wanted and Product.objects.filter(external_reference=wanted).exclude(pk=row.pk).exists():
        raise refuse("externalReference", "Product with this External reference already exists.", "UNIQUE")
    row.external_reference = wanted


@root("Mutation", "productCreate")
@requires("MANAGE_PRODUCTS")
def product_create(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    data = args["input"]
    with transaction.atomic("engine"):
        row = Product(product_type=get_row(ProductType, data["productType"], "ProductType", field="productType"))
        write_product(row, data)
        mark_stale()
        emit(event="PRODUCT_CREATED", obj=row)
    return {"product": row}


def _find(args: dict[str, Any]) -> Product:
    if args.get("id"):
        return get_row(Product, args["id"], "Product", lock=True)
    row = Product.objects.select_for_update().filter(external_reference=args.get("externalReference") or "").first()
    if row is None:
        raise refuse("externalReference", "Couldn't resolve to a node.", "NOT_FOUND")
    return row


@root("Mutation", "productUpdate")
@requires("MANAGE_PRODUCTS")
def product_update(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    with transaction.atomic("engine"):
        row = _find(args)
        write_product(row, args["input"])
        mark_stale()
        emit(event="PRODUCT_UPDATED", obj=row)
    return {"product": row}


@root("Mutation", "productDelete")
@requires("MANAGE_PRODUCTS")
def product_delete(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    with transaction.atomic("engine"):
        row = _find(args)
        shown = Product.objects.get(pk=row.pk)
        emit(event="PRODUCT_DELETED", obj=row)
        row.delete()
    return {"product": shown}


@root("Mutation", "productBulkDelete")
@requires("MANAGE_PRODUCTS")
def product_bulk_delete(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    with transaction.atomic("engine"):
        rows = all_named(Product, args["ids"], "Product")
        for row in rows:
            emit(event="PRODUCT_DELETED", obj=row)
            row.delete()
    return {"count": len(rows)}


@root("Mutation", "productReorderAttributeValues")
@requires("MANAGE_PRODUCTS")
def product_reorder_attribute_values(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    with transaction.atomic("engine"):
        row = get_row(Product, args["productId"], "Product", field="productId", lock=True)
        attribute = named_pk(args["attributeId"], "Attribute", field="attributeId")
        carried = ProductTypeAttribute.objects.filter(
            product_type_id=row.product_type_id, attribute_id=attribute, for_variants=False
        )
        if not carried.exists():
            raise refuse("attributeId", "Couldn't resolve to a product attribute.", "NOT_FOUND")
        rows = list(AssignedValue.objects.filter(product=row, value__attribute_id=attribute))
        places = {place.value_id: place.pk for place in rows}
        moves, lost = {}, []
        for move in args["moves"]:
            pk = named_pk(move["id"], "AttributeValue", field="moves")
            if pk in places:
                moves[places[pk]] = move.get("sortOrder") or 0
            else:
                lost.append(move["id"])
        if lost:
            raise refuse("moves", "Couldn't resolve to an attribute value.", "NOT_FOUND", values=lost)
        move_rows(rows, moves)
        emit(event="PRODUCT_UPDATED", obj=row)
    return {"product": row}
