"""Values of attributes from the inputs of clients onto products, variants and pages."""

from __future__ import annotations

from typing import Any

from django.utils.text import slugify

from infra.engine.products.models import (
    AssignedValue,
    Attribute,
    AttributeValue,
    Page,
    PageTypeAttribute,
    Product,
    ProductTypeAttribute,
)
from infra.engine.schema.errors import MutationError, UserErrors
from infra.engine.schema.ids import int_pk, to_global_id


def type_attributes(owner: Any) -> list[Attribute]:
    """Return the attributes that the type of a product, variant or page carries, in order."""
    if isinstance(owner, Page):
        rows: Any = PageTypeAttribute.objects.filter(page_type_id=owner.page_type_id)
    elif isinstance(owner, Product):
        rows = ProductTypeAttribute.objects.filter(product_type_id=owner.product_type_id, for_variants=False)
    else:
        rows = ProductTypeAttribute.objects.filter(product_type_id=owner.product.product_type_id, for_variants=True)
    return [row.attribute for row in rows.select_related("attribute")]


def assign_values(owner: Any, inputs: list[dict[str, Any]] | None, *, is_new: bool) -> None:
    """Give `owner` the values of `inputs` ([AttributeValueInput]); attributes not named keep theirs.

    Raises UserErrors: INVALID for an attribute its type does not carry or a value that cannot be one, REQUIRED where
    a required attribute is left empty.
    """
    attributes = type_attributes(owner)
    by_id = {attribute.pk: attribute for attribute in attributes}
    by_reference = {row.external_reference: row for row in attributes if row.external_reference}
    named: set[int] = set()
    problems: list[MutationError] = []
    for item in inputs or ():
        attribute = by_id.get(int_pk(item.get("id"), "Attribute") or 0) or by_reference.get(
            item.get("externalReference") or ""
        )
        if attribute is None:
            problems.append(
                _problem("Given attribute is not supported for this object type.", "INVALID", item.get("id"))
            )
            continue
        named.add(attribute.pk)
        try:
            values = _values(owner, attribute, item)
        except ValueError as error:
            problems.append(_problem(str(error), "INVALID", to_global_id("Attribute", attribute.pk)))
            continue
        if not values and attribute.value_required:
            problems.append(_required(attribute))
            continue
        _replace(owner, attribute, values)
    if is_new:
        problems += [_required(row) for row in attributes if row.value_required and row.pk not in named]
    if problems:
        raise UserErrors(problems)


def _problem(message: str, code: str, gid: str | None) -> MutationError:
    return MutationError("attributes", message, code, {"attributes": [gid] if gid else []})


def _required(attribute: Attribute) -> MutationError:
    return _problem(
        "Attribute expects a value but none were given.", "REQUIRED", to_global_id("Attribute", attribute.pk)
    )


def _owner_column(owner: Any) -> str:
    return {"Page": "page", "Product": "product"}.get(type(owner).__name__, "variant")


def _replace(owner: Any, attribute: Attribute, values: list[AttributeValue]) -> None:
    column = _owner_column(owner)
    AssignedValue.objects.filter(**{column: owner}, value__attribute=attribute).delete()
    AssignedValue.objects.bulk_create(
        AssignedValue(**{column: owner}, value=value, sort_order=index) for index, value in enumerate(values)
    )


def _values(owner: Any, attribute: Attribute, item: dict[str, Any]) -> list[AttributeValue]:
    kind = attribute.input_type
    if kind in ("DROPDOWN", "MULTISELECT"):
        return _choices(attribute, item)
    if kind in ("REFERENCE", "SINGLE_REFERENCE"):
        return _references(owner, attribute, item)
    columns = _own_value(kind, item)
    if columns is None:
        return []
    value, _ = AttributeValue.objects.update_or_create(
        attribute=attribute,
        slug=f"{_owner_column(owner)}-{owner.pk}_{attribute.pk}",
        defaults=columns,
    )
    return [value]


