"""Menus of a storefront and their items."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Menu(models.Model):
    """A named list of links, e.g. navbar and footer."""

    name = models.CharField(max_length=250)
    slug = models.SlugField(max_length=255, unique=True, allow_unicode=True)
    metadata = models.JSONField(default=dict)
    private_metadata = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar = ["pk"]


class MenuItem(models.Model):
    """A link: to an address, a category, a collection or a page, or to none as the head of its children.

    `level` is 0 for an item without a parent. Items without a `sort_order` stand last, by pk.
    """

    menu = models.ForeignKey(Menu, on_delete=models.CASCADE, related_name="items")
    parent = models.ForeignKey("self", null=True, on_delete=models.CASCADE, related_name="children")
    name = models.CharField(max_length=128)
    url = models.CharField(max_length=256, null=True, blank=True)
    category = models.ForeignKey("engine_products.Category", null=True, on_delete=models.CASCADE, related_name="+")
    collection = models.ForeignKey("engine_products.Collection", null=True, on_delete=models.CASCADE, related_name="+")
    page = models.ForeignKey("engine_products.Page", null=True, on_delete=models.CASCADE, related_name="+")
    level = models.PositiveIntegerField(default=0)
    sort_order = models.IntegerField(null=True)
    metadata = models.JSONField(default=dict)
    private_metadata = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar = [models.F("sort_order").asc(nulls_last=True), "pk"]
