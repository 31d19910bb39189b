"""How an editable order is delivered by the shop's own methods: which may carry it, what is kept of the one chosen."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from infra.engine.money import ZERO
from infra.engine.orders import vouchers
from infra.engine.orders.models import Order, OrderLine
from infra.engine.orders.pricing import subtotal_of
from infra.engine.schema.errors import MutationError, refuse
from infra.engine.schema.ids import from_global_id, to_global_id
from infra.engine.shipping.models import ShippingMethod, ShippingMethodListing
from infra.engine.shipping.queries import Parcel, applicable_listings

NOT_APPLICABLE = "SHIPPING_METHOD_NOT_APPLICABLE"
COLUMNS = (
    "delivery",
    "base_shipping",
    "undiscounted_shipping",
    "shipping_net",
    "shipping_gross",
    "shipping_tax_rate",
    "shipping_tax_class",
    "shipping_tax_class_name",
)


def needs_shipping(lines: Sequence[OrderLine]) -> bool:
    """Return whether anything in the order must be sent."""
    return any(line.is_shipping_required for line in lines)


def listings_for(order: Order, lines: Sequence[OrderLine]) -> list[ShippingMethodListing]:
    """Return what the methods that may carry the order cost; none without a shipping address or goods to send."""
    if not order.shipping_address or not needs_shipping(lines):
        return []
    weight = sum((_weight_g(line) * line.quantity for line in lines), ZERO)
    parcel = Parcel(
        channel_id=order.channel_id,
        currency=order.currency,
        address=order.shipping_address,
        price=subtotal_of(lines),
        weight_g=weight,
        product_ids=frozenset(line.variant.product_id for line in lines if line.variant is not None),
    )
    return applicable_listings(parcel)


def _weight_g(line: OrderLine) -> Decimal:
    if line.variant is None:
        return ZERO
    product = line.variant.product
    for owner in (line.variant, product, product.product_type):
        weight = getattr(owner, "weight_g", None)
        if weight is not None:
            return Decimal(weight)
    return ZERO


def clear_method(order: Order) -> None:
    """Take the delivery out of the order, without saving."""
    order.delivery, order.shipping_tax_class, order.shipping_tax_class_name = None, None, None
    order.base_shipping = order.undiscounted_shipping = order.shipping_net = order.shipping_gross = ZERO
    order.shipping_tax_rate = ZERO


def choose_method(order: Order, lines: Sequence[OrderLine], method: ShippingMethod, *, check: bool) -> None:
    """Set the order's delivery and its price, without saving; the discount of a shipping voucher follows.

    `check` lets only a method pass that may carry the order. Raises UserErrors(SHIPPING_METHOD_NOT_APPLICABLE).
    """
    listing = ShippingMethodListing.objects.filter(method=method, channel_id=order.channel_id).first()
    if listing is None:
        raise refuse("shippingMethod", "Shipping method not available in the given channel.", NOT_APPLICABLE)
    if check:
        if not order.shipping_address:
            message = "Cannot choose a shipping method for an order without the shipping address."
            raise refuse("order", message, "ORDER_NO_SHIPPING_ADDRESS")
        if method.pk not in {row.method_id for row in listings_for(order, lines)}:
            raise refuse("shippingMethod", "Shipping method cannot be used with this order.", NOT_APPLICABLE)
    order.delivery = kept(method, listing.price_amount)
    order.shipping_tax_class = method.tax_class
    order.shipping_tax_class_name = method.tax_class.name if method.tax_class else None
    priced = bool(order.shipping_address) and needs_shipping(lines)
    order.undiscounted_shipping = listing.price_amount if priced else ZERO
    vouchers.refresh_delivery_discount(order, vouchers.voucher_of(order))


def kept(method: ShippingMethod, price: Decimal) -> dict[str, Any]:
    """Return what an order remembers of a method."""
    return {
        "id": to_global_id("ShippingMethod", method.pk),
        "name": method.name,
        "description": method.description,
        "price": str(price),
        "maximum_delivery_days": method.maximum_delivery_days,
        "minimum_delivery_days": method.minimum_delivery_days,
        "metadata": method.metadata,
        "private_metadata": method.private_metadata,
    }


def method_of(order: Order) -> ShippingMethod | None:
    """Return the shop's own method that the order has; None without one, or when it is gone or an app's."""
    if not order.delivery:
        return None
    pk = from_global_id(order.delivery["id"])
    rows = ShippingMethod.objects.select_related("zone", "tax_class")
    return rows.filter(pk=int(pk)).first() if pk.isdigit() else None


def problem(order: Order, lines: Sequence[OrderLine]) -> MutationError | None:
    """Return why the order cannot be completed with its delivery, or None."""
    method = method_of(order)
    if method is None:
        return MutationError("shipping", "Shipping method is required.", "SHIPPING_METHOD_REQUIRED")
    country = (order.shipping_address or {}).get("country")
    if country and country not in method.zone.country_codes:
        text = "Shipping method is not valid for chosen shipping address"
        return MutationError("shipping", text, NOT_APPLICABLE)
    in_channel = method.zone.channels.filter(pk=order.channel_id).exists()
    if not in_channel or not method.listings.filter(channel_id=order.channel_id).exists():
        return MutationError("shipping", "Shipping method not available in given channel.", NOT_APPLICABLE)
    if order.shipping_address and method.pk not in {row.method_id for row in listings_for(order, lines)}:
        return MutationError("shipping", "Shipping method cannot be used with this order.", NOT_APPLICABLE)
    return None
