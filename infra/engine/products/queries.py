"""Reads of the catalogue: who sees what, in which channel."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from infra.engine.products.models import (
    Category,
    Channel,
    Collection,
    CollectionChannelListing,
    Page,
    Product,
    ProductChannelListing,
    ProductVariant,
    ShopSettings,
    VariantChannelListing,
)
from infra.engine.schema.context import Context, Requestor
from infra.engine.schema.errors import EngineError
from infra.engine.settled.kept import Kept, copy_of

#: any of these lets a requestor see what is not published
CATALOGUE_STAFF = (
    "MANAGE_ORDERS",
    "MANAGE_DISCOUNTS",
    "MANAGE_PRODUCTS",
    "MANAGE_PRODUCT_TYPES_AND_ATTRIBUTES",
    "MANAGE_CHECKOUTS",
    "MANAGE_SHIPPING",
    "MANAGE_TRANSLATIONS",
)
PAGE_STAFF = ("MANAGE_PAGES", "MANAGE_PAGE_TYPES_AND_ATTRIBUTES")
SHOP_DEFAULTS: dict[str, Any] = {
    "name": "",
    "headerText": "",
    "description": "",
    "trackInventoryByDefault": True,
    "defaultWeightUnit": "KG",
    "fulfillmentAutoApprove": True,
    "fulfillmentAllowUnpaid": True,
    "defaultMailSenderName": "",
    "defaultMailSenderAddress": None,
    "customerSetPasswordUrl": None,
    "reserveStockDurationAnonymousUser": None,
    "reserveStockDurationAuthenticatedUser": None,
    "limitQuantityPerCheckout": 50,
    "enableAccountConfirmationByEmail": True,
    "allowLoginWithoutConfirmation": False,
    "preserveAllAddressFields": False,
    "useLegacyShippingZoneStockAvailability": False,
    "passwordLoginMode": "ENABLED",
}


_CHANNELS = Kept(lambda: list(Channel.objects.all()))
_SETTINGS = Kept(lambda: ShopSettings.objects.order_by("pk").first())


def channels_by_slug() -> dict[str, Channel]:
    """Return every channel by its slug."""
    return {channel.slug: copy_of(channel) for channel in _CHANNELS()}


def all_channels(context: Context) -> dict[int, Channel]:
    """Return every channel by its pk; one statement per request, shared with `find_channel`."""
    return {channel.pk: channel for channel in context.remember("channels", channels_by_slug).values()}


def find_channel(context: Context, slug: str | None) -> Channel | None:
    """Return the channel of `slug`, or None; one statement per request for all channels."""
    return context.remember("channels", channels_by_slug).get(slug) if slug else None


def only_channel(context: Context) -> Channel | None:
    """Return the active channel there is, None without one. Raises EngineError when there are several."""
    active = [channel for channel in all_channels(context).values() if channel.is_active]
    if len(active) > 1:
        raise EngineError("More than one channel exists. Specify which channel to use.", "GraphQLError")
    return active[0] if active else None


def single_channel() -> Channel | None:
    """Return the one active channel, or None when there are several or none."""
    rows = list(Channel.objects.filter(is_active=True)[:2])
    return rows[0] if len(rows) == 1 else None


def shop_row() -> ShopSettings:
    """Return the row of the shop's settings."""
    kept = _SETTINGS()
    return ShopSettings() if kept is None else copy_of(kept)


def shop_settings() -> dict[str, Any]:
    """Return the shop's settings by the contract's names, defaults filled in."""
    return {**SHOP_DEFAULTS, **shop_row().data}


def stock_rules(settings: dict[str, Any]) -> dict[str, bool]:
    """Return the columns that every channel keeps of the shop's settings, so that a sale need not read these."""
    durations = ("reserveStockDurationAnonymousUser", "reserveStockDurationAuthenticatedUser")
    return {
        "legacy_zone_stock": bool(settings["useLegacyShippingZoneStockAvailability"]),
        "reserves_stock": any(settings[name] for name in durations),
    }


def is_catalogue_staff(requestor: Requestor) -> bool:
    """Return whether the requestor sees goods that are not published."""
    return requestor.has_perm(*CATALOGUE_STAFF)


