"""Channels, taxes, the shop's settings and translations."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models


def default_order_settings() -> dict[str, Any]:
    return {
        "automaticallyConfirmAllNewOrders": True,
        "automaticallyFulfillNonShippableGiftCard": True,
        "expireOrdersAfter": None,
        "markAsPaidStrategy": "PAYMENT_FLOW",
        "deleteExpiredOrdersAfter": 60,
        "allowUnpaidOrders": False,
        "includeDraftOrderInVoucherUsage": False,
        "draftOrderLinePriceFreezePeriod": 24,
        "useLegacyLineDiscountPropagation": False,
    }


def default_checkout_settings() -> dict[str, Any]:
    return {
        "useLegacyErrorFlow": True,
        "automaticallyCompleteFullyPaidCheckouts": False,
        "automaticCompletionDelay": None,
        "automaticCompletionCutOffDate": None,
        "allowLegacyGiftCardUse": True,
    }


def default_payment_settings() -> dict[str, Any]:
    return {
        "defaultTransactionFlowStrategy": "CHARGE",
        "releaseFundsForExpiredCheckouts": False,
        "checkoutTtlBeforeReleasingFunds": 6,
        "checkoutReleaseFundsCutOffDate": None,
    }


class Channel(models.Model):
    """A sales outlet: one currency, one default country, its own settings (keys as the contract names them)."""

    name = models.CharField(max_length=250)
    slug = models.SlugField(max_length=255, unique=True)
    is_active = models.BooleanField(default=False)
    currency_code = models.CharField(max_length=3)
    default_country = models.CharField(max_length=2)
    allocation_strategy = models.CharField(max_length=64, default="PRIORITIZE_SORTING_ORDER")
    order_settings = models.JSONField(default=default_order_settings)
    checkout_settings = models.JSONField(default=default_checkout_settings)
    payment_settings = models.JSONField(default=default_payment_settings)
    #: whether a method of a shipping zone costs something here; else carts are not asked which of them apply
    has_shipping_methods = models.BooleanField(default=False)
    #: the shop's useLegacyShippingZoneStockAvailability, kept here because every sale reads its channel
    legacy_zone_stock = models.BooleanField(default=False)
    #: whether the shop reserves stock for open carts (either of its durations is set), kept here likewise
    reserves_stock = models.BooleanField(default=False)
    metadata = models.JSONField(default=dict)
    private_metadata = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar = ["slug"]


class TaxClass(models.Model):
    """Goods taxed alike."""

    name = models.CharField(max_length=255)
    metadata = models.JSONField(default=dict)
    private_metadata = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar = ["name", "pk"]


class TaxClassRate(models.Model):
    """The rate of a class in a country, in percent; without a class, the country's default rate."""

    tax_class = models.ForeignKey(TaxClass, null=True, on_delete=models.CASCADE, related_name="countries")
    country = models.CharField(max_length=2)
    rate = models.DecimalField(max_digits=9, decimal_places=4)

    class Meta:
        ordering: ClassVar = ["country", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tax_class", "country"], name="engine_tax_rate_once"),
            models.UniqueConstraint(
                fields=["country"], condition=models.Q(tax_class=None), name="engine_default_tax_rate_once"
            ),
        ]


class TaxConfiguration(models.Model):
    """How a channel charges taxes."""

    channel = models.OneToOneField(Channel, on_delete=models.CASCADE, related_name="tax_configuration")
    charge_taxes = models.BooleanField(default=True)
    tax_calculation_strategy = models.CharField(max_length=20, null=True, default="FLAT_RATES")
    tax_app_id = models.CharField(max_length=256, null=True)
    display_gross_prices = models.BooleanField(default=True)
    prices_entered_with_tax = models.BooleanField(default=True)
    metadata = models.JSONField(default=dict)
    private_metadata = models.JSONField(default=dict)


class TaxCountryException(models.Model):
    """Where a channel charges differently than by its own configuration."""

    configuration = models.ForeignKey(TaxConfiguration, on_delete=models.CASCADE, related_name="countries")
    country = models.CharField(max_length=2)
    charge_taxes = models.BooleanField(default=True)
    tax_calculation_strategy = models.CharField(max_length=20, null=True)
    tax_app_id = models.CharField(max_length=256, null=True)
    display_gross_prices = models.BooleanField(default=True)

    class Meta:
        ordering: ClassVar = ["country"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["configuration", "country"], name="engine_tax_exception_once"),
        ]


class ShopSettings(models.Model):
    """The settings of the whole shop: one row, made on first use; `data` by the contract's names."""

    data = models.JSONField(default=dict)
    metadata = models.JSONField(default=dict)
    private_metadata = models.JSONField(default=dict)


class Translation(models.Model):
    """The translated fields of one object in one language, by the contract's names of its translation type."""

    kind = models.CharField(max_length=32)
    object_id = models.BigIntegerField()
    language_code = models.CharField(max_length=35)
    slug = models.CharField(max_length=255, null=True)
    fields = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "object_id", "language_code"], name="engine_translation_once"),
            models.UniqueConstraint(
                fields=["kind", "language_code", "slug"],
                condition=models.Q(slug__isnull=False),
                name="engine_translated_slug_once",
            ),
        ]
