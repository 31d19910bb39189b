"""Items of menus: made, changed, moved and deleted."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from infra.engine.deliveries import emit
from infra.engine.menus.models import Menu, MenuItem
from infra.engine.menus.resolvers.menu_mutations import settle_target
from infra.engine.products.loading import all_named, get_row
from infra.engine.products.moves import move_rows
from infra.engine.schema.binding import declare, requires, root
from infra.engine.schema.context import Context
from infra.engine.schema.errors import refuse
from infra.engine.schema.lengths import check_row

Data = dict[str, Any]
for _kind in ("Create", "Update", "Delete"):
    declare(f"MenuItem{_kind}", "menuItem")
declare("MenuItemMove", "menu")
declare("MenuItemBulkDelete", "count")


@root("Mutation", "menuItemCreate")
@requires("MANAGE_MENUS")
def menu_item_create(context: Context, args: Data) -> Data:
    data = args["input"]
    with transaction.atomic("engine"):
        menu = get_row(Menu, data["menu"], "Menu", field="menu", lock=True)
        parent = get_row(MenuItem, data["parent"], "MenuItem", field="parent") if data.get("parent") else None
        if not data["name"]:
            raise refuse("name", "This field cannot be blank.", "REQUIRED")
        row = MenuItem(menu=menu, parent=parent, name=data["name"], level=parent.level + 1 if parent else 0)
        row.sort_order = MenuItem.objects.filter(menu=menu, parent=parent).count()
        for column, value in settle_target(data, field=None).items():
            setattr(row, column, value)
        check_row(row)
        row.save()
        emit(event="MENU_ITEM_CREATED", obj=row)
    return {"menu_item": row}


@root("Mutation", "menuItemUpdate")
@requires("MANAGE_MENUS")
def menu_item_update(context: Context, args: Data) -> Data:
    """What the item leads to is replaced as a whole: an input that names none leaves none."""
    with transaction.atomic("engine"):
        row = get_row(MenuItem, args["id"], "MenuItem", lock=True)
        if args["input"].get("name"):
            row.name = args["input"]["name"]
        for column, value in settle_target(args["input"], field=None).items():
            setattr(row, column, value)
        check_row(row)
        row.save()
        emit(event="MENU_ITEM_UPDATED", obj=row)
    return {"menu_item": row}


@root("Mutation", "menuItemDelete")
@requires("MANAGE_MENUS")
def menu_item_delete(context: Context, args: Data) -> Data:
    with transaction.atomic("engine"):
        row = get_row(MenuItem, args["id"], "MenuItem", lock=True)
        shown = MenuItem.objects.get(pk=row.pk)
        emit(event="MENU_ITEM_DELETED", obj=row)
        row.delete()
    return {"menu_item": shown}


@root("Mutation", "menuItemBulkDelete")
@requires("MANAGE_MENUS")
def menu_item_bulk_delete(context: Context, args: Data) -> Data:
    with transaction.atomic("engine"):
        rows = all_named(MenuItem, args["ids"], "MenuItem")
        for row in rows:
            emit(event="MENU_ITEM_DELETED", obj=row)
        MenuItem.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return {"count": len(rows)}


@root("Mutation", "menuItemMove")
@requires("MANAGE_MENUS")
def menu_item_move(context: Context, args: Data) -> Data:
    """Each move sets an item under `parentId` (none: to the top) and then moves it by `sortOrder` steps there."""
    with transaction.atomic("engine"):
        menu = get_row(Menu, args["menu"], "Menu", field="menu", lock=True)
        for move in args["moves"]:
            item = _item(menu, move["itemId"])
            parent = _item(menu, move["parentId"]) if move.get("parentId") else None
            _set_parent(item, parent)
            if move.get("sortOrder"):
                siblings = list(MenuItem.objects.filter(menu=menu, parent=parent))
                move_rows(siblings, {item.pk: move["sortOrder"]})
        emit(event="MENU_UPDATED", obj=menu)
    return {"menu": menu}


def _item(menu: Menu, gid: str) -> MenuItem:
    row = get_row(MenuItem, gid, "MenuItem", field="item")
    if row.menu_id != menu.pk:
        raise refuse("item", f"Couldn't resolve to a node: {gid}", "NOT_FOUND")
    return row


def _set_parent(item: MenuItem, parent: MenuItem | None) -> None:
    above = parent
    while above is not None:
        if above.pk == item.pk:
            raise refuse("parentId", "Cannot assign a node as child of itself.", "CANNOT_ASSIGN_NODE")
        above = above.parent
    if item.parent_id == (parent.pk if parent else None):
        return
    item.parent = parent
    item.sort_order = MenuItem.objects.filter(menu_id=item.menu_id, parent=parent).count()
    item.save()
    _settle_levels(item, parent.level + 1 if parent else 0)


def _settle_levels(item: MenuItem, level: int) -> None:
    if item.level != level:
        MenuItem.objects.filter(pk=item.pk).update(level=level)
        item.level = level
    for child in item.children.all():
        _settle_levels(child, level + 1)
