"""Rows by the values they have of attributes: `attributes` of the contract's filters."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any

from django.db.models import Exists, OuterRef, Q

from infra.engine.products.attribute_values import GLOBAL_NAMES
from infra.engine.products.filters import NOTHING, between, match_values, pks
from infra.engine.products.models import AssignedValue, Attribute, PageTypeAttribute, ProductTypeAttribute
from infra.engine.schema.errors import EngineError

#: name in AssignedAttributeReferenceInput: column of what is referred to
REFERENCES = {
    "pageSlugs": "value__reference_page__slug",
    "productSlugs": "value__reference_product__slug",
    "productVariantSkus": "value__reference_variant__sku",
    "categorySlugs": "value__reference_category__slug",
    "collectionSlugs": "value__reference_collection__slug",
}
Item = dict[str, Any]


def match_attributes(owner: str, wanted: list[Item] | None) -> Q:
    """Return the condition that a row (`owner`: "product", "variant" or "page") has the values of every item.

    Items are AttributeInput or AssignedAttributeWhereInput; of the former, `value` cannot stand beside the older
    fields. Raises EngineError for such a mixture, or an older field without a slug.
    """
    if not wanted:
        return NOTHING
    older = [bool(set(item) - {"slug", "value"}) for item in wanted]
    if len(set(older)) > 1 or any(is_older and "value" in item for is_older, item in zip(older, wanted, strict=True)):
        raise EngineError("`value` cannot be used with deprecated fields in the `attributes` input.", "GraphQLError")
    if older[0] and not all(item.get("slug") for item in wanted):
        raise EngineError("Attribute `slug` is required when using deprecated fields.", "GraphQLError")
    condition = Q()
    for item in wanted:
        condition &= _older(owner, item) if older[0] else _match(owner, item)
    return condition


def _assigned(owner: str, matching: Q, slug: str | None) -> Q:
    """A value of an attribute that the owner's type no longer carries does not count."""
    rows = AssignedValue.objects.filter(matching, **{f"{owner}_id": OuterRef("pk")})
    if slug:
        rows = rows.filter(value__attribute__slug=slug)
    if owner == "page":
        carried: Any = PageTypeAttribute.objects.filter(page_type_id=OuterRef("page__page_type_id"))
    else:
        column = "product__product_type_id" if owner == "product" else "variant__product__product_type_id"
        carried = ProductTypeAttribute.objects.filter(product_type_id=OuterRef(column), for_variants=owner == "variant")
    return Q(Exists(rows.filter(Exists(carried.filter(attribute_id=OuterRef("value__attribute_id"))))))


def _match(owner: str, item: Item) -> Q:
    slug, value = item.get("slug"), item.get("value")
    if value is None:
        return _assigned(owner, Q(), slug)
    if not value:
        raise EngineError("`value` of an attribute filter cannot be empty.", "GraphQLError")
    if "reference" in value:
        return _match_reference(owner, value["reference"] or {}, slug)
    condition = Q()
    for name, wanted in value.items():
        condition &= _VALUES[name](wanted)
    return _assigned(owner, condition, slug)


_VALUES: dict[str, Callable[[Any], Q]] = {
    "slug": lambda wanted: match_values("value__slug", wanted),
    "name": lambda wanted: match_values("value__name", wanted),
    "numeric": lambda wanted: Q(value__attribute__input_type="NUMERIC") & match_values("value__numeric", wanted, float),
    "boolean": lambda wanted: Q(value__attribute__input_type="BOOLEAN", value__boolean=wanted),
    "date": lambda wanted: Q(value__attribute__input_type="DATE") & between("value__date_time", _days(wanted)),
    "dateTime": lambda wanted: Q(value__attribute__input_type="DATE_TIME") & between("value__date_time", wanted),
}


def _match_reference(owner: str, reference: Item, slug: str | None) -> Q:
    condition = Q()
    for name, said in reference.items():
        wanted = said or {}
        if wanted.get("containsAny") and wanted.get("containsAll"):
            raise EngineError("`containsAll` and `containsAny` cannot be used together.", "GraphQLError")
        if not (wanted.get("containsAny") or wanted.get("containsAll")):
            raise EngineError("A filter of references cannot be empty.", "GraphQLError")
        if wanted.get("containsAny"):
            condition &= _assigned(owner, _refers(name, wanted["containsAny"]), slug)
        for one in wanted.get("containsAll") or ():
            condition &= _assigned(owner, _refers(name, [one]), slug)
    return condition


def _refers(name: str, identifiers: list[str]) -> Q:
    if name != "referencedIds":
        return Q(**{f"{REFERENCES[name]}__in": identifiers})
    condition = NOTHING
    for kind, type_name in GLOBAL_NAMES.items():
        column = "variant" if kind == "PRODUCT_VARIANT" else kind.lower()
        if found := pks(identifiers, type_name):
            condition |= Q(**{f"value__reference_{column}_id__in": found})
    return condition


def _older(owner: str, item: Item) -> Q:
    """The contract's older fields: one per item; an attribute nobody knows matches nothing."""
    slug = item["slug"]
    if not Attribute.objects.filter(slug=slug).exists():
        return NOTHING
    condition = _older_value(item)
    matched = _assigned(owner, condition, slug)
    if owner != "product":
        return matched
    variants = AssignedValue.objects.filter(condition, variant__product_id=OuterRef("pk"), value__attribute__slug=slug)
    return matched | Q(Exists(variants))


def _older_value(item: Item) -> Q:
    if item.get("values") is not None:
        return Q(value__slug__in=item["values"])
    if item.get("valuesRange") is not None:
        bounds = {"gte": 0, **item["valuesRange"]}
        return Q(value__attribute__input_type="NUMERIC") & between("value__numeric", bounds)
    if item.get("date") is not None:
        return between("value__date_time", _days(item["date"]))
    if item.get("dateTime") is not None:
        return between("value__date_time", item["dateTime"])
    if item.get("boolean") is not None:
        return Q(value__attribute__input_type="BOOLEAN", value__boolean=item["boolean"])
    return Q()


def _days(bounds: Item | None) -> Item:
    """Return a range of days as one of moments: from the first's start to the last's end."""
    edges: dict[str, time] = {"gte": time.min, "lte": time.max}
    return {
        name: datetime.combine(day, edges[name], tzinfo=UTC)
        for name, day in (bounds or {}).items()
        if isinstance(day, date)
    }
