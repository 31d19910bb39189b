"""Attributes and their choices: made, changed and deleted, one by one."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from infra.engine.deliveries import declare_event, emit
from infra.engine.products.attribute_actions import (
    PAGE_SIDE,
    PRODUCT_SIDE,
    add_values,
    check_side,
    create_attribute,
    remove_values,
    write_attribute,
    write_value,
)
from infra.engine.products.loading import get_row
from infra.engine.products.models import Attribute, AttributeValue
from infra.engine.products.slugs import settle_slug
from infra.engine.schema.binding import declare, requires, root
from infra.engine.schema.context import Context
from infra.engine.schema.errors import MutationError, UserErrors, refuse

SIDES = (PRODUCT_SIDE, PAGE_SIDE)
for _payload in ("AttributeCreate", "AttributeUpdate", "AttributeDelete"):
    declare(_payload, "attribute")
for _payload in ("AttributeValueCreate", "AttributeValueUpdate", "AttributeValueDelete"):
    declare(_payload, "attribute attributeValue")
for _event in ("ATTRIBUTE_CREATED", "ATTRIBUTE_UPDATED", "ATTRIBUTE_DELETED"):
    declare_event(_event, "attribute")
for _event in ("ATTRIBUTE_VALUE_CREATED", "ATTRIBUTE_VALUE_UPDATED", "ATTRIBUTE_VALUE_DELETED"):
    declare_event(_event, "attributeValue")
_SWATCH = "The field can be defined only for swatch attributes."


def named(model: Any, args: dict[str, Any], type_name: str) -> Any:
    """Return the locked row that `id` or `externalReference` names. Raises UserErrors."""
    if args.get("id"):
        return get_row(model, args["id"], type_name, lock=True)
    reference = args.get("externalReference") or ""
    row = model.objects.select_for_update().filter(external_reference=reference).first()
    if row is None:
        raise refuse("externalReference", f"Couldn't resolve to a node: {reference}", "NOT_FOUND")
    return row


@root("Mutation", "attributeCreate")
@requires(*SIDES)
def attribute_create(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    check_side(context, args["input"]["type"])
    with transaction.atomic("engine"):
        row = create_attribute(args["input"])
        emit(event="ATTRIBUTE_CREATED", obj=row)
    return {"attribute": row}


@root("Mutation", "attributeUpdate")
@requires(*SIDES)
def attribute_update(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    with transaction.atomic("engine"):
        row = named(Attribute, args, "Attribute")
        check_side(context, row.type)
        update_attribute(row, args["input"])
        emit(event="ATTRIBUTE_UPDATED", obj=row)
    return {"attribute": row}


def update_attribute(row: Attribute, data: dict[str, Any]) -> None:
    """Write an AttributeUpdateInput onto an attribute. Raises UserErrors."""
    if data.get("slug") is not None:
        row.slug = settle_slug(Attribute, given=data["slug"], name=row.name, row=row)
    add_values(row, data.get("addValues"), field="addValues")
    write_attribute(row, data)
    remove_values(row, data.get("removeValues"))


@root("Mutation", "attributeDelete")
@requires(*SIDES)
def attribute_delete(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    with transaction.atomic("engine"):
        row = named(Attribute, args, "Attribute")
        check_side(context, row.type)
        shown = Attribute.objects.get(pk=row.pk)
        emit(event="ATTRIBUTE_DELETED", obj=row)
        row.delete()
    return {"attribute": shown}


@root("Mutation", "attributeValueCreate")
@requires(*SIDES)
def attribute_value_create(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    with transaction.atomic("engine"):
        row = get_row(Attribute, args["attribute"], "Attribute", field="attribute", lock=True)
        check_side(context, row.type)
        _check_swatch(row, args["input"])
        value = write_value(AttributeValue(attribute=row, sort_order=row.values.count()), args["input"])
        emit(event="ATTRIBUTE_VALUE_CREATED", obj=value)
        emit(event="ATTRIBUTE_UPDATED", obj=row)
    return {"attribute": row, "attribute_value": value}


@root("Mutation", "attributeValueUpdate")
@requires(*SIDES)
def attribute_value_update(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    data = args["input"]
    with transaction.atomic("engine"):
        value = named(AttributeValue, args, "AttributeValue")
        check_side(context, value.attribute.type)
        _check_swatch(value.attribute, data)
        if data.get("name"):
            value.slug = ""
        if data.get("value"):
            value.file_url = value.content_type = None
        elif data.get("fileUrl"):
            value.value = ""
        write_value(value, data)
        emit(event="ATTRIBUTE_VALUE_UPDATED", obj=value)
        emit(event="ATTRIBUTE_UPDATED", obj=value.attribute)
    return {"attribute": value.attribute, "attribute_value": value}


@root("Mutation", "attributeValueDelete")
@requires(*SIDES)
def attribute_value_delete(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    with transaction.atomic("engine"):
        value = named(AttributeValue, args, "AttributeValue")
        check_side(context, value.attribute.type)
        shown, row = AttributeValue.objects.get(pk=value.pk), value.attribute
        emit(event="ATTRIBUTE_VALUE_DELETED", obj=value)
        value.delete()
        emit(event="ATTRIBUTE_UPDATED", obj=row)
    return {"attribute": row, "attribute_value": shown}


def _check_swatch(row: Attribute, data: dict[str, Any]) -> None:
    if row.input_type == "SWATCH":
        if data.get("value") and data.get("fileUrl"):
            text = "Cannot specify both value and file for swatch attribute."
            raise UserErrors([MutationError(name, text, "INVALID") for name in ("value", "fileUrl")])
        return
    wrong = [name for name in ("fileUrl", "contentType", "value") if data.get(name)]
    if wrong:
        raise UserErrors([MutationError(name, _SWATCH, "INVALID") for name in wrong])
