"""The values that products, variants and pages have of attributes: typed, and as the contract gave them before."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from infra.engine.prepared import PreparedRows, in_bulk
from infra.engine.products.attribute_values import ENTITIES
from infra.engine.products.loading import in_channel
from infra.engine.products.models import (
    AssignedValue,
    Attribute,
    AttributeValue,
    PageTypeAttribute,
    Product,
    ProductTypeAttribute,
    ProductVariant,
)
from infra.engine.products.queries import is_catalogue_staff
from infra.engine.products.resolvers.attributes import as_file
from infra.engine.products.resolvers.translations import translated_fields
from infra.engine.schema.binding import Batch, declare, field
from infra.engine.schema.context import Context

declare("SelectedAttribute", "attribute values")
declare("AssignedAttribute", "attribute")
declare("AssignedChoiceAttributeValue", "name slug")
declare("AssignedSwatchAttributeValue", "name slug")
#: input type (and entity): type of the assigned value in the contract
ASSIGNED_TYPES = {
    "PLAIN_TEXT": "AssignedPlainTextAttribute",
    "RICH_TEXT": "AssignedTextAttribute",
    "NUMERIC": "AssignedNumericAttribute",
    "BOOLEAN": "AssignedBooleanAttribute",
    "DATE_TIME": "AssignedDateTimeAttribute",
    "DATE": "AssignedDateAttribute",
    "FILE": "AssignedFileAttribute",
    "SWATCH": "AssignedSwatchAttribute",
    "DROPDOWN": "AssignedSingleChoiceAttribute",
    "MULTISELECT": "AssignedMultiChoiceAttribute",
    "SINGLE_REFERENCE PAGE": "AssignedSinglePageReferenceAttribute",
    "REFERENCE PAGE": "AssignedMultiPageReferenceAttribute",
    "SINGLE_REFERENCE PRODUCT": "AssignedSingleProductReferenceAttribute",
    "REFERENCE PRODUCT": "AssignedMultiProductReferenceAttribute",
    "SINGLE_REFERENCE PRODUCT_VARIANT": "AssignedSingleProductVariantReferenceAttribute",
    "REFERENCE PRODUCT_VARIANT": "AssignedMultiProductVariantReferenceAttribute",
    "SINGLE_REFERENCE CATEGORY": "AssignedSingleCategoryReferenceAttribute",
    "REFERENCE CATEGORY": "AssignedMultiCategoryReferenceAttribute",
    "SINGLE_REFERENCE COLLECTION": "AssignedSingleCollectionReferenceAttribute",
    "REFERENCE COLLECTION": "AssignedMultiCollectionReferenceAttribute",
}
MANY = ("MULTISELECT", "REFERENCE")
Link = tuple[Attribute, bool]


def assigned_type(attribute: Attribute) -> str:
    """Return the contract's type of what an object has of `attribute`."""
    if attribute.input_type in ("REFERENCE", "SINGLE_REFERENCE"):
        return ASSIGNED_TYPES[f"{attribute.input_type} {attribute.entity_type}"]
    return ASSIGNED_TYPES[attribute.input_type]


_PLAIN: dict[str, Callable[[AttributeValue], Any]] = {
    "PLAIN_TEXT": lambda value: value.plain_text,
    "RICH_TEXT": lambda value: value.rich_text,
    "NUMERIC": lambda value: value.numeric,
    "BOOLEAN": lambda value: value.boolean,
    "DATE": lambda value: value.date_time.date() if value.date_time else None,
    "DATE_TIME": lambda value: value.date_time,
}


def _plain(value: AttributeValue, context: Context) -> Any:
    kind = value.attribute.input_type
    if kind in _PLAIN:
        return _PLAIN[kind](value)
    if kind == "FILE":
        return as_file(value, context)
    if kind in ("REFERENCE", "SINGLE_REFERENCE"):
        return getattr(value, ENTITIES[value.attribute.entity_type or ""][2])
    return value


