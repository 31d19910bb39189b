"""Lists of products and variants: the contract's `filter`, `where`, `search` and `sortBy`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import Case, Exists, F, IntegerField, Min, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from infra.engine.products.assigned_filters import match_attributes
from infra.engine.products.filters import (
    NOTHING,
    between,
    match_listed,
    match_metadata,
    match_values,
    match_where,
    match_words,
    pks,
)
from infra.engine.products.models import (
    Channel,
    CollectionProduct,
    Product,
    ProductChannelListing,
    ProductVariant,
    VariantChannelListing,
)
from infra.engine.products.queries import find_channel, subtree_pks
from infra.engine.schema.context import Context
from infra.engine.schema.errors import EngineError
from infra.engine.schema.ids import uuid_pk
from infra.engine.schema.searching import words_of

Table = dict[str, Callable[[Any], Q]]
#: columns of each order; those that the row does not have are annotated by `order_products`
ORDERS = {
    "NAME": ("name", "slug"),
    "RANK": ("search_rank",),
    "PRICE": ("least_price", "name", "slug"),
    "MINIMAL_PRICE": ("least_discounted_price", "name", "slug"),
    "LAST_MODIFIED_AT": ("updated_at", "name", "slug"),
    "LAST_MODIFIED": ("updated_at", "name", "slug"),
    "DATE": ("updated_at", "name", "slug"),
    "CREATED_AT": ("created", "name", "slug"),
    "TYPE": ("type_name", "name", "slug"),
    "RATING": ("rating", "name", "slug"),
    "PUBLISHED": ("listed_published", "name", "slug"),
    "PUBLICATION_DATE": ("listed_published_at", "name", "slug"),
    "PUBLISHED_AT": ("listed_published_at", "name", "slug"),
    "COLLECTION": ("place",),
}
#: where products without a place of their own stand in a collection
FIRST = -(2**31)


def filter_products(
    rows: QuerySet[Product], args: dict[str, Any], channel: Channel | None, context: Context
) -> QuerySet[Product]:
    """Return the products that `filter`, `where` and `search` leave of `rows`."""
    wanted = args.get("filter") or {}
    if channel is None and wanted.get("channel"):
        channel = find_channel(context, wanted["channel"])
    table = _where_table(channel, context.now)
    rows = rows.filter(match_listed(wanted, "Product"))
    for name, said in wanted.items():
        if said in (None, [], {}) or name in ("ids", "slugs", "metadata", "search", "channel"):
            continue
        rows = rows.filter(_older(name, said, table))
    if args.get("where"):
        rows = rows.filter(match_where(args["where"], table))
    for text in (args.get("search"), wanted.get("search")):
        if text:
            rows = search_products(rows, text)
    return rows


def _older(name: str, said: Any, table: Table) -> Q:
    """Return the condition of one name of a ProductFilterInput, where it differs from that of `where`."""
    if name == "collections":
        return table["collection"]({"oneOf": said})
    if name == "categories":
        return table["category"]({"oneOf": said})
    if name == "productTypes":
        return table["productType"]({"oneOf": said})
    if name in ("price", "minimalPrice", "updatedAt"):
        return table[name]({"range": said})
    return table[name](said)


def product_where(where: dict[str, Any], channel: Channel | None, *, now: datetime | None = None) -> Q:
    """Return the condition of a ProductWhereInput on products seen in `channel`, at the moment `now` (this one)."""
    return match_where(where, _where_table(channel, now or timezone.now()))


def _where_table(channel: Channel | None, now: datetime) -> Table:
    return {
        "metadata": match_metadata,
        "ids": lambda wanted: Q(pk__in=pks(wanted, "Product")),
        "name": lambda wanted: match_values("name", wanted),
        "slug": lambda wanted: match_values("slug", wanted),
        "productType": lambda wanted: match_values("product_type_id", wanted, _key("ProductType")),
        "category": _in_categories,
        "collection": _in_collections,
        "hasCategory": lambda wanted: NOTHING if wanted is None else Q(category__isnull=not wanted),
        "updatedAt": lambda wanted: match_values("updated_at", wanted),
        "attributes": lambda wanted: match_attributes("product", wanted),
        "giftCard": lambda wanted: _gift_card(wanted),
        "isPublished": lambda wanted: _listed(channel, is_published=wanted) & Q(Exists(_prices(channel))),
        "isVisibleInListing": lambda wanted: _listed(channel, visible_in_listings=wanted),
        "publishedFrom": lambda wanted: _listed(channel, published_at__lte=wanted),
        "availableFrom": lambda wanted: _listed(channel, available_for_purchase_at__lte=wanted),
        "isAvailable": lambda wanted: _for_sale(wanted, channel, now),
        "price": lambda wanted: Q(Exists(_prices(channel).filter(match_values("price_amount", wanted)))),
        "minimalPrice": lambda wanted: Q(
            Exists(_listings(channel).filter(match_values("discounted_price_amount", wanted)))
        ),
        "stockAvailability": lambda wanted: _in_stock(wanted, channel, "product_id"),
        "stocks": lambda wanted: _stocks(wanted, "product_id"),
    }


def _key(type_name: str) -> Callable[[str], int]:
    return lambda gid: (pks([gid], type_name) or [0])[0]


def _named(wanted: dict[str, Any] | None, type_name: str) -> list[int]:
    gids = [*([wanted["eq"]] if wanted and wanted.get("eq") else []), *((wanted or {}).get("oneOf") or [])]
    return pks(gids, type_name)


def _in_categories(wanted: dict[str, Any] | None) -> Q:
    """Goods of the categories named and of all below them."""
    named = _named(wanted, "Category")
    return Q(category_id__in=subtree_pks(named)) if named else NOTHING


def _in_collections(wanted: dict[str, Any] | None) -> Q:
    rows = CollectionProduct.objects.order_by().filter(collection_id__in=_named(wanted, "Collection"))
    return Q(Exists(rows.filter(product_id=OuterRef("pk"))))


def _gift_card(wanted: bool | None) -> Q:
    if wanted is None:
        return NOTHING
    return Q(product_type__kind="GIFT_CARD") if wanted else ~Q(product_type__kind="GIFT_CARD")


def _listings(channel: Channel | None) -> QuerySet[ProductChannelListing]:
    rows = ProductChannelListing.objects.order_by().filter(product_id=OuterRef("pk"), channel=channel)
    return rows if channel is not None else rows.none()


def _listed(channel: Channel | None, **columns: Any) -> Q:
    if None in columns.values():
        return NOTHING
    return Q(Exists(_listings(channel).filter(**columns)))


def _prices(channel: Channel | None) -> QuerySet[VariantChannelListing]:
    rows = VariantChannelListing.objects.order_by().filter(
        variant__product_id=OuterRef("pk"), channel=channel, price_amount__isnull=False
    )
    return rows if channel is not None else rows.none()


def _for_sale(wanted: bool | None, channel: Channel | None, now: datetime) -> Q:
    """Whether the listing's day of sale has come; what is in stock does not count."""
    if wanted is None:
        return NOTHING
    begun = Q(available_for_purchase_at__lte=now)
    later = Q(available_for_purchase_at__gt=now) | Q(available_for_purchase_at=None)
    return Q(Exists(_listings(channel).filter(begun if wanted else later)))


