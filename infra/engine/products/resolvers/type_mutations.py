"""productTypeCreate, productTypeUpdate, productAttributeAssign."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from infra.engine.products.filters import pks
from infra.engine.products.loading import get_row
from infra.engine.products.models import Attribute, ProductType, ProductTypeAttribute, TaxClass
from infra.engine.products.slugs import settle_slug
from infra.engine.products.weights import grams
from infra.engine.schema.binding import declare, requires, root
from infra.engine.schema.context import Context
from infra.engine.schema.errors import refuse

RIGHT = "MANAGE_PRODUCT_TYPES_AND_ATTRIBUTES"
declare("ProductTypeInput", "name slug kind hasVariants productAttributes variantAttributes isShippingRequired")
declare("ProductTypeInput", "weight taxClass")
for _payload in ("ProductTypeCreate", "ProductTypeUpdate", "ProductAttributeAssign"):
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
    return {"product_type": row}


@root("Mutation", "productTypeUpdate")
@requires(RIGHT)
def product_type_update(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    with transaction.atomic("engine"):
        row = get_row(ProductType, args["id"], "ProductType", lock=True)
        _write(row, args["input"])
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
    return {"product_type": row}
