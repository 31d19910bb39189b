"""Menus: made, changed and deleted."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from infra.engine.deliveries import emit
from infra.engine.menus.models import Menu, MenuItem
from infra.engine.products.loading import all_named, get_row
from infra.engine.products.models import Category, Collection, Page
from infra.engine.products.slugs import settle_slug
from infra.engine.schema.binding import declare, requires, root
from infra.engine.schema.context import Context
from infra.engine.schema.errors import refuse
from infra.engine.schema.lengths import check_row

Data = dict[str, Any]
for _kind in ("Create", "Update", "Delete"):
    declare(f"Menu{_kind}", "menu")
declare("MenuBulkDelete", "count")
#: what an item may lead to, besides an address: name of the input, model, type
TARGETS: tuple[tuple[str, Any, str], ...] = (
    ("category", Category, "Category"),
    ("collection", Collection, "Collection"),
    ("page", Page, "Page"),
)


def settle_target(data: Data, *, field: str | None) -> Data:
    """Return the columns of what a MenuItemInput leads to, those not named empty.

    Raises UserErrors: TOO_MANY_MENU_ITEMS on `field` for more than one target, NOT_FOUND, GRAPHQL_ERROR.
    """
    named = [name for name in ("category", "collection", "page", "url") if data.get(name)]
    if len(named) > 1:
        raise refuse(field, "More than one item provided.", "TOO_MANY_MENU_ITEMS")
    columns: Data = {"url": data.get("url") or None}
    for name, model, type_name in TARGETS:
        columns[name] = get_row(model, data[name], type_name, field=field or name) if data.get(name) else None
    return columns


@root("Mutation", "menuCreate")
@requires("MANAGE_MENUS")
def menu_create(context: Context, args: Data) -> Data:
    data = args["input"]
    with transaction.atomic("engine"):
        if not data["name"]:
            raise refuse("name", "This field cannot be blank.", "REQUIRED")
        slug = settle_slug(Menu, given=data.get("slug"), name=data["name"])
        check_row(Menu(name=data["name"], slug=slug))
        row = Menu.objects.create(name=data["name"], slug=slug)
        for index, item in enumerate(data.get("items") or ()):
            columns = settle_target(item, field="items")
            if not any(columns.values()):
                raise refuse("items", "No menu item provided.", "NO_MENU_ITEM_PROVIDED")
            made = MenuItem(menu=row, name=item.get("name") or "", sort_order=index, **columns)
            check_row(made)
            made.save()
        emit(event="MENU_CREATED", obj=row)
    return {"menu": row}


@root("Mutation", "menuUpdate")
@requires("MANAGE_MENUS")
def menu_update(context: Context, args: Data) -> Data:
    data = args["input"]
    with transaction.atomic("engine"):
        row = get_row(Menu, args["id"], "Menu", lock=True)
        if data.get("name"):
            row.name = data["name"]
        if data.get("slug") is not None:
            row.slug = settle_slug(Menu, given=data["slug"], name=row.name, row=row)
        check_row(row)
        row.save()
        emit(event="MENU_UPDATED", obj=row)
    return {"menu": row}


@root("Mutation", "menuDelete")
@requires("MANAGE_MENUS")
def menu_delete(context: Context, args: Data) -> Data:
    with transaction.atomic("engine"):
        row = get_row(Menu, args["id"], "Menu", lock=True)
        shown = Menu.objects.get(pk=row.pk)
        emit(event="MENU_DELETED", obj=row)
        row.delete()
    return {"menu": shown}


@root("Mutation", "menuBulkDelete")
@requires("MANAGE_MENUS")
def menu_bulk_delete(context: Context, args: Data) -> Data:
    with transaction.atomic("engine"):
        rows = all_named(Menu, args["ids"], "Menu")
        for row in rows:
            emit(event="MENU_DELETED", obj=row)
            row.delete()
    return {"count": len(rows)}
