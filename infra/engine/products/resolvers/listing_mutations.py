"""What is shown and what it costs in a channel."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

from django.db import transaction
from django.utils import timezone

from infra.engine.deliveries import emit
from infra.engine.discounts.prices import refresh_prices
from infra.engine.money import fits
from infra.engine.products.filters import pks
from infra.engine.products.loading import get_row
from infra.engine.products.models import (
    Channel,
    Product,
    ProductChannelListing,
    ProductVariant,
    VariantChannelListing,
)
from infra.engine.schema.binding import declare, requires, root
from infra.engine.schema.context import Context
from infra.engine.schema.errors import MutationError, UserErrors, refuse

declare("ProductChannelListingUpdate", "product")
declare("ProductChannelListingError", "channels")
declare("ProductChannelListingAddInput", "channelId isPublished publicationDate publishedAt visibleInListings")
declare("ProductChannelListingAddInput", "isAvailableForPurchase availableForPurchaseDate availableForPurchaseAt")
declare("ProductVariantChannelListingAddInput", "channelId price costPrice priorPrice")
declare("ProductVariantChannelListingUpdate", "variant")


@root("Mutation", "productChannelListingUpdate")
@requires("MANAGE_PRODUCTS")
def product_channel_listing_update(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    data = args["input"]
    _refuse_twice("updateChannels", [item["channelId"] for item in data.get("updateChannels") or ()])
    _refuse_twice("removeChannels", data.get("removeChannels") or [])
    with transaction.atomic("engine"):
        product = get_row(Product, args["id"], "Product", lock=True)
        for item in data.get("updateChannels") or ():
            write_listing(product, item, context)
        gone = pks(data.get("removeChannels"), "Channel")
        ProductChannelListing.objects.filter(product=product, channel_id__in=gone).delete()
        VariantChannelListing.objects.filter(variant__product=product, channel_id__in=gone).delete()
        product.save()
        refresh_prices({product.pk}, context.now)
        emit(event="PRODUCT_UPDATED", obj=product)
    return {"product": product}


def _refuse_twice(field: str, channels: list[str]) -> None:
    twice = sorted({each for each in channels if channels.count(each) > 1})
    if twice:
        raise refuse(field, "Duplicated channel ID.", "DUPLICATED_INPUT_ITEM", channels=twice)


def write_listing(product: Product, item: dict[str, Any], context: Context) -> None:
    """Write whether and when a product is shown and sold in a channel. Raises UserErrors."""
    channel = get_row(Channel, item["channelId"], "Channel", field="channelId")
    listing = ProductChannelListing.objects.filter(product=product, channel=channel).first()
    listing = listing or ProductChannelListing(product=product, channel=channel)
    if item.get("isPublished"):
        _check_publishable(product, item)
    for name, column in (("isPublished", "is_published"), ("visibleInListings", "visible_in_listings")):
        if item.get(name) is not None:
            setattr(listing, column, item[name])
    for stamp, day, column in (
        ("publishedAt", "publicationDate", "published_at"),
        ("availableForPurchaseAt", "availableForPurchaseDate", "available_for_purchase_at"),
    ):
        if item.get(stamp) is not None or item.get(day) is not None:
            setattr(listing, column, item.get(stamp) or _midnight(item[day]))
    if listing.is_published and listing.published_at is None:
        listing.published_at = context.now
    if item.get("isAvailableForPurchase") is False:
        listing.available_for_purchase_at = None
    elif item.get("isAvailableForPurchase") and not (
        item.get("availableForPurchaseAt") or item.get("availableForPurchaseDate")
    ):
        listing.available_for_purchase_at = context.now
    listing.save()


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)


def _check_publishable(product: Product, item: dict[str, Any]) -> None:
    """A product without a category, or whose listing of variants is empty, cannot be shown (contract)."""
    if product.category_id is None:
        text = "You must select a category to be able to publish."
        raise refuse("isPublished", text, "PRODUCT_WITHOUT_CATEGORY", channels=[item["channelId"]])


@root("Mutation", "productVariantChannelListingUpdate", args="id input")
@requires("MANAGE_PRODUCTS")
def product_variant_channel_listing_update(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    with transaction.atomic("engine"):
        variant = get_row(ProductVariant, args.get("id"), "ProductVariant", lock=True)
        write_prices(variant, args["input"])
        refresh_prices({variant.product_id}, context.now)
        now = timezone.now()
        ProductVariant.objects.filter(pk=variant.pk).update(updated_at=now)
        Product.objects.filter(pk=variant.product_id).update(updated_at=now)
        emit(event="PRODUCT_VARIANT_UPDATED", obj=variant)
        emit(event="PRODUCT_UPDATED", obj=variant.product)
    return {"variant": variant}


def write_prices(variant: ProductVariant, items: list[dict[str, Any]]) -> None:
    """Set what a variant costs in channels, each amount in the channel's currency.

    Raises UserErrors: PRODUCT_NOT_ASSIGNED_TO_CHANNEL where the product is not listed, INVALID for an amount with more
    decimals than the currency has, DUPLICATED_INPUT_ITEM for a channel named twice.
    """
    problems: list[MutationError] = []
    seen: set[str] = set()
    for item in items:
        gid = item["channelId"]
        if gid in seen:
            problems.append(_problem("channelId", "Duplicated channel ID.", "DUPLICATED_INPUT_ITEM", gid))
            continue
        seen.add(gid)
        problems += _write_price(variant, item)
    if problems:
        raise UserErrors(problems)


def _problem(field: str, message: str, code: str, gid: str) -> MutationError:
    return MutationError(field, message, code, {"channels": [gid]})


def _write_price(variant: ProductVariant, item: dict[str, Any]) -> list[MutationError]:
    gid = item["channelId"]
    channel = get_row(Channel, gid, "Channel", field="channelId")
    if not ProductChannelListing.objects.filter(product_id=variant.product_id, channel=channel).exists():
        return [_problem("input", "Product not available in channels.", "PRODUCT_NOT_ASSIGNED_TO_CHANNEL", gid)]
    columns = {}
    for name, column in (
        ("price", "price_amount"),
        ("costPrice", "cost_price_amount"),
        ("priorPrice", "prior_price_amount"),
    ):
        if name not in item:
            continue
        if item[name] is not None and not fits(item[name], channel.currency_code):
            text = "Value cannot have more decimal places than the currency allows."
            return [_problem(name, text, "INVALID", gid)]
        columns[column] = item[name]
    if "price_amount" in columns:
        columns["discounted_price_amount"] = columns["price_amount"]
    VariantChannelListing.objects.update_or_create(variant=variant, channel=channel, defaults=columns)
    return []
