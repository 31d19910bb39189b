"""Product and ProductType."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from infra.engine.deliveries import declare_event
from infra.engine.prepared import PreparedRows
from infra.engine.products.loading import channel_of, children, in_channel, related, with_channels
from infra.engine.products.models import (
    Attribute,
    Category,
    Channel,
    CollectionProduct,
    Product,
    ProductChannelListing,
    ProductType,
    ProductTypeAttribute,
    ProductVariant,
    TaxClass,
    VariantChannelListing,
)
from infra.engine.products.product_filters import filter_variants
from infra.engine.products.queries import is_catalogue_staff, shown_variants, visible_collections, visible_variants
from infra.engine.schema.binding import Batch, declare, field, name_type, requires
from infra.engine.schema.connections import connect
from infra.engine.schema.ids import bind_ids
from infra.engine.schema.metadata import register_metadata
from infra.engine.schema.permissions import APP, STAFF_USER

name_type(Product, "Product")
name_type(ProductType, "ProductType")
bind_ids(Product="Product", ProductType="ProductType", ProductChannelListing="ProductChannelListing")
register_metadata("Product", Product, private=("MANAGE_PRODUCTS",), event="PRODUCT_METADATA_UPDATED")
register_metadata("ProductType", ProductType, private=("MANAGE_PRODUCT_TYPES_AND_ATTRIBUTES",))
declare("Product", "name slug description seoTitle seoDescription created updatedAt rating externalReference")
declare("ProductType", "name slug kind hasVariants isShippingRequired")
declare("AssignedVariantAttribute", "attribute variantSelection")
declare("Weight", "unit value")
declare("ProductChannelListing", "isPublished publishedAt visibleInListings availableForPurchaseAt")
for _event in ("PRODUCT_CREATED", "PRODUCT_UPDATED", "PRODUCT_DELETED", "PRODUCT_METADATA_UPDATED"):
    declare_event(_event, "product")
STAFF = (STAFF_USER, APP)


def as_weight(grams: Decimal | None) -> dict[str, Any] | None:
    """Return the contract's Weight in kilograms."""
    return None if grams is None else {"unit": "KG", "value": float(grams / 1000)}


@field("Product", "channel")
def product_channel(batch: Batch) -> list[Any]:
    return [getattr(row, "channel_slug", None) for row in batch.parents]


@field("Product", "productType")
def product_type(batch: Batch) -> list[Any]:
    return related(batch, ProductType, "product_type_id")


@field("Product", "category")
def product_category(batch: Batch) -> list[Any]:
    return related(batch, Category, "category_id")


@field("Product", "taxClass")
@requires(*STAFF)
def product_tax_class(batch: Batch) -> list[Any]:
    own = related(batch, TaxClass, "tax_class_id")
    types = ProductType.objects.select_related("tax_class").in_bulk({row.product_type_id for row in batch.parents})
    return [tax or types[row.product_type_id].tax_class for tax, row in zip(own, batch.parents, strict=True)]


@field("ProductType", "taxClass")
@requires(*STAFF)
def type_tax_class(batch: Batch) -> list[Any]:
    return related(batch, TaxClass, "tax_class_id")


@field("Product", "weight")
def product_weight(batch: Batch) -> list[Any]:
    return [as_weight(row.weight_g) for row in batch.parents]


@field("ProductType", "weight")
def type_weight(batch: Batch) -> list[Any]:
    return [as_weight(row.weight_g) for row in batch.parents]


@field("ProductType", "productAttributes")
def type_product_attributes(batch: Batch) -> list[list[Attribute]]:
    rows = ProductTypeAttribute.objects.filter(for_variants=False).select_related("attribute")
    return [[row.attribute for row in found] for found in children(batch, rows, "product_type_id")]


@field("ProductType", "variantAttributes")
def type_variant_attributes(batch: Batch) -> list[list[Attribute]]:
    scope = batch.args.get("variantSelection") or "ALL"
    rows = ProductTypeAttribute.objects.filter(for_variants=True).select_related("attribute")
    if scope != "ALL":
        rows = rows.filter(variant_selection=scope == "VARIANT_SELECTION")
    return [[row.attribute for row in found] for found in children(batch, rows, "product_type_id")]


@field("ProductType", "assignedVariantAttributes")
def type_assigned_variant_attributes(batch: Batch) -> list[list[Any]]:
    scope = batch.args.get("variantSelection") or "ALL"
    rows = ProductTypeAttribute.objects.filter(for_variants=True).select_related("attribute")
    if scope != "ALL":
        rows = rows.filter(variant_selection=scope == "VARIANT_SELECTION")
    return children(batch, rows, "product_type_id")


@field("ProductChannelListing", "publicationDate")
def listing_publication_date(batch: Batch) -> list[Any]:
    return [row.published_at.date() if row.published_at else None for row in batch.parents]


@field("Product", "collections")
def product_collections(batch: Batch) -> list[Any]:
    """The collections a product is in that the requestor sees, seen in the product's channel."""
    channel = channel_of(batch.parents[0], batch.context)
    keys: dict[int, list[Any]] = {row.pk: [] for row in batch.parents}
    rows = CollectionProduct.objects.filter(
        product_id__in=list(keys), collection__in=visible_collections(batch.context, channel)
    )
    for row in rows.select_related("collection").order_by("collection_id"):
        keys[row.product_id].append(in_channel(row.collection, channel.slug if channel else None))
    return [keys[row.pk] for row in batch.parents]


