"""Lists of attributes and of their choices: filtered, searched and ordered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from infra.engine.products.attribute_values import CHOICES
from infra.engine.products.filters import (
    NOTHING,
    match_listed,
    match_metadata,
    match_values,
    match_where,
    match_words,
    pks,
)
from infra.engine.products.models import Attribute, AttributeValue, Channel, Product, ProductTypeAttribute
from infra.engine.products.queries import find_channel, is_catalogue_staff, only_channel, subtree_pks, visible_products
from infra.engine.schema.context import Context

FLAGS = {
    "valueRequired": "value_required",
    "isVariantOnly": "is_variant_only",
    "visibleInStorefront": "visible_in_storefront",
    "filterableInStorefront": "filterable_in_storefront",
    "filterableInDashboard": "filterable_in_dashboard",
    "availableInGrid": "available_in_grid",
}
ORDERS = {
    "NAME": ("name", "slug"),
    "SLUG": ("slug",),
    "VALUE_REQUIRED": ("value_required", "name", "slug"),
    "IS_VARIANT_ONLY": ("is_variant_only", "name", "slug"),
    "VISIBLE_IN_STOREFRONT": ("visible_in_storefront", "name", "slug"),
    "FILTERABLE_IN_STOREFRONT": ("filterable_in_storefront", "name", "slug"),
    "FILTERABLE_IN_DASHBOARD": ("filterable_in_dashboard", "name", "slug"),
    "STOREFRONT_SEARCH_POSITION": ("storefront_search_position", "name", "pk"),
    "AVAILABLE_IN_GRID": ("available_in_grid", "name", "pk"),
}


def order_attributes(sort: dict[str, Any] | None) -> tuple[str, ...]:
    """Return the columns of an AttributeSortingInput; by storefront position and slug without one."""
    if not sort:
        return ("storefront_search_position", "slug", "pk")
    sign = "-" if sort["direction"] == "DESC" else ""
    return (*(f"{sign}{name}" for name in ORDERS[sort["field"]] if name != "pk"), f"{sign}pk")


def filter_attributes(context: Context, args: dict[str, Any]) -> QuerySet[Attribute]:
    """Return the attributes that `filter`, `where` and `search` leave of those the requestor may see."""
    wanted = args.get("filter") or {}
    slug = args.get("channel") or wanted.get("channel")
    rows = Attribute.objects.all()
    if not is_catalogue_staff(context.requestor) and not context.requestor.has_perm("MANAGE_PAGES"):
        rows = rows.filter(visible_in_storefront=True)
    rows = rows.filter(match_listed(wanted, "Attribute"), match_words(wanted.get("search"), "name", "slug"))
    for name, column in FLAGS.items():
        if wanted.get(name) is not None:
            rows = rows.filter(**{column: wanted[name]})
    if wanted.get("type"):
        rows = rows.filter(type=wanted["type"])
    table = _where_table(context, slug)
    for name in ("inCategory", "inCollection"):
        if wanted.get(name):
            rows = rows.filter(table[name](wanted[name]))
    return rows.filter(match_where(args.get("where"), table), match_words(args.get("search"), "name", "slug"))


def _where_table(context: Context, slug: str | None) -> dict[str, Callable[[Any], Q]]:
    return {
        "metadata": match_metadata,
        "ids": lambda wanted: Q(pk__in=pks(wanted, "Attribute")),
        "name": lambda wanted: match_values("name", wanted),
        "slug": lambda wanted: match_values("slug", wanted),
        "inputType": lambda wanted: match_values("input_type", wanted),
        "entityType": lambda wanted: match_values("entity_type", wanted),
        "type": lambda wanted: match_values("type", wanted),
        "unit": lambda wanted: match_values("unit", wanted),
        "withChoices": lambda wanted: _with_choices(wanted),
        "valueRequired": lambda wanted: _flag("value_required", wanted),
        "visibleInStorefront": lambda wanted: _flag("visible_in_storefront", wanted),
        "filterableInDashboard": lambda wanted: _flag("filterable_in_dashboard", wanted),
        "inCategory": lambda wanted: _carried_by(
            _goods(context, slug).filter(category_id__in=subtree_pks(pks([wanted or ""], "Category")))
        ),
        "inCollection": lambda wanted: _carried_by(
            _goods(context, slug).filter(collection_rows__collection_id__in=pks([wanted or ""], "Collection"))
        ),
    }


def _flag(column: str, wanted: bool | None) -> Q:
    return NOTHING if wanted is None else Q(**{column: wanted})


def _with_choices(wanted: bool | None) -> Q:
    if wanted is None:
        return NOTHING
    return Q(input_type__in=CHOICES) if wanted else ~Q(input_type__in=CHOICES)


def _goods(context: Context, slug: str | None) -> QuerySet[Product]:
    """The goods of one channel, the only one there is unless named: attributes of nobody's goods help no filter."""
    channel: Channel | None = find_channel(context, slug) if slug else only_channel(context)
    if channel is None:
        return Product.objects.none()
    return visible_products(context, channel)


def _carried_by(goods: QuerySet[Product]) -> Q:
    """An attribute that the type of one of the goods carries, for products or variants."""
    types = set(goods.order_by().values_list("product_type_id", flat=True))
    return Q(Exists(ProductTypeAttribute.objects.filter(attribute_id=OuterRef("pk"), product_type_id__in=types)))


def filter_choices(attribute: Attribute, args: dict[str, Any]) -> QuerySet[AttributeValue]:
    """Return the choices of an attribute that `filter` and `search` leave; none for kinds without choices."""
    if attribute.input_type not in CHOICES:
        return AttributeValue.objects.none()
    wanted = args.get("filter") or {}
    rows = AttributeValue.objects.filter(attribute=attribute)
    if wanted.get("ids"):
        rows = rows.filter(pk__in=pks(wanted["ids"], "AttributeValue"))
    if wanted.get("slugs"):
        rows = rows.filter(slug__in=wanted["slugs"])
    return rows.filter(
        match_words(wanted.get("search"), "name", "slug"), match_words(args.get("search"), "name", "slug")
    )
