"""Values of attributes from the inputs of clients onto products, variants and pages."""

from __future__ import annotations

from typing import Any

from infra.engine.products import attribute_values
from infra.engine.products.attribute_values import owner_column
from infra.engine.products.models import (
    AssignedValue,
    Attribute,
    AttributeValue,
    Page,
    PageTypeAttribute,
    Product,
    ProductTypeAttribute,
)
from infra.engine.schema.errors import MutationError, UserErrors, refuse
from infra.engine.schema.ids import InvalidId, from_global_id, int_pk, to_global_id

Item = dict[str, Any]


def type_attributes(owner: Any) -> list[Attribute]:
    """Return the attributes that the type of a product, variant or page carries, in order."""
    if isinstance(owner, Page):
        rows: Any = PageTypeAttribute.objects.filter(page_type_id=owner.page_type_id)
    elif isinstance(owner, Product):
        rows = ProductTypeAttribute.objects.filter(product_type_id=owner.product_type_id, for_variants=False)
    else:
        rows = ProductTypeAttribute.objects.filter(product_type_id=owner.product.product_type_id, for_variants=True)
    return [row.attribute for row in rows.select_related("attribute")]


def assign_values(owner: Any, inputs: list[Item] | None, *, is_new: bool) -> None:
    """Give `owner` the values of `inputs` ([AttributeValueInput]); attributes not named keep theirs.

    A new owner must have a value of every required attribute of its type. Raises UserErrors on the field
    "attributes": NOT_FOUND for an attribute its type does not carry, else one error per kind of problem, which names
    the attributes that have it.
    """
    attributes = type_attributes(owner)
    pairs = _pairs(attributes, inputs or [])
    problems: dict[tuple[str, str], list[str]] = {}
    for attribute, item in pairs:
        problem = attribute_values.check(attribute, item)
        if problem is not None:
            problems.setdefault(problem, []).append(item.get("id") or item.get("externalReference") or "")
    errors = [_problem(message, code, gids) for (message, code), gids in problems.items()]
    named = {attribute.pk for attribute, _ in pairs}
    missing = [row for row in attributes if row.value_required and row.pk not in named]
    if is_new and missing:
        text = "All attributes flagged as having a value required must be supplied."
        errors.append(_problem(text, "REQUIRED", [to_global_id("Attribute", row.pk) for row in missing]))
    if errors:
        raise UserErrors(errors)
    for attribute, item in pairs:
        _replace(owner, attribute, attribute_values.find_or_make(owner, attribute, item))


def _pairs(attributes: list[Attribute], inputs: list[Item]) -> list[tuple[Attribute, Item]]:
    """Return each attribute named with what is said of it, in the attributes' order."""
    by_pk = {row.pk: row for row in attributes}
    by_reference = {row.external_reference: row for row in attributes if row.external_reference}
    said: dict[int, Item] = {}
    for item in inputs:
        attribute = _named(item, by_pk, by_reference)
        said[attribute.pk] = item
    return [(row, said[row.pk]) for row in attributes if row.pk in said]


def _named(item: Item, by_pk: dict[int, Attribute], by_reference: dict[str, Attribute]) -> Attribute:
    gid, reference = item.get("id"), item.get("externalReference")
    if bool(gid) == bool(reference):
        raise refuse("attributes", "Exactly one of id and externalReference is required.", "REQUIRED")
    if reference:
        found = by_reference.get(reference)
    else:
        try:
            from_global_id(gid or "", "Attribute")
        except InvalidId as error:
            raise refuse("attributes", error.message, "GRAPHQL_ERROR") from None
        found = by_pk.get(int_pk(gid, "Attribute") or 0)
    if found is None:
        raise refuse("attributes", f"Could not resolve attributes: {gid or reference}.", "NOT_FOUND")
    return found


def _problem(message: str, code: str, gids: list[str]) -> MutationError:
    return MutationError("attributes", message, code, {"attributes": gids})


def _replace(owner: Any, attribute: Attribute, values: list[AttributeValue]) -> None:
    column = owner_column(owner)
    AssignedValue.objects.filter(**{column: owner}, value__attribute=attribute).delete()
    AssignedValue.objects.bulk_create(
        AssignedValue(**{column: owner}, value=value, sort_order=index) for index, value in enumerate(values)
    )
