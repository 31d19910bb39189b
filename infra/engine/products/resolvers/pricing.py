"""What products and variants cost in the channel they are seen in, with tax."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from infra.engine.checkout.taxes import ChannelTaxes, taxes_of
from infra.engine.money import TaxedMoney
from infra.engine.products.loading import channel_of
from infra.engine.products.models import Channel, Product, VariantChannelListing
from infra.engine.schema.binding import Batch, declare, field

declare("VariantPricingInfo", "onSale price priceUndiscounted")
declare("ProductPricingInfo", "onSale displayGrossPrices priceRange priceRangeUndiscounted")
declare("TaxedMoneyRange", "start stop")


def _taxes(batch: Batch, channel: Channel) -> ChannelTaxes:
    country = (batch.args.get("address") or {}).get("country") or channel.default_country
    pair = (channel.pk, country)
    return batch.context.remember(("taxes", pair), lambda: taxes_of({pair})[pair])


def _tax_classes(batch: Batch, product_ids: set[int]) -> dict[int, int | None]:
    """Return the tax class of each product, its own or its type's; each product is looked up once per request."""
    known: dict[int, int | None] = batch.context.cache.setdefault("tax classes", {})
    missing = product_ids - set(known)
    if missing:
        rows = Product.objects.order_by().filter(pk__in=missing)
        for pk, own, by_type in rows.values_list("pk", "tax_class_id", "product_type__tax_class_id"):
            known[pk] = own or by_type
    return known


def _taxed(taxes: ChannelTaxes, amount: Decimal, tax_class: int | None, channel: Channel) -> TaxedMoney:
    return taxes.apply(amount, tax_class, channel.currency_code)[0]


@field("ProductVariant", "pricing", args="address")
def variant_pricing(batch: Batch) -> list[Any]:
    channel = channel_of(batch.parents[0], batch.context)
    if channel is None:
        return [None for _ in batch.parents]
    listings = {
        row.variant_id: row
        for row in VariantChannelListing.objects.filter(
            channel=channel, variant_id__in=[parent.pk for parent in batch.parents], price_amount__isnull=False
        )
    }
    classes = _tax_classes(batch, {parent.product_id for parent in batch.parents})
    taxes = _taxes(batch, channel)
    answers: list[Any] = []
    for parent in batch.parents:
        listing = listings.get(parent.pk)
        if listing is None or listing.price_amount is None:
            answers.append(None)
            continue
        full = _taxed(taxes, listing.price_amount, classes[parent.product_id], channel)
        answers.append({"on_sale": False, "price": full, "price_undiscounted": full})
    return answers


@field("Product", "pricing", args="address")
def product_pricing(batch: Batch) -> list[Any]:
    channel = channel_of(batch.parents[0], batch.context)
    if channel is None:
        return [None for _ in batch.parents]
    amounts: dict[int, list[Decimal]] = {}
    for product_id, amount in VariantChannelListing.objects.filter(
        channel=channel, variant__product_id__in=[row.pk for row in batch.parents], price_amount__isnull=False
    ).values_list("variant__product_id", "price_amount"):
        assert amount is not None
        amounts.setdefault(product_id, []).append(amount)
    classes = _tax_classes(batch, set(amounts))
    taxes = _taxes(batch, channel)
    answers: list[Any] = []
    for row in batch.parents:
        found = amounts.get(row.pk)
        prices = None
        if found:
            prices = {
                "start": _taxed(taxes, min(found), classes[row.pk], channel),
                "stop": _taxed(taxes, max(found), classes[row.pk], channel),
            }
        answers.append(
            {
                "on_sale": False,
                "display_gross_prices": taxes.display_gross,
                "price_range": prices,
                "price_range_undiscounted": prices,
            }
        )
    return answers
