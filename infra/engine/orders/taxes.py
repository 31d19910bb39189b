"""Taxes of drafts and unconfirmed orders beyond flat rates: an app that says them, and orders that are charged none."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from typing import Any

from infra.engine.checkout.tax_apps import Answer, NoTaxes, TaxedAmount, ask_for_taxes, may_ask
from infra.engine.checkout.taxes import ChannelTaxes
from infra.engine.money import ZERO, Money, TaxedMoney, apply_flat_rate, quantize
from infra.engine.orders import pricing
from infra.engine.orders.models import Order, OrderDiscount, OrderLine

logger = logging.getLogger(__name__)
LINE_PRICES = ("unit", "total", "undiscounted_unit", "undiscounted_total")
ORDER_PRICES = ("shipping", "subtotal", "total", "undiscounted_total")


def settle_taxes(
    order: Order,
    lines: Sequence[OrderLine],
    discounts: Iterable[OrderDiscount],
    *,
    voucher_type: str | None,
    taxes: ChannelTaxes,
) -> None:
    """Put the taxes into an order that `pricing.price_order` has priced at flat rates, without saving.

    Where an app is to be asked, its answer replaces the flat rates; without a valid one prices are without tax and
    `order.tax_error` says why. Where none are charged, those that prices contain are taken out. Must be called outside
    of a transaction; inside of one no app is asked.
    """
    order.tax_error = None
    charge = taxes.charge and not order.tax_exemption
    if taxes.strategy == "TAX_APP":
        _untax(order, lines, "gross" if taxes.entered_with_tax else "net")
        if lines and (charge or taxes.entered_with_tax) and may_ask():
            _ask(order, lines, discounts, voucher_type, taxes)
    if not charge:
        _remove_tax(order, lines)


def _ask(
    order: Order,
    lines: Sequence[OrderLine],
    discounts: Iterable[OrderDiscount],
    voucher_type: str | None,
    taxes: ChannelTaxes,
) -> None:
    taxable = taxable_order(order, lines, discounts, voucher_type=voucher_type, taxes=taxes)
    try:
        answer = ask_for_taxes(event="ORDER_CALCULATE_TAXES", taxable=taxable, taxes=taxes)
    except NoTaxes as problem:
        logger.warning("order %s has no taxes: %s", order.pk, problem)
        order.tax_error = str(problem)[:255]
        return
    if answer is not None:
        _apply(order, lines, answer, taxes)


def _apply(order: Order, lines: Sequence[OrderLine], answer: Answer, taxes: ChannelTaxes) -> None:
    for line, part in zip(lines, answer.lines, strict=True):
        total, rate = part.money(line.currency, charge=True)
        _set(line, "total", total)
        pieces = max(line.quantity, 1)
        unit = TaxedMoney.of(
            quantize(part.net / pieces, line.currency), quantize(part.gross / pieces, line.currency), line.currency
        )
        _set(line, "unit", unit)
        plain = line.undiscounted_base_unit_price
        _set(line, "undiscounted_unit", _undiscounted(plain, unit, part, taxes))
        _set(line, "undiscounted_total", _undiscounted(plain * line.quantity, total, part, taxes))
        line.tax_rate = rate / 100
    shipping, rate = answer.shipping.money(order.currency, charge=True)
    _set(order, "shipping", shipping)
    order.shipping_tax_rate = rate / 100
    plain = _undiscounted(order.undiscounted_shipping, shipping, answer.shipping, taxes)
    pricing.sum_totals(order, lines, undiscounted_shipping=plain)


def _undiscounted(base: Any, taxed: TaxedMoney, part: TaxedAmount, taxes: ChannelTaxes) -> TaxedMoney:
    """Return what a base price is with the app's rate: the very price it gave when nothing was taken off."""
    compared = taxed.gross.amount if taxes.entered_with_tax else taxed.net.amount
    if compared == base:
        return taxed
    return apply_flat_rate(base, part.rate, taxed.currency, entered_with_tax=taxes.entered_with_tax)


def _set(row: Any, name: str, value: TaxedMoney) -> None:
    setattr(row, f"{name}_net", value.net.amount)
    setattr(row, f"{name}_gross", value.gross.amount)


def _untax(order: Order, lines: Sequence[OrderLine], side: str) -> None:
    """Set prices as they were entered, net and gross the same: nobody knows the tax yet."""
    for line in lines:
        _spread(line, LINE_PRICES, side)
        line.tax_rate = ZERO
    _spread(order, ORDER_PRICES, side)
    order.shipping_tax_rate = ZERO


def _remove_tax(order: Order, lines: Sequence[OrderLine]) -> None:
    """Make every gross price the net one."""
    for line in lines:
        _spread(line, LINE_PRICES, "net")
        line.tax_rate = ZERO
    _spread(order, ORDER_PRICES, "net")
    order.shipping_tax_rate = ZERO


def _spread(row: Any, names: Iterable[str], side: str) -> None:
    for name in names:
        value = getattr(row, f"{name}_{side}")
        setattr(row, f"{name}_net", value)
        setattr(row, f"{name}_gross", value)


def taxable_order(
    order: Order,
    lines: Sequence[OrderLine],
    discounts: Iterable[OrderDiscount],
    *,
    voucher_type: str | None,
    taxes: ChannelTaxes,
) -> dict[str, Any]:
    """Return the contract's TaxableObject of an order."""
    currency = order.currency
    return {
        "source_object": order,
        "prices_entered_with_tax": taxes.entered_with_tax,
        "currency": currency,
        "shipping_price": Money(order.base_shipping, currency),
        "address": order.shipping_address or order.billing_address,
        "discounts": _discounts(order, lines, discounts, voucher_type),
        "lines": [
            {
                "source_line": line,
                "quantity": line.quantity,
                "charge_taxes": taxes.charge,
                "product_name": line.product_name,
                "variant_name": line.variant_name,
                "product_sku": line.product_sku,
                "unit_price": Money(line.base_unit_price, currency),
                "total_price": Money(line.base_unit_price * line.quantity, currency),
            }
            for line in lines
        ],
        "channel": order.channel,
    }


def _discounts(
    order: Order, lines: Sequence[OrderLine], discounts: Iterable[OrderDiscount], voucher_type: str | None
) -> list[dict[str, Any]]:
    """Return the discounts of the whole order: one by hand is told in two parts, of the goods and of the delivery."""
    told = []
    for row in discounts:
        amounts = {"SUBTOTAL": ZERO, "SHIPPING": ZERO}
        if row.type == "MANUAL":
            amounts = _split(row, pricing.subtotal_of(lines), order.base_shipping, order.currency)
        elif row.type == "ORDER_PROMOTION" or (row.type == "VOUCHER" and voucher_type == "ENTIRE_ORDER"):
            amounts["SUBTOTAL"] = row.amount_value
        told += [
            {"name": row.name, "amount": Money(amount, order.currency), "type": kind}
            for kind, amount in amounts.items()
            if amount
        ]
    return told


def _split(row: OrderDiscount, subtotal: Any, shipping: Any, currency: str) -> dict[str, Any]:
    total = subtotal + shipping
    if total <= 0:
        return {}
    off = total - pricing.take_off(total, value=row.value, value_type=row.value_type, currency=currency)
    share = subtotal / total * off
    return {"SUBTOTAL": quantize(share, currency), "SHIPPING": quantize(off - share, currency)}
