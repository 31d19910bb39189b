"""What checkouts cost now: channel prices, discounts, taxes, delivery, totals. Only reads, always for many at once.

Prices follow the channel as long as the checkout is open. Tax is worked out per line total and per delivery, each
rounded for itself; the price of one piece is the line's total divided by its quantity, as the contract has it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils import timezone

from infra.engine.checkout.discounts import (
    Discount,
    lines_of_voucher,
    off_line,
    round_price,
    shown_discount,
    spread,
)
from infra.engine.checkout.models import Checkout, CheckoutLine
from infra.engine.checkout.reading import is_sold, lines_with_listings
from infra.engine.checkout.tax_apps import apply_kept
from infra.engine.checkout.taxes import ChannelTaxes, taxes_of
from infra.engine.discounts.models import VariantListingRule
from infra.engine.discounts.queries import (
    catalogue_rules_for,
    discount_name,
    discount_reason,
    order_rule_for,
    translated_names,
)
from infra.engine.discounts.types import OrderDiscountFound, RuleReward
from infra.engine.discounts.vouchers import VoucherTerms, vouchers_for
from infra.engine.giftcards.queries import attached, balance_of
from infra.engine.money import ZERO, TaxedMoney, smallest_step

__all__ = ["PricedCheckout", "PricedLine", "is_sold", "lines_with_listings", "price_checkouts"]


@dataclass(slots=True)
class PricedLine:
    """A line with what it costs. `tax_rate` is in percent; `listed` is the channel's price or None.

    `unit_base` is the price of a piece before all discounts, `base_total` the line's after its own `discounts`,
    `total` also after its share of those of the whole, and taxed. `listed_unit` is what a voucher for goods compares:
    the channel's discounted price, or the price an app set. All but `total` are as entered, with tax or without.
    """

    line: CheckoutLine
    listed: Decimal | None
    tax_class_id: int | None
    tax_rate: Decimal
    unit_base: Decimal
    listed_unit: Decimal
    base_total: Decimal
    total: TaxedMoney
    discounts: list[Discount] = field(default_factory=list)

    @property
    def metadata(self) -> dict[str, str]:
        return self.line.metadata

    @property
    def private_metadata(self) -> dict[str, str]:
        return self.line.private_metadata

    @property
    def undiscounted_total(self) -> Decimal:
        """Return the line's price before all discounts, of the exact price of a piece: an app may set decimals."""
        unit = self.line.price_override if self.line.price_override is not None else self.listed
        return round_price((unit or ZERO) * self.line.quantity, self.total.currency)

    @property
    def base_unit(self) -> Decimal:
        return round_price(self.base_total / self.line.quantity, self.total.currency)

    @property
    def unit(self) -> TaxedMoney:
        currency, pieces = self.total.currency, self.line.quantity
        net, gross = self.total.net.amount / pieces, self.total.gross.amount / pieces
        return TaxedMoney.of(round_price(net, currency), round_price(gross, currency), currency)

    def take_off(self, discount: Discount) -> None:
        """Take a discount off the line's total, which is not taxed yet."""
        self.discounts.append(discount)
        self.base_total = round_price(self.base_total - discount.amount, self.total.currency)


@dataclass(slots=True)
class PricedCheckout:
    """A checkout with its lines and totals.

    `discount` is what is taken off the whole or the delivery, and what a voucher for goods takes off all lines (their
    `discounts` hold it, too). `found` is the order promotion that holds now, also when it is a gift. Amounts that are
    not TaxedMoney are as entered, with tax or without. `gift_cards` is what the cards on it hold, with tax.

    A voucher that somebody else has spent since keeps lowering the prices until the checkout changes, or is completed
    and refused for it, as the contract's reference does.
    """

    checkout: Checkout
    lines: list[PricedLine]
    taxes: ChannelTaxes
    shipping_undiscounted: Decimal = ZERO
    shipping_base: Decimal = ZERO
    shipping_tax_rate: Decimal = ZERO
    shipping: TaxedMoney = field(default_factory=lambda: TaxedMoney.of(ZERO, ZERO, ""))
    voucher: VoucherTerms | None = None
    found: OrderDiscountFound | None = None
    discount: Decimal = ZERO
    discount_name: str | None = None
    translated_discount_name: str | None = None
    gift_cards: Decimal = ZERO
    #: whether the tax app must be asked (again), and why its last answer was none
    tax_is_stale: bool = False
    tax_error: str | None = None

    @property
    def subtotal(self) -> TaxedMoney:
        return _sum([line.total for line in self.lines], self.checkout.currency)

    @property
    def base_subtotal(self) -> Decimal:
        """Return what the goods cost after their own discounts, before those of the whole, as entered."""
        return sum((line.base_total for line in self.lines), ZERO)

    @property
    def full_total(self) -> TaxedMoney:
        """Return what goods and delivery cost, whoever pays it."""
        return _sum([self.subtotal, self.shipping], self.checkout.currency)

    @property
    def total(self) -> TaxedMoney:
        """Return what is left to pay beside gift cards: of net as large a share as of gross."""
        total = self.full_total
        net, gross = total.net.amount, total.gross.amount
        if not self.gift_cards or not gross:
            return total
        left = max(gross - self.gift_cards, ZERO)
        return TaxedMoney.of(round_price(left * net / gross, total.currency), left, total.currency)

    @property
    def is_shipping_required(self) -> bool:
        return any(priced.line.variant.product.product_type.is_shipping_required for priced in self.lines)

    @property
    def pieces(self) -> int:
        return sum(priced.line.quantity for priced in self.lines)

    @property
    def order_discount(self) -> Discount | None:
        """Return what an order keeps as a discount of its own: of the whole or of the delivery, not of lines."""
        if self.voucher is not None:
            if self.voucher.is_for_lines or not self.discount:
                return None
            return Discount(
                type="VOUCHER",
                value_type="FIXED",
                value=self.discount,
                amount=self.discount,
                name=self.discount_name,
                translated_name=self.translated_discount_name,
                voucher_code=self.voucher.code.code,
            )
        if self.found is None or self.found.gift_variant_id is not None:
            return None
        return Discount.of_found(self.found)

    def line(self, line_id: UUID) -> PricedLine:
        return next(priced for priced in self.lines if priced.line.pk == line_id)


