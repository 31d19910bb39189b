"""A small shop to buy in, made through models and actions of the engine."""

from __future__ import annotations

import itertools
from decimal import Decimal
from typing import Any

from django.utils import timezone

from infra.engine.checkout.lines import create_checkout
from infra.engine.checkout.models import Checkout, CheckoutDelivery
from infra.engine.checkout.types import LineInput, NewCheckout
from infra.engine.products.models import (
    Channel,
    Product,
    ProductChannelListing,
    ProductType,
    ProductVariant,
    TaxClass,
    TaxClassRate,
    TaxConfiguration,
    VariantChannelListing,
)
from infra.engine.warehouses.actions import link_channel, set_stocks
from infra.engine.warehouses.models import Warehouse

_numbers = itertools.count(1)
TOKYO = {
    "first_name": "花子",
    "last_name": "見本",
    "company_name": "",
    "street_address_1": "墨田区吾妻橋1-23-20",
    "street_address_2": "",
    "city": "",
    "city_area": "",
    "postal_code": "130-8640",
    "country": "JP",
    "country_area": "東京都",
    "phone": "",
    "metadata": {},
    "id": 1,
}


def make_channel(**overrides: Any) -> Channel:
    """A channel in yen, prices with tax at 10 % by default and 8 % for the class `reduced`."""
    slug = overrides.pop("slug", None) or f"channel-{next(_numbers)}"
    order_settings = overrides.pop("order_settings", {})
    values = {"name": slug, "slug": slug, "is_active": True, "currency_code": "JPY", "default_country": "JP"}
    channel = Channel(**(values | overrides))
    channel.order_settings |= {"automaticallyConfirmAllNewOrders": False, "allowUnpaidOrders": True} | order_settings
    channel.save()
    TaxConfiguration.objects.create(channel=channel)
    TaxClassRate.objects.get_or_create(tax_class=None, country="JP", defaults={"rate": Decimal(10)})
    return channel


def reduced_class() -> TaxClass:
    tax_class, _ = TaxClass.objects.get_or_create(name="reduced")
    TaxClassRate.objects.get_or_create(tax_class=tax_class, country="JP", defaults={"rate": Decimal(8)})
    return tax_class


def make_warehouse(*channels: Channel, **overrides: Any) -> Warehouse:
    slug = overrides.pop("slug", None) or f"wh-{next(_numbers)}"
    warehouse = Warehouse.objects.create(name=slug, slug=slug, address=TOKYO, **overrides)
    for channel in channels:
        link_channel(channel_id=channel.pk, add=[warehouse.pk])
    return warehouse


def make_variant(
    channel: Channel, *, price: int | str = 1100, stock: dict[Warehouse, int] | None = None, **overrides: Any
) -> ProductVariant:
    """A published variant with a price in the channel and pieces in warehouses."""
    number = next(_numbers)
    kind, _ = ProductType.objects.get_or_create(slug="goods", defaults={"name": "goods"})
    name = overrides.pop("name", f"品物{number}")
    product = Product.objects.create(
        product_type=kind, name=name, slug=f"goods-{number}", tax_class=overrides.pop("tax_class", None)
    )
    now = timezone.now()
    ProductChannelListing.objects.create(
        product=product, channel=channel, is_published=True, published_at=now, available_for_purchase_at=now
    )
    variant = ProductVariant.objects.create(product=product, name="", sku=f"SKU-{number}", **overrides)
    VariantChannelListing.objects.create(variant=variant, channel=channel, price_amount=Decimal(price))
    if stock:
        set_stocks(variant_id=variant.pk, quantities={row.pk: pieces for row, pieces in stock.items()})
    return variant


def make_checkout(
    channel: Channel, lines: dict[ProductVariant, int], *, delivery: int | None = 0, **overrides: Any
) -> Checkout:
    """A checkout ready to be completed, with a delivery at the price `delivery` unless that is None."""
    values = {
        "channel": channel,
        "email": "buyer@example.com",
        "language_code": "JA",
        "billing_address": TOKYO,
        "shipping_address": TOKYO,
    }
    checkout = create_checkout(
        new=NewCheckout(**(values | overrides)),
        lines=[LineInput(variant_id=variant.pk, quantity=pieces) for variant, pieces in lines.items()],
        limit=None,
    )
    if delivery is not None:
        assign_delivery(checkout, delivery)
    return checkout


def assign_delivery(checkout: Checkout, price: int | str, **overrides: Any) -> CheckoutDelivery:
    """Choose a delivery for the checkout as if an app had offered it just now."""
    chosen = CheckoutDelivery.objects.create(
        checkout=checkout,
        method_id="YXBwOnRlc3Q6cG9zdA==",
        name="宅配便",
        price_amount=Decimal(price),
        currency=checkout.currency,
        **overrides,
    )
    checkout.assigned_delivery = chosen
    checkout.deliveries_stale_at = timezone.now() + timezone.timedelta(hours=1)
    checkout.save()
    return chosen
