"""Attributes, and the values that products, variants and pages have of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from infra.engine.products.filters import match_metadata, pks
from infra.engine.products.models import (
    AssignedValue,
    Attribute,
    AttributeValue,
    Page,
    PageTypeAttribute,
    Product,
    ProductTypeAttribute,
)
from infra.engine.schema.binding import Batch, declare, field, name_type, root
from infra.engine.schema.connections import connect
from infra.engine.schema.context import Context
from infra.engine.schema.ids import asked_int, bind_ids
from infra.engine.schema.metadata import register_metadata

name_type(Attribute, "Attribute")
name_type(AttributeValue, "AttributeValue")
bind_ids(Attribute="Attribute", AttributeValue="AttributeValue")
register_metadata(
    "Attribute", Attribute, private=("MANAGE_PRODUCT_TYPES_AND_ATTRIBUTES", "MANAGE_PAGE_TYPES_AND_ATTRIBUTES")
)
declare("Attribute", "name slug type inputType entityType unit valueRequired visibleInStorefront externalReference")
declare("AttributeValue", "name slug value richText plainText boolean dateTime externalReference")
declare("AssignedChoiceAttributeValue", "name slug")
declare("AttributeFilterInput", "search ids type slugs metadata")

#: input type (and entity): type of the assigned value in the contract
ASSIGNED_TYPES = {
    "PLAIN_TEXT": "AssignedPlainTextAttribute",
    "RICH_TEXT": "AssignedTextAttribute",
    "NUMERIC": "AssignedNumericAttribute",
    "BOOLEAN": "AssignedBooleanAttribute",
    "DATE_TIME": "AssignedDateTimeAttribute",
    "DATE": "AssignedDateAttribute",
    "DROPDOWN": "AssignedSingleChoiceAttribute",
    "MULTISELECT": "AssignedMultiChoiceAttribute",
    "SINGLE_REFERENCE PAGE": "AssignedSinglePageReferenceAttribute",
    "REFERENCE PAGE": "AssignedMultiPageReferenceAttribute",
    "SINGLE_REFERENCE PRODUCT": "AssignedSingleProductReferenceAttribute",
    "REFERENCE PRODUCT": "AssignedMultiProductReferenceAttribute",
}
for _assigned in ASSIGNED_TYPES.values():
    declare(_assigned, "attribute value")
declare("AssignedAttribute", "attribute")


def assigned_type(attribute: Attribute) -> str:
    """Return the contract's type of what an object has of `attribute`."""
    key = f"{attribute.input_type} {attribute.entity_type}" if attribute.entity_type else attribute.input_type
    return ASSIGNED_TYPES[key]


def _plain(value: AttributeValue) -> Any:
    kind = value.attribute.input_type
    if kind == "PLAIN_TEXT":
        return value.plain_text
    if kind == "RICH_TEXT":
        return value.rich_text
    if kind == "NUMERIC":
        return value.numeric
    if kind == "BOOLEAN":
        return value.boolean
    if kind == "DATE":
        return value.date_time.date() if value.date_time else None
    if kind == "DATE_TIME":
        return value.date_time
    if kind in ("REFERENCE", "SINGLE_REFERENCE"):
        return value.reference_page or value.reference_product
    return value


def assigned(attribute: Attribute, values: list[AttributeValue]) -> dict[str, Any]:
    """Return the contract's AssignedAttribute of `attribute` with its values."""
    plain = [_plain(value) for value in values]
    single = attribute.input_type not in ("MULTISELECT", "REFERENCE")
    return {
        "__typename": assigned_type(attribute),
        "attribute": attribute,
        "value": (plain[0] if plain else None) if single else plain,
    }


def _links(batch: Batch) -> dict[int, list[Attribute]]:
    """Return the attributes of each parent's type, by parent pk."""
    first = batch.parents[0]
    rows: Iterable[Any]
    if hasattr(first, "page_type_id"):
        keys = {parent.pk: parent.page_type_id for parent in batch.parents}
        rows = PageTypeAttribute.objects.filter(page_type_id__in=set(keys.values())).select_related("attribute")
        owner = "page_type_id"
    else:
        is_variant = hasattr(first, "product_id")
        keys = _type_keys(batch, is_variant)
        rows = ProductTypeAttribute.objects.filter(
            product_type_id__in=set(keys.values()), for_variants=is_variant
        ).select_related("attribute")
        owner = "product_type_id"
    by_type: dict[int, list[Attribute]] = {}
    for row in rows:
        by_type.setdefault(getattr(row, owner), []).append(row.attribute)
    return {pk: by_type.get(key, []) for pk, key in keys.items()}