def assigned(attribute: Attribute, values: list[AttributeValue], context: Context) -> dict[str, Any]:
    """Return the contract's AssignedAttribute of `attribute` with its values, which keep their rows beside them."""
    plain = [_plain(value, context) for value in values]
    return {
        "__typename": assigned_type(attribute),
        "attribute": attribute,
        "value": plain if attribute.input_type in MANY else (plain[0] if plain else None),
        "rows": values,
    }


def _links(batch: Batch) -> dict[int, list[Link]]:
    """Return the attributes of each parent's type and whether variants are chosen by them, by parent pk.

    Whoever may not see the whole catalogue sees attributes that are visible in storefronts.
    """
    first = batch.parents[0]
    if hasattr(first, "page_type_id"):
        keys = {parent.pk: parent.page_type_id for parent in batch.parents}
        types = set(keys.values())
        rows: Any = PageTypeAttribute.objects.filter(page_type_id__in=types).select_related("attribute")
        owner, sees_all = "page_type_id", batch.context.requestor.has_perm("MANAGE_PAGES")
    else:
        is_variant = hasattr(first, "product_id")
        keys = _type_keys(batch, is_variant)
        rows = [row for row in _type_links(batch, keys.values()) if row.for_variants is is_variant]
        owner, sees_all = "product_type_id", is_catalogue_staff(batch.context.requestor)
    by_type: dict[int, list[Link]] = {}
    for row in rows:
        if sees_all or row.attribute.visible_in_storefront:
            chosen_by = getattr(row, "variant_selection", False)
            by_type.setdefault(getattr(row, owner), []).append((row.attribute, chosen_by))
    return {pk: by_type.get(key, []) for pk, key in keys.items()}


_TYPE_LINKS = PreparedRows(
    ProductTypeAttribute._meta.get_field("product_type"),
    lambda pks: ProductTypeAttribute.objects.filter(product_type_id__in=pks).select_related("attribute"),
)
_TYPES = PreparedRows(
    Product._meta.pk, lambda pks: Product.objects.order_by().filter(pk__in=pks).values_list("pk", "product_type_id")
)


def _type_links(batch: Batch, types: Iterable[int]) -> list[ProductTypeAttribute]:
    """Return the attributes of product types, their own and their variants', each type's once per request."""
    keys = tuple(sorted(set(types)))
    found: list[ProductTypeAttribute] = batch.context.remember(("type links", keys), lambda: _TYPE_LINKS(keys))
    return found


def _type_keys(batch: Batch, is_variant: bool) -> dict[int, int]:
    if not is_variant:
        return {parent.pk: parent.product_type_id for parent in batch.parents}
    # Variants that were come to by their products have these beside them.
    known = {row.product_id: row.product.product_type_id for row in batch.parents if _PRODUCT.is_cached(row)}
    types = known | dict(_TYPES({row.product_id for row in batch.parents} - set(known)))
    return {parent.pk: types[parent.product_id] for parent in batch.parents}


_PRODUCT: Any = ProductVariant._meta.get_field("product")


def _assigned_rows(name: str) -> PreparedRows:
    column: Any = AssignedValue._meta.get_field(name)
    return PreparedRows(
        column,
        lambda pks: AssignedValue.objects.filter(**{f"{name}_id__in": pks}).select_related("value"),
    )


_ASSIGNED = {f"{name}_id": _assigned_rows(name) for name in ("page", "product", "variant")}
Found = list[tuple[Attribute, bool, list[AttributeValue]]]


def _values_of(batch: Batch) -> list[Found]:
    """Return for each parent its type's attributes in order, each with the values the parent has of it."""
    column = {"Page": "page_id", "Product": "product_id"}.get(type(batch.parents[0]).__name__, "variant_id")
    links = _links(batch)
    attributes = {row.pk: row for rows in links.values() for row, _ in rows}
    values: dict[tuple[int, int], list[AttributeValue]] = {}
    if attributes:
        for row in _ASSIGNED[column](links):
            value = row.value
            if value.attribute_id in attributes:
                value.attribute = attributes[value.attribute_id]
                values.setdefault((getattr(row, column), value.attribute_id), []).append(value)
    return [
        [(attribute, chosen_by, values.get((parent.pk, attribute.pk), [])) for attribute, chosen_by in links[parent.pk]]
        for parent in batch.parents
    ]


