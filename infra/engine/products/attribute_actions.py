"""Writes of attributes and of their choices."""

from __future__ import annotations

from typing import Any

from infra.engine.products.attribute_values import CHOICES, MAX_NAME, REFERENCES, free_value_slug
from infra.engine.products.filters import pks
from infra.engine.products.models import Attribute, AttributeValue
from infra.engine.products.slugs import settle_slug
from infra.engine.schema.context import Context
from infra.engine.schema.errors import MutationError, PermissionDenied, UserErrors, refuse
from infra.engine.schema.ids import int_pk
from infra.engine.schema.lengths import check_row

PRODUCT_SIDE, PAGE_SIDE = "MANAGE_PRODUCT_TYPES_AND_ATTRIBUTES", "MANAGE_PAGE_TYPES_AND_ATTRIBUTES"
Data = dict[str, Any]
COLUMNS = {
    "name": "name",
    "unit": "unit",
    "valueRequired": "value_required",
    "isVariantOnly": "is_variant_only",
    "visibleInStorefront": "visible_in_storefront",
    "filterableInStorefront": "filterable_in_storefront",
    "filterableInDashboard": "filterable_in_dashboard",
    "storefrontSearchPosition": "storefront_search_position",
    "availableInGrid": "available_in_grid",
    "externalReference": "external_reference",
}
_FOUND = (*CHOICES, "NUMERIC", "BOOLEAN", "DATE", "DATE_TIME")
#: which kinds may have a property that says how an attribute is found; the others are refused when it is set
ALLOWED = {
    "filterableInStorefront": _FOUND,
    "filterableInDashboard": _FOUND,
    "availableInGrid": _FOUND,
    "storefrontSearchPosition": ("DROPDOWN", "MULTISELECT", "BOOLEAN", "DATE", "DATE_TIME"),
}
MAX_TYPES = 100


def check_side(context: Context, side: str) -> None:
    """Raise PermissionDenied unless the requestor may change attributes of `side` (PAGE_TYPE or another)."""
    needed = PAGE_SIDE if side == "PAGE_TYPE" else PRODUCT_SIDE
    if not context.requestor.has_perm(needed):
        raise PermissionDenied((needed,))


def create_attribute(data: Data) -> Attribute:
    """Make an attribute with its choices from an AttributeCreateInput. Raises UserErrors."""
    kind, entity = data.get("inputType") or "DROPDOWN", data.get("entityType")
    if kind in REFERENCES and not entity:
        raise refuse("entityType", "Entity type is required for reference input type.", "REQUIRED")
    row = Attribute(type=data["type"], input_type=kind, entity_type=entity if kind in REFERENCES else None)
    row.slug = settle_slug(Attribute, given=data.get("slug"), name=data["name"])
    write_attribute(row, data)
    add_values(row, data.get("values"), field="values")
    return row


def write_attribute(row: Attribute, data: Data) -> None:
    """Write the columns that an attribute's input names and save the row. Raises UserErrors."""
    problems = [
        MutationError(name, f"Cannot set {name} on a {row.input_type} attribute.", "INVALID")
        for name, kinds in ALLOWED.items()
        if data.get(name) and row.input_type not in kinds
    ]
    if problems:
        raise UserErrors(problems)
    reference = data.get("externalReference")
    if reference and Attribute.objects.filter(external_reference=reference).exclude(pk=row.pk).exists():
        raise refuse("externalReference", "Attribute with this External reference already exists.", "UNIQUE")
    for name, column in COLUMNS.items():
        if data.get(name) is not None or (name in data and name in ("unit", "externalReference")):
            setattr(row, column, data[name])
    if data.get("referenceTypes") is not None:
        row.reference_type_ids = _reference_types(row, data["referenceTypes"])
    check_row(row)
    row.save()