def _in_stock(wanted: str | None, channel: Channel | None, owner: str) -> Q:
    from infra.engine.warehouses.lock_objects import channel_warehouse_ids
    from infra.engine.warehouses.models import AVAILABLE, Stock

    if not wanted:
        return NOTHING
    if channel is None:
        return NOTHING if wanted == "IN_STOCK" else Q()
    column = "variant__product_id" if owner == "product_id" else "variant_id"
    stocks = Stock.objects.order_by().filter(warehouse__in=channel_warehouse_ids(channel.pk))
    has_some = Q(Exists(stocks.annotate(left=AVAILABLE).filter(left__gt=0, **{column: OuterRef("pk")})))
    return has_some if wanted == "IN_STOCK" else ~has_some


def _stocks(wanted: dict[str, Any] | None, owner: str) -> Q:
    """Return the condition that a variant lies in one of the warehouses, or that its pieces there sum to a range."""
    from infra.engine.warehouses.models import Stock

    warehouses = [pk for gid in (wanted or {}).get("warehouseIds") or () if (pk := uuid_pk(gid, "Warehouse"))]
    quantity = (wanted or {}).get("quantity") or {}
    if not (wanted or {}).get("warehouseIds") and not quantity:
        return NOTHING
    stocks = Stock.objects.order_by()
    if (wanted or {}).get("warehouseIds"):
        stocks = stocks.filter(warehouse_id__in=warehouses)
    if quantity:
        sums = stocks.filter(variant_id=OuterRef("pk")).values("variant_id").annotate(pieces=Sum("quantity"))
        variants: Any = ProductVariant.objects.order_by().annotate(pieces=Subquery(sums.values("pieces")[:1]))
        variants = variants.filter(between("pieces", quantity))
    else:
        variants = ProductVariant.objects.order_by().filter(Exists(stocks.filter(variant_id=OuterRef("pk"))))
    return Q(pk__in=variants.values("product_id" if owner == "product_id" else "pk"))


