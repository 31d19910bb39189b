"""Menus and their items: read."""

from __future__ import annotations

from typing import Any

from django.db.models import Count

from infra.engine.deliveries import declare_event
from infra.engine.menus.models import Menu, MenuItem
from infra.engine.prepared import in_bulk
from infra.engine.products.filters import match_listed, match_words
from infra.engine.products.loading import children, in_channel, related
from infra.engine.products.models import Category, Channel, Collection
from infra.engine.products.queries import find_channel, is_catalogue_staff, visible_collections, visible_pages
from infra.engine.products.resolvers.catalogue_queries import mark
from infra.engine.products.resolvers.translations import Translatable, make_translatable
from infra.engine.schema.binding import Batch, declare, field, name_type, root
from infra.engine.schema.connections import connect
from infra.engine.schema.context import Context
from infra.engine.schema.errors import EngineError
from infra.engine.schema.ids import asked_int, bind_ids
from infra.engine.schema.metadata import register_metadata

name_type(Menu, "Menu")
name_type(MenuItem, "MenuItem")
bind_ids(Menu="Menu", MenuItem="MenuItem")
register_metadata("Menu", Menu, private=("MANAGE_MENUS",), event="MENU_UPDATED")
register_metadata("MenuItem", MenuItem, private=("MANAGE_MENUS",), event="MENU_ITEM_UPDATED")
make_translatable(Translatable("MenuItem", MenuItem, "name", "menuItemId", "menuItemTranslate", "menuItem"))
declare("Menu", "name slug")
declare("MenuItem", "name level url")
declare("MenuFilterInput", "search slug slugs metadata")
for _event in ("MENU_CREATED", "MENU_UPDATED", "MENU_DELETED"):
    declare_event(_event, "menu")
for _event in ("MENU_ITEM_CREATED", "MENU_ITEM_UPDATED", "MENU_ITEM_DELETED"):
    declare_event(_event, "menuItem")


def _slug(row: Any) -> str | None:
    return getattr(row, "channel_slug", None)


@root("Query", "menu")
def menu(context: Context, args: dict[str, Any]) -> Any:
    given = [name for name in ("id", "name", "slug") if args.get(name)]
    if len(given) != 1:
        raise EngineError("Exactly one of 'id', 'name' and 'slug' is required.", "GraphQLError")
    rows = Menu.objects.all()
    if given == ["id"]:
        row = rows.filter(pk=asked_int(args["id"], "Menu")).first()
    else:
        row = rows.filter(**{given[0]: args[given[0]]}).first()
    return in_channel(row, args.get("channel"))


@root("Query", "menus")
def menus(context: Context, args: dict[str, Any]) -> Any:
    wanted, sort = args.get("filter") or {}, args.get("sortBy") or {}
    rows = Menu.objects.filter(match_listed(wanted, "Menu"), match_words(wanted.get("search"), "name", "slug"))
    if wanted.get("slug"):
        rows = rows.filter(slug__in=wanted["slug"])
    sign = "-" if sort.get("direction") == "DESC" else ""
    order: tuple[str, ...] = ("pk",)
    if sort.get("field") == "ITEMS_COUNT":
        rows = rows.annotate(items_count=Count("items"))
        order = (f"{sign}items_count", f"{sign}name", f"{sign}pk")
    elif sort:
        order = (f"{sign}name", f"{sign}pk")
    return mark(connect(rows, args, order=order), args.get("channel"))


@field("Menu", "items")
def menu_items(batch: Batch) -> list[Any]:
    return _marked(batch, children(batch, MenuItem.objects.filter(parent=None), "menu_id"))


@field("MenuItem", "children")
def item_children(batch: Batch) -> list[Any]:
    return _marked(batch, children(batch, MenuItem.objects.all(), "parent_id"))


def _marked(batch: Batch, found: list[list[MenuItem]]) -> list[list[MenuItem]]:
    for parent, rows in zip(batch.parents, found, strict=True):
        for row in rows:
            in_channel(row, _slug(parent))
    return found


@field("MenuItem", "menu")
def item_menu(batch: Batch) -> list[Any]:
    return [
        in_channel(row, _slug(item)) for row, item in zip(related(batch, Menu, "menu_id"), batch.parents, strict=True)
    ]


@field("MenuItem", "parent")
def item_parent(batch: Batch) -> list[Any]:
    found = related(batch, MenuItem, "parent_id")
    return [in_channel(row, _slug(item)) for row, item in zip(found, batch.parents, strict=True)]


@field("MenuItem", "category")
def item_category(batch: Batch) -> list[Any]:
    return related(batch, Category, "category_id")


@field("MenuItem", "collection")
def item_collection(batch: Batch) -> list[Any]:
    """Only a collection that the requestor sees in the channel of the menu; who manages goods needs none."""
    answers: list[Any] = [None] * len(batch.parents)
    places: dict[str | None, list[int]] = {}
    for index, item in enumerate(batch.parents):
        if item.collection_id is not None:
            places.setdefault(_slug(item), []).append(index)
    for slug, indexes in places.items():
        channel: Channel | None = find_channel(batch.context, slug)
        pks = {batch.parents[index].collection_id for index in indexes}
        if is_catalogue_staff(batch.context.requestor):
            found = in_bulk(Collection, pks)
        else:
            found = {row.pk: row for row in visible_collections(batch.context, channel).filter(pk__in=pks)}
        for index in indexes:
            answers[index] = in_channel(found.get(batch.parents[index].collection_id), slug)
    return answers


@field("MenuItem", "page")
def item_page(batch: Batch) -> list[Any]:
    pks = {item.page_id for item in batch.parents} - {None}
    found = {row.pk: row for row in visible_pages(batch.context).filter(pk__in=pks)} if pks else {}
    return [in_channel(found.get(item.page_id), _slug(item)) for item in batch.parents]
