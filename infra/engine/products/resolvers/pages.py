"""Pages and page types (called models in newer words of the contract)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

from django.db import transaction
from django.db.models import Q

from infra.engine.deliveries import declare_event, emit
from infra.engine.products.assigned_filters import match_attributes
from infra.engine.products.assignments import assign_values
from infra.engine.products.filters import match_listed, match_values, match_where, match_words, pks
from infra.engine.products.loading import children, get_row, in_channel, related
from infra.engine.products.models import Attribute, Page, PageType, PageTypeAttribute
from infra.engine.products.queries import visible_pages
from infra.engine.products.resolvers.categories import by_slug, write_seo
from infra.engine.products.slugs import settle_slug
from infra.engine.schema.binding import Batch, declare, field, name_type, requires, root
from infra.engine.schema.connections import connect
from infra.engine.schema.context import Context
from infra.engine.schema.errors import refuse
from infra.engine.schema.ids import asked_int, bind_ids, int_pk
from infra.engine.schema.lengths import check_row
from infra.engine.schema.metadata import register_metadata

name_type(Page, "Page")
name_type(PageType, "PageType")
bind_ids(Page="Page", PageType="PageType")
register_metadata("Page", Page, private=("MANAGE_PAGES",), event="PAGE_UPDATED")
register_metadata("PageType", PageType, private=("MANAGE_PAGE_TYPES_AND_ATTRIBUTES",))
declare("Page", "title slug content isPublished publishedAt created seoTitle seoDescription")
declare("PageType", "name slug")
declare("PageFilterInput", "search metadata pageTypes ids slugs")
declare("PageTypeFilterInput", "search slugs")
declare("PageCreateInput", "slug title content attributes isPublished publicationDate publishedAt seo pageType")
declare("PageInput", "slug title content attributes isPublished publicationDate publishedAt seo")
declare("PageTypeCreateInput", "name slug addAttributes")
declare("PageTypeUpdateInput", "name slug addAttributes removeAttributes")
declare("PageError", "attributes")
for _payload in ("PageCreate", "PageUpdate", "PageDelete"):
    declare(_payload, "page")
for _payload in ("PageTypeCreate", "PageTypeUpdate"):
    declare(_payload, "pageType")
for _event in ("PAGE_CREATED", "PAGE_UPDATED", "PAGE_DELETED"):
    declare_event(_event, "page")
for _event in ("PAGE_TYPE_CREATED", "PAGE_TYPE_UPDATED"):
    declare_event(_event, "pageType")
PAGES = "before after first last"


@root("Query", "page")
def page(context: Context, args: dict[str, Any]) -> Any:
    """`channel` is what the goods that the page refers to are seen in."""
    rows = visible_pages(context)
    if args.get("id"):
        row = rows.filter(pk=asked_int(args["id"], "Page")).first()
    else:
        row = by_slug(None, "Page", args, rows)
    return in_channel(row, args.get("channel"))


ORDERS = {
    "TITLE": ("title", "slug"),
    "SLUG": ("slug",),
    "VISIBILITY": ("is_published", "title", "slug"),
    "CREATION_DATE": ("created", "title", "slug"),
    "CREATED_AT": ("created", "title", "slug"),
    "PUBLICATION_DATE": ("published_at", "title", "slug"),
    "PUBLISHED_AT": ("published_at", "title", "slug"),
}
WHERE: dict[str, Any] = {
    "ids": lambda said: Q(pk__in=pks(said, "Page")),
    "slug": lambda said: match_values("slug", said),
    "pageType": lambda said: match_values("page_type_id", said, lambda gid: int_pk(gid, "PageType") or 0),
    "attributes": lambda said: match_attributes("page", said),
}
declare("PageWhereInput", "ids slug pageType attributes AND OR")
declare("PageTypeSortingInput", "direction field")


@root("Query", "pages", args=f"filter where search sortBy channel {PAGES}")
def pages(context: Context, args: dict[str, Any]) -> Any:
    wanted, sort = args.get("filter") or {}, args.get("sortBy") or {}
    rows = visible_pages(context).filter(match_listed(wanted, "Page"), match_where(args.get("where"), WHERE))
    if wanted.get("pageTypes"):
        rows = rows.filter(page_type_id__in=pks(wanted["pageTypes"], "PageType"))
    for text in (args.get("search"), wanted.get("search")):
        rows = rows.filter(match_words(text, "title", "slug"))
    columns, sign = ORDERS.get(sort.get("field") or "", ORDERS["SLUG"]), "-" if sort.get("direction") == "DESC" else ""
    found = connect(rows, args, order=(*(f"{sign}{column}" for column in columns), f"{sign}pk"))
    for edge in found.edges:
        in_channel(edge["node"], args.get("channel"))
    return found


@root("Query", "pageType")
def page_type(context: Context, args: dict[str, Any]) -> Any:
    return PageType.objects.filter(pk=asked_int(args["id"], "PageType")).first()


@root("Query", "pageTypes", args=f"filter sortBy {PAGES}")
def page_types(context: Context, args: dict[str, Any]) -> Any:
    wanted, sort = args.get("filter") or {}, args.get("sortBy") or {}
    rows = PageType.objects.filter(match_listed(wanted, "PageType"), match_words(wanted.get("search"), "name", "slug"))
    columns, sign = ("slug",) if sort.get("field") == "SLUG" else ("name", "slug"), ""
    if sort.get("direction") == "DESC":
        sign = "-"
    return connect(rows, args, order=(*(f"{sign}{column}" for column in columns), f"{sign}pk"))


@field("Page", "pageType")
def page_page_type(batch: Batch) -> list[Any]:
    return related(batch, PageType, "page_type_id")


@field("PageType", "attributes")
def page_type_attributes(batch: Batch) -> list[Any]:
    rows = PageTypeAttribute.objects.select_related("attribute")
    if not batch.context.requestor.has_perm("MANAGE_PAGES"):
        rows = rows.filter(attribute__visible_in_storefront=True)
    return [[row.attribute for row in found] for found in children(batch, rows, "page_type_id")]


def _write(row: Page, data: dict[str, Any], context: Context) -> None:
    is_new = row.pk is None
    if data.get("title") is not None:
        row.title = data["title"]
    if not row.title:
        raise refuse("title", "This field cannot be blank.", "REQUIRED")
    if is_new or data.get("slug") is not None:
        row.slug = settle_slug(Page, given=data.get("slug"), name=row.title, row=row)
    if "content" in data:
        row.content = data["content"]
    write_seo(row, data.get("seo"))
    if data.get("isPublished") is not None:
        row.is_published = data["isPublished"]
    if "publishedAt" in data:
        row.published_at = data["publishedAt"]
    elif data.get("publicationDate"):
        row.published_at = datetime.combine(_day(data["publicationDate"]), time(), tzinfo=UTC)
    if row.is_published and row.published_at is None:
        row.published_at = context.now
    check_row(row)
    row.save()
    assign_values(row, data.get("attributes"), is_new=is_new)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise refuse("publicationDate", "Enter a valid date.", "INVALID") from None


@root("Mutation", "pageCreate")
@requires("MANAGE_PAGES")
def page_create(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    data = args["input"]
    with transaction.atomic("engine"):
        row = Page(page_type=get_row(PageType, data["pageType"], "PageType", field="pageType"))
        _write(row, data, context)
        emit(event="PAGE_CREATED", obj=row)
    return {"page": row}


@root("Mutation", "pageUpdate")
@requires("MANAGE_PAGES")
def page_update(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    with transaction.atomic("engine"):
        row = get_row(Page, args["id"], "Page", lock=True)
        _write(row, args["input"], context)
        emit(event="PAGE_UPDATED", obj=row)
    return {"page": row}


@root("Mutation", "pageDelete")
@requires("MANAGE_PAGES")
def page_delete(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    with transaction.atomic("engine"):
        row = get_row(Page, args["id"], "Page", lock=True)
        shown = Page.objects.get(pk=row.pk)
        emit(event="PAGE_DELETED", obj=row)
        row.delete()
    return {"page": shown}


def _attributes(gids: list[str] | None, field_name: str) -> list[Attribute]:
    rows = Attribute.objects.filter(pk__in=pks(gids, "Attribute"))
    if any(row.type != "PAGE_TYPE" for row in rows):
        raise refuse(field_name, "Only page attributes can be assigned.", "INVALID")
    by_pk = {row.pk: row for row in rows}
    return [by_pk[pk] for pk in pks(gids, "Attribute") if pk in by_pk]


@root("Mutation", "pageTypeCreate")
@requires("MANAGE_PAGE_TYPES_AND_ATTRIBUTES")
def page_type_create(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    data = args["input"]
    if not data.get("name"):
        raise refuse("name", "This field cannot be blank.", "REQUIRED")
    with transaction.atomic("engine"):
        slug = settle_slug(PageType, given=data.get("slug"), name=data["name"])
        check_row(PageType(name=data["name"], slug=slug))
        row = PageType.objects.create(name=data["name"], slug=slug)
        add_page_attributes(row, _attributes(data.get("addAttributes"), "addAttributes"))
        emit(event="PAGE_TYPE_CREATED", obj=row)
    return {"page_type": row}


@root("Mutation", "pageTypeUpdate")
@requires("MANAGE_PAGE_TYPES_AND_ATTRIBUTES")
def page_type_update(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    data = args["input"]
    with transaction.atomic("engine"):
        row = get_row(PageType, args["id"], "PageType", lock=True)
        if data.get("name"):
            row.name = data["name"]
        if data.get("slug") is not None:
            row.slug = settle_slug(PageType, given=data["slug"], name=row.name, row=row)
        check_row(row)
        row.save()
        add_page_attributes(row, _attributes(data.get("addAttributes"), "addAttributes"))
        gone = pks(data.get("removeAttributes"), "Attribute")
        PageTypeAttribute.objects.filter(page_type=row, attribute_id__in=gone).delete()
        emit(event="PAGE_TYPE_UPDATED", obj=row)
    return {"page_type": row}


def add_page_attributes(row: PageType, attributes: list[Attribute]) -> None:
    """Let pages of a type carry `attributes`; those it carries already stay where they are."""
    start = PageTypeAttribute.objects.filter(page_type=row).count()
    for index, attribute in enumerate(attributes):
        PageTypeAttribute.objects.get_or_create(
            page_type=row, attribute=attribute, defaults={"sort_order": start + index}
        )
