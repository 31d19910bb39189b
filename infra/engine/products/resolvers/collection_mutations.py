"""Collections: made, changed, filled, listed in channels and deleted."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any

from django.db import transaction

from infra.engine.deliveries import emit
from infra.engine.discounts.prices import mark_stale
from infra.engine.media.uploads import keep_picture
from infra.engine.products.filters import pks
from infra.engine.products.loading import all_named, get_row
from infra.engine.products.models import (
    Channel,
    Collection,
    CollectionChannelListing,
    CollectionProduct,
    Product,
)
from infra.engine.products.moves import move_rows
from infra.engine.products.resolvers.categories import write_seo
from infra.engine.products.slugs import settle_slug
from infra.engine.schema.binding import declare, requires, root
from infra.engine.schema.context import Context
from infra.engine.schema.errors import MutationError, UserErrors, refuse
from infra.engine.schema.ids import from_global_id
from infra.engine.schema.lengths import check_row
from infra.engine.schema.metadata_mutations import pairs_to_dict

Data = dict[str, Any]
_COMMON = "name slug description backgroundImage backgroundImageAlt seo metadata privateMetadata"
declare("CollectionCreateInput", f"{_COMMON} products")
declare("CollectionInput", _COMMON)
for _kind in ("Create", "Update", "Delete", "AddProducts", "RemoveProducts", "ReorderProducts", "ChannelListingUpdate"):
    declare(f"Collection{_kind}", "collection")
declare("CollectionBulkDelete", "count")
declare("CollectionChannelListingError", "channels")
declare("PublishableChannelListingInput", "channelId isPublished publicationDate publishedAt")


def _write(row: Collection, data: Data) -> None:
    if data.get("name") is not None:
        row.name = data["name"]
    if not row.name:
        raise refuse("name", "This field cannot be blank.", "REQUIRED")
    if not row.slug or data.get("slug") is not None:
        row.slug = settle_slug(Collection, given=data.get("slug"), name=row.name, row=row)
    if "description" in data:
        row.description = data["description"]
    if data.get("backgroundImage") is not None:
        row.background_image = keep_picture(data["backgroundImage"], folder="collections", field="backgroundImage")
    if data.get("backgroundImageAlt") is not None:
        row.background_image_alt = data["backgroundImageAlt"]
    write_seo(row, data.get("seo"))
    row.metadata = {**row.metadata, **pairs_to_dict(data.get("metadata"))}
    row.private_metadata = {**row.private_metadata, **pairs_to_dict(data.get("privateMetadata"), "privateMetadata")}
    check_row(row)
    row.save()


def _products(gids: list[str]) -> list[Product]:
    found = Product.objects.in_bulk(pks(gids, "Product"))
    if len(found) < len(set(gids)):
        raise refuse("products", "Could not resolve to a node.", "GRAPHQL_ERROR")
    return list(found.values())


def _add(row: Collection, products: list[Product]) -> None:
    there = set(row.product_rows.values_list("product_id", flat=True))
    CollectionProduct.objects.bulk_create(
        CollectionProduct(collection=row, product=product) for product in products if product.pk not in there
    )


@root("Mutation", "collectionCreate")
@requires("MANAGE_PRODUCTS")
def collection_create(context: Context, args: Data) -> Data:
    with transaction.atomic("engine"):
        row = Collection()
        _write(row, args["input"])
        _add(row, _products(args["input"].get("products") or []))
        mark_stale()
        emit(event="COLLECTION_CREATED", obj=row)
    return {"collection": row}


@root("Mutation", "collectionUpdate")
@requires("MANAGE_PRODUCTS")
def collection_update(context: Context, args: Data) -> Data:
    with transaction.atomic("engine"):
        row = get_row(Collection, args["id"], "Collection", lock=True)
        _write(row, args["input"])
        mark_stale()
        emit(event="COLLECTION_UPDATED", obj=row)
    return {"collection": row}


@root("Mutation", "collectionDelete")
@requires("MANAGE_PRODUCTS")
def collection_delete(context: Context, args: Data) -> Data:
    with transaction.atomic("engine"):
        row = get_row(Collection, args["id"], "Collection", lock=True)
        shown = Collection.objects.get(pk=row.pk)
        _delete(row)
    return {"collection": shown}


def _delete(row: Collection) -> None:
    products = list(Product.objects.filter(collection_rows__collection=row))
    emit(event="COLLECTION_DELETED", obj=row)
    row.delete()
    mark_stale()
    for product in products:
        emit(event="PRODUCT_UPDATED", obj=product)


@root("Mutation", "collectionBulkDelete")
@requires("MANAGE_PRODUCTS")
def collection_bulk_delete(context: Context, args: Data) -> Data:
    with transaction.atomic("engine"):
        rows = all_named(Collection, args["ids"], "Collection")
        for row in rows:
            _delete(row)
    return {"count": len(rows)}


@root("Mutation", "collectionAddProducts")
@requires("MANAGE_PRODUCTS")
def collection_add_products(context: Context, args: Data) -> Data:
    with transaction.atomic("engine"):
        row = get_row(Collection, args["collectionId"], "Collection", field="collectionId", lock=True)
        products = _products(args["products"])
        _add(row, products)
        mark_stale()
        for product in products:
            emit(event="PRODUCT_UPDATED", obj=product)
    return {"collection": row}


@root("Mutation", "collectionRemoveProducts")
@requires("MANAGE_PRODUCTS")
def collection_remove_products(context: Context, args: Data) -> Data:
    with transaction.atomic("engine"):
        row = get_row(Collection, args["collectionId"], "Collection", field="collectionId", lock=True)
        products = _products(args["products"])
        row.product_rows.filter(product__in=products).delete()
        mark_stale()
        for product in products:
            emit(event="PRODUCT_UPDATED", obj=product)
    return {"collection": row}


@root("Mutation", "collectionReorderProducts")
@requires("MANAGE_PRODUCTS")
def collection_reorder_products(context: Context, args: Data) -> Data:
    with transaction.atomic("engine"):
        row = get_row(Collection, args["collectionId"], "Collection", field="collectionId", lock=True)
        places = {place.product_id: place for place in row.product_rows.all()}
        moves = {}
        for move in args["moves"]:
            pk = (pks([move["productId"]], "Product") or [0])[0]
            if pk not in places:
                raise refuse("moves", f"Couldn't resolve to a product: {move['productId']}", "NOT_FOUND")
            moves[places[pk].pk] = move.get("sortOrder") or 0
        move_rows(list(row.product_rows.all()), moves)
    return {"collection": row}


@root("Mutation", "collectionChannelListingUpdate")
@requires("MANAGE_PRODUCTS")
def collection_channel_listing_update(context: Context, args: Data) -> Data:
    data = args["input"]
    with transaction.atomic("engine"):
        row = get_row(Collection, args["id"], "Collection", lock=True)
        added = data.get("addChannels") or []
        check_channels([item["channelId"] for item in added], data.get("removeChannels") or [], "addChannels")
        _check_dates(added)
        for item in added:
            channel = get_row(Channel, item["channelId"], "Channel", field="channelId")
            columns = _listing_columns(item, context)
            CollectionChannelListing.objects.update_or_create(collection=row, channel=channel, defaults=columns)
        gone = pks(data.get("removeChannels"), "Channel")
        CollectionChannelListing.objects.filter(collection=row, channel_id__in=gone).delete()
    return {"collection": row}


def _listing_columns(item: Data, context: Context) -> Data:
    columns = {} if item.get("isPublished") is None else {"is_published": item["isPublished"]}
    day = item.get("publicationDate")
    moment = datetime.combine(day, time(), tzinfo=UTC) if day else item.get("publishedAt")
    if item.get("isPublished") and not moment:
        columns["published_at"] = context.now
    elif "publicationDate" in item or "publishedAt" in item:
        columns["published_at"] = moment
    return columns


def _check_dates(items: list[Data]) -> None:
    wrong = [item["channelId"] for item in items if "publicationDate" in item and "publishedAt" in item]
    if wrong:
        text = "Only one of argument: publicationDate or publishedAt must be specified."
        raise refuse("publicationDate", text, "INVALID", channels=wrong)


def check_channels(added: list[str], removed: list[str], field: str) -> None:
    """Raise UserErrors unless each channel is named once, either to add or to remove."""
    both = sorted(set(added) & set(removed))
    problems = []
    if both:
        text = "The same object cannot be in both lists for adding and removing items."
        problems.append(MutationError("input", text, "DUPLICATED_INPUT_ITEM", {"channels": both}))
    for name, gids in ((field, added), ("removeChannels", removed)):
        twice = sorted({gid for gid in gids if gids.count(gid) > 1})
        if twice:
            extra = {"channels": twice}
            problems.append(MutationError(name, "Duplicated channel ID.", "DUPLICATED_INPUT_ITEM", extra))
    if problems:
        raise UserErrors(problems)
    for gid in removed:
        from_global_id(gid, "Channel")
