"""productTypeCreate, productTypeUpdate, productAttributeAssign."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from infra.engine.deliveries import declare_event, emit
from infra.engine.products.filters import pks
from infra.engine.products.loading import get_row
from infra.engine.products.models import Attribute, ProductType, ProductTypeAttribute, TaxClass
from infra.engine.products.slugs import settle_slug
from infra.engine.products.weights import grams
from infra.engine.schema.binding import declare, requires, root
from infra.engine.schema.context import Context
from infra.engine.schema.errors import MutationError, UserErrors, refuse
from infra.engine.schema.ids import int_pk, named_pk
from infra.engine.schema.lengths import check_row

RIGHT = "MANAGE_PRODUCT_TYPES_AND_ATTRIBUTES"
declare("ProductTypeInput", "name slug kind hasVariants productAttributes variantAttributes isShippingRequired")
declare("ProductTypeInput", "weight taxClass")
for _event in ("PRODUCT_TYPE_CREATED", "PRODUCT_TYPE_UPDATED", "PRODUCT_TYPE_DELETED"):
    declare_event(_event, "productType")
for _payload in (
    "ProductTypeCreate",
    "ProductTypeUpdate",
    "ProductTypeDelete",
    "ProductAttributeAssign",
    "ProductAttributeUnassign",
    "ProductAttributeAssignmentUpdate",
):
    declare(_payload, "productType")


def _write(row: ProductType, data: dict[str, Any]) -> None:
    for name, column in (
        ("name", "name"),
        ("kind", "kind"),
        ("hasVariants", "has_variants"),
        ("isShippingRequired", "is_shipping_required"),
    ):
        if data.get(name) is not None:
            setattr(row, column, data[name])
    if not row.name:
        raise refuse("name", "This field cannot be blank.", "REQUIRED")
    if not row.slug or data.get("slug") is not None:
        row.slug = settle_slug(ProductType, given=data.get("slug"), name=row.name, row=row)
    if "weight" in data:
        row.weight_g = grams(data["weight"])
    if "taxClass" in data:
        row.tax_class = get_row(TaxClass, data["taxClass"], "TaxClass", field="taxClass") if data["taxClass"] else None
    check_row(row)
    row.save()
    for name, for_variants in (("productAttributes", False), ("variantAttributes", True)):
        if data.get(name) is not None:
            wanted = pks(data[name], "Attribute")
            rows = ProductTypeAttribute.objects.filter(product_type=row, for_variants=for_variants)
            rows.exclude(attribute_id__in=wanted).delete()
            for pk in wanted:
                assign_attribute(row, get_attribute(pk), for_variants=for_variants)


def get_attribute(pk: int | None) -> Attribute:
    """Return a product attribute. Raises UserErrors."""
    attribute = Attribute.objects.filter(pk=pk).first()
    if attribute is None:
        raise refuse("operations", "Attribute doesn't exist.", "NOT_FOUND")
    if attribute.type != "PRODUCT_TYPE":
        raise refuse("operations", "Only product attributes can be assigned.", "INVALID")
    return attribute


def assign_attribute(row: ProductType, attribute: Attribute, *, for_variants: bool) -> None:
    """Let products of a type (or their variants) carry `attribute`."""
    start = ProductTypeAttribute.objects.filter(product_type=row, for_variants=for_variants).count()
    ProductTypeAttribute.objects.get_or_create(
        product_type=row, attribute=attribute, for_variants=for_variants, defaults={"sort_order": start}
    )


@root("Mutation", "productTypeCreate")
@requires(RIGHT)
def product_type_create(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    with transaction.atomic("engine"):
        row = ProductType()
        _write(row, args["input"])
        emit(event="PRODUCT_TYPE_CREATED", obj=row)
    return {"product_type": row}


@root("Mutation", "productTypeUpdate")
@requires(RIGHT)
def product_type_update(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    with transaction.atomic("engine"):
        row = get_row(ProductType, args["id"], "ProductType", lock=True)
        _write(row, args["input"])
        emit(event="PRODUCT_TYPE_UPDATED", obj=row)
    return {"product_type": row}


@root("Mutation", "productAttributeAssign")
@requires(RIGHT)
def product_attribute_assign(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    with transaction.atomic("engine"):
        row = get_row(ProductType, args["productTypeId"], "ProductType", field="productTypeId", lock=True)
        for operation in args["operations"]:
            keys = pks([operation["id"]], "Attribute")
            attribute = get_attribute(keys[0] if keys else None)
            for_variants = operation["type"] == "VARIANT"
            rows = ProductTypeAttribute.objects.filter(product_type=row, attribute=attribute)
            if rows.exists():
                raise refuse("operations", f"{attribute.name} has already been assigned.", "ATTRIBUTE_ALREADY_ASSIGNED")
            assign_attribute(row, attribute, for_variants=for_variants)
            if operation.get("variantSelection") is not None:
                rows.filter(for_variants=True).update(variant_selection=operation["variantSelection"])
        emit(event="PRODUCT_TYPE_UPDATED", obj=row)
    return {"product_type": row}


@root("Mutation", "productAttributeUnassign")
@requires(RIGHT)
def product_attribute_unassign(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    with transaction.atomic("engine"):
        row = get_row(ProductType, args["productTypeId"], "ProductType", field="productTypeId", lock=True)
        row.attribute_rows.filter(attribute_id__in=pks(args["attributeIds"], "Attribute")).delete()
        emit(event="PRODUCT_TYPE_UPDATED", obj=row)
    return {"product_type": row}


#: kinds by which a buyer may choose a variant
CHOSEN_BY = ("DROPDOWN", "BOOLEAN", "SWATCH", "NUMERIC")


@root("Mutation", "productAttributeAssignmentUpdate")
@requires(RIGHT)
def product_attribute_assignment_update(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    with transaction.atomic("engine"):
        row = get_row(ProductType, args["productTypeId"], "ProductType", field="productTypeId", lock=True)
        gids = [operation["id"] for operation in args["operations"]]
        rows = {named_pk(gid, "Attribute", field="operations"): gid for gid in gids}
        _check_assigned(row, gids, rows)
        for operation in args["operations"]:
            place = row.attribute_rows.get(attribute_id=int_pk(operation["id"], "Attribute"), for_variants=True)
            place.variant_selection = operation["variantSelection"]
            place.save(update_fields=["variant_selection"])
        emit(event="PRODUCT_TYPE_UPDATED", obj=row)
    return {"product_type": row}


def _check_assigned(row: ProductType, gids: list[str], by_pk: dict[int | None, str]) -> None:
    problems = []
    for text, places in (
        ("Attribute is not assigned to product type.", row.attribute_rows.all()),
        ("Attribute is not assigned to product variant.", row.attribute_rows.filter(for_variants=True)),
    ):
        lost = [gid for pk, gid in by_pk.items() if pk not in set(places.values_list("attribute_id", flat=True))]
        if lost:
            problems.append(MutationError("operations", text, "NOT_FOUND", {"attributes": lost}))
    twice = sorted({gid for gid in gids if gids.count(gid) > 1})
    if twice:
        text = "Attributes are duplicated."
        problems.append(MutationError("operations", text, "DUPLICATED_INPUT_ITEM", {"attributes": twice}))
    kinds = dict(Attribute.objects.filter(pk__in=[pk for pk in by_pk if pk]).values_list("pk", "input_type"))
    wrong = [gid for pk, gid in by_pk.items() if pk in kinds and kinds[pk] not in CHOSEN_BY]
    if wrong:
        text = "Attribute cannot be used in variant selection."
        code = "ATTRIBUTE_CANNOT_BE_ASSIGNED"
        problems.append(MutationError("operations", text, code, {"attributes": wrong}))
    if problems:
        raise UserErrors(problems)


@root("Mutation", "productTypeDelete")
@requires(RIGHT)
def product_type_delete(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    with transaction.atomic("engine"):
        row = get_row(ProductType, args["id"], "ProductType", lock=True)
        shown = ProductType.objects.get(pk=row.pk)
        emit(event="PRODUCT_TYPE_DELETED", obj=row)
        row.delete()
    return {"product_type": shown}
