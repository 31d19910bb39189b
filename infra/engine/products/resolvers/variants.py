"""ProductVariant and its listings."""

from __future__ import annotations

from typing import Any

from infra.engine.deliveries import declare_event
from infra.engine.money import Money
from infra.engine.products.loading import channel_of, children, in_channel, related, with_channels
from infra.engine.products.models import Product, ProductVariant, VariantChannelListing
from infra.engine.products.queries import shop_settings
from infra.engine.products.resolvers.products import STAFF, as_weight
from infra.engine.schema.binding import Batch, declare, field, name_type, requires
from infra.engine.schema.ids import bind_ids
from infra.engine.schema.metadata import register_metadata

name_type(ProductVariant, "ProductVariant")
bind_ids(ProductVariant="ProductVariant", ProductVariantChannelListing="ProductVariantChannelListing")
register_metadata(
    "ProductVariant", ProductVariant, private=("MANAGE_PRODUCTS",), event="PRODUCT_VARIANT_METADATA_UPDATED"
)
declare("ProductVariant", "name sku trackInventory quantityLimitPerCustomer created updatedAt externalReference")
for _event in (
    "PRODUCT_VARIANT_CREATED",
    "PRODUCT_VARIANT_UPDATED",
    "PRODUCT_VARIANT_DELETED",
    "PRODUCT_VARIANT_METADATA_UPDATED",
):
    declare_event(_event, "productVariant")
#: shown as available where nothing is counted and nothing limits a checkout
MANY = 50


@field("ProductVariant", "channel")
def variant_channel(batch: Batch) -> list[Any]:
    return [getattr(row, "channel_slug", None) for row in batch.parents]


@field("ProductVariant", "product")
def variant_product(batch: Batch) -> list[Any]:
    found = related(batch, Product, "product_id")
    return [
        in_channel(row, getattr(parent, "channel_slug", None)) for row, parent in zip(found, batch.parents, strict=True)
    ]


@field("ProductVariant", "weight")
def variant_weight(batch: Batch) -> list[Any]:
    return [as_weight(row.weight_g) for row in batch.parents]


@field("ProductVariant", "channelListings")
@requires(*STAFF)
def variant_listings(batch: Batch) -> list[Any]:
    return children(batch, VariantChannelListing.objects.all(), "variant_id")


@field("ProductVariantChannelListing", "channel")
def listing_channel(batch: Batch) -> list[Any]:
    return with_channels(batch)


def _money(name: str, column: str) -> None:
    def resolve(batch: Batch) -> list[Any]:
        amounts = [getattr(row, column) for row in batch.parents]
        return [
            None if amount is None else Money(amount, channel.currency_code)
            for amount, channel in zip(amounts, with_channels(batch), strict=True)
        ]

    field("ProductVariantChannelListing", name)(resolve)


_money("price", "price_amount")
_money("priorPrice", "prior_price_amount")
_money("costPrice", "cost_price_amount")


@field("ProductVariant", "quantityAvailable")
def quantity_available(batch: Batch) -> list[Any]:
    """What a checkout may take: stock left in the channel, cut to the limit; the limit where nothing is counted."""
    channel = channel_of(batch.parents[0], batch.context)
    if channel is None:
        return [None for _ in batch.parents]
    from infra.engine.warehouses.queries import available_by_variant, selling_of

    country = (batch.args.get("address") or {}).get("country") or batch.args.get("countryCode")
    selling = selling_of(channel, country=country)
    limit = batch.context.remember("shop settings", shop_settings)["limitQuantityPerCheckout"]
    ids = [row.pk for row in batch.parents]
    left = available_by_variant(variant_ids=ids, channel_id=channel.pk, selling=selling)
    return [
        _cut(left.get(row.pk, 0) if row.track_inventory else None, row.quantity_limit_per_customer or limit)
        for row in batch.parents
    ]


def _cut(left: int | None, limit: int | None) -> int:
    if left is None:
        return limit if limit is not None else MANY
    return max(0, left if limit is None else min(left, limit))
