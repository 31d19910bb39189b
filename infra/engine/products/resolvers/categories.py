"""Categories."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Q

from infra.engine.deliveries import declare_event, emit
from infra.engine.products.filters import match_metadata, pks
from infra.engine.products.loading import get_row, related
from infra.engine.products.models import Category, Product, Translation
from infra.engine.products.slugs import settle_slug
from infra.engine.schema.binding import Batch, declare, field, name_type, requires, root
from infra.engine.schema.connections import connect
from infra.engine.schema.context import Context
from infra.engine.schema.errors import refuse
from infra.engine.schema.ids import asked_int, bind_ids
from infra.engine.schema.metadata import register_metadata
from infra.engine.schema.metadata_mutations import pairs_to_dict

name_type(Category, "Category")
bind_ids(Category="Category")
register_metadata("Category", Category, private=("MANAGE_PRODUCTS",), event="CATEGORY_UPDATED")
declare("Category", "name slug level updatedAt description seoTitle seoDescription")
declare("CategoryFilterInput", "search metadata ids slugs")
declare("CategoryInput", "description name slug seo metadata privateMetadata")
declare("SeoInput", "title description")
PAGES = "before after first last"
for _payload in ("CategoryCreate", "CategoryUpdate", "CategoryDelete"):
    declare(_payload, "category")
for _event in ("CATEGORY_CREATED", "CATEGORY_UPDATED", "CATEGORY_DELETED"):
    declare_event(_event, "category")


@root("Query", "categories", args=f"filter level {PAGES}")
def categories(context: Context, args: dict[str, Any]) -> Any:
    wanted = args.get("filter") or {}
    rows = Category.objects.filter(match_metadata(wanted.get("metadata")))
    if args.get("level") is not None:
        rows = rows.filter(level=args["level"])
    if wanted.get("ids") is not None:
        rows = rows.filter(pk__in=pks(wanted["ids"], "Category"))
    if wanted.get("slugs") is not None:
        rows = rows.filter(slug__in=wanted["slugs"])
    if wanted.get("search"):
        rows = rows.filter(Q(name__icontains=wanted["search"]) | Q(slug__icontains=wanted["search"]))
    return connect(rows, args)


@root("Query", "category")
def category(context: Context, args: dict[str, Any]) -> Any:
    if args.get("id"):
        return Category.objects.filter(pk=asked_int(args["id"], "Category")).first()
    return by_slug(Category, "Category", args)


def by_slug(model: Any, kind: str, args: dict[str, Any], rows: Any = None) -> Any:
    """Return the row of `slug`, which with `slugLanguageCode` is that language's slug."""
    rows = model.objects.all() if rows is None else rows
    slug, language = args.get("slug"), args.get("slugLanguageCode")
    if not slug:
        return None
    if language:
        found = Translation.objects.filter(kind=kind, language_code=language, slug=slug).first()
        return rows.filter(pk=found.object_id).first() if found else None
    return rows.filter(slug=slug).first()


@field("Category", "parent")
def category_parent(batch: Batch) -> list[Any]:
    return related(batch, Category, "parent_id")


@field("Category", "children", args=PAGES)
def category_children(batch: Batch) -> list[Any]:
    return [connect(Category.objects.filter(parent=row), batch.args) for row in batch.parents]


def _write(row: Category, data: dict[str, Any]) -> None:
    if data.get("name"):
        row.name = data["name"]
    if not row.slug or data.get("slug") is not None:
        row.slug = settle_slug(Category, given=data.get("slug"), name=row.name, row=row)
    if "description" in data:
        row.description = data["description"]
    write_seo(row, data.get("seo"))
    row.metadata = {**row.metadata, **pairs_to_dict(data.get("metadata"))}
    row.private_metadata = {**row.private_metadata, **pairs_to_dict(data.get("privateMetadata"))}
    row.save()


def write_seo(row: Any, seo: dict[str, Any] | None) -> None:
    """Write what a SeoInput says onto a row with seo columns."""
    for name, column in (("title", "seo_title"), ("description", "seo_description")):
        if seo and name in seo:
            setattr(row, column, seo[name])


@root("Mutation", "categoryCreate")
@requires("MANAGE_PRODUCTS")
def category_create(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    data = args["input"]
    if not data.get("name"):
        raise refuse("name", "This field cannot be blank.", "REQUIRED")
    with transaction.atomic("engine"):
        row = Category()
        if args.get("parent"):
            row.parent = get_row(Category, args["parent"], "Category", field="parent")
            row.level = row.parent.level + 1
        _write(row, data)
        emit(event="CATEGORY_CREATED", obj=row)
    return {"category": row}


@root("Mutation", "categoryUpdate", args="id input")
@requires("MANAGE_PRODUCTS")
def category_update(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    with transaction.atomic("engine"):
        row = get_row(Category, args.get("id"), "Category", lock=True)
        _write(row, args["input"])
        emit(event="CATEGORY_UPDATED", obj=row)
    return {"category": row}


@root("Mutation", "categoryDelete")
@requires("MANAGE_PRODUCTS")
def category_delete(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    with transaction.atomic("engine"):
        row = get_row(Category, args["id"], "Category", lock=True)
        shown = Category.objects.get(pk=row.pk)
        emit(event="CATEGORY_DELETED", obj=row)
        Product.objects.filter(category=row).update(updated_at=context.now)
        row.delete()
    return {"category": shown}