def price_checkouts(checkouts: Iterable[Checkout]) -> dict[UUID, PricedCheckout]:
    """Return the prices of the checkouts, whose `channel` and `assigned_delivery` should be loaded, by checkout id."""
    found = {checkout.pk: checkout for checkout in checkouts}
    taxes = taxes_of({(checkout.channel_id, checkout.country) for checkout in found.values()})
    lines: dict[UUID, list[Any]] = {pk: [] for pk in found}
    rows = lines_with_listings(list(found))
    for line in rows:
        lines[line.checkout_id].append(line)
    rules = _catalogue_rules(rows, found)
    vouchers = _vouchers(found.values())
    cards = attached([checkout.pk for checkout in found.values() if checkout.has_gift_cards])
    priced = {}
    for pk, checkout in found.items():
        charged = taxes[checkout.channel_id, checkout.country]
        charged = charged.exempt() if checkout.tax_exemption else charged
        priced[pk] = _price(checkout, lines[pk], charged, rules)
        if checkout.voucher_code is not None:
            priced[pk].voucher = vouchers.get((checkout.voucher_code, checkout.channel_id))
        priced[pk].gift_cards = balance_of(cards.get(pk, ()), timezone.now())
        _discount(priced[pk], has_rules=any(line.has_order_rules for line in lines[pk]))
        _tax(priced[pk])
    return priced


def _vouchers(checkouts: Iterable[Checkout]) -> dict[tuple[str, int], VoucherTerms]:
    with_code = [row for row in checkouts if row.voucher_code is not None]
    if not with_code:
        return {}
    counted = [str(row.voucher_code) for row in with_code if row.is_voucher_usage_increased]
    return vouchers_for(((str(row.voucher_code), row.channel_id) for row in with_code), timezone.now(), counted=counted)


@dataclass(frozen=True, slots=True)
class _CatalogueRules:
    """The rules behind discounted listings, by listing, and the translated names of their discounts."""

    rows: dict[int, VariantListingRule]
    names: dict[str, dict[Any, str | None]]


def _catalogue_rules(lines: list[Any], checkouts: dict[UUID, Checkout]) -> _CatalogueRules:
    discounted = [line for line in lines if _is_discounted(line)]
    if not discounted:
        return _CatalogueRules({}, {})
    rows = catalogue_rules_for({line.listing_id for line in discounted})
    languages = {checkouts[line.checkout_id].language_code for line in discounted}
    rules = {row.rule_id: row.rule for row in rows.values()}
    return _CatalogueRules(rows, {code: translated_names(rules.values(), code) for code in languages})


def _is_discounted(line: Any) -> bool:
    """Return whether a promotion of the catalogue makes a line (of `lines_with_listings`) cheaper."""
    if line.is_gift or line.listed_price is None or line.listed_discounted is None:
        return False
    return bool(line.listed_discounted != line.listed_price)


def _price(checkout: Checkout, lines: list[Any], taxes: ChannelTaxes, rules: _CatalogueRules) -> PricedCheckout:
    names = rules.names.get(checkout.language_code, {})
    priced = PricedCheckout(checkout, [_price_line(line, checkout.currency) for line in lines], taxes)
    for item in priced.lines:
        row = rules.rows.get(item.line.listing_id) if _is_discounted(item.line) else None  # type: ignore[attr-defined]
        if row is not None:
            item.take_off(_catalogue_discount(item, row, names, checkout.currency))
    delivery = checkout.assigned_delivery
    if delivery is not None and priced.is_shipping_required:
        priced.shipping_undiscounted = round_price(delivery.price_amount, checkout.currency)
    priced.shipping_base = priced.shipping_undiscounted
    return priced


