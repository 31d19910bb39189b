"""What an editable order costs: discounts of the whole order spread over its lines, then taxed. Only arithmetic.

Line discounts are already in the base prices of the lines, a shipping voucher in the base price of the delivery; this
module takes off the rest and says what is net and gross. Nothing is read or written here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal

from infra.engine.checkout.taxes import ChannelTaxes
from infra.engine.money import ZERO, TaxedMoney, apply_flat_rate, quantize, smallest_step
from infra.engine.orders.models import Order, OrderDiscount, OrderLine, OrderLineDiscount


def take_off(price: Decimal, *, value: Decimal, value_type: str, currency: str) -> Decimal:
    """Return `price` less a discount: percent rounded half up to the currency, an amount at most the price."""
    if value_type == "PERCENTAGE":
        off = (price * value / 100).quantize(smallest_step(currency), rounding=ROUND_HALF_UP)
    else:
        off = value
    return max(price - off, ZERO)


def subtotal_of(lines: Iterable[OrderLine]) -> Decimal:
    """Return the lines' base prices together: after their own discounts, before those of the order."""
    return sum((line.base_unit_price * line.quantity for line in lines), ZERO)


def spread_discounts(
    order: Order, lines: Sequence[OrderLine], discounts: Iterable[OrderDiscount], voucher_type: str | None
) -> tuple[Decimal, Decimal]:
    """Return (subtotal, delivery) after the order's discounts, and set what each of them took off, without saving.

    `voucher_type` is the type of the order's voucher, or None. A SHIPPING voucher is in the base price already.
    """
    subtotal, shipping, currency = quantize(subtotal_of(lines), order.currency), order.base_shipping, order.currency
    for row in discounts:
        before = subtotal + shipping
        said = {"value": row.value, "value_type": row.value_type, "currency": currency}
        if row.type == "VOUCHER":
            if voucher_type == "SHIPPING":
                continue
            if voucher_type == "ENTIRE_ORDER":
                subtotal = take_off(subtotal, **said)  # type: ignore[arg-type]
        elif row.type == "MANUAL" and row.value_type == "PERCENTAGE":
            subtotal, shipping = take_off(subtotal, **said), take_off(shipping, **said)  # type: ignore[arg-type]
        elif row.type == "MANUAL":
            if before > 0:
                off = before - take_off(before, **said)  # type: ignore[arg-type]
                share = subtotal / before * off
                subtotal, shipping = subtotal - share, shipping - (off - share)
        else:
            subtotal = take_off(subtotal, **said)  # type: ignore[arg-type]
        row.amount_value = quantize(before - subtotal - shipping, currency)
    return subtotal, shipping


def _line_totals(lines: Sequence[OrderLine], base: Decimal, off: Decimal, currency: str) -> list[Decimal]:
    """Return the lines' totals with the order's discount in them by their share; the last takes what is left over."""
    if len(lines) == 1:
        return [max(lines[0].base_unit_price * lines[0].quantity - off, ZERO)]
    totals, left = [], off
    for index, line in enumerate(lines):
        own = line.base_unit_price * line.quantity
        part = left
        if index < len(lines) - 1 and base:
            part = quantize(min(own / base * off, base), currency)
        left -= part
        totals.append(max(own - part, ZERO) if base else ZERO)
    return totals


def price_order(
    order: Order,
    lines: Sequence[OrderLine],
    discounts: Iterable[OrderDiscount],
    *,
    voucher_type: str | None,
    taxes: ChannelTaxes,
) -> None:
    """Set every price of the order and its lines, taxed at flat rates, without saving."""
    currency = order.currency
    subtotal, shipping = spread_discounts(order, lines, discounts, voucher_type)
    base = quantize(subtotal_of(lines), currency)
    totals = _line_totals(lines, base, base - subtotal, currency)
    for line, total in zip(lines, totals, strict=True):
        _tax_line(line, total, _rate(line.tax_class_id, line.tax_class_name, line.tax_rate, order, taxes), taxes)
    rate = _rate(order.shipping_tax_class_id, order.shipping_tax_class_name, order.shipping_tax_rate, order, taxes)
    taxed = _taxed(quantize(shipping, currency), rate, currency, taxes)
    plain = _taxed(order.undiscounted_shipping, rate, currency, taxes)
    order.shipping_net, order.shipping_gross = taxed.net.amount, taxed.gross.amount
    order.shipping_tax_rate = rate / 100
    if subtotal + shipping <= 0:
        order.subtotal_net = order.subtotal_gross = order.total_net = order.total_gross = ZERO
        order.undiscounted_total_net = order.undiscounted_total_gross = ZERO
        return
    sum_totals(order, lines, undiscounted_shipping=plain)


