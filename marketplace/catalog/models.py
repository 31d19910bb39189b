"""Tables of the catalogue: what merchants offer, and the read model that pages are made from."""

from __future__ import annotations

from django.db import models


class Category(models.Model):
    """A category of goods. Saleor holds the tree; this row keeps what Saleor has no field for."""

    slug = models.SlugField(max_length=80, unique=True)
    names = models.JSONField()
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    saleor_id = models.CharField(max_length=80, blank=True)
    pool_category = models.SlugField(max_length=40)
    is_food = models.BooleanField(default=False)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("position", "slug")


class Listing(models.Model):
    """What one merchant offers, in the merchant's words. The shop never reads this table: it reads `CardRow`."""

    class State(models.TextChoices):
        DRAFT = "draft"
        LIVE = "live"
        WITHDRAWN = "withdrawn"

    class WithdrawnBy(models.TextChoices):
        NOBODY = ""
        MERCHANT = "merchant"
        WARD = "ward"
        CHECK = "check"

    merchant_id = models.CharField(max_length=40, db_index=True)
    merchant_code = models.SlugField(max_length=80)
    product_id = models.CharField(max_length=80, null=True, unique=True)
    slug = models.SlugField(max_length=120, unique=True)
    names = models.JSONField()
    descriptions = models.JSONField(default=dict)
    variants = models.JSONField(default=list)
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="listings")
    answers = models.JSONField(default=dict)
    tax_class = models.CharField(max_length=20, default="standard")
    hs_code = models.CharField(max_length=12, blank=True)
    origin_country = models.CharField(max_length=2, default="JP")
    origin_area = models.CharField(max_length=8, blank=True)
    weight_g = models.PositiveIntegerField(default=0)
    markets = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    withdrawn_by = models.CharField(max_length=10, choices=WithdrawnBy.choices, blank=True)
    withdrawn_reason = models.JSONField(default=dict)
    published_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    checked_on = models.DateField(null=True)
    surroundings = models.CharField(max_length=64, default="", blank=True)
    """The fingerprint of what its rows were last made from beside Saleor's product."""
    projection_ticket = models.PositiveBigIntegerField(default=0)
    projection_written = models.PositiveBigIntegerField(default=0)
    projected_revision = models.PositiveBigIntegerField(default=0)
    indexed_revision = models.PositiveBigIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(fields=["state", "merchant_id"]),
            models.Index(
                fields=["id"],
                name="catalog_listing_unindexed",
                condition=~models.Q(projected_revision=models.F("indexed_revision")),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="catalog_listing_withdrawn_says_by_whom",
                condition=models.Q(state="withdrawn", withdrawn_by__in=("merchant", "ward", "check"))
                | (~models.Q(state="withdrawn") & models.Q(withdrawn_by="")),
            ),
        ]


class ListingPicture(models.Model):
    """A picture as the merchant gave it; Saleor serves it once the listing is published."""

    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="pictures")
    file = models.FileField(upload_to="listings/%Y/%m")
    alt = models.JSONField(default=dict)
    position = models.PositiveIntegerField(default=0)
    sha256 = models.CharField(max_length=64)
    saleor_media_id = models.CharField(max_length=80, blank=True)

    class Meta:
        ordering = ("position", "id")
        constraints = [
            models.UniqueConstraint(fields=["listing", "sha256"], name="catalog_picture_once_per_listing"),
        ]


class CardRow(models.Model):
    """The read model: one live listing in one market and one language, with all that its pages need.

    Rows exist for what is on sale only. `digest` is over everything shown: a projection that changes nothing
    writes nothing. `searched` is over all but the numbers of pieces, which the search index does not know.
    `detail` stands last and is not read by lists.
    """

    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="cards")
    product_id = models.CharField(max_length=80)
    market = models.SlugField(max_length=40)
    language = models.CharField(max_length=12)
    slug = models.SlugField(max_length=120)
    name = models.CharField(max_length=300)
    merchant_id = models.CharField(max_length=40)
    merchant_code = models.SlugField(max_length=80)
    merchant_name = models.CharField(max_length=300)
    price_amount = models.DecimalField(max_digits=16, decimal_places=3)
    currency = models.CharField(max_length=3)
    has_price_range = models.BooleanField(default=False)
    tax_rate = models.DecimalField(max_digits=6, decimal_places=4)
    availability = models.CharField(max_length=12)
    badges = models.JSONField(default=list)
    story_teaser = models.CharField(max_length=400, blank=True)
    image = models.JSONField(default=dict)
    category_slug = models.SlugField(max_length=80)
    category_name = models.CharField(max_length=200)
    top_category_slug = models.SlugField(max_length=80)
    published_at = models.DateTimeField()
    digest = models.CharField(max_length=64)
    searched = models.CharField(max_length=64, default="", blank=True)
    detail = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["listing", "market", "language"], name="catalog_card_once"),
            models.UniqueConstraint(fields=["market", "language", "slug"], name="catalog_card_by_slug"),
        ]
        indexes = [
            models.Index(fields=["market", "language", "category_slug", "-published_at", "-id"]),
            models.Index(fields=["market", "language", "top_category_slug", "-published_at", "-id"]),
            models.Index(fields=["market", "language", "merchant_code", "-published_at", "-id"]),
            models.Index(fields=["market", "language", "-published_at", "-id"]),
            models.Index(fields=["market", "language", "price_amount", "id"]),
            models.Index(fields=["product_id"]),
        ]
