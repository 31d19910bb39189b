"""Checkouts, orders, fulfillments, refunds, payments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from marketplace.saleor.types.base import Address, TaxedMoney
from plugins.api.money import Money


@dataclass(frozen=True, slots=True)
class SaleorCheckoutLine:
    """A line of a cart, with Saleor's prices. `merchant` comes from the product, never from the line."""

    id: str
    quantity: int
    variant_id: str
    variant_name: str
    sku: str
    product_id: str
    product_name: str
    product_slug: str
    english_name: str
    english_variant_name: str
    merchant: str
    image_url: str
    unit_price: TaxedMoney
    undiscounted_unit_price: Money
    total: TaxedMoney
    undiscounted_total: Money
    metadata: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SaleorDelivery:
    """A way of delivery that Saleor offers for a checkout. `metadata` is the app's breakdown."""

    id: str
    method_id: str
    name: str
    description: str
    is_active: bool
    message: str
    price: Money
    days_min: int | None
    days_max: int | None
    metadata: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SaleorIssue:
    """Something that keeps a checkout from being completed: `kind` is Saleor's type name without "Checkout"."""

    kind: str
    line_id: str = ""
    available: int | None = None


@dataclass(frozen=True, slots=True)
class SaleorCheckout:
    """A cart at Saleor."""

    id: str
    email: str
    language: str
    channel: str
    currency: str
    user_id: str
    updated_at: datetime
    is_shipping_required: bool
    charge_status: str
    authorize_status: str
    lines: tuple[SaleorCheckoutLine, ...]
    shipping_address: Address | None
    billing_address: Address | None
    delivery: SaleorDelivery | None
    subtotal: TaxedMoney
    shipping: TaxedMoney
    total: TaxedMoney
    balance: Money
    issues: tuple[SaleorIssue, ...]
    metadata: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SaleorOrderLine:
    """A line of an order, frozen at its sale. `tax_rate` is a fraction (0.08). `product_id` is empty once deleted."""

    id: str
    product_id: str
    variant_id: str
    product_slug: str
    product_name: str
    variant_name: str
    translated_name: str
    translated_variant_name: str
    sku: str
    merchant: str
    quantity: int
    quantity_fulfilled: int
    quantity_to_fulfill: int
    tax_rate: Decimal
    tax_class: str
    is_shipping_required: bool
    price_override_reason: str
    unit_price: TaxedMoney
    undiscounted_unit_price: TaxedMoney
    total: TaxedMoney
    undiscounted_total: TaxedMoney
    allocations: Mapping[str, int]
    image_url: str
    metadata: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SaleorFulfillment:
    """A parcel's worth of an order from one warehouse. `lines` maps order line ids to pieces."""

    id: str
    position: int
    status: str
    tracking_number: str
    created_at: datetime
    warehouse_id: str
    warehouse: str
    lines: Mapping[str, int]
    metadata: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SaleorGrantedRefund:
    """A refund that was granted; `lines` maps order line ids to pieces."""

    id: str
    created_at: datetime
    amount: Money
    reason: str
    status: str
    includes_shipping: bool
    lines: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class SaleorTransactionEvent:
    """One thing that happened to a payment, as Saleor names it (CHARGE_SUCCESS, REFUND_REQUEST, …)."""

    id: str
    type: str
    amount: Money
    psp_reference: str
    message: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class SaleorTransaction:
    """A payment: what was authorised, charged and refunded, each exact."""

    id: str
    name: str
    message: str
    psp_reference: str
    actions: tuple[str, ...]
    created_at: datetime
    authorized: Money
    charged: Money
    charge_pending: Money
    refunded: Money
    refund_pending: Money
    canceled: Money
    events: tuple[SaleorTransactionEvent, ...]


@dataclass(frozen=True, slots=True)
class SaleorOrder:
    """An order with its lines, parcels, refunds and payments."""

    id: str
    number: str
    created_at: datetime
    updated_at: datetime
    status: str
    origin: str
    charge_status: str
    authorize_status: str
    is_paid: bool
    email: str
    language: str
    channel: str
    currency: str
    user_id: str
    checkout_id: str
    external_reference: str
    customer_note: str
    shipping_address: Address | None
    billing_address: Address | None
    delivery_name: str
    delivery_metadata: Mapping[str, str]
    subtotal: TaxedMoney
    shipping: TaxedMoney
    shipping_tax_rate: Decimal
    total: TaxedMoney
    undiscounted_total: TaxedMoney
    charged: Money
    refunded: Money
    granted_refund: Money
    balance: Money
    lines: tuple[SaleorOrderLine, ...]
    fulfillments: tuple[SaleorFulfillment, ...]
    granted_refunds: tuple[SaleorGrantedRefund, ...]
    transactions: tuple[SaleorTransaction, ...]
    metadata: Mapping[str, str]
    private_metadata: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SaleorPayment:
    """The answer to starting or going on with a payment. `event_type` CHARGE_SUCCESS, CHARGE_ACTION_REQUIRED, …"""

    transaction: SaleorTransaction | None
    event_type: str
    amount: Money | None
    message: str
    data: Any


@dataclass(frozen=True, slots=True)
class CompletedCheckout:
    """The order that a checkout became."""

    order_id: str
    number: str
    status: str


@dataclass(frozen=True, slots=True)
class SaleorOrderSummary:
    """One row of a shopper's own order list."""

    id: str
    number: str
    created_at: datetime
    status: str
    total: TaxedMoney
