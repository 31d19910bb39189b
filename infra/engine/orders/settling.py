"""Prices of drafts and unconfirmed orders, worked out when they are next read after a change.

A change only marks the order (`mark`); reading a price settles it, outside of the change's own transaction, because
a tax app may have to be asked. What was changed meanwhile by somebody else is not overwritten.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from infra.engine.checkout.taxes import ChannelTaxes, taxes_of
from infra.engine.orders import lock_objects, pricing, promotions, vouchers
from infra.engine.orders import taxes as order_taxes
from infra.engine.orders.models import Order, OrderDiscount, OrderLine, OrderLineDiscount
from infra.engine.products.models import Channel, VariantChannelListing
from infra.engine.warehouses.queries import selling_of
from infra.engine.warehouses.types import Selling

ORDER_COLUMNS = (
    "subtotal_net",
    "subtotal_gross",
    "total_net",
    "total_gross",
    "undiscounted_total_net",
    "undiscounted_total_gross",
    "shipping_net",
    "shipping_gross",
    "base_shipping",
    "undiscounted_shipping",
    "shipping_tax_rate",
    "should_refresh_prices",
    "tax_error",
)
LINE_COLUMNS = (
    "unit_net",
    "unit_gross",
    "total_net",
    "total_gross",
    "undiscounted_unit_net",
    "undiscounted_unit_gross",
    "undiscounted_total_net",
    "undiscounted_total_gross",
    "undiscounted_base_unit_price",
    "base_unit_price",
    "price_fixed_until",
    "tax_rate",
    *vouchers.LINE_COLUMNS[1:],
)


def mark(order: Order, *fields: str) -> None:
    """Save the order's `fields` and let its prices be worked out anew when they are next read."""
    order.should_refresh_prices = True
    order.save(update_fields=[*fields, "should_refresh_prices", "updated_at"])


def country_of(order: Order) -> str:
    """Return the country that decides the tax: of the shipping, else billing address, else the channel's."""
    for address in (order.shipping_address, order.billing_address):
        if address and address.get("country"):
            return str(address["country"])
    return order.channel.default_country


def selling_for(order: Order) -> Selling:
    """Return from where the order's channel sells to it."""
    return selling_of(order.channel, country=country_of(order), point=order.collection_point)


def price_fixed_until(channel: Channel, status: str, now: datetime) -> datetime | None:
    """Return until when a draft's line keeps its base price, by the channel's setting in hours; None for ever."""
    hours = channel.order_settings.get("draftOrderLinePriceFreezePeriod", 24)
    return now + timedelta(hours=hours) if status == "DRAFT" and hours else None


def settle(orders: Iterable[Order], *, force: bool = False) -> None:
    """Bring the prices of editable orders up to date, in place and stored; finished orders are left alone.

    The lines with their new prices are kept on each order as `settled_lines` (by key).
    """
    named = {id(order): order for order in orders}.values()
    open_ = [order for order in named if order.is_editable and "settled_lines" not in order.__dict__]
    expired = _with_expired_lines([order for order in open_ if order.status == "DRAFT"])
    for order in open_:
        order.__dict__["settled_lines"] = {}
        if force or order.should_refresh_prices or order.pk in expired:
            lines = list(OrderLine.objects.filter(order=order).select_related("variant__product"))
            _settle(order, lines)
            order.__dict__["settled_lines"] = {line.pk: line for line in lines}


def _with_expired_lines(drafts: list[Order]) -> set[UUID]:
    """Return the drafts of which a line's base price has been kept long enough."""
    if not drafts:
        return set()
    rows = OrderLine.objects.filter(order__in=drafts, price_fixed_until__lt=timezone.now())
    return set(rows.order_by().values_list("order_id", flat=True))


def unsettle(order: Order) -> Order:
    """Forget what was worked out for this very object; for the answer of a change. Returns the order."""
    for name in ("settled_lines", "_lines"):
        order.__dict__.pop(name, None)
    return order


def _expired(order: Order, lines: Sequence[OrderLine]) -> list[OrderLine]:
    now = timezone.now()
    kept = [line for line in lines if line.price_fixed_until is not None] if order.status == "DRAFT" else []
    return [line for line in kept if line.price_fixed_until is not None and line.price_fixed_until < now]


