"""What checkouts cost now: channel prices, taxes, delivery, totals. Only reads, always for many at once.

Prices follow the channel as long as the checkout is open. Tax is worked out per line total and per delivery, each
rounded for itself; the price of one piece is the line's total divided by its quantity, as the contract has it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery

from infra.engine.checkout.models import Checkout, CheckoutLine
from infra.engine.checkout.taxes import ChannelTaxes, taxes_of
from infra.engine.money import ZERO, TaxedMoney, quantize
from infra.engine.prepared import PreparedRows
from infra.engine.products.models import ProductChannelListing, VariantChannelListing


@dataclass(slots=True)
class PricedLine:
    """A line with what it costs. `tax_rate` is in percent; `listed` is the channel's price or None."""

    line: CheckoutLine
    listed: Decimal | None
    tax_class_id: int | None
    tax_rate: Decimal
    unit_base: Decimal
    total: TaxedMoney

    @property
    def metadata(self) -> dict[str, str]:
        return self.line.metadata

    @property
    def private_metadata(self) -> dict[str, str]:
        return self.line.private_metadata

    @property
    def unit(self) -> TaxedMoney:
        currency, pieces = self.total.currency, self.line.quantity
        net, gross = self.total.net.amount / pieces, self.total.gross.amount / pieces
        return TaxedMoney.of(quantize(net, currency), quantize(gross, currency), currency)


@dataclass(slots=True)
class PricedCheckout:
    """A checkout with its lines and totals."""

    checkout: Checkout
    lines: list[PricedLine]
    taxes: ChannelTaxes
    shipping_base: Decimal = ZERO
    shipping_tax_rate: Decimal = ZERO
    shipping: TaxedMoney = field(default_factory=lambda: TaxedMoney.of(ZERO, ZERO, ""))

    @property
    def subtotal(self) -> TaxedMoney:
        return _sum([line.total for line in self.lines], self.checkout.currency)

    @property
    def total(self) -> TaxedMoney:
        return _sum([self.subtotal, self.shipping], self.checkout.currency)

    @property
    def is_shipping_required(self) -> bool:
        return any(priced.line.variant.product.product_type.is_shipping_required for priced in self.lines)

    def line(self, line_id: UUID) -> PricedLine:
        return next(priced for priced in self.lines if priced.line.pk == line_id)


def price_checkouts(checkouts: Iterable[Checkout]) -> dict[UUID, PricedCheckout]:
    """Return the prices of the checkouts, whose `channel` and `assigned_delivery` should be loaded, by checkout id."""
    found = {checkout.pk: checkout for checkout in checkouts}
    taxes = taxes_of({(checkout.channel_id, checkout.country) for checkout in found.values()})
    lines: dict[UUID, list[CheckoutLine]] = {pk: [] for pk in found}
    for line in lines_with_listings(list(found)):
        lines[line.checkout_id].append(line)
    return {
        pk: _price(checkout, lines[pk], taxes[checkout.channel_id, checkout.country]) for pk, checkout in found.items()
    }


def lines_with_listings(checkout_ids: list[UUID]) -> list[CheckoutLine]:
    """Return the lines with variant, product and type, and the channel's listing as attributes.

    `listed_price` is None when the channel does not sell the variant; `listed_published` and `listed_from` belong to
    the product.
    """
    return _LINES(checkout_ids)


def _lines(checkout_ids: list[UUID]) -> QuerySet[CheckoutLine]:
    channel = OuterRef("checkout__channel_id")
    in_channel = ProductChannelListing.objects.filter(product_id=OuterRef("variant__product_id"), channel_id=channel)
    price = VariantChannelListing.objects.filter(variant_id=OuterRef("variant_id"), channel_id=channel)
    return (
        CheckoutLine.objects.filter(checkout_id__in=checkout_ids)
        .select_related("variant__product__product_type")
        .annotate(
            listed_price=Subquery(price.values("price_amount")[:1]),
            listed_published=Subquery(in_channel.values("is_published")[:1]),
            listed_from=Subquery(in_channel.values("available_for_purchase_at")[:1]),
        )
    )


_LINES = PreparedRows(CheckoutLine._meta.get_field("checkout"), _lines)


def is_sold(line: Any, now: datetime) -> bool:
    """Return whether the channel still sells the line's variant (a line of `lines_with_listings`)."""
    if not line.listed_published or line.listed_price is None:
        return False
    return line.listed_from is None or line.listed_from <= now


def _price(checkout: Checkout, lines: list[Any], taxes: ChannelTaxes) -> PricedCheckout:
    priced = PricedCheckout(checkout, [_price_line(line, checkout.currency, taxes) for line in lines], taxes)
    delivery = checkout.assigned_delivery
    if delivery is not None and priced.is_shipping_required:
        priced.shipping_base = delivery.price_amount
    priced.shipping, priced.shipping_tax_rate = taxes.apply(priced.shipping_base, None, checkout.currency)
    return priced


def _price_line(line: Any, currency: str, taxes: ChannelTaxes) -> PricedLine:
    product = line.variant.product
    tax_class_id = product.tax_class_id or product.product_type.tax_class_id
    unit = line.price_override if line.price_override is not None else line.listed_price
    unit = unit if unit is not None else ZERO
    total, rate = taxes.apply(unit * line.quantity, tax_class_id, currency)
    return PricedLine(line, line.listed_price, tax_class_id, rate, quantize(unit, currency), total)


def _sum(parts: list[TaxedMoney], currency: str) -> TaxedMoney:
    net = sum((part.net.amount for part in parts), ZERO)
    return TaxedMoney.of(net, sum((part.gross.amount for part in parts), ZERO), currency)