def _type_keys(batch: Batch, is_variant: bool) -> dict[int, int]:
    if not is_variant:
        return {parent.pk: parent.product_type_id for parent in batch.parents}
    types = dict(
        Product.objects.filter(pk__in={parent.product_id for parent in batch.parents}).values_list(
            "pk", "product_type_id"
        )
    )
    return {parent.pk: types[parent.product_id] for parent in batch.parents}


def _assigned_of(batch: Batch) -> list[list[dict[str, Any]]]:
    column = {"Page": "page_id", "Product": "product_id"}.get(type(batch.parents[0]).__name__, "variant_id")
    links = _links(batch)
    attributes = {row.pk: row for rows in links.values() for row in rows}
    values: dict[tuple[int, int], list[AttributeValue]] = {}
    for row in AssignedValue.objects.filter(**{f"{column}__in": list(links)}).select_related("value"):
        value = row.value
        if value.attribute_id in attributes:
            value.attribute = attributes[value.attribute_id]
            values.setdefault((getattr(row, column), value.attribute_id), []).append(value)
    _load_references([value for found in values.values() for value in found])
    return [
        [assigned(attribute, values.get((parent.pk, attribute.pk), [])) for attribute in links[parent.pk]]
        for parent in batch.parents
    ]


def _load_references(values: list[AttributeValue]) -> None:
    """Give every value the row it refers to: one row for all that name the same."""
    pages = {value.reference_page_id for value in values} - {None}
    products = {value.reference_product_id for value in values} - {None}
    by_page = Page.objects.in_bulk(pages) if pages else {}
    by_product = Product.objects.in_bulk(products) if products else {}
    for value in values:
        if value.reference_page_id:
            value.reference_page = by_page[value.reference_page_id]
        if value.reference_product_id:
            value.reference_product = by_product[value.reference_product_id]


def assigned_attributes(batch: Batch) -> list[Any]:
    limit = batch.args.get("limit") or 100
    return [items[:limit] for items in _assigned_of(batch)]


def assigned_attribute(batch: Batch) -> list[Any]:
    slug = batch.args["slug"]
    return [next((item for item in items if item["attribute"].slug == slug), None) for items in _assigned_of(batch)]


for _owner in ("Product", "ProductVariant", "Page"):
    field(_owner, "assignedAttributes")(assigned_attributes)
    field(_owner, "assignedAttribute")(assigned_attribute)


@field("Attribute", "withChoices")
def with_choices(batch: Batch) -> list[bool]:
    return [row.input_type in ("DROPDOWN", "MULTISELECT", "SWATCH") for row in batch.parents]


@field("Attribute", "choices", args="before after first last")
def choices(batch: Batch) -> list[Any]:
    return [
        connect(AttributeValue.objects.filter(attribute=row), batch.args, order=("sort_order", "pk"))
        for row in batch.parents
    ]


@field("AttributeValue", "reference")
def value_reference(batch: Batch) -> list[Any]:
    from infra.engine.schema.ids import to_global_id

    return [
        to_global_id("Page", row.reference_page_id)
        if row.reference_page_id
        else (to_global_id("Product", row.reference_product_id) if row.reference_product_id else None)
        for row in batch.parents
    ]


@field("AttributeValue", "inputType")
def value_input_type(batch: Batch) -> list[Any]:
    rows = Attribute.objects.in_bulk({row.attribute_id for row in batch.parents})
    return [rows[row.attribute_id].input_type for row in batch.parents]


@root("Query", "attribute")
def attribute(context: Context, args: dict[str, Any]) -> Any:
    if args.get("id"):
        return Attribute.objects.filter(pk=asked_int(args["id"], "Attribute")).first()
    if args.get("slug"):
        return Attribute.objects.filter(slug=args["slug"]).first()
    return Attribute.objects.filter(external_reference=args.get("externalReference") or "").first()


@root("Query", "attributes", args="filter before after first last")
def attributes(context: Context, args: dict[str, Any]) -> Any:
    wanted = args.get("filter") or {}
    rows = Attribute.objects.filter(match_metadata(wanted.get("metadata")))
    if wanted.get("slugs") is not None:
        rows = rows.filter(slug__in=wanted["slugs"])
    if wanted.get("ids") is not None:
        rows = rows.filter(pk__in=pks(wanted["ids"], "Attribute"))
    if wanted.get("type"):
        rows = rows.filter(type=wanted["type"])
    if wanted.get("search"):
        rows = rows.filter(name__icontains=wanted["search"])
    return connect(rows, args, order=("name", "slug", "pk"))