def _price_line(line: Any, currency: str) -> PricedLine:
    product = line.variant.product
    unit = line.price_override if line.price_override is not None else line.listed_price
    unit = unit if unit is not None else ZERO
    discounted = line.price_override if line.price_override is not None else line.listed_discounted
    return PricedLine(
        line=line,
        listed=line.listed_price,
        tax_class_id=product.tax_class_id or product.product_type.tax_class_id,
        tax_rate=ZERO,
        unit_base=round_price(unit, currency),
        listed_unit=discounted if discounted is not None else unit,
        base_total=round_price(unit * line.quantity, currency),
        total=TaxedMoney.of(ZERO, ZERO, currency),
    )


def _catalogue_discount(item: PricedLine, row: VariantListingRule, names: dict[Any, str | None], currency: str) -> Any:
    """Return what a promotion takes off: of a price that an app set, the rule's part of that price."""
    rule, override = row.rule, item.line.price_override
    each = row.discount_amount
    assert rule.reward_value is not None and rule.reward_value_type is not None, "catalogue rules have a value"
    if override is not None:
        each = RuleReward(rule.reward_value_type, rule.reward_value).amount_off(override, smallest_step(currency))
    return Discount(
        type="PROMOTION",
        value_type=rule.reward_value_type,
        value=rule.reward_value,
        amount=each * item.line.quantity,
        name=discount_name(rule.promotion, rule),
        translated_name=names.get(rule.pk),
        reason=discount_reason(rule.promotion),
        promotion_rule_id=rule.pk,
        promotion_id=rule.promotion_id,
    )


def _discount(priced: PricedCheckout, *, has_rules: bool) -> None:
    """Take off what a voucher or, where no code was given, an order promotion gives."""
    if priced.voucher is not None:
        _apply_voucher(priced, priced.voucher)
    elif has_rules and priced.checkout.voucher_code is None:
        _apply_order_promotion(priced)
    for item in priced.lines:
        if item.line.is_gift:
            _make_free(item, priced.found)


def _apply_voucher(priced: PricedCheckout, terms: VoucherTerms) -> None:
    before, voucher = priced.base_subtotal, terms.voucher
    priced.discount = shown_discount(terms, priced.lines, subtotal=before, delivery=priced.shipping_undiscounted)
    priced.discount_name = voucher.name
    translated = terms.names.get(priced.checkout.language_code)
    priced.translated_discount_name = translated if translated and translated != voucher.name else ""
    if terms.is_for_delivery:
        priced.shipping_base = max(priced.shipping_undiscounted - priced.discount, ZERO)
    for item in lines_of_voucher(terms, priced.lines):
        code, off = terms.code.code, off_line(terms, item.base_total, item.line.quantity)
        item.take_off(
            Discount(
                type="VOUCHER",
                value_type=voucher.discount_value_type,
                value=terms.value,
                amount=off,
                name=str(voucher.name),
                reason=f"Voucher code: {code}",
                voucher_code=code,
            )
        )


def _apply_order_promotion(priced: PricedCheckout) -> None:
    checkout = priced.checkout
    subtotal = sum((item.base_total for item in priced.lines if not item.line.is_gift), ZERO)
    found = order_rule_for(
        channel=checkout.channel,
        subtotal=subtotal,
        total=subtotal + priced.shipping_undiscounted,
        now=timezone.now(),
        language_code=checkout.language_code,
    )
    priced.found = found
    if found is not None and found.gift_variant_id is None:
        priced.discount = found.amount
        priced.discount_name, priced.translated_discount_name = found.name, found.translated_name


def _make_free(item: PricedLine, found: OrderDiscountFound | None) -> None:
    """Take the whole price off a gift, for the promotion that gives it; one that is over is taken off with the gift."""
    if found is not None and found.gift_variant_id == item.line.variant_id:
        item.discounts.append(Discount.of_found(found))
    item.base_total = ZERO


def _tax(priced: PricedCheckout) -> None:
    currency, taxes = priced.checkout.currency, priced.taxes
    whole = priced.discount if priced.voucher is None or priced.voucher.is_for_order else ZERO
    totals = [item.base_total for item in priced.lines]
    if whole:
        totals = spread(priced.lines, whole, currency, lambda item: item.base_total)
    for item, total in zip(priced.lines, totals, strict=True):
        item.total, item.tax_rate = taxes.apply(total, item.tax_class_id, currency)
    chosen = priced.checkout.assigned_delivery
    shipping_class = chosen.tax_class_id if chosen is not None else None
    priced.shipping, priced.shipping_tax_rate = taxes.apply(priced.shipping_base, shipping_class, currency)
    if taxes.by_app and priced.lines:
        apply_kept(priced)


def _sum(parts: list[TaxedMoney], currency: str) -> TaxedMoney:
    net = sum((part.net.amount for part in parts), ZERO)
    return TaxedMoney.of(net, sum((part.gross.amount for part in parts), ZERO), currency)
