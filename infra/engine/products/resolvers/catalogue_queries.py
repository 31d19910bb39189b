"""product, products, productVariant, productVariants, productType, productTypes, and the goods of a category."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from infra.engine.prepared import PreparedQuery
from infra.engine.products.filters import match_listed, match_words
from infra.engine.products.loading import in_channel
from infra.engine.products.models import Category, Channel, Product, ProductChannelListing, ProductType
from infra.engine.products.product_filters import filter_products, filter_variants, order_products, product_order
from infra.engine.products.queries import (
    category_tree,
    find_channel,
    is_catalogue_staff,
    only_channel,
    shown_products,
    visible_products,
    visible_variants,
)
from infra.engine.products.resolvers.categories import by_slug
from infra.engine.schema.binding import Batch, declare, field, root
from infra.engine.schema.connections import Connection, PreparedList, connect, ordering
from infra.engine.schema.context import Context
from infra.engine.schema.ids import asked_int

PAGES = "before after first last"
declare("ProductWhereInput", "metadata ids name slug productType category collection isAvailable isPublished")
declare("ProductWhereInput", "isVisibleInListing publishedFrom availableFrom hasCategory price minimalPrice attributes")
declare("ProductWhereInput", "stockAvailability stocks giftCard updatedAt AND OR")
declare(
    "ProductFilterInput", "isPublished collections categories hasCategory attributes stockAvailability stocks search"
)
declare("ProductFilterInput", "metadata publishedFrom isAvailable availableFrom isVisibleInListing price minimalPrice")
declare("ProductFilterInput", "updatedAt productTypes giftCard ids slugs channel")
declare("ProductVariantFilterInput", "search sku metadata updatedAt")
declare("ProductVariantWhereInput", "metadata ids sku updatedAt attributes stockAvailability stocks AND OR")
declare("ProductTypeFilterInput", "search ids slugs kind metadata")
declare("ProductOrder", "direction field channel")


def asked_channel(context: Context, slug: str | None) -> Channel | None:
    """Return the channel a query runs in: the one named, or for shoppers the only one there is."""
    if slug:
        return find_channel(context, slug)
    if is_catalogue_staff(context.requestor):
        return None
    return only_channel(context)


def variant_order(args: dict[str, Any]) -> tuple[str, ...]:
    """Return the columns of a ProductVariantSortingInput; by sort order and SKU without one."""
    sort = args.get("sortBy")
    if not sort:
        return ("sort_order", "sku", "pk")
    sign = "-" if sort["direction"] == "DESC" else ""
    return (f"{sign}updated_at", f"{sign}name", f"{sign}pk")


def mark(connection: Connection, slug: str | None) -> Connection:
    """Let every row of a page be seen in the channel `slug`."""
    for edge in connection.edges:
        in_channel(edge["node"], slug)
    return connection


@root("Query", "product")
def product(context: Context, args: dict[str, Any]) -> Any:
    channel = asked_channel(context, args.get("channel"))
    if args.get("channel") and channel is None:
        return None
    if channel is not None and _asks_slug(context, channel, args):
        found = _BY_SLUG(args["slug"], context.now, given=(channel.pk,))
        return in_channel(next(iter(found), None), channel.slug)
    rows = visible_products(context, channel)
    if args.get("id"):
        row = rows.filter(pk=asked_int(args["id"], "Product")).first()
    elif args.get("externalReference"):
        row = rows.filter(external_reference=args["externalReference"]).first()
    else:
        row = by_slug(None, "Product", args, rows)
    return in_channel(row, channel.slug if channel else None)


@root("Query", "products", args=f"filter where sortBy search channel {PAGES}")
def products(context: Context, args: dict[str, Any]) -> Any:
    channel = asked_channel(context, args.get("channel"))
    if args.get("channel") and channel is None:
        return connect([], args)
    return product_page(context, channel, args)


def product_page(
    context: Context, channel: Channel | None, args: dict[str, Any], *within: Q, collection: int | None = None
) -> Connection:
    """Return one page of the products `within` that the requestor sees, by the arguments of a product list.

    Shoppers see in a list what is visible in listings. `collection`: whose places order by COLLECTION.
    """
    if channel is not None and not within and _is_plain(context, channel, args):
        sort = args.get("sortBy") or {}
        given = (channel, sort.get("field"), sort.get("direction"))
        page = PreparedList(_SHOWN, (context.now,), given)
        return mark(connect(page, args, order=product_order(args)), channel.slug)
    found = visible_products(context, channel).filter(*within)
    if channel is not None and not is_catalogue_staff(context.requestor):
        listed = ProductChannelListing.objects.filter(channel=channel, visible_in_listings=True)
        found = found.filter(Exists(listed.filter(product_id=OuterRef("pk"))))
    found = filter_products(found, args, channel, context)
    found, order = order_products(found, args, channel, collection=collection)
    return mark(connect(found, args, order=order), channel.slug if channel else None)


def _asks_slug(context: Context, channel: Channel, args: dict[str, Any]) -> bool:
    """Return whether a shopper asks for a product of a channel by its own slug, as pages of a shop do."""
    otherwise = any(args.get(name) for name in ("id", "externalReference", "slugLanguageCode"))
    asked = bool(args.get("slug")) and not otherwise
    return asked and channel.is_active and not is_catalogue_staff(context.requestor)


def _is_plain(context: Context, channel: Channel, args: dict[str, Any]) -> bool:
    """Return whether this is the first page of all that shoppers see in a channel, as most lists of a shop are."""
    narrowed = any(args.get(name) for name in ("filter", "where", "search", "after", "before", "last"))
    unlike = (args.get("sortBy") or {}).get("field") in ("RANK", "COLLECTION")
    return channel.is_active and not (narrowed or unlike or is_catalogue_staff(context.requestor))


def _shown(now: Any, channel: Channel, field: str | None, direction: str | None) -> QuerySet[Product]:
    sort = {"field": field, "direction": direction} if field else None
    rows, order = order_products(shown_products(channel.pk, now, in_lists=True), {"sortBy": sort}, channel)
    return rows.order_by(*ordering(order))


_SINCE = ProductChannelListing._meta.get_field("published_at")
_SHOWN = PreparedQuery(Product, (_SINCE,), _shown)
_BY_SLUG = PreparedQuery(
    Product,
    (Product._meta.get_field("slug"), _SINCE),
    lambda slug, now, channel_id: shown_products(channel_id, now).filter(slug=slug),
)


@root("Query", "productVariant")
def product_variant(context: Context, args: dict[str, Any]) -> Any:
    channel = asked_channel(context, args.get("channel"))
    if args.get("channel") and channel is None:
        return None
    rows = visible_variants(context, channel)
    if args.get("id"):
        row = rows.filter(pk=asked_int(args["id"], "ProductVariant")).first()
    elif args.get("sku"):
        row = rows.filter(sku=args["sku"]).first()
    else:
        row = rows.filter(external_reference=args.get("externalReference") or "").first()
    return in_channel(row, channel.slug if channel else None)


@root("Query", "productVariants", args=f"ids channel filter where search sortBy {PAGES}")
def product_variants(context: Context, args: dict[str, Any]) -> Any:
    channel = asked_channel(context, args.get("channel"))
    if args.get("channel") and channel is None:
        return connect([], args)
    rows = filter_variants(visible_variants(context, channel), args, channel)
    return mark(connect(rows, args, order=variant_order(args)), channel.slug if channel else None)


@field("Category", "products", args=f"filter where sortBy search channel {PAGES}")
def category_products(batch: Batch) -> list[Any]:
    """One page per category, each with its own statements: pages of several owners cannot be cut in one."""
    channel = asked_channel(batch.context, batch.args.get("channel"))
    if batch.args.get("channel") and channel is None:
        return [connect([], batch.args) for _ in batch.parents]
    return [
        product_page(batch.context, channel, batch.args, Q(category_id__in=_subtree(batch, row)))
        for row in batch.parents
    ]


def _subtree(batch: Batch, row: Category) -> list[int]:
    tree = batch.context.remember("category tree", category_tree)
    keys, queue = [], [row.pk]
    while queue:
        pk = queue.pop()
        keys.append(pk)
        queue += tree.get(pk, ())
    return keys


@root("Query", "productType")
def product_type(context: Context, args: dict[str, Any]) -> Any:
    return ProductType.objects.filter(pk=asked_int(args["id"], "ProductType")).first()


@root("Query", "productTypes", args=f"filter sortBy {PAGES}")
def product_types(context: Context, args: dict[str, Any]) -> Any:
    wanted, sort = args.get("filter") or {}, args.get("sortBy") or {}
    rows = ProductType.objects.filter(
        match_listed(wanted, "ProductType"), match_words(wanted.get("search"), "name", "slug")
    )
    if wanted.get("kind"):
        rows = rows.filter(kind=wanted["kind"])
    columns = ("is_shipping_required", "name", "slug") if sort.get("field") == "SHIPPING_REQUIRED" else ("name", "slug")
    sign = "-" if sort.get("direction") == "DESC" else ""
    return connect(rows, args, order=(*(f"{sign}{column}" for column in columns), f"{sign}pk"))