def _settle(order: Order, lines: list[OrderLine]) -> None:
    expired = _expired(order, lines)
    taxes = taxes_of({(order.channel_id, country_of(order))})[order.channel_id, country_of(order)]
    with transaction.atomic("engine"):
        lock_objects.order(order.pk)
        _complete_base_prices(order, lines, taxes)
        voucher = vouchers.voucher_of(order)
        if expired:
            _follow_catalogue(order, expired, lines)
            vouchers.apply_to_lines(order, voucher, lines, as_applied=False)
        promotions.apply_best(order, lines)
        discounts = list(OrderDiscount.objects.filter(order=order))
    kind = None
    if voucher is not None:
        kind = "SHIPPING" if voucher.type == "SHIPPING" else "ENTIRE_ORDER"
    pricing.price_order(order, lines, discounts, voucher_type=kind, taxes=taxes)
    order_taxes.settle_taxes(order, lines, discounts, voucher_type=kind, taxes=taxes)
    order.should_refresh_prices = False
    with transaction.atomic("engine"):
        stored = lock_objects.order(order.pk)
        if stored.updated_at == order.updated_at:
            OrderDiscount.objects.bulk_update(discounts, ["amount_value"])
            OrderLine.objects.bulk_update(lines, LINE_COLUMNS)
            Order.objects.filter(pk=order.pk).update(**{name: getattr(order, name) for name in ORDER_COLUMNS})


def _complete_base_prices(order: Order, lines: Iterable[OrderLine], taxes: ChannelTaxes) -> None:
    """Give lines and deliveries that were stored without base prices those that their taxed prices came from."""
    side = "gross" if taxes.entered_with_tax else "net"
    for line in lines:
        if (
            not line.undiscounted_base_unit_price
            and not line.is_price_overridden
            and getattr(line, f"undiscounted_unit_{side}")
        ):
            line.undiscounted_base_unit_price = getattr(line, f"undiscounted_unit_{side}")
            line.base_unit_price = getattr(line, f"unit_{side}")
    if not order.base_shipping and not order.voucher_code and getattr(order, f"shipping_{side}"):
        order.base_shipping = getattr(order, f"shipping_{side}")
        order.undiscounted_shipping = order.undiscounted_shipping or order.base_shipping


def _follow_catalogue(order: Order, expired: list[OrderLine], lines: list[OrderLine]) -> None:
    """Set the base prices of drafts' lines to the channel's of now, with its promotions and reductions by hand."""
    listings = {
        row.variant_id: row
        for row in VariantChannelListing.objects.filter(
            channel_id=order.channel_id, variant_id__in=[line.variant_id for line in expired]
        )
    }
    rules = promotions.rules_of(listings.values())
    until = price_fixed_until(order.channel, order.status, timezone.now())
    for line in expired:
        listing = listings.get(line.variant_id or 0)
        line.price_fixed_until = until
        if listing is None or not listing.price_amount:
            continue
        line.undiscounted_base_unit_price = line.base_unit_price = listing.price_amount
        by_hand = OrderLineDiscount.objects.filter(line=line, type="MANUAL").first()
        if by_hand is None:
            promotions.refresh_line(line, rules.get(listing.pk), order.language_code)
        else:
            OrderLineDiscount.objects.filter(line=line, type="PROMOTION").delete()
            apply_by_hand(line, by_hand)
        pricing.set_unit_discount(line, list(OrderLineDiscount.objects.filter(line=line)))


def apply_by_hand(line: OrderLine, discount: OrderLineDiscount) -> None:
    """Set the line's base price by its discount by hand, and what that takes off altogether; saves the discount."""
    plain = line.undiscounted_base_unit_price
    line.base_unit_price = pricing.take_off(
        plain, value=discount.value, value_type=discount.value_type, currency=line.currency
    )
    discount.amount_value = (plain - line.base_unit_price) * line.quantity
    discount.save()


def settled_line(order: Any, line: OrderLine) -> OrderLine:
    """Return the line with the prices that `settle` worked out, or the line itself."""
    found: OrderLine = order.__dict__.get("settled_lines", {}).get(line.pk, line)
    return found
