"""product, products, productVariant, productVariants, productType, productTypes, and the goods of a category."""

from __future__ import annotations

from typing import Any

from infra.engine.products.filters import match_metadata, match_values, pks, product_where, search_products
from infra.engine.products.loading import in_channel
from infra.engine.products.models import Category, Channel, ProductType
from infra.engine.products.queries import all_channels, is_catalogue_staff, visible_products, visible_variants
from infra.engine.products.resolvers.categories import by_slug
from infra.engine.schema.binding import Batch, declare, field, root
from infra.engine.schema.connections import Connection, connect
from infra.engine.schema.context import Context
from infra.engine.schema.errors import EngineError
from infra.engine.schema.ids import asked_int

PAGES = "before after first last"
declare("ProductWhereInput", "metadata ids name slug productType category hasCategory isPublished isVisibleInListing")
declare("ProductWhereInput", "attributes updatedAt AND OR")
declare("ProductFilterInput", "search metadata ids slugs categories productTypes updatedAt isPublished")
declare("ProductVariantFilterInput", "search sku metadata updatedAt")
declare("ProductTypeFilterInput", "search ids slugs")
declare("AttributeInput", "slug value values")
declare("AssignedAttributeValueInput", "slug name reference")
declare("AssignedAttributeReferenceInput", "pageSlugs")
declare("ContainsFilterInput", "containsAny")
declare("ProductOrder", "direction field channel")
ORDERS = {
    "NAME": "name",
    "LAST_MODIFIED_AT": "updated_at",
    "LAST_MODIFIED": "updated_at",
    "DATE": "updated_at",
    "CREATED_AT": "created",
    "TYPE": "product_type__name",
    "RATING": "rating",
}


def asked_channel(context: Context, slug: str | None) -> Channel | None:
    """Return the channel a query runs in: the one named, or for shoppers the only one there is."""
    if slug:
        return context.channel(slug)
    if is_catalogue_staff(context.requestor):
        return None
    active = [channel for channel in all_channels(context).values() if channel.is_active]
    if len(active) > 1:
        raise EngineError("More than one channel exists. Specify which channel to use.", "GraphQLError")
    return active[0] if active else None


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


def product_page(context: Context, channel: Channel | None, args: dict[str, Any], **columns: Any) -> Connection:
    """Return one page of the products the requestor sees, filtered, searched and ordered by the arguments."""
    rows = visible_products(context, channel).filter(**columns)
    if channel is not None and not is_catalogue_staff(context.requestor):
        rows = rows.filter(product_where({"isVisibleInListing": True}, channel))
    wanted = args.get("filter") or {}
    if args.get("where"):
        rows = rows.filter(product_where(args["where"], channel))
    rows = _filter(rows, wanted, channel)
    search = args.get("search") or wanted.get("search")
    if search:
        rows = search_products(rows, search)
    page = connect(rows, args, order=_order(args.get("sortBy")))
    return mark(page, channel.slug if channel else None)


def _filter(rows: Any, wanted: dict[str, Any], channel: Channel | None) -> Any:
    if wanted.get("ids") is not None:
        rows = rows.filter(pk__in=pks(wanted["ids"], "Product"))
    if wanted.get("slugs") is not None:
        rows = rows.filter(slug__in=wanted["slugs"])
    if wanted.get("categories"):
        rows = rows.filter(category_id__in=pks(wanted["categories"], "Category"))
    if wanted.get("productTypes"):
        rows = rows.filter(product_type_id__in=pks(wanted["productTypes"], "ProductType"))
    if wanted.get("updatedAt"):
        rows = rows.filter(match_values("updated_at", {"range": wanted["updatedAt"]}))
    if wanted.get("isPublished") is not None:
        rows = rows.filter(product_where({"isPublished": wanted["isPublished"]}, channel))
    return rows.filter(match_metadata(wanted.get("metadata")))


def _order(sort: dict[str, Any] | None) -> tuple[str, ...]:
    if not sort or not sort.get("field"):
        return ("slug", "pk")
    column = ORDERS.get(sort["field"])
    if column is None:
        raise EngineError(f"Sorting by {sort['field']} is not served.", "GraphQLError")
    sign = "-" if sort["direction"] == "DESC" else ""
    return (f"{sign}{column}", f"{sign}pk")


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


@root("Query", "productVariants", args=f"ids channel filter search {PAGES}")
def product_variants(context: Context, args: dict[str, Any]) -> Any:
    channel = asked_channel(context, args.get("channel"))
    if args.get("channel") and channel is None:
        return connect([], args)
    rows, wanted = visible_variants(context, channel), args.get("filter") or {}
    if args.get("ids") is not None:
        rows = rows.filter(pk__in=pks(args["ids"], "ProductVariant"))
    if wanted.get("sku"):
        rows = rows.filter(sku__in=wanted["sku"])
    if wanted.get("updatedAt"):
        rows = rows.filter(match_values("updated_at", {"range": wanted["updatedAt"]}))
    rows = rows.filter(match_metadata(wanted.get("metadata")))
    search = args.get("search") or wanted.get("search")
    if search:
        rows = rows.filter(name__icontains=search) | rows.filter(sku__icontains=search)
    return mark(connect(rows, args), channel.slug if channel else None)


@field("Category", "products", args=f"filter where sortBy search channel {PAGES}")
def category_products(batch: Batch) -> list[Any]:
    """One page per category, each with its own statements: pages of several owners cannot be cut in one."""
    channel = asked_channel(batch.context, batch.args.get("channel"))
    if batch.args.get("channel") and channel is None:
        return [connect([], batch.args) for _ in batch.parents]
    return [
        product_page(batch.context, channel, batch.args, category_id__in=_subtree(batch, row)) for row in batch.parents
    ]


def _subtree(batch: Batch, row: Category) -> list[int]:
    def load() -> dict[int | None, list[int]]:
        found: dict[int | None, list[int]] = {}
        for pk, parent in Category.objects.values_list("pk", "parent_id"):
            found.setdefault(parent, []).append(pk)
        return found

    tree = batch.context.remember("category tree", load)
    keys, queue = [], [row.pk]
    while queue:
        pk = queue.pop()
        keys.append(pk)
        queue += tree.get(pk, ())
    return keys


@root("Query", "productType")
def product_type(context: Context, args: dict[str, Any]) -> Any:
    return ProductType.objects.filter(pk=asked_int(args["id"], "ProductType")).first()


@root("Query", "productTypes", args=f"filter {PAGES}")
def product_types(context: Context, args: dict[str, Any]) -> Any:
    rows, wanted = ProductType.objects.all(), args.get("filter") or {}
    if wanted.get("ids") is not None:
        rows = rows.filter(pk__in=pks(wanted["ids"], "ProductType"))
    if wanted.get("slugs") is not None:
        rows = rows.filter(slug__in=wanted["slugs"])
    if wanted.get("search"):
        rows = rows.filter(name__icontains=wanted["search"])
    return connect(rows, args, order=("name", "slug", "pk"))