def _reference_types(row: Attribute, gids: list[str]) -> list[int]:
    if not gids:
        return []
    if row.input_type not in REFERENCES:
        text = "Reference types can only be specified for REFERENCE and SINGLE_REFERENCE attributes."
        raise refuse("referenceTypes", text, "INVALID")
    if row.entity_type not in ("PRODUCT", "PRODUCT_VARIANT", "PAGE"):
        text = "Reference types are not supported for this entity type."
        raise refuse("referenceTypes", text, "INVALID")
    if len(gids) > MAX_TYPES:
        raise refuse("referenceTypes", f"The maximum number of reference types is {MAX_TYPES}.", "INVALID")
    found = pks(gids, "PageType" if row.entity_type == "PAGE" else "ProductType")
    if len(found) < len(gids):
        raise refuse("referenceTypes", "Invalid reference type for the entity type.", "INVALID")
    return found


def add_values(row: Attribute, values: list[Data] | None, *, field: str) -> list[AttributeValue]:
    """Add choices to an attribute, each an AttributeValueCreateInput. Raises UserErrors on `field`."""
    if not values:
        return []
    if row.input_type not in CHOICES:
        raise refuse(field, f"Values cannot be used with input type {row.input_type}.", "INVALID")
    for data in values:
        check_value(row, data, field=field)
    known = {name.lower().strip() for name in row.values.values_list("name", flat=True)}
    names = [data["name"].lower().strip() for data in values]
    for data, name in zip(values, names, strict=True):
        if name in known:
            raise refuse(field, f"Value {data['name']} already exists within this attribute.", "ALREADY_EXISTS")
    if len(set(names)) < len(names):
        raise refuse(field, "Provided values are not unique.", "UNIQUE")
    return [write_value(AttributeValue(attribute=row, sort_order=row.values.count()), data) for data in values]


def check_value(row: Attribute, data: Data, *, field: str) -> None:
    """Raise UserErrors unless `data` can be a choice of the attribute: only a swatch has a colour or a file."""
    if data.get("name") is None:
        raise refuse(field, "The name field is required.", "REQUIRED")
    if row.input_type == "SWATCH":
        if data.get("value") and data.get("fileUrl"):
            raise refuse(field, "Cannot specify both value and file for swatch attribute.", "INVALID")
    elif any(data.get(name) for name in ("value", "fileUrl", "contentType")):
        text = "Cannot define value, file and contentType fields for not swatch attribute."
        raise refuse(field, text, "INVALID")
    if not data["name"].strip() or len(data["name"]) > MAX_NAME:
        raise refuse(field, "Ensure the name is neither blank nor too long.", "INVALID")


def write_value(value: AttributeValue, data: Data) -> AttributeValue:
    """Write the columns that a choice's input names and save the row. Raises UserErrors."""
    reference = data.get("externalReference")
    if reference and AttributeValue.objects.filter(external_reference=reference).exclude(pk=value.pk).exists():
        text = "Attribute value with this External reference already exists."
        raise refuse("externalReference", text, "UNIQUE")
    if data.get("name") is not None:
        value.name = data["name"]
        if not value.slug:
            value.slug = free_value_slug(value.attribute, data["name"])
    for name, column in (
        ("value", "value"),
        ("fileUrl", "file_url"),
        ("contentType", "content_type"),
        ("richText", "rich_text"),
        ("plainText", "plain_text"),
        ("externalReference", "external_reference"),
    ):
        if name in data:
            setattr(value, column, data[name] if data[name] is not None or column != "value" else "")
    check_row(value)
    value.save()
    return value


def remove_values(row: Attribute, gids: list[str] | None) -> None:
    """Delete choices of an attribute. Raises UserErrors: INVALID for one that is not its own, NOT_FOUND."""
    for gid in gids or ():
        value = AttributeValue.objects.filter(pk=int_pk(gid, "AttributeValue")).first()
        if value is None:
            raise refuse("removeValues", f"Could not resolve to an attribute value: {gid}.", "NOT_FOUND")
        if value.attribute_id != row.pk:
            raise refuse("removeValues", f"Value {value.slug} does not belong to this attribute.", "INVALID")
        value.delete()
