"""Where the shop ships by its own methods, what they cost, and when they may be used."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.db import models


class ShippingZone(models.Model):
    """Countries that are shipped to alike; its warehouses count only under the legacy availability of stock."""

    name = models.CharField(max_length=100)
    description = models.TextField(blank=True, default="")
    #: codes of two letters between commas: ",JP,US,"
    countries = models.TextField(blank=True, default="")
    default = models.BooleanField(default=False)
    channels = models.ManyToManyField("engine_products.Channel", related_name="shipping_zones")
    warehouses = models.ManyToManyField("engine_warehouses.Warehouse", related_name="shipping_zones")
    metadata = models.JSONField(default=dict)
    private_metadata = models.JSONField(default=dict)

    class Meta:
        ordering = ("pk",)

    @property
    def country_codes(self) -> list[str]:
        return [code for code in self.countries.split(",") if code]

    @country_codes.setter
    def country_codes(self, codes: list[str]) -> None:
        self.countries = f",{','.join(dict.fromkeys(codes))}," if codes else ""


class ShippingMethod(models.Model):
    """A way of delivery of a zone: by the price of the order or by its weight. Weights in grams."""

    zone = models.ForeignKey(ShippingZone, on_delete=models.CASCADE, related_name="methods")
    name = models.CharField(max_length=100)
    type = models.CharField(max_length=30)
    description = models.JSONField(null=True)
    minimum_order_weight_g = models.DecimalField(max_digits=14, decimal_places=4, null=True, default=Decimal(0))
    maximum_order_weight_g = models.DecimalField(max_digits=14, decimal_places=4, null=True)
    minimum_delivery_days = models.PositiveIntegerField(null=True)
    maximum_delivery_days = models.PositiveIntegerField(null=True)
    excluded_products = models.ManyToManyField("engine_products.Product", related_name="+")
    tax_class = models.ForeignKey("engine_products.TaxClass", null=True, on_delete=models.SET_NULL, related_name="+")
    metadata = models.JSONField(default=dict)
    private_metadata = models.JSONField(default=dict)

    class Meta:
        ordering = ("pk",)


class ShippingMethodListing(models.Model):
    """What a method costs in a channel, and between which totals of the goods it may be used there."""

    method = models.ForeignKey(ShippingMethod, on_delete=models.CASCADE, related_name="listings")
    channel = models.ForeignKey("engine_products.Channel", on_delete=models.CASCADE, related_name="+")
    currency = models.CharField(max_length=3)
    price_amount = models.DecimalField(max_digits=20, decimal_places=3, default=Decimal(0))
    minimum_order_amount = models.DecimalField(max_digits=20, decimal_places=3, null=True, default=Decimal(0))
    maximum_order_amount = models.DecimalField(max_digits=20, decimal_places=3, null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["method", "channel"], name="engine_shipping_listing_once")
        ]
        ordering = ("pk",)


class PostalCodeRule(models.Model):
    """Postal codes from `start` to `end` that a method is for (INCLUDE) or not for (EXCLUDE)."""

    method = models.ForeignKey(ShippingMethod, on_delete=models.CASCADE, related_name="postal_code_rules")
    start = models.CharField(max_length=32)
    end = models.CharField(max_length=32, null=True)
    inclusion_type = models.CharField(max_length=32, default="EXCLUDE")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["method", "start", "end"], name="engine_postal_code_rule_once")
        ]
        ordering = ("pk",)