def sum_totals(order: Order, lines: Sequence[OrderLine], *, undiscounted_shipping: TaxedMoney) -> None:
    """Set the order's subtotal, total and undiscounted total from what its lines and delivery cost, without saving."""
    order.subtotal_net = sum((line.total_net for line in lines), ZERO)
    order.subtotal_gross = sum((line.total_gross for line in lines), ZERO)
    order.total_net = order.subtotal_net + order.shipping_net
    order.total_gross = order.subtotal_gross + order.shipping_gross
    plain_net = sum((line.undiscounted_total_net for line in lines), ZERO)
    plain_gross = sum((line.undiscounted_total_gross for line in lines), ZERO)
    order.undiscounted_total_net = plain_net + undiscounted_shipping.net.amount
    order.undiscounted_total_gross = plain_gross + undiscounted_shipping.gross.amount


def _rate(tax_class_id: int | None, name: str | None, kept: Decimal, order: Order, taxes: ChannelTaxes) -> Decimal:
    """Return the rate in percent; a tax class that is gone keeps the rate it had."""
    if (not taxes.charge or order.tax_exemption) and not taxes.entered_with_tax:
        return ZERO
    return kept * 100 if tax_class_id is None and name is not None else taxes.rate(tax_class_id)


def _taxed(amount: Decimal, rate: Decimal, currency: str, taxes: ChannelTaxes) -> TaxedMoney:
    return apply_flat_rate(amount, rate, currency, entered_with_tax=taxes.entered_with_tax)


def _tax_line(line: OrderLine, total: Decimal, rate: Decimal, taxes: ChannelTaxes) -> None:
    """Tax one line: the price of a piece is rounded for showing, the total comes from the exact one."""
    pieces = max(line.quantity, 1)
    plain = line.undiscounted_base_unit_price
    for name, amount in (
        ("unit", total / pieces),
        ("total", total),
        ("undiscounted_unit", plain),
        ("undiscounted_total", plain * line.quantity),
    ):
        taxed = _taxed(amount, rate, line.currency, taxes)
        setattr(line, f"{name}_net", taxed.net.amount)
        setattr(line, f"{name}_gross", taxed.gross.amount)
    line.tax_rate = rate / 100


def catalogue_price(line: OrderLine, discounts: Iterable[OrderLineDiscount]) -> Decimal:
    """Return the base price of one piece after promotions of the catalogue alone."""
    off = sum((row.amount_value for row in discounts if row.type == "PROMOTION"), ZERO)
    return quantize(max((line.undiscounted_base_unit_price * line.quantity - off) / line.quantity, ZERO), line.currency)


def set_unit_discount(line: OrderLine, discounts: Sequence[OrderLineDiscount]) -> None:
    """Sum the line's own discounts up in its `unit_discount_*` columns, without saving."""
    line.unit_discount_reason = "; ".join(row.reason for row in discounts if row.reason) or None
    off = sum((row.amount_value for row in discounts), ZERO)
    line.unit_discount_amount = quantize(off / line.quantity, line.currency)
    line.unit_discount_type, line.unit_discount_value = None, ZERO
    if len(discounts) == 1:
        line.unit_discount_type, line.unit_discount_value = discounts[0].value_type, discounts[0].value
    elif discounts:
        line.unit_discount_type, line.unit_discount_value = "FIXED", line.unit_discount_amount
