"""Categories."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Case, Count, IntegerField, Q, Value, When

from infra.engine.deliveries import declare_event, emit
from infra.engine.discounts.prices import mark_stale
from infra.engine.media.uploads import keep_picture
from infra.engine.products.filters import between, match_listed, match_metadata, match_where, match_words, pks
from infra.engine.products.loading import all_named, get_row, related
from infra.engine.products.models import Category, Product, Translation
from infra.engine.products.queries import category_tree
from infra.engine.products.slugs import settle_slug
from infra.engine.schema.binding import Batch, declare, field, name_type, requires, root
from infra.engine.schema.connections import connect
from infra.engine.schema.context import Context
from infra.engine.schema.errors import EngineError, refuse
from infra.engine.schema.ids import asked_int, bind_ids
from infra.engine.schema.lengths import check_row
from infra.engine.schema.metadata import register_metadata
from infra.engine.schema.metadata_mutations import pairs_to_dict

name_type(Category, "Category")
bind_ids(Category="Category")
register_metadata("Category", Category, private=("MANAGE_PRODUCTS",), event="CATEGORY_UPDATED")
declare("Category", "name slug level updatedAt description seoTitle seoDescription")
declare("CategoryFilterInput", "search metadata ids slugs updatedAt")
declare("CategoryWhereInput", "metadata ids AND OR")
declare("CategoryInput", "description name slug seo backgroundImage backgroundImageAlt metadata privateMetadata")
declare("CategoryBulkDelete", "count")
declare("SeoInput", "title description")
PAGES = "before after first last"
for _payload in ("CategoryCreate", "CategoryUpdate", "CategoryDelete"):
    declare(_payload, "category")
for _event in ("CATEGORY_CREATED", "CATEGORY_UPDATED", "CATEGORY_DELETED"):
    declare_event(_event, "category")


ORDERS = {
    "NAME": ("name", "slug"),
    "PRODUCT_COUNT": ("product_count", "name", "slug"),
    "SUBCATEGORY_COUNT": ("subcategory_count", "name", "slug"),
}


@root("Query", "categories", args=f"filter where sortBy level {PAGES}")
def categories(context: Context, args: dict[str, Any]) -> Any:
    wanted = args.get("filter") or {}
    rows = Category.objects.filter(
        match_listed(wanted, "Category"),
        match_words(wanted.get("search"), "name", "slug", "description"),
        match_where(
            args.get("where"), {"metadata": match_metadata, "ids": lambda said: Q(pk__in=pks(said, "Category"))}
        ),
        between("updated_at", wanted.get("updatedAt")),
    )
    if args.get("level") is not None:
        rows = rows.filter(level=args["level"])
    rows, order = _ordered(rows, args.get("sortBy"))
    return connect(rows, args, order=order)


def _ordered(rows: Any, sort: dict[str, Any] | None) -> tuple[Any, tuple[str, ...]]:
    if not sort:
        return rows, ("pk",)
    columns, sign = ORDERS[sort["field"]], "-" if sort["direction"] == "DESC" else ""
    if columns[0] == "subcategory_count":
        rows = rows.annotate(subcategory_count=Count("children"))
    elif columns[0] == "product_count":
        rows = rows.annotate(product_count=_goods_below())
    return rows, (*(f"{sign}{column}" for column in columns), f"{sign}pk")


def _goods_below() -> Any:
    """How many products a category and all below it have: counted once, for the tree is small."""
    own = dict(
        Product.objects.order_by().exclude(category=None).values_list("category_id").annotate(number=Count("pk"))
    )
    tree = category_tree()

    def count(pk: int) -> int:
        return own.get(pk, 0) + sum(count(child) for child in tree.get(pk, ()))

    sums = [When(pk=pk, then=Value(count(pk))) for pks_ in tree.values() for pk in pks_]
    return Case(*sums, default=Value(0), output_field=IntegerField()) if sums else Value(0)


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
        raise EngineError("At least one of arguments is required: 'id', 'slug', 'externalReference'.", "GraphQLError")
    if language:
        found = Translation.objects.filter(kind=kind, language_code=language, slug=slug).first()
        return rows.filter(pk=found.object_id).first() if found else None
    return rows.filter(slug=slug).first()


@field("Category", "parent")
def category_parent(batch: Batch) -> list[Any]:
    return related(batch, Category, "parent_id")


@field("Category", "ancestors")
def category_ancestors(batch: Batch) -> list[Any]:
    """From the top of the tree down to the parent; one statement per level."""
    known: dict[int, Category] = {}
    wanted = {row.parent_id for row in batch.parents} - {None}
    while wanted:
        found = Category.objects.in_bulk(wanted)
        known |= found
        wanted = {row.parent_id for row in found.values()} - {None} - set(known)
    answers = []
    for row in batch.parents:
        line, pk = [], row.parent_id
        while pk is not None:
            line.append(known[pk])
            pk = known[pk].parent_id
        answers.append(connect(line[::-1], batch.args))
    return answers


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
    if data.get("backgroundImage") is not None:
        row.background_image = keep_picture(data["backgroundImage"], folder="categories", field="backgroundImage")
    if data.get("backgroundImageAlt") is not None:
        row.background_image_alt = data["backgroundImageAlt"]
    write_seo(row, data.get("seo"))
    row.metadata = {**row.metadata, **pairs_to_dict(data.get("metadata"))}
    row.private_metadata = {**row.private_metadata, **pairs_to_dict(data.get("privateMetadata"))}
    check_row(row)
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
        mark_stale()
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
        mark_stale()
    return {"category": shown}


@root("Mutation", "categoryBulkDelete")
@requires("MANAGE_PRODUCTS")
def category_bulk_delete(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    with transaction.atomic("engine"):
        rows = all_named(Category, args["ids"], "Category")
        for row in rows:
            emit(event="CATEGORY_DELETED", obj=row)
        Product.objects.filter(category__in=rows).update(updated_at=context.now)
        Category.objects.filter(pk__in=[row.pk for row in rows]).delete()
        mark_stale()
    return {"count": len(rows)}