def visible_products(context: Context, channel: Channel | None) -> QuerySet[Product]:
    """Return the products the requestor may see in `channel`; without one, all for staff and none for shoppers."""
    if is_catalogue_staff(context.requestor):
        if channel is None:
            return Product.objects.all()
        listed = ProductChannelListing.objects.filter(product_id=OuterRef("pk"), channel=channel)
        return Product.objects.filter(Exists(listed))
    if channel is None or not channel.is_active:
        return Product.objects.none()
    return shown_products(channel.pk, context.now)


def shown_products(channel_id: int, now: datetime, *, in_lists: bool = False) -> QuerySet[Product]:
    """Return the products that shoppers see now in an active channel; `in_lists`: those that lists show them."""
    listings = published_listings(channel_id, now, "pk")
    if in_lists:
        listings = listings.filter(visible_in_listings=True)
    return Product.objects.filter(Exists(listings), Exists(priced_variants(channel_id, "pk")))


def published_listings(channel_id: int, now: datetime, product: str) -> QuerySet[ProductChannelListing]:
    """Return the listing of the outer row's product (its key in column `product`) that shows it now."""
    return ProductChannelListing.objects.filter(
        Q(published_at=None) | Q(published_at__lte=now),
        product_id=OuterRef(product),
        channel_id=channel_id,
        is_published=True,
    )


def published_anywhere(now: datetime, product: str) -> Exists:
    """Return the condition that the row's product (its key in column `product`) is shown now in an active channel."""
    listings = ProductChannelListing.objects.filter(
        Q(published_at=None) | Q(published_at__lte=now),
        product_id=OuterRef(product),
        channel__is_active=True,
        is_published=True,
    )
    return Exists(listings)


def priced_variants(channel_id: int, product: str) -> QuerySet[VariantChannelListing]:
    """Return the variants of the outer row's product that have a price in the channel."""
    return VariantChannelListing.objects.filter(
        variant__product_id=OuterRef(product), channel_id=channel_id, price_amount__isnull=False
    )


def visible_variants(context: Context, channel: Channel | None) -> QuerySet[ProductVariant]:
    """Return the variants the requestor may see in `channel`."""
    if is_catalogue_staff(context.requestor):
        return ProductVariant.objects.all() if channel is None else sold_variants(channel.pk)
    if channel is None or not channel.is_active:
        return ProductVariant.objects.none()
    return shown_variants(channel.pk, context.now)


def sold_variants(channel_id: int) -> QuerySet[ProductVariant]:
    """Return the variants that have a price in the channel."""
    priced = VariantChannelListing.objects.filter(
        variant_id=OuterRef("pk"), channel_id=channel_id, price_amount__isnull=False
    )
    return ProductVariant.objects.filter(Exists(priced))


def shown_variants(channel_id: int, now: datetime) -> QuerySet[ProductVariant]:
    """Return the variants that shoppers see now in an active channel."""
    return sold_variants(channel_id).filter(Exists(published_listings(channel_id, now, "product_id")))


def visible_collections(context: Context, channel: Channel | None) -> QuerySet[Collection]:
    """Return the collections the requestor may see in `channel`; without one, all for staff and none for shoppers."""
    rows = Collection.objects.all()
    listings = CollectionChannelListing.objects.filter(collection_id=OuterRef("pk"), channel=channel)
    if is_catalogue_staff(context.requestor):
        return rows if channel is None else rows.filter(Exists(listings))
    if channel is None or not channel.is_active:
        return rows.none()
    shown = Q(published_at=None) | Q(published_at__lte=context.now)
    return rows.filter(Exists(listings.filter(shown, is_published=True)))


def subtree_pks(roots: list[int]) -> set[int]:
    """Return the pks of the categories `roots` and of all below them; one statement per level."""
    found, level = set(roots), set(roots)
    while level:
        level = set(Category.objects.order_by().filter(parent_id__in=level).values_list("pk", flat=True)) - found
        found |= level
    return found


def category_tree() -> dict[int | None, list[int]]:
    """Return the pks of the categories right below each category, and below none."""
    found: dict[int | None, list[int]] = {}
    for pk, parent in Category.objects.order_by().values_list("pk", "parent_id"):
        found.setdefault(parent, []).append(pk)
    return found


def visible_pages(context: Context) -> QuerySet[Page]:
    """Return the pages the requestor may see."""
    if context.requestor.has_perm(*PAGE_STAFF):
        return Page.objects.all()
    return Page.objects.filter(Q(published_at=None) | Q(published_at__lte=context.now), is_published=True)
