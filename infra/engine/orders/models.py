"""Orders, what was sent of them, and what was granted back."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any, ClassVar

from django.db import models
from django.utils import timezone

from infra.engine.money import Money, TaxedMoney
from infra.engine.prepared_writes import QuickRow


def amount_field(**options: Any) -> models.DecimalField:
    return models.DecimalField(max_digits=20, decimal_places=3, default=Decimal(0), **options)


class OrderNumber(QuickRow):
    """Hands out order numbers: the key of an inserted row. Gaps are possible, repetition is not."""


class Order(QuickRow):
    """What somebody bought, frozen at that moment, with its states of fulfilment and payment."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.BigIntegerField(unique=True)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)
    updated_at = models.DateTimeField(auto_now=True, db_index=True)
    status = models.CharField(max_length=32, db_index=True)
    origin = models.CharField(max_length=32, default="CHECKOUT")
    authorize_status = models.CharField(max_length=32, default="NONE")
    charge_status = models.CharField(max_length=32, default="NONE")
    channel = models.ForeignKey("engine_products.Channel", on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey("engine_customers.User", null=True, on_delete=models.SET_NULL, related_name="+")
    user_email = models.CharField(max_length=254, blank=True, default="")
    language_code = models.CharField(max_length=35, default="EN")
    currency = models.CharField(max_length=3)
    billing_address = models.JSONField(null=True)
    shipping_address = models.JSONField(null=True)
    #: the method as it was when the order was placed: id, name, description, days, metadata, private_metadata
    delivery = models.JSONField(null=True)
    shipping_tax_rate = models.DecimalField(max_digits=7, decimal_places=4, default=Decimal(0))
    shipping_net = amount_field()
    shipping_gross = amount_field()
    undiscounted_shipping = amount_field()
    subtotal_net = amount_field()
    subtotal_gross = amount_field()
    total_net = amount_field()
    total_gross = amount_field()
    undiscounted_total_net = amount_field()
    undiscounted_total_gross = amount_field()
    total_charged_amount = amount_field()
    total_authorized_amount = amount_field()
    #: what staff said was paid where channels take that without a transaction; part of what is charged
    paid_by_hand_amount = amount_field()
    checkout_token = models.UUIDField(unique=True, null=True)
    customer_note = models.TextField(blank=True, default="")
    redirect_url = models.CharField(max_length=2000, null=True)
    external_reference = models.CharField(max_length=250, unique=True, null=True)
    display_gross_prices = models.BooleanField(default=True)
    #: the code as it was given; the voucher itself may be gone
    voucher_code = models.CharField(max_length=255, null=True)
    voucher_id = models.BigIntegerField(null=True)
    #: delivery as entered (with or without tax, as the channel has it), after discounts; `undiscounted_shipping` before
    base_shipping = amount_field()
    shipping_tax_class = models.ForeignKey(
        "engine_products.TaxClass", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    shipping_tax_class_name = models.CharField(max_length=255, null=True)
    tax_exemption = models.BooleanField(default=False)
    tax_error = models.CharField(max_length=255, null=True)
    collection_point = models.ForeignKey(
        "engine_warehouses.Warehouse", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    collection_point_name = models.CharField(max_length=255, null=True)
    #: since when the status is EXPIRED
    expired_at = models.DateTimeField(null=True)
    #: whether a draft's or unconfirmed order's prices must be worked out again before they are read
    should_refresh_prices = models.BooleanField(default=False)
    draft_save_billing_address = models.BooleanField(null=True)
    draft_save_shipping_address = models.BooleanField(null=True)
    #: None: what its lines weigh; said only of orders brought along from elsewhere
    weight_g = models.DecimalField(max_digits=14, decimal_places=3, null=True)
    #: metadata and private_metadata of the delivery's tax class as they were said; None: as the class has them
    shipping_class_texts = models.JSONField(null=True)
    original = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="+")
    metadata = models.JSONField(default=dict)
    private_metadata = models.JSONField(default=dict)

    class Meta:
        ordering = ("-number",)

    def money(self, amount: Decimal) -> Money:
        return Money(amount, self.currency)

    @property
    def total(self) -> TaxedMoney:
        return TaxedMoney.of(self.total_net, self.total_gross, self.currency)

    @property
    def is_fully_paid(self) -> bool:
        return self.total_charged_amount >= self.total_gross

    @property
    def is_editable(self) -> bool:
        """Whether lines, discounts and delivery may still change."""
        return self.status in ("DRAFT", "UNCONFIRMED")


class Discount(models.Model):
    """Something taken off, and why: `type` is a name of OrderDiscountType, `value_type` FIXED or PERCENTAGE.

    `value` is per piece (FIXED, on a line), an amount (FIXED, on an order) or percent; `amount_value` is what it took
    off altogether.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(default=timezone.now)
    type = models.CharField(max_length=64, default="MANUAL")
    value_type = models.CharField(max_length=10, default="FIXED")
    value = amount_field()
    amount_value = amount_field()
    currency = models.CharField(max_length=3)
    name = models.CharField(max_length=255, null=True)
    translated_name = models.CharField(max_length=255, null=True)
    reason = models.TextField(null=True)
    voucher_code = models.CharField(max_length=255, null=True)
    #: key of a promotion's rule, which may be gone
    promotion_rule_id = models.UUIDField(null=True)

    class Meta:
        abstract = True

    @property
    def amount(self) -> Money:
        return Money(self.amount_value, self.currency)


class OrderDiscount(Discount):
    """Something taken off a whole order, or off its delivery."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="discounts")

    class Meta:
        ordering = ("created_at", "pk")


class OrderLine(QuickRow):
    """One line of an order with the names, prices and tax rate it was sold at."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveIntegerField()
    variant = models.ForeignKey(
        "engine_products.ProductVariant", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    product_name = models.CharField(max_length=386)
    variant_name = models.CharField(max_length=255, blank=True, default="")
    translated_product_name = models.CharField(max_length=386, blank=True, default="")
    translated_variant_name = models.CharField(max_length=255, blank=True, default="")
    product_sku = models.CharField(max_length=255, null=True)
    product_variant_id = models.CharField(max_length=255, null=True)
    is_shipping_required = models.BooleanField(default=True)
    quantity = models.IntegerField()
    quantity_fulfilled = models.IntegerField(default=0)
    currency = models.CharField(max_length=3)
    unit_net = amount_field()
    unit_gross = amount_field()
    total_net = amount_field()
    total_gross = amount_field()
    undiscounted_unit_net = amount_field()
    undiscounted_unit_gross = amount_field()
    undiscounted_total_net = amount_field()
    undiscounted_total_gross = amount_field()
    #: a fraction: 0.1 is 10 %
    tax_rate = models.DecimalField(max_digits=7, decimal_places=4, default=Decimal(0))
    tax_class = models.ForeignKey("engine_products.TaxClass", null=True, on_delete=models.SET_NULL, related_name="+")
    tax_class_name = models.CharField(max_length=255, null=True)
    #: metadata and private_metadata of the tax class as they were said; None: as the class has them
    class_texts = models.JSONField(null=True)
    is_price_overridden = models.BooleanField(default=False)
    price_override_reason = models.TextField(null=True)
    #: prices of one piece as entered (with or without tax, as the channel has it), after and before line discounts
    base_unit_price = amount_field()
    undiscounted_base_unit_price = amount_field()
    #: what is off one piece by the line's own discounts, as entered
    unit_discount_amount = amount_field()
    unit_discount_type = models.CharField(max_length=10, null=True)
    unit_discount_value = amount_field()
    unit_discount_reason = models.TextField(null=True)
    voucher_code = models.CharField(max_length=255, null=True)
    #: global id of the promotion that lowered the price
    sale_id = models.CharField(max_length=255, null=True)
    is_gift = models.BooleanField(default=False)
    is_gift_card = models.BooleanField(default=False)
    #: until when the channel keeps a draft's base price from following the catalogue
    price_fixed_until = models.DateTimeField(null=True)
    metadata = models.JSONField(default=dict)
    private_metadata = models.JSONField(default=dict)

    class Meta:
        ordering = ("position",)

    @property
    def quantity_to_fulfill(self) -> int:
        return self.quantity - self.quantity_fulfilled


class OrderLineDiscount(Discount):
    """Something taken off one line; a line has at most one of each type."""

    line = models.ForeignKey(OrderLine, on_delete=models.CASCADE, related_name="discounts")

    class Meta:
        ordering = ("created_at", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["line", "type"], name="engine_line_discount_type_once"),
        ]


class Fulfillment(QuickRow):
    """Goods of one order that leave, or wait to leave, one warehouse together."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="fulfillments")
    fulfillment_order = models.PositiveIntegerField()
    status = models.CharField(max_length=32, db_index=True)
    tracking_number = models.CharField(max_length=255, blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now)
    metadata = models.JSONField(default=dict)
    private_metadata = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["order", "fulfillment_order"], name="engine_fulfillment_number_once")
        ]
        ordering = ("pk",)


