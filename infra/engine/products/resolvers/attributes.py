"""Attributes and their values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from infra.engine.media.storage import media_url
from infra.engine.prepared import in_bulk
from infra.engine.products.attribute_filters import filter_attributes, filter_choices, order_attributes
from infra.engine.products.attribute_values import CHOICES, GLOBAL_NAMES
from infra.engine.products.loading import related
from infra.engine.products.models import (
    Attribute,
    AttributeValue,
    PageType,
    ProductType,
    ProductTypeAttribute,
)
from infra.engine.schema.binding import Batch, declare, declare_guarded, field, name_type, root
from infra.engine.schema.connections import connect
from infra.engine.schema.context import Context
from infra.engine.schema.ids import asked_int, bind_ids, to_global_id
from infra.engine.schema.metadata import register_metadata

PAGES = "before after first last"
name_type(Attribute, "Attribute")
name_type(AttributeValue, "AttributeValue")
bind_ids(Attribute="Attribute", AttributeValue="AttributeValue")


def _managers(rows: Sequence[Attribute], context: Context) -> list[tuple[str, ...]]:
    """What manages the types that the attribute is for."""
    kinds = ["PAGE" if row.type == "PAGE_TYPE" else "PRODUCT" for row in rows]
    return [(f"MANAGE_{kind}_TYPES_AND_ATTRIBUTES",) for kind in kinds]


register_metadata(
    "Attribute",
    Attribute,
    private=_managers,
    event="ATTRIBUTE_UPDATED",
)
declare("Attribute", "name slug type inputType entityType unit externalReference")
declare_guarded(
    "Attribute",
    "valueRequired visibleInStorefront filterableInStorefront filterableInDashboard availableInGrid "
    "storefrontSearchPosition",
    "MANAGE_PAGES",
    "MANAGE_PAGE_TYPES_AND_ATTRIBUTES",
    "MANAGE_PRODUCTS",
    "MANAGE_PRODUCT_TYPES_AND_ATTRIBUTES",
)
declare("AttributeValue", "name slug value richText plainText boolean dateTime externalReference")
declare("File", "url contentType")


@field("Attribute", "withChoices")
def with_choices(batch: Batch) -> list[bool]:
    return [row.input_type in CHOICES for row in batch.parents]


@field("Attribute", "choices", args=f"filter search sortBy {PAGES}")
def choices(batch: Batch) -> list[Any]:
    return [
        connect(filter_choices(row, batch.args), batch.args, order=_choice_order(batch.args)) for row in batch.parents
    ]


def _choice_order(args: dict[str, Any]) -> tuple[str, ...]:
    sort = args.get("sortBy")
    if not sort:
        return ("sort_order", "pk")
    sign = "-" if sort["direction"] == "DESC" else ""
    columns = ("name", "slug") if sort["field"] == "NAME" else ("slug",)
    return (*(f"{sign}{column}" for column in columns), f"{sign}pk")


@field("Attribute", "referenceTypes")
def reference_types(batch: Batch) -> list[Any]:
    """The page or product types that a reference may point into; none said means all, shown as an empty list."""
    wanted: dict[Any, set[int]] = {PageType: set(), ProductType: set()}
    for row in batch.parents:
        wanted[_type_model(row)] |= set(row.reference_type_ids)
    found = {model: in_bulk(model, pks) for model, pks in wanted.items()}
    answers: list[Any] = []
    for row in batch.parents:
        if row.entity_type not in ("PAGE", "PRODUCT", "PRODUCT_VARIANT"):
            answers.append([])
            continue
        rows = found[_type_model(row)]
        answers.append([rows[pk] for pk in row.reference_type_ids if pk in rows][: batch.args.get("limit") or 100])
    return answers


def _type_model(row: Attribute) -> Any:
    return PageType if row.entity_type == "PAGE" else ProductType


@field("Attribute", "productTypes")
def product_types(batch: Batch) -> list[Any]:
    return _types_of(batch, for_variants=False)


@field("Attribute", "productVariantTypes")
def product_variant_types(batch: Batch) -> list[Any]:
    return _types_of(batch, for_variants=True)


def _types_of(batch: Batch, *, for_variants: bool) -> list[Any]:
    found: dict[int, list[ProductType]] = {row.pk: [] for row in batch.parents}
    rows = ProductTypeAttribute.objects.filter(attribute_id__in=list(found), for_variants=for_variants)
    for row in rows.select_related("product_type").order_by("product_type__slug"):
        found[row.attribute_id].append(row.product_type)
    return [connect(found[row.pk], batch.args) for row in batch.parents]


@field("AttributeValue", "reference")
def value_reference(batch: Batch) -> list[Any]:
    return [_reference(row) for row in batch.parents]


def _reference(row: AttributeValue) -> str | None:
    for kind, name in GLOBAL_NAMES.items():
        column = "reference_variant_id" if kind == "PRODUCT_VARIANT" else f"reference_{kind.lower()}_id"
        if (pk := getattr(row, column)) is not None:
            return to_global_id(name, pk)
    return None


@field("AttributeValue", "inputType")
def value_input_type(batch: Batch) -> list[Any]:
    return [attribute.input_type for attribute in related(batch, Attribute, "attribute_id")]


@field("AttributeValue", "file")
def value_file(batch: Batch) -> list[Any]:
    return [as_file(row, batch.context) for row in batch.parents]


def as_file(row: AttributeValue, context: Context) -> dict[str, Any] | None:
    """Return the contract's File of a value that has one."""
    if not row.file_url:
        return None
    url = row.file_url if "://" in row.file_url else media_url(row.file_url, context.request_url)
    return {"url": url, "content_type": row.content_type}


@field("AttributeValue", "date")
def value_date(batch: Batch) -> list[Any]:
    kinds = related(batch, Attribute, "attribute_id")
    return [
        row.date_time.date() if row.date_time and kind.input_type == "DATE" else None
        for row, kind in zip(batch.parents, kinds, strict=True)
    ]


@field("AttributeValue", "dateTime")
def value_moment(batch: Batch) -> list[Any]:
    kinds = related(batch, Attribute, "attribute_id")
    return [
        row.date_time if kind.input_type == "DATE_TIME" else None
        for row, kind in zip(batch.parents, kinds, strict=True)
    ]


@root("Query", "attribute")
def attribute(context: Context, args: dict[str, Any]) -> Any:
    if args.get("id"):
        return Attribute.objects.filter(pk=asked_int(args["id"], "Attribute")).first()
    if args.get("slug"):
        return Attribute.objects.filter(slug=args["slug"]).first()
    return Attribute.objects.filter(external_reference=args.get("externalReference") or "").first()


@root("Query", "attributes", args=f"filter where search sortBy channel {PAGES}")
def attributes(context: Context, args: dict[str, Any]) -> Any:
    return connect(filter_attributes(context, args), args, order=order_attributes(args.get("sortBy")))
