"""productBulkCreate: products with their media, listings and variants at once."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.db import transaction

from infra.engine.deliveries import emit
from infra.engine.discounts.prices import mark_stale, refresh_prices
from infra.engine.products.bulk import Outcome, Parts, write_rows
from infra.engine.products.filters import pks
from infra.engine.products.loading import get_row
from infra.engine.products.models import Channel, Product, ProductMedia, ProductType
from infra.engine.products.resolvers.listing_mutations import write_listing
from infra.engine.products.resolvers.media_mutations import check_media, media_columns
from infra.engine.products.resolvers.product_mutations import COMMON, write_product
from infra.engine.products.resolvers.variant_bulk_mutations import write_bulk_variant
from infra.engine.schema.binding import declare, requires, root
from infra.engine.schema.context import Context
from infra.engine.schema.errors import MutationError, refuse

Data = dict[str, Any]
PARTS = ("media", "channelListings", "variants")
declare("ProductBulkCreateInput", f"{COMMON} externalReference productType media channelListings variants")
declare("ProductBulkCreate", "count results")
declare("ProductBulkResult", "product errors")
declare("ProductBulkCreateError", "path message code attributes channels warehouses")


@root("Mutation", "productBulkCreate")
@requires("MANAGE_PRODUCTS")
def product_bulk_create(context: Context, args: Data) -> Data:
    given = [item.get("externalReference") for item in args["products"] if item.get("externalReference")]

    def write(index: int, data: Data, parts: Parts) -> Product:
        if given.count(data.get("externalReference")) > 1:
            raise refuse("externalReference", "Duplicated external reference.", "DUPLICATED_INPUT_ITEM")
        return _write(data, parts, context)

    with transaction.atomic("engine"):
        outcomes = write_rows(args["products"], args.get("errorPolicy"), write)
        made = [outcome.row for outcome in outcomes if outcome.row is not None]
        if made:
            mark_stale()
            refresh_prices({row.pk for row in made}, context.now)
        for row in made:
            row.refresh_from_db()
            emit(event="PRODUCT_CREATED", obj=row)
            for variant in row.variants.all():
                emit(event="PRODUCT_VARIANT_CREATED", obj=variant)
    return _answer(outcomes)


def _write(data: Data, parts: Parts, context: Context) -> Product:
    row = Product(product_type=get_row(ProductType, data["productType"], "ProductType", field="productType"))
    write_product(row, {name: value for name, value in data.items() if name not in PARTS})
    gids = [item["channelId"] for item in data.get("channelListings") or ()]
    for index, item in enumerate(data.get("channelListings") or ()):
        if gids.count(item["channelId"]) > 1:
            extra = {"path": "channelListings", "channels": [item["channelId"]]}
            parts.errors.append(
                MutationError("channelListings", "Duplicated channel ID.", "DUPLICATED_INPUT_ITEM", extra)
            )
            continue
        if not Channel.objects.filter(pk__in=pks([item["channelId"]], "Channel")).exists():
            extra = {"path": "channelListings", "channels": [item["channelId"]]}
            parts.errors.append(MutationError("channelListings", "Not existing channel ID.", "NOT_FOUND", extra))
            continue
        parts.attempt(f"channelListings.{index}", partial(write_listing, row, item, context))
    for index, item in enumerate(data.get("media") or ()):
        parts.attempt(f"media.{index}", partial(_add_medium, row, item, index))
    for index, item in enumerate(data.get("variants") or ()):
        _add_variant(row, item, parts, f"variants.{index}")
    return row


def _add_medium(row: Product, item: Data, place: int) -> None:
    check_media(item, field="")
    ProductMedia.objects.create(product=row, sort_order=place, **media_columns(item))


def _add_variant(row: Product, item: Data, parts: Parts, path: str) -> None:
    inner = Parts()
    parts.attempt(path, partial(write_bulk_variant, row, item, inner))
    for error in inner.errors:
        place = f"{path}.{error.extra.get('path') or error.field}"
        parts.errors.append(MutationError(error.field, error.message, error.code, {**error.extra, "path": place}))


def _answer(outcomes: list[Outcome]) -> Data:
    return {
        "count": sum(outcome.row is not None for outcome in outcomes),
        "results": [
            {"product": outcome.row, "errors": [_named(error) for error in outcome.errors]} for outcome in outcomes
        ],
    }


def _named(error: MutationError) -> MutationError:
    """A product without a name is BLANK here and REQUIRED when it is made alone (contract)."""
    code = "BLANK" if (error.field, error.code) == ("name", "REQUIRED") else error.code
    return MutationError(error.field, error.message, code, error.extra)
