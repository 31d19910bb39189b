"""Collections: read."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery

from infra.engine.deliveries import declare_event
from infra.engine.media.thumbnails import picture_urls
from infra.engine.products.filters import match_listed, match_metadata, match_where, match_words, pks
from infra.engine.products.loading import channel_of, children, in_channel, with_channels
from infra.engine.products.models import Channel, Collection, CollectionChannelListing, CollectionProduct
from infra.engine.products.queries import find_channel, visible_collections
from infra.engine.products.resolvers.catalogue_queries import asked_channel, mark, product_page
from infra.engine.products.resolvers.categories import by_slug
from infra.engine.schema.binding import Batch, declare, field, name_type, requires, root
from infra.engine.schema.connections import connect
from infra.engine.schema.context import Context
from infra.engine.schema.errors import EngineError
from infra.engine.schema.ids import asked_int, bind_ids
from infra.engine.schema.metadata import register_metadata

PAGES = "before after first last"
name_type(Collection, "Collection")
bind_ids(Collection="Collection", CollectionChannelListing="CollectionChannelListing")
register_metadata("Collection", Collection, private=("MANAGE_PRODUCTS",), event="COLLECTION_METADATA_UPDATED")
declare("Collection", "name slug description seoTitle seoDescription")
declare("CollectionChannelListing", "isPublished publishedAt")
declare("CollectionFilterInput", "published search metadata ids slugs channel")
declare("CollectionWhereInput", "metadata ids AND OR")
for _event in ("COLLECTION_CREATED", "COLLECTION_UPDATED", "COLLECTION_DELETED", "COLLECTION_METADATA_UPDATED"):
    declare_event(_event, "collection")
ORDERS = {
    "NAME": ("name", "slug"),
    "AVAILABILITY": ("listed_published", "slug"),
    "PRODUCT_COUNT": ("product_count", "slug"),
    "PUBLICATION_DATE": ("listed_published_at", "slug"),
    "PUBLISHED_AT": ("listed_published_at", "slug"),
}
LISTED = {"listed_published": "is_published", "listed_published_at": "published_at"}


@root("Query", "collection")
def collection(context: Context, args: dict[str, Any]) -> Any:
    channel = asked_channel(context, args.get("channel"))
    if args.get("channel") and channel is None:
        return None
    rows = visible_collections(context, channel)
    if args.get("id"):
        row = rows.filter(pk=asked_int(args["id"], "Collection")).first()
    else:
        row = by_slug(None, "Collection", args, rows)
    return in_channel(row, channel.slug if channel else None)


@root("Query", "collections", args=f"filter where sortBy channel {PAGES}")
def collections(context: Context, args: dict[str, Any]) -> Any:
    wanted = args.get("filter") or {}
    channel = asked_channel(context, args.get("channel"))
    if args.get("channel") and channel is None:
        return connect([], args)
    rows = visible_collections(context, channel).filter(
        match_listed(wanted, "Collection"),
        match_words(wanted.get("search"), "name", "slug"),
        match_where(
            args.get("where"),
            {"metadata": match_metadata, "ids": lambda said: Q(pk__in=pks(said, "Collection"))},
        ),
    )
    if wanted.get("published"):
        seen = channel or find_channel(context, wanted.get("channel"))
        rows = rows.filter(Exists(_listing(seen).filter(is_published=wanted["published"] == "PUBLISHED")))
    rows, order = _ordered(rows, args.get("sortBy"), channel, context)
    return mark(connect(rows, args, order=order), channel.slug if channel else None)


def _listing(channel: Channel | None) -> QuerySet[CollectionChannelListing]:
    rows = CollectionChannelListing.objects.order_by().filter(collection_id=OuterRef("pk"), channel=channel)
    return rows if channel is not None else rows.none()


def _ordered(
    rows: QuerySet[Collection], sort: dict[str, Any] | None, channel: Channel | None, context: Context
) -> tuple[QuerySet[Collection], tuple[str, ...]]:
    if not sort:
        return rows, ("slug", "pk")
    columns, sign = ORDERS[sort["field"]], "-" if sort["direction"] == "DESC" else ""
    if columns[0] == "product_count":
        rows = rows.annotate(product_count=Count("product_rows"))
    elif columns[0] in LISTED:
        seen = channel or find_channel(context, sort.get("channel"))
        if seen is None:
            raise EngineError("A default channel does not exist.", "GraphQLError")
        rows = rows.annotate(**{columns[0]: Subquery(_listing(seen).values(LISTED[columns[0]])[:1])})
    return rows, (*(f"{sign}{column}" for column in columns), f"{sign}pk")


@field("Collection", "channel")
def collection_channel(batch: Batch) -> list[Any]:
    return [getattr(row, "channel_slug", None) for row in batch.parents]


@field("Collection", "products")
def collection_products(batch: Batch) -> list[Any]:
    """One page per collection, each with its own statements: pages of several owners cannot be cut in one."""
    answers = []
    for row in batch.parents:
        channel = channel_of(row, batch.context)
        inside = CollectionProduct.objects.order_by().filter(collection_id=row.pk, product_id=OuterRef("pk"))
        answers.append(product_page(batch.context, channel, batch.args, Q(Exists(inside)), collection=row.pk))
    return answers


@field("Collection", "channelListings")
@requires("MANAGE_PRODUCTS")
def collection_listings(batch: Batch) -> list[Any]:
    return children(batch, CollectionChannelListing.objects.all(), "collection_id")


@field("CollectionChannelListing", "channel")
def listing_channel(batch: Batch) -> list[Any]:
    return with_channels(batch)


@field("CollectionChannelListing", "publicationDate")
def listing_publication_date(batch: Batch) -> list[Any]:
    return [row.published_at.date() if row.published_at else None for row in batch.parents]


def background_image(type_name: str) -> None:
    """Serve `backgroundImage` of a type whose rows have the columns background_image and background_image_alt."""

    @field(type_name, "backgroundImage")
    def resolve(batch: Batch) -> list[Any]:
        urls = picture_urls(
            [(type_name, row.pk, row.background_image) for row in batch.parents],
            size=batch.args.get("size"),
            format_=batch.args.get("format"),
            base=batch.context.request_url,
        )
        return [
            {"url": url, "alt": row.background_image_alt or None} if url else None
            for url, row in zip(urls, batch.parents, strict=True)
        ]


background_image("Collection")
background_image("Category")
