"""Collections: goods put together by hand, shown per channel."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Collection(models.Model):
    """Goods that are shown together. `description` is an EditorJS document or None."""

    name = models.CharField(max_length=250)
    slug = models.SlugField(max_length=255, unique=True, allow_unicode=True)
    description = models.JSONField(null=True)
    background_image = models.CharField(max_length=255, blank=True)
    background_image_alt = models.CharField(max_length=128, blank=True)
    seo_title = models.CharField(max_length=70, null=True, blank=True)
    seo_description = models.CharField(max_length=300, null=True, blank=True)
    metadata = models.JSONField(default=dict)
    private_metadata = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar = ["pk"]


class CollectionProduct(models.Model):
    """One product's place in a collection: products without a `sort_order` stand last, by pk."""

    collection = models.ForeignKey(Collection, on_delete=models.CASCADE, related_name="product_rows")
    product = models.ForeignKey("engine_products.Product", on_delete=models.CASCADE, related_name="collection_rows")
    sort_order = models.IntegerField(null=True)

    class Meta:
        ordering: ClassVar = [models.F("sort_order").asc(nulls_last=True), "product_id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["collection", "product"], name="engine_collection_product_once"),
        ]


class CollectionChannelListing(models.Model):
    """Whether and since when a collection is shown in a channel."""

    collection = models.ForeignKey(Collection, on_delete=models.CASCADE, related_name="channel_listings")
    channel = models.ForeignKey("engine_products.Channel", on_delete=models.CASCADE, related_name="collection_listings")
    is_published = models.BooleanField(default=False)
    published_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["collection", "channel"], name="engine_collection_listing_once"),
        ]
