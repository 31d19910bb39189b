"""Order.discounts, what they took off, and how an order may be delivered."""

from __future__ import annotations

from typing import Any

from infra.engine.discounts.models import Voucher
from infra.engine.money import Money, quantize
from infra.engine.orders import checks, delivery
from infra.engine.orders.models import Order, OrderDiscount, OrderLine, OrderLineDiscount
from infra.engine.orders.resolvers import loads
from infra.engine.orders.resolvers.types import payment_status
from infra.engine.orders.settling import settle
from infra.engine.prepared import PreparedRows
from infra.engine.products.loading import in_channel
from infra.engine.products.models import TaxClass
from infra.engine.schema.binding import Batch, declare, declare_guarded, field, name_type, requires
from infra.engine.schema.ids import bind_ids

bind_ids(OrderDiscount="OrderDiscount", OrderLineDiscount="OrderLineDiscount")
name_type(OrderDiscount, "OrderDiscount")
name_type(OrderLineDiscount, "OrderLineDiscount")
for _type in ("OrderDiscount", "OrderLineDiscount"):
    declare(_type, "type valueType value name translatedName")
    declare_guarded(_type, "reason", "MANAGE_ORDERS")
STATUS_NAMES = {
    "DRAFT": "Draft",
    "UNCONFIRMED": "Unconfirmed",
    "UNFULFILLED": "Unfulfilled",
    "PARTIALLY_FULFILLED": "Partially fulfilled",
    "PARTIALLY_RETURNED": "Partially returned",
    "RETURNED": "Returned",
    "FULFILLED": "Fulfilled",
    "CANCELED": "Canceled",
    "EXPIRED": "Expired",
}
PAYMENT_NAMES = {
    "NOT_CHARGED": "Not charged",
    "PARTIALLY_CHARGED": "Partially charged",
    "FULLY_CHARGED": "Fully charged",
    "FULLY_REFUNDED": "Fully refunded",
}
_DISCOUNTS = PreparedRows(
    OrderDiscount._meta.get_field("order"), lambda pks: OrderDiscount.objects.filter(order_id__in=pks)
)


def of_orders(parents: list[Order]) -> list[list[OrderDiscount]]:
    """Return each order's discounts, oldest first, after its prices were brought up to date."""
    settle(parents)
    found: dict[Any, list[OrderDiscount]] = {row.pk: [] for row in parents}
    for row in _DISCOUNTS(found):
        found[row.order_id].append(row)
    return [found[row.pk] for row in parents]


def _amounts(batch: Batch) -> list[Any]:
    return [row.amount for row in batch.parents]


field("OrderDiscount", "amount")(_amounts)
field("OrderDiscount", "total")(_amounts)
field("OrderLineDiscount", "total")(_amounts)


@field("OrderLineDiscount", "unit")
def line_discount_unit(batch: Batch) -> list[Any]:
    lines = loads.by_id(batch, [row.line_id for row in batch.parents], OrderLine, loads.ORDER_LINES)
    return [
        Money(quantize(row.amount_value / line.quantity, row.currency), row.currency)
        for row, line in zip(batch.parents, lines, strict=True)
    ]


@field("Order", "paymentStatusDisplay")
def payment_status_display(batch: Batch) -> list[Any]:
    settle(batch.parents)
    return [
        PAYMENT_NAMES[payment_status(*pair)]
        for pair in zip(batch.parents, loads.transactions(batch.parents), strict=True)
    ]


@field("Order", "errors")
def errors(batch: Batch) -> list[Any]:
    """Never any: what is wrong with an input is said beside the order."""
    return [[] for _ in batch.parents]


@field("Order", "discounts")
def discounts(batch: Batch) -> list[Any]:
    return list(of_orders(batch.parents))


def _by_voucher(rows: list[OrderDiscount]) -> OrderDiscount | None:
    return next((row for row in rows if row.type == "VOUCHER"), None)


@field("Order", "discount")
def discount(batch: Batch) -> list[Any]:
    """What the order's voucher took off; null without one."""
    given = [_by_voucher(rows) for rows in of_orders(batch.parents)]
    return [Money(row.amount_value, row.currency) if row else None for row in given]


@field("Order", "discountName")
def order_discount_name(batch: Batch) -> list[Any]:
    return [row.name if row else None for row in map(_by_voucher, of_orders(batch.parents))]


@field("Order", "translatedDiscountName")
def translated_discount_name(batch: Batch) -> list[Any]:
    return [row.translated_name if row else None for row in map(_by_voucher, of_orders(batch.parents))]


@field("Order", "voucher")
def voucher(batch: Batch) -> list[Any]:
    """Seen in the channel of the order."""
    rows = loads.by_id(batch, [row.voucher_id for row in batch.parents], Voucher, "vouchers")
    return [in_channel(row, order.channel.slug) for row, order in zip(rows, batch.parents, strict=True)]


@field("Order", "statusDisplay")
def status_display(batch: Batch) -> list[Any]:
    return [STATUS_NAMES[row.status] for row in batch.parents]


@field("Order", "shippingTaxClass")
@requires("AUTHENTICATED_STAFF_USER", "AUTHENTICATED_APP")
def shipping_tax_class(batch: Batch) -> list[Any]:
    return loads.by_id(batch, [row.shipping_tax_class_id for row in batch.parents], TaxClass, "tax_classes")


def _lines_of(order: Order) -> list[OrderLine]:
    return list(OrderLine.objects.filter(order=order).select_related("variant__product__product_type"))


@field("Order", "shippingMethods")
def shipping_methods(batch: Batch) -> list[Any]:
    """The shop's own methods that may carry the order."""
    return [
        [
            {
                "__typename": "ShippingMethod",
                **delivery.kept(listing.method, listing.price_amount),
                "money": Money(listing.price_amount, order.currency),
                "active": True,
                "message": "",
            }
            for listing in delivery.listings_for(order, _lines_of(order))
        ]
        for order in batch.parents
    ]


@field("Order", "canFinalize")
def can_finalize(batch: Batch) -> list[Any]:
    """Whether a draft lacks nothing; any other order has been finalized."""
    settle(batch.parents)
    return [order.status != "DRAFT" or not checks.draft_problems(order, _lines_of(order)) for order in batch.parents]
