"""Attributes, their values, and which object has which value."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Attribute(models.Model):
    """A property that products, variants or pages may have. Enum columns hold the contract's names."""

    slug = models.SlugField(max_length=250, unique=True, allow_unicode=True)
    name = models.CharField(max_length=255)
    type = models.CharField(max_length=50)
    input_type = models.CharField(max_length=50, default="DROPDOWN")
    entity_type = models.CharField(max_length=50, null=True)
    #: pks of page or product types that a reference may point into; empty allows all
    reference_type_ids = models.JSONField(default=list)
    unit = models.CharField(max_length=100, null=True)
    value_required = models.BooleanField(default=False)
    is_variant_only = models.BooleanField(default=False)
    visible_in_storefront = models.BooleanField(default=True)
    filterable_in_storefront = models.BooleanField(default=False)
    filterable_in_dashboard = models.BooleanField(default=False)
    storefront_search_position = models.IntegerField(default=0)
    available_in_grid = models.BooleanField(default=False)
    external_reference = models.CharField(max_length=250, unique=True, null=True)
    metadata = models.JSONField(default=dict)
    private_metadata = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar = ["storefront_search_position", "slug"]


class AttributeValue(models.Model):
    """A value of an attribute: a choice, or (text, reference, …) the value of one object alone."""

    attribute = models.ForeignKey(Attribute, on_delete=models.CASCADE, related_name="values")
    name = models.CharField(max_length=250, blank=True)
    slug = models.CharField(max_length=255)
    value = models.CharField(max_length=255, blank=True, default="")
    plain_text = models.TextField(null=True)
    rich_text = models.JSONField(null=True)
    boolean = models.BooleanField(null=True)
    numeric = models.FloatField(null=True)
    date_time = models.DateTimeField(null=True)
    file_url = models.CharField(max_length=2048, null=True)
    content_type = models.CharField(max_length=50, null=True)
    reference_page = models.ForeignKey(
        "engine_products.Page", null=True, on_delete=models.CASCADE, related_name="references"
    )
    reference_product = models.ForeignKey(
        "engine_products.Product", null=True, on_delete=models.CASCADE, related_name="references"
    )
    reference_variant = models.ForeignKey(
        "engine_products.ProductVariant", null=True, on_delete=models.CASCADE, related_name="references"
    )
    reference_category = models.ForeignKey(
        "engine_products.Category", null=True, on_delete=models.CASCADE, related_name="references"
    )
    reference_collection = models.ForeignKey(
        "engine_products.Collection", null=True, on_delete=models.CASCADE, related_name="references"
    )
    external_reference = models.CharField(max_length=250, unique=True, null=True)
    sort_order = models.IntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["sort_order", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["attribute", "slug"], name="engine_attribute_value_once"),
        ]


class ProductTypeAttribute(models.Model):
    """An attribute of a product type, for its products or (`for_variants`) their variants."""

    product_type = models.ForeignKey(
        "engine_products.ProductType", on_delete=models.CASCADE, related_name="attribute_rows"
    )
    attribute = models.ForeignKey(Attribute, on_delete=models.CASCADE, related_name="+")
    for_variants = models.BooleanField(default=False)
    variant_selection = models.BooleanField(default=False)
    sort_order = models.IntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["sort_order", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["product_type", "attribute", "for_variants"], name="engine_type_attribute_once"
            ),
        ]


class PageTypeAttribute(models.Model):
    """An attribute of a page type."""

    page_type = models.ForeignKey("engine_products.PageType", on_delete=models.CASCADE, related_name="attribute_rows")
    attribute = models.ForeignKey(Attribute, on_delete=models.CASCADE, related_name="+")
    sort_order = models.IntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["sort_order", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["page_type", "attribute"], name="engine_page_type_attribute_once"),
        ]


class AssignedValue(models.Model):
    """One value of one product, variant or page."""

    value = models.ForeignKey(AttributeValue, on_delete=models.CASCADE, related_name="assignments")
    product = models.ForeignKey(
        "engine_products.Product", null=True, on_delete=models.CASCADE, related_name="assigned_values"
    )
    variant = models.ForeignKey(
        "engine_products.ProductVariant", null=True, on_delete=models.CASCADE, related_name="assigned_values"
    )
    page = models.ForeignKey(
        "engine_products.Page", null=True, on_delete=models.CASCADE, related_name="assigned_values"
    )
    sort_order = models.IntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["sort_order", "pk"]