def search_products(rows: QuerySet[Product], text: str) -> QuerySet[Product]:
    """Return the products whose name, description, or a variant's SKU or name has every word of `text`."""
    for word in words_of(text):
        variants = ProductVariant.objects.order_by().filter(
            Q(sku__istartswith=word) | Q(name__icontains=word), product_id=OuterRef("pk")
        )
        rows = rows.filter(Q(name__icontains=word) | Q(description_plaintext__icontains=word) | Q(Exists(variants)))
    return rows


def order_products(
    rows: QuerySet[Product], args: dict[str, Any], channel: Channel | None, *, collection: int | None = None
) -> tuple[QuerySet[Product], tuple[str, ...]]:
    """Return the rows with what their order needs, and the columns of the order: `sortBy`, else rank, else the slug.

    Raises EngineError for a rank without a search, a place without a collection, a listing's column without a channel.
    """
    search = args.get("search") or (args.get("filter") or {}).get("search")
    order = product_order(args)
    rows = _annotated(rows, order[0].lstrip("-"), channel, search=search, collection=collection)
    return rows, order


def product_order(args: dict[str, Any]) -> tuple[str, ...]:
    """Return the columns of a list's order. Raises EngineError for a rank without a search."""
    sort, search = args.get("sortBy") or {}, args.get("search") or (args.get("filter") or {}).get("search")
    field = sort.get("field") or ("RANK" if search else None)
    if field is None:
        return ("slug", "pk")
    if field == "RANK" and not search:
        raise EngineError("Sorting by RANK is available only when using a search filter.", "GraphQLError")
    sign = "-" if (sort.get("direction") == "DESC" if sort else True) else ""
    return (*(f"{sign}{column}" for column in ORDERS[field]), f"{sign}pk")


def _annotated(
    rows: QuerySet[Product], column: str, channel: Channel | None, *, search: str | None, collection: int | None
) -> QuerySet[Product]:
    if column == "type_name":
        return rows.annotate(type_name=F("product_type__name"))
    if column == "search_rank":
        return rows.annotate(search_rank=_rank(search or ""))
    if column == "place":
        places = CollectionProduct.objects.filter(product_id=OuterRef("pk"), collection_id=collection)
        return rows.annotate(place=Coalesce(Subquery(places.values("sort_order")[:1]), FIRST))
    if column == "least_price":
        least = _prices(channel).values("variant__product_id").annotate(least=Min("price_amount"))
        return rows.annotate(least_price=Subquery(least.values("least")[:1]))
    listed = {
        "least_discounted_price": "discounted_price_amount",
        "listed_published": "is_published",
        "listed_published_at": "published_at",
    }.get(column)
    if listed is None:
        return rows
    if channel is None:
        raise EngineError("A default channel does not exist.", "GraphQLError")
    return rows.annotate(**{column: Subquery(_listings(channel).values(listed)[:1])})


def _rank(text: str) -> Any:
    """More for a word in the name than for one in the description."""
    rank: Any = Value(0)
    for word in words_of(text):
        rank = rank + Case(
            When(name__icontains=word, then=Value(4)),
            When(description_plaintext__icontains=word, then=Value(1)),
            default=Value(2),
            output_field=IntegerField(),
        )
    return rank


def filter_variants(
    rows: QuerySet[ProductVariant], args: dict[str, Any], channel: Channel | None
) -> QuerySet[ProductVariant]:
    """Return the variants that `ids`, `filter`, `where` and `search` leave of `rows`."""
    wanted = args.get("filter") or {}
    if args.get("ids") is not None:
        rows = rows.filter(pk__in=pks(args["ids"], "ProductVariant"))
    if wanted.get("sku"):
        rows = rows.filter(sku__in=wanted["sku"])
    rows = rows.filter(between("updated_at", wanted.get("updatedAt")), match_metadata(wanted.get("metadata")))
    rows = rows.filter(variant_where(args.get("where"), channel))
    for text in (args.get("search"), wanted.get("search")):
        rows = rows.filter(match_words(text, "name", "sku", "product__name"))
    return rows


def variant_where(where: dict[str, Any] | None, channel: Channel | None) -> Q:
    """Return the condition of a ProductVariantWhereInput on variants seen in `channel`."""
    table: Table = {
        "metadata": match_metadata,
        "ids": lambda said: Q(pk__in=pks(said, "ProductVariant")),
        "sku": lambda said: match_values("sku", said),
        "updatedAt": lambda said: between("updated_at", said) if said else NOTHING,
        "attributes": lambda said: match_attributes("variant", said),
        "stockAvailability": lambda said: _in_stock(said, channel, "pk"),
        "stocks": lambda said: _stocks(said, "pk"),
    }
    return match_where(where, table)
