"""attributeCreate, attributeUpdate, attributeValueCreate."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from infra.engine.products.assignments import free_value_slug
from infra.engine.products.filters import pks
from infra.engine.products.loading import get_row
from infra.engine.products.models import Attribute, AttributeValue
from infra.engine.products.resolvers.attributes import ASSIGNED_TYPES
from infra.engine.products.slugs import settle_slug
from infra.engine.schema.binding import declare, requires, root
from infra.engine.schema.context import Context
from infra.engine.schema.errors import PermissionDenied, refuse

PRODUCT_SIDE, PAGE_SIDE = "MANAGE_PRODUCT_TYPES_AND_ATTRIBUTES", "MANAGE_PAGE_TYPES_AND_ATTRIBUTES"
for _payload in ("AttributeCreate", "AttributeUpdate"):
    declare(_payload, "attribute")
declare("AttributeValueCreate", "attribute attributeValue")
_COMMON = "name slug unit valueRequired visibleInStorefront externalReference referenceTypes"
declare("AttributeCreateInput", f"{_COMMON} inputType entityType type values")
declare("AttributeUpdateInput", f"{_COMMON} addValues")
declare("AttributeValueCreateInput", "name value externalReference")
COLUMNS = {
    "name": "name",
    "unit": "unit",
    "valueRequired": "value_required",
    "visibleInStorefront": "visible_in_storefront",
    "externalReference": "external_reference",
}


def _check_side(context: Context, side: str) -> None:
    needed = PAGE_SIDE if side == "PAGE_TYPE" else PRODUCT_SIDE
    if not context.requestor.has_perm(needed):
        raise PermissionDenied((needed,))


def _write(row: Attribute, data: dict[str, Any]) -> None:
    for name, column in COLUMNS.items():
        if name in data and data[name] is not None:
            setattr(row, column, data[name])
    if data.get("referenceTypes") is not None:
        kind = "PageType" if row.entity_type == "PAGE" else "ProductType"
        row.reference_type_ids = pks(data["referenceTypes"], kind)
    row.save()


@root("Mutation", "attributeCreate")
@requires(PRODUCT_SIDE, PAGE_SIDE)
def attribute_create(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    data = args["input"]
    _check_side(context, data["type"])
    kind, entity = data.get("inputType") or "DROPDOWN", data.get("entityType")
    if kind in ("REFERENCE", "SINGLE_REFERENCE") and not entity:
        raise refuse("entityType", "Entity type is required when REFERENCE input type is used.", "REQUIRED")
    if (f"{kind} {entity}" if entity else kind) not in ASSIGNED_TYPES:
        raise refuse("inputType", f"This engine keeps no values of {kind} {entity or ''}.", "INVALID")
    with transaction.atomic("engine"):
        row = Attribute(
            slug=settle_slug(Attribute, given=data.get("slug"), name=data["name"]),
            type=data["type"],
            input_type=kind,
            entity_type=entity,
        )
        _write(row, data)
        for value in data.get("values") or ():
            _add_value(row, value)
    return {"attribute": row}


@root("Mutation", "attributeUpdate", args="id input")
@requires(PRODUCT_SIDE, PAGE_SIDE)
def attribute_update(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    data = args["input"]
    with transaction.atomic("engine"):
        row = get_row(Attribute, args.get("id"), "Attribute", lock=True)
        _check_side(context, row.type)
        if data.get("slug") is not None:
            row.slug = settle_slug(Attribute, given=data["slug"], name=row.name, row=row)
        _write(row, data)
        for value in data.get("addValues") or ():
            _add_value(row, value)
    return {"attribute": row}


@root("Mutation", "attributeValueCreate")
@requires(PRODUCT_SIDE, PAGE_SIDE, "MANAGE_PRODUCTS", "MANAGE_PAGES")
def attribute_value_create(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    with transaction.atomic("engine"):
        row = get_row(Attribute, args["attribute"], "Attribute", field="attribute", lock=True)
        return {"attribute": row, "attribute_value": _add_value(row, args["input"])}


def _add_value(row: Attribute, data: dict[str, Any]) -> AttributeValue:
    if row.input_type not in ("DROPDOWN", "MULTISELECT"):
        raise refuse("values", f"Values cannot be used with input type {row.input_type}.", "INVALID")
    return AttributeValue.objects.create(
        attribute=row,
        name=data["name"],
        value=data.get("value") or "",
        external_reference=data.get("externalReference"),
        slug=free_value_slug(row, data["name"]),
        sort_order=row.values.count(),
    )
