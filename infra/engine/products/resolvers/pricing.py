"""What products and variants cost in the channel they are seen in, with tax: now, without promotions, and before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from infra.engine.checkout.taxes import ChannelTaxes, taxes_of
from infra.engine.money import Money, TaxedMoney
from infra.engine.prepared import PreparedRows
from infra.engine.products.loading import channel_of, with_channels
from infra.engine.products.models import Channel, ProductChannelListing, ProductVariant, VariantChannelListing
from infra.engine.schema.binding import Batch, declare, field

_COMMON = "onSale discount discountPrior discountLocalCurrency"
declare("VariantPricingInfo", f"{_COMMON} price priceUndiscounted pricePrior priceLocalCurrency")
declare("ProductPricingInfo", f"{_COMMON} displayGrossPrices priceRange priceRangeUndiscounted priceRangePrior")
declare("ProductPricingInfo", "priceRangeLocalCurrency")
declare("TaxedMoneyRange", "start stop")


@dataclass(frozen=True, slots=True)
class Prices:
    """What variants are sold for, as it was entered: now, in full, and before (None where nobody said)."""

    now: Decimal
    full: Decimal
    prior: Decimal | None


def _taxes(batch: Batch, channel: Channel) -> ChannelTaxes:
    country = (batch.args.get("address") or {}).get("country") or channel.default_country
    pair = (channel.pk, country)
    return batch.context.remember(("taxes", pair), lambda: taxes_of({pair})[pair])


_AMOUNTS = ("price_amount", "discounted_price_amount", "prior_price_amount")
#: the tax class of a product is its own or its type's
_TAX_CLASSES = ("variant__product__tax_class_id", "variant__product__product_type__tax_class_id")
_OF_VARIANTS = PreparedRows(
    VariantChannelListing._meta.get_field("variant"),
    lambda pks, channel_id: (
        VariantChannelListing.objects.order_by()
        .filter(variant_id__in=pks, channel_id=channel_id, price_amount__isnull=False)
        .values_list("variant_id", *_TAX_CLASSES, *_AMOUNTS)
    ),
)
_OF_PRODUCTS = PreparedRows(
    ProductVariant._meta.get_field("product"),
    lambda pks, channel_ids: (
        VariantChannelListing.objects.order_by()
        .filter(variant__product_id__in=pks, channel_id__in=channel_ids)
        .values_list("variant__product_id", "channel_id", *_TAX_CLASSES, *_AMOUNTS)
    ),
)


def _taxed(taxes: ChannelTaxes, amount: Decimal, tax_class: int | None, channel: Channel) -> TaxedMoney:
    return taxes.apply_always(amount, tax_class, channel.currency_code)[0]


def _less(full: TaxedMoney | None, now: TaxedMoney) -> TaxedMoney | None:
    """Return how much less `now` is than `full`, None when it is not."""
    if full is None or full.gross.amount <= now.gross.amount:
        return None
    net = full.net.amount - now.net.amount
    return TaxedMoney.of(net, full.gross.amount - now.gross.amount, full.currency)


def _shown_pairs(batch: Batch, pairs: Iterable[tuple[int, int]]) -> set[tuple[int, int]]:
    """Return those of the (product, channel) pairs that are shown now. Only discounted goods are asked for."""
    wanted = set(pairs)
    if not wanted:
        return set()
    rows = ProductChannelListing.objects.filter(
        product_id__in={product for product, _ in wanted},
        channel_id__in={channel for _, channel in wanted},
        is_published=True,
    ).values_list("product_id", "channel_id", "published_at")
    now = batch.context.now
    return {(product, channel) for product, channel, since in rows if since is None or since <= now} & wanted


@field("ProductVariant", "pricing", args="address")
def variant_pricing(batch: Batch) -> list[Any]:
    channel = channel_of(batch.parents[0], batch.context)
    if channel is None:
        return [None for _ in batch.parents]
    taxes = _taxes(batch, channel)
    infos = {
        pk: _variant_info(_prices_of(*amounts), taxes, own or by_type, channel)
        for pk, own, by_type, *amounts in _OF_VARIANTS([parent.pk for parent in batch.parents], channel.pk)
    }
    answers = [infos.get(parent.pk) for parent in batch.parents]
    discounted = [
        (answer, (parent.product_id, channel.pk))
        for parent, answer in zip(batch.parents, answers, strict=True)
        if answer is not None
    ]
    _settle_sales(batch, discounted)
    return answers


def _prices_of(full: Decimal, now: Decimal | None, prior: Decimal | None) -> Prices:
    return Prices(full if now is None else now, full, prior)


def _variant_info(prices: Prices, taxes: ChannelTaxes, tax_class: int | None, channel: Channel) -> dict[str, Any]:
    full = _taxed(taxes, prices.full, tax_class, channel)
    now = full if prices.now == prices.full else _taxed(taxes, prices.now, tax_class, channel)
    prior = None if prices.prior is None else _taxed(taxes, prices.prior, tax_class, channel)
    return {
        "on_sale": False,
        "price": now,
        "price_undiscounted": full,
        "price_prior": prior,
        "discount": _less(full, now),
        "discount_prior": _less(prior, now),
    }


def _settle_sales(batch: Batch, answers: Iterable[tuple[dict[str, Any], tuple[int, int]]]) -> None:
    """Say of goods with a discount that they are on sale, if their product is shown in the channel."""
    cheaper = [(answer, pair) for answer, pair in answers if answer["discount"] is not None]
    shown = _shown_pairs(batch, [pair for _, pair in cheaper])
    for answer, pair in cheaper:
        answer["on_sale"] = pair in shown


@field("Product", "pricing", args="address")
def product_pricing(batch: Batch) -> list[Any]:
    channel = channel_of(batch.parents[0], batch.context)
    if channel is None:
        return [None for _ in batch.parents]
    return _infos(batch, [(row.pk, channel) for row in batch.parents], unsold=False)


@field("ProductChannelListing", "pricing", args="address")
def listing_pricing(batch: Batch) -> list[Any]:
    channels = with_channels(batch)
    pairs = [(row.product_id, channel) for row, channel in zip(batch.parents, channels, strict=True)]
    return _infos(batch, pairs, unsold=True)


def _infos(batch: Batch, wanted: list[tuple[int, Channel]], *, unsold: bool) -> list[Any]:
    """Return the ProductPricingInfo of products in channels; `unsold`: None for those without any listed variant."""
    found: dict[tuple[int, int], list[Prices]] = {}
    classes: dict[int, int | None] = {}
    channel_ids = tuple(sorted({channel.pk for _, channel in wanted}))
    for product_id, channel_id, own, by_type, full, now, prior in _OF_PRODUCTS(dict(wanted), channel_ids):
        classes[product_id] = own or by_type
        listed = found.setdefault((product_id, channel_id), [])
        if full is not None:
            listed.append(_prices_of(full, now, prior))
    answers: list[Any] = []
    for product_id, channel in wanted:
        prices = found.get((product_id, channel.pk))
        if prices is None and unsold:
            answers.append(None)
        else:
            answers.append(_product_info(prices or [], _taxes(batch, channel), classes.get(product_id), channel))
    pairs = [(product, channel.pk) for product, channel in wanted]
    _settle_sales(batch, [(a, pair) for a, pair in zip(answers, pairs, strict=True) if a is not None])
    return answers


def _product_info(prices: list[Prices], taxes: ChannelTaxes, tax_class: int | None, channel: Channel) -> dict[str, Any]:
    def ranged(amounts: list[Decimal]) -> dict[str, TaxedMoney] | None:
        if not amounts:
            return None
        least, most = min(amounts), max(amounts)
        low = _taxed(taxes, least, tax_class, channel)
        return {"start": low, "stop": low if most == least else _taxed(taxes, most, tax_class, channel)}

    full = ranged([each.full for each in prices])
    now = full if all(each.now == each.full for each in prices) else ranged([each.now for each in prices])
    prior = ranged([each.prior for each in prices if each.prior is not None])
    return {
        "on_sale": False,
        "display_gross_prices": taxes.display_gross,
        "price_range": now,
        "price_range_undiscounted": full,
        "price_range_prior": prior,
        "discount": _less(full["start"], now["start"]) if full and now else None,
        "discount_prior": _less(prior["start"], now["start"]) if prior and now else None,
    }


@field("ProductChannelListing", "discountedPrice")
def listing_discounted_price(batch: Batch) -> list[Any]:
    amounts = [row.discounted_price_amount for row in batch.parents]
    channels = with_channels(batch)
    return [
        None if amount is None else Money(amount, channel.currency_code)
        for amount, channel in zip(amounts, channels, strict=True)
    ]