def _load_references(batch: Batch, found: list[Found]) -> None:
    """Give every value the row it refers to, seen in its owner's channel: one row for all that name the same."""
    for model, _, column in ENTITIES.values():
        pks = {getattr(value, f"{column}_id") for items in found for *_, values in items for value in values} - {None}
        rows = in_bulk(model, pks)
        for parent, items in zip(batch.parents, found, strict=True):
            for *_, values in items:
                for value in values:
                    if (pk := getattr(value, f"{column}_id")) is not None:
                        setattr(value, column, in_channel(rows[pk], getattr(parent, "channel_slug", None)))


def _assigned_of(batch: Batch) -> list[list[dict[str, Any]]]:
    found = _values_of(batch)
    _load_references(batch, found)
    return [[assigned(attribute, values, batch.context) for attribute, _, values in items] for items in found]


def assigned_attributes(batch: Batch) -> list[Any]:
    limit = batch.args.get("limit") or 100
    return [items[:limit] for items in _assigned_of(batch)]


def assigned_attribute(batch: Batch) -> list[Any]:
    slug = batch.args["slug"]
    return [next((item for item in items if item["attribute"].slug == slug), None) for items in _assigned_of(batch)]


def selected_attributes(batch: Batch) -> list[Any]:
    scope = batch.args.get("variantSelection") or "ALL"
    return [
        [
            {"attribute": attribute, "values": values}
            for attribute, chosen_by, values in items
            if scope == "ALL" or chosen_by is (scope == "VARIANT_SELECTION")
        ]
        for items in _values_of(batch)
    ]


def selected_attribute(batch: Batch) -> list[Any]:
    slug = batch.args["slug"]
    return [
        next((item for item in items if item["attribute"].slug == slug), None) for items in selected_attributes(batch)
    ]


for _owner in ("Product", "ProductVariant", "Page"):
    field(_owner, "assignedAttributes")(assigned_attributes)
    field(_owner, "assignedAttribute")(assigned_attribute)
    field(_owner, "attributes")(selected_attributes)
for _owner in ("Product", "Page"):
    field(_owner, "attribute")(selected_attribute)


def _limited(batch: Batch) -> list[Any]:
    return [parent["value"][: batch.args.get("limit") or 100] for parent in batch.parents]


for _key, _type in ASSIGNED_TYPES.items():
    declare(_type, "attribute value")
    if _key.split()[0] in MANY:
        field(_type, "value")(_limited)


def _translate(type_name: str, name: str) -> None:
    @field(type_name, "translation")
    def resolve(batch: Batch) -> list[Any]:
        """What the value is called, or says, in the language; None where nobody translated it."""
        rows = [parent["rows"][0] if isinstance(parent, dict) else parent for parent in batch.parents if _has(parent)]
        said = translated_fields("AttributeValue", [row.pk for row in rows], batch.args["languageCode"])
        return [
            said.get((parent["rows"][0] if isinstance(parent, dict) else parent).pk, {}).get(name)
            if _has(parent)
            else None
            for parent in batch.parents
        ]


def _has(parent: Any) -> bool:
    return not isinstance(parent, dict) or bool(parent["rows"])


_translate("AssignedChoiceAttributeValue", "name")
_translate("AssignedSwatchAttributeValue", "name")
_translate("AssignedPlainTextAttribute", "plainText")
_translate("AssignedTextAttribute", "richText")


@field("AssignedSwatchAttributeValue", "hexColor")
def swatch_color(batch: Batch) -> list[Any]:
    return [row.value or None for row in batch.parents]


@field("AssignedSwatchAttributeValue", "file")
def swatch_file(batch: Batch) -> list[Any]:
    return [as_file(row, batch.context) for row in batch.parents]
