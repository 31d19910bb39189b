"""Filters of lists: the contract's `where` and `filter` inputs as conditions on rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from infra.engine.products.models import AssignedValue, Channel, ProductChannelListing
from infra.engine.schema.errors import EngineError
from infra.engine.schema.ids import int_pk

Rows = QuerySet[Any]


def pks(gids: list[str] | None, type_name: str) -> list[int]:
    """Return the pks inside global ids of `type_name`, those of other types left out."""
    return [pk for pk in (int_pk(gid, type_name) for gid in gids or ()) if pk is not None]


def match_values(column: str, wanted: dict[str, Any] | None, read: Callable[[Any], Any] = lambda value: value) -> Q:
    """Return the condition of a filter input with `eq`, `oneOf` and `range` on a column; an empty one holds nowhere."""
    if not wanted:
        return Q(pk__in=[])
    condition = Q()
    if "eq" in wanted:
        condition &= Q(**{column: read(wanted["eq"])}) if wanted["eq"] is not None else Q(**{f"{column}__isnull": True})
    if wanted.get("oneOf") is not None:
        condition &= Q(**{f"{column}__in": [read(item) for item in wanted["oneOf"]]})
    for name in ("gte", "lte"):
        bound = (wanted.get("range") or {}).get(name)
        if bound is not None:
            condition &= Q(**{f"{column}__{name}": bound})
    return condition


def match_metadata(items: list[dict[str, Any]] | None) -> Q:
    """Return the condition that public metadata has every key, with its value where one is given."""
    condition = Q()
    for item in items or ():
        if "__" in item["key"]:
            raise EngineError("A metadata key with two underscores cannot be filtered by.", "GraphQLError")
        if item.get("value"):
            condition &= Q(**{f"metadata__{item['key']}": item["value"]})
        else:
            condition &= Q(metadata__has_key=item["key"])
    return condition


def product_where(where: dict[str, Any], channel: Channel | None) -> Q:
    """Return the condition of a ProductWhereInput."""
    condition = Q()
    for name, wanted in where.items():
        if name == "AND":
            for part in wanted:
                condition &= product_where(part, channel)
        elif name == "OR":
            either = Q(pk__in=[])
            for part in wanted:
                either |= product_where(part, channel)
            condition &= either
        else:
            condition &= _PRODUCT_WHERE[name](wanted, channel)
    return condition


def _category_pk(gid: str) -> int:
    return int_pk(gid, "Category") or 0


def _type_pk(gid: str) -> int:
    return int_pk(gid, "ProductType") or 0


def _in_channel(channel: Channel | None, **columns: Any) -> Q:
    if channel is None:
        return Q(pk__in=[])
    rows = ProductChannelListing.objects.filter(product_id=OuterRef("pk"), channel=channel, **columns)
    return Q(Exists(rows))


def _attributes(wanted: list[dict[str, Any]], channel: Channel | None) -> Q:
    condition = Q()
    for item in wanted:
        assigned = AssignedValue.objects.filter(product_id=OuterRef("pk"))
        if item.get("slug"):
            assigned = assigned.filter(value__attribute__slug=item["slug"])
        condition &= Q(Exists(assigned.filter(_value(item))))
    return condition


def _value(item: dict[str, Any]) -> Q:
    value = item.get("value") or {}
    if item.get("values"):
        return Q(value__slug__in=item["values"])
    if value.get("reference"):
        slugs = (value["reference"].get("pageSlugs") or {}).get("containsAny")
        if slugs is None:
            raise EngineError("Only `pageSlugs.containsAny` of references is served.", "GraphQLError")
        return Q(value__reference_page__slug__in=slugs)
    if value.get("slug"):
        return match_values("value__slug", value["slug"])
    if value.get("name"):
        return match_values("value__name", value["name"])
    return Q()


_PRODUCT_WHERE: dict[str, Callable[[Any, Channel | None], Q]] = {
    "ids": lambda wanted, _: Q(pk__in=pks(wanted, "Product")),
    "name": lambda wanted, _: match_values("name", wanted),
    "slug": lambda wanted, _: match_values("slug", wanted),
    "metadata": lambda wanted, _: match_metadata(wanted),
    "category": lambda wanted, _: match_values("category_id", wanted, _category_pk),
    "productType": lambda wanted, _: match_values("product_type_id", wanted, _type_pk),
    "hasCategory": lambda wanted, _: Q(category__isnull=not wanted),
    "updatedAt": lambda wanted, _: match_values("updated_at", wanted),
    "isPublished": lambda wanted, channel: _flag(wanted, channel, is_published=True),
    "isVisibleInListing": lambda wanted, channel: _flag(wanted, channel, visible_in_listings=True),
    "attributes": _attributes,
}


def _flag(wanted: bool | None, channel: Channel | None, **columns: Any) -> Q:
    listed = _in_channel(channel, **columns)
    return listed if wanted else ~listed


def search_products(rows: Rows, text: str) -> Rows:
    """Return the products whose name, description, or a variant's SKU has every word of `text`."""
    for word in text.split():
        rows = rows.filter(
            Q(name__icontains=word) | Q(description_plaintext__icontains=word) | Q(variants__sku__iexact=word)
        )
    return rows.distinct()
