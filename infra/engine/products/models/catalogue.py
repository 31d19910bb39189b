"""Categories, product types, products, variants, their media, and what each costs in a channel."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone


class Category(models.Model):
    """A node of the tree of goods. `description` is an EditorJS document or None."""

    name = models.CharField(max_length=250)
    slug = models.SlugField(max_length=255, unique=True, allow_unicode=True)
    description = models.JSONField(null=True)
    parent = models.ForeignKey("self", null=True, on_delete=models.CASCADE, related_name="children")
    level = models.PositiveIntegerField(default=0)
    background_image = models.CharField(max_length=255, blank=True)
    background_image_alt = models.CharField(max_length=128, blank=True)
    seo_title = models.CharField(max_length=70, null=True, blank=True)
    seo_description = models.CharField(max_length=300, null=True, blank=True)
    updated_at = models.DateTimeField(auto_now=True)
    metadata = models.JSONField(default=dict)
    private_metadata = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar = ["pk"]


class ProductType(models.Model):
    """What attributes and handling a kind of product has."""

    name = models.CharField(max_length=250)
    slug = models.SlugField(max_length=255, unique=True, allow_unicode=True)
    kind = models.CharField(max_length=32, default="NORMAL")
    has_variants = models.BooleanField(default=True)
    is_shipping_required = models.BooleanField(default=True)
    is_digital = models.BooleanField(default=False)
    #: grams; None when it is not known
    weight_g = models.DecimalField(max_digits=12, decimal_places=3, null=True)
    tax_class = models.ForeignKey(
        "engine_products.TaxClass", null=True, on_delete=models.SET_NULL, related_name="product_types"
    )
    metadata = models.JSONField(default=dict)
    private_metadata = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar = ["slug"]


class Product(models.Model):
    """Goods as they are shown. `description` is an EditorJS document or None."""

    product_type = models.ForeignKey(ProductType, on_delete=models.CASCADE, related_name="products")
    category = models.ForeignKey(Category, null=True, on_delete=models.SET_NULL, related_name="products")
    name = models.CharField(max_length=250)
    slug = models.SlugField(max_length=255, unique=True, allow_unicode=True)
    description = models.JSONField(null=True)
    description_plaintext = models.TextField(blank=True)
    seo_title = models.CharField(max_length=70, null=True, blank=True)
    seo_description = models.CharField(max_length=300, null=True, blank=True)
    weight_g = models.DecimalField(max_digits=12, decimal_places=3, null=True)
    rating = models.FloatField(null=True)
    external_reference = models.CharField(max_length=250, unique=True, null=True)
    tax_class = models.ForeignKey(
        "engine_products.TaxClass", null=True, on_delete=models.SET_NULL, related_name="products"
    )
    default_variant = models.ForeignKey(
        "engine_products.ProductVariant", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True, db_index=True)
    metadata = models.JSONField(default=dict)
    private_metadata = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar = ["slug"]


class ProductVariant(models.Model):
    """Goods as they are bought."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="variants")
    name = models.CharField(max_length=255, blank=True)
    sku = models.CharField(max_length=255, unique=True, null=True)
    track_inventory = models.BooleanField(default=True)
    quantity_limit_per_customer = models.PositiveIntegerField(null=True)
    weight_g = models.DecimalField(max_digits=12, decimal_places=3, null=True)
    external_reference = models.CharField(max_length=250, unique=True, null=True)
    #: None for variants made in bulk: they stand last, by SKU
    sort_order = models.IntegerField(null=True)
    created = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True, db_index=True)
    metadata = models.JSONField(default=dict)
    private_metadata = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar = [models.F("sort_order").asc(nulls_last=True), "sku", "pk"]


class ProductMedia(models.Model):
    """A picture (`image`, a path in the media folder) or a video (`external_url`) of a product."""

    product = models.ForeignKey(Product, null=True, on_delete=models.CASCADE, related_name="media")
    type = models.CharField(max_length=32, default="IMAGE")
    image = models.CharField(max_length=255, blank=True)
    external_url = models.CharField(max_length=256, blank=True, null=True)
    oembed_data = models.JSONField(default=dict)
    alt = models.CharField(max_length=250, blank=True)
    sort_order = models.IntegerField(default=0)
    metadata = models.JSONField(default=dict)
    private_metadata = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar = ["sort_order", "pk"]


class VariantMedia(models.Model):
    """A picture of a product that shows this variant."""

    variant = models.ForeignKey(ProductVariant, on_delete=models.CASCADE, related_name="variant_media")
    media = models.ForeignKey(ProductMedia, on_delete=models.CASCADE, related_name="variant_media")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["variant", "media"], name="engine_variant_media_once"),
        ]


class ProductChannelListing(models.Model):
    """Whether and when a product is shown and sold in a channel."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="channel_listings")
    channel = models.ForeignKey("engine_products.Channel", on_delete=models.CASCADE, related_name="product_listings")
    is_published = models.BooleanField(default=False)
    published_at = models.DateTimeField(null=True)
    visible_in_listings = models.BooleanField(default=False)
    available_for_purchase_at = models.DateTimeField(null=True)
    #: the lowest discounted price of the variants sold there; None when none is
    discounted_price_amount = models.DecimalField(max_digits=20, decimal_places=3, null=True)

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["product", "channel"], name="engine_product_listing_once"),
        ]


class VariantChannelListing(models.Model):
    """What a variant costs in a channel, in the channel's currency; without a price it is not sold there.

    `discounted_price_amount` is the price less what the best promotion takes off, and the price where there is none.
    """

    variant = models.ForeignKey(ProductVariant, on_delete=models.CASCADE, related_name="channel_listings")
    channel = models.ForeignKey("engine_products.Channel", on_delete=models.CASCADE, related_name="variant_listings")
    price_amount = models.DecimalField(max_digits=20, decimal_places=3, null=True)
    cost_price_amount = models.DecimalField(max_digits=20, decimal_places=3, null=True)
    prior_price_amount = models.DecimalField(max_digits=20, decimal_places=3, null=True)
    discounted_price_amount = models.DecimalField(max_digits=20, decimal_places=3, null=True)

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["variant", "channel"], name="engine_variant_listing_once"),
        ]