@field("Product", "channelListings")
@requires("MANAGE_PRODUCTS")
def product_listings(batch: Batch) -> list[Any]:
    return children(batch, ProductChannelListing.objects.all(), "product_id")


@field("ProductChannelListing", "channel")
def listing_channel(batch: Batch) -> list[Any]:
    return with_channels(batch)


@field("ProductChannelListing", "isAvailableForPurchase")
def listing_is_for_sale(batch: Batch) -> list[Any]:
    return [is_for_sale(row, batch) for row in batch.parents]


def is_for_sale(listing: ProductChannelListing | None, batch: Batch) -> bool:
    """Return whether the listing lets the product be bought now."""
    start = listing.available_for_purchase_at if listing else None
    return start is not None and start <= batch.context.now


_LISTINGS = PreparedRows(
    ProductChannelListing._meta.get_field("product"),
    lambda pks, channel_id: ProductChannelListing.objects.order_by().filter(product_id__in=pks, channel_id=channel_id),
)


def listings_in_channel(batch: Batch) -> dict[int, ProductChannelListing]:
    """Return the listing of each parent product in the channel it is seen in, by product pk."""
    channel = channel_of(batch.parents[0], batch.context)
    if channel is None:
        return {}
    key = ("product listings", channel.pk, tuple(row.pk for row in batch.parents))
    return batch.context.remember(
        key,
        lambda: {row.product_id: row for row in _LISTINGS([product.pk for product in batch.parents], channel.pk)},
    )


@field("Product", "isAvailableForPurchase")
def is_available_for_purchase(batch: Batch) -> list[Any]:
    if channel_of(batch.parents[0], batch.context) is None:
        return [None for _ in batch.parents]
    listings = listings_in_channel(batch)
    return [is_for_sale(listings.get(row.pk), batch) for row in batch.parents]


@field("Product", "availableForPurchaseAt")
def available_for_purchase_at(batch: Batch) -> list[Any]:
    listings = listings_in_channel(batch)
    return [getattr(listings.get(row.pk), "available_for_purchase_at", None) for row in batch.parents]


@field("Product", "isAvailable", args="address")
def is_available(batch: Batch) -> list[Any]:
    """A product is available when it may be bought and a variant with a price is in stock, counted or not.

    The address names the country whose shipping zones' warehouses count, where the shop keeps to that older rule.
    """
    channel = channel_of(batch.parents[0], batch.context)
    if channel is None:
        return [None for _ in batch.parents]
    from infra.engine.warehouses.queries import available_by_variant, selling_of

    listings = listings_in_channel(batch)
    selling = selling_of(channel, country=(batch.args.get("address") or {}).get("country"))
    variants = list(
        VariantChannelListing.objects.order_by()
        .filter(channel=channel, price_amount__isnull=False, variant__product_id__in=[row.pk for row in batch.parents])
        .values_list("variant_id", "variant__product_id")
    )
    ids = [pk for pk, _ in variants]
    left = available_by_variant(variant_ids=ids, channel_id=channel.pk, selling=selling)
    sold = {product for pk, product in variants if left.get(pk, 0) > 0}
    return [row.pk in sold and is_for_sale(listings.get(row.pk), batch) for row in batch.parents]


@field("Product", "defaultVariant")
def default_variant(batch: Batch) -> list[Any]:
    found = related(batch, ProductVariant, "default_variant_id")
    return [
        in_channel(row, getattr(parent, "channel_slug", None)) for row, parent in zip(found, batch.parents, strict=True)
    ]


_SHOWN_VARIANTS = PreparedRows(
    ProductVariant._meta.get_field("product"),
    lambda pks, now, channel_id: shown_variants(channel_id, now).filter(product_id__in=pks),
    moving=(ProductChannelListing._meta.get_field("published_at"),),
)


def _variants_of(batch: Batch, channel: Channel | None) -> list[list[ProductVariant]]:
    narrowed = any(batch.args.get(name) for name in ("filter", "where", "sortBy"))
    is_staff = is_catalogue_staff(batch.context.requestor)
    if channel is not None and channel.is_active and not (narrowed or is_staff):
        found: dict[int, list[ProductVariant]] = {parent.pk: [] for parent in batch.parents}
        for row in _SHOWN_VARIANTS(found, channel.pk, moving=(batch.context.now,)):
            found[row.product_id].append(row)
        return [found[parent.pk] for parent in batch.parents]
    rows = visible_variants(batch.context, channel)
    if batch.args.get("filter") or batch.args.get("where"):
        rows = filter_variants(rows, batch.args, channel)
    if sort := batch.args.get("sortBy"):
        sign = "-" if sort["direction"] == "DESC" else ""
        rows = rows.order_by(f"{sign}updated_at", f"{sign}name", f"{sign}pk")
    if channel is None and not is_staff:
        rows = rows.none()
    return children(batch, rows, "product_id")


def _visible_children(batch: Batch) -> list[list[ProductVariant]]:
    found = _variants_of(batch, channel_of(batch.parents[0], batch.context))
    for parent, variants in zip(batch.parents, found, strict=True):
        for row in variants:
            in_channel(row, getattr(parent, "channel_slug", None)).product = parent
    return found


@field("Product", "variants")
def product_variants_list(batch: Batch) -> list[Any]:
    return _visible_children(batch)


@field("Product", "productVariants", args="filter where sortBy before after first last")
def product_variants(batch: Batch) -> list[Any]:
    """Pages are cut from variants loaded for all products at once: a product has dozens, not thousands."""
    return [connect(variants, batch.args) for variants in _visible_children(batch)]