def _own_value(kind: str, item: dict[str, Any]) -> dict[str, Any] | None:
    """Return the columns of a value that belongs to one object alone, or None when nothing was said."""
    if kind == "PLAIN_TEXT":
        text = item.get("plainText")
        return {"plain_text": text, "name": text[:250]} if text else None
    if kind == "RICH_TEXT":
        return {"rich_text": item["richText"], "name": "rich text"} if item.get("richText") else None
    if kind == "NUMERIC":
        number = item.get("numeric") or (item.get("values") or [None])[0]
        return {"numeric": float(number), "name": str(number)} if number is not None else None
    if kind == "BOOLEAN":
        flag = item.get("boolean")
        return {"boolean": flag, "name": "Yes" if flag else "No"} if flag is not None else None
    if kind in ("DATE", "DATE_TIME"):
        return _moment(item)
    raise ValueError(f"Values of the kind {kind} cannot be kept.")


def _moment(item: dict[str, Any]) -> dict[str, Any] | None:
    from datetime import UTC, datetime, time

    moment = item.get("dateTime")
    if moment is None and item.get("date") is not None:
        moment = datetime.combine(item["date"], time(), tzinfo=UTC)
    return {"date_time": moment, "name": moment.isoformat()} if moment else None


def _choices(attribute: Attribute, item: dict[str, Any]) -> list[AttributeValue]:
    wanted = [item["dropdown"]] if item.get("dropdown") else list(item.get("multiselect") or [])
    wanted += [{"value": text} for text in item.get("values") or ()]
    if attribute.input_type == "DROPDOWN" and len(wanted) > 1:
        raise ValueError("Attribute takes only one value.")
    return [_choice(attribute, choice) for choice in wanted]


def _choice(attribute: Attribute, choice: dict[str, Any]) -> AttributeValue:
    rows = AttributeValue.objects.filter(attribute=attribute)
    if choice.get("id"):
        value = rows.filter(pk=int_pk(choice["id"], "AttributeValue")).first()
        if value is None:
            raise ValueError("The value does not belong to the attribute.")
        return value
    if choice.get("externalReference"):
        value = rows.filter(external_reference=choice["externalReference"]).first()
        if value is not None:
            return value
    text = (choice.get("value") or "").strip()
    if not text:
        raise ValueError("Attribute value cannot be blank.")
    value = rows.filter(name=text).first() or rows.filter(slug=text).first()
    if value is None:
        value = AttributeValue.objects.create(
            attribute=attribute, name=text[:250], slug=free_value_slug(attribute, text)
        )
    return value


def free_value_slug(attribute: Attribute, name: str) -> str:
    """Return a slug for a new value of `attribute` that no other value has."""
    base = slugify(name, allow_unicode=True) or "value"
    taken = set(
        AttributeValue.objects.filter(attribute=attribute, slug__startswith=base).values_list("slug", flat=True)
    )
    slug, number = base, 1
    while slug in taken:
        number += 1
        slug = f"{base}-{number}"
    return slug


def _references(owner: Any, attribute: Attribute, item: dict[str, Any]) -> list[AttributeValue]:
    gids = [item["reference"]] if item.get("reference") else list(item.get("references") or ())
    if attribute.input_type == "SINGLE_REFERENCE" and len(gids) > 1:
        raise ValueError("Attribute takes only one reference.")
    model, type_name = (Page, "Page") if attribute.entity_type == "PAGE" else (Product, "Product")
    values = []
    for gid in gids:
        target = model.objects.filter(pk=int_pk(gid, type_name)).first()
        if target is None or not _fits(attribute, target):
            raise ValueError(f"Invalid reference type: {gid}.")
        value, _ = AttributeValue.objects.update_or_create(
            attribute=attribute,
            slug=f"{_owner_column(owner)}-{owner.pk}_{target.pk}",
            defaults={
                "name": target.title if isinstance(target, Page) else target.name,
                "reference_page": target if type_name == "Page" else None,
                "reference_product": target if type_name == "Product" else None,
            },
        )
        values.append(value)
    return values


def _fits(attribute: Attribute, target: Any) -> bool:
    allowed = attribute.reference_type_ids
    key = target.page_type_id if isinstance(target, Page) else target.product_type_id
    return not allowed or key in allowed