class FulfillmentLine(QuickRow):
    """How many pieces of an order line a fulfillment holds, and from which stock."""

    fulfillment = models.ForeignKey(Fulfillment, on_delete=models.CASCADE, related_name="lines")
    order_line = models.ForeignKey(OrderLine, on_delete=models.CASCADE, related_name="fulfillment_lines")
    quantity = models.PositiveIntegerField()
    stock = models.ForeignKey("engine_warehouses.Stock", null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ("pk",)


class GrantedRefund(models.Model):
    """A refund that was promised; the money itself moves by a transaction."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="granted_refunds")
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)
    amount_value = amount_field()
    currency = models.CharField(max_length=3)
    reason = models.TextField(blank=True, default="")
    user = models.ForeignKey("engine_customers.User", null=True, on_delete=models.SET_NULL, related_name="+")
    app = models.ForeignKey("engine_apps.App", null=True, on_delete=models.SET_NULL, related_name="+")
    shipping_costs_included = models.BooleanField(default=False)
    transaction = models.ForeignKey(
        "engine_payments.TransactionItem", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    status = models.CharField(max_length=32, default="NONE")

    class Meta:
        ordering = ("created_at", "pk")

    @property
    def amount(self) -> Money:
        return Money(self.amount_value, self.currency)


class GrantedRefundLine(models.Model):
    """Pieces of an order line that a granted refund covers."""

    granted_refund = models.ForeignKey(GrantedRefund, on_delete=models.CASCADE, related_name="lines")
    order_line = models.ForeignKey(OrderLine, on_delete=models.CASCADE, related_name="+")
    quantity = models.PositiveIntegerField()
    reason = models.TextField(null=True)

    class Meta:
        ordering = ("pk",)


class HandPayment(models.Model):
    """That staff marked an order as paid, where channels take that without a transaction."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="hand_payments")
    created_at = models.DateTimeField(default=timezone.now)
    amount_value = amount_field()
    currency = models.CharField(max_length=3)
    psp_reference = models.CharField(max_length=512, null=True)

    class Meta:
        ordering = ("pk",)


class Invoice(models.Model):
    """An invoice written elsewhere for an order brought along from there."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="invoices")
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)
    number = models.CharField(max_length=255, null=True)
    external_url = models.CharField(max_length=2048, null=True)
    metadata = models.JSONField(default=dict)
    private_metadata = models.JSONField(default=dict)

    class Meta:
        ordering = ("pk",)


class OrderEvent(QuickRow):
    """One entry of an order's history."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="events")
    date = models.DateTimeField(default=timezone.now)
    type = models.CharField(max_length=64)
    user = models.ForeignKey("engine_customers.User", null=True, on_delete=models.SET_NULL, related_name="+")
    app = models.ForeignKey("engine_apps.App", null=True, on_delete=models.SET_NULL, related_name="+")
    parameters = models.JSONField(default=dict)

    class Meta:
        ordering = ("date", "pk")
