"""A basket on its way to becoming an order."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.utils import timezone

from infra.engine.prepared_writes import QuickRow


class Checkout(QuickRow):
    """Lines, addresses and a delivery somebody is about to order. Knowing its id is the right to change it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True, db_index=True)
    channel = models.ForeignKey("engine_products.Channel", on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey("engine_customers.User", null=True, on_delete=models.CASCADE, related_name="+")
    email = models.CharField(max_length=254, null=True)
    language_code = models.CharField(max_length=35, default="EN")
    currency = models.CharField(max_length=3)
    #: fields of the contract's Address by their snake_case names, and `validation_skipped`
    billing_address = models.JSONField(null=True)
    shipping_address = models.JSONField(null=True)
    save_billing_address = models.BooleanField(default=True)
    save_shipping_address = models.BooleanField(default=True)
    customer_note = models.TextField(blank=True, default="")
    redirect_url = models.CharField(max_length=2000, null=True)
    #: the code as it was given; the voucher itself may be gone or over by now
    voucher_code = models.CharField(max_length=255, null=True)
    #: whether a use of the voucher is already counted for this checkout
    is_voucher_usage_increased = models.BooleanField(default=False)
    #: whether an order was made of it that left it open; further ones do not carry its id
    is_ordered = models.BooleanField(default=False)
    assigned_delivery = models.ForeignKey(
        "CheckoutDelivery", null=True, on_delete=models.SET_NULL, related_name="+", db_constraint=False
    )
    #: when the delivery options must be asked for again; None means now
    deliveries_stale_at = models.DateTimeField(null=True)
    #: whether giftcards.CheckoutGiftCard has rows of this checkout, so that most checkouts need not be asked for
    has_gift_cards = models.BooleanField(default=False)
    #: the warehouse where the buyer picks the goods up; then nothing is shipped
    collection_point = models.ForeignKey(
        "engine_warehouses.Warehouse", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    tax_exemption = models.BooleanField(default=False)
    #: what the tax app answered last (see taxes.Answer), None when it was not asked or gave no valid answer
    tax_answer = models.JSONField(null=True)
    #: what the answer, or the failure, was about; it counts while the checkout still is that, until `taxed_until`
    tax_basis = models.CharField(max_length=64, null=True)
    taxed_until = models.DateTimeField(null=True)
    #: why the last answer of the tax app was none, None when it was one
    tax_error = models.CharField(max_length=255, null=True)
    metadata = models.JSONField(default=dict)
    private_metadata = models.JSONField(default=dict)

    class Meta:
        ordering = ("-updated_at", "pk")

    @property
    def country(self) -> str:
        """Return the country that decides the tax: of the shipping, else billing address, else the channel's."""
        for address in (self.shipping_address, self.billing_address):
            if address and address.get("country"):
                return address["country"]
        return self.channel.default_country


class CheckoutLine(QuickRow):
    """A variant and how many of it; its price is the channel's, unless an app set another."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    checkout = models.ForeignKey(Checkout, on_delete=models.CASCADE, related_name="lines")
    created_at = models.DateTimeField(default=timezone.now)
    position = models.PositiveIntegerField()
    variant = models.ForeignKey("engine_products.ProductVariant", on_delete=models.CASCADE, related_name="+")
    quantity = models.PositiveIntegerField()
    price_override = models.DecimalField(max_digits=20, decimal_places=3, null=True)
    price_override_reason = models.TextField(null=True)
    #: put in by an order promotion, not by the customer
    is_gift = models.BooleanField(default=False)
    metadata = models.JSONField(default=dict)
    private_metadata = models.JSONField(default=dict)

    class Meta:
        ordering = ("position", "created_at", "id")


class CheckoutDelivery(QuickRow):
    """A way of delivery offered for one checkout, by an app or of the shop's own."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    checkout = models.ForeignKey(Checkout, on_delete=models.CASCADE, related_name="deliveries")
    #: global id of the method: base64("ShippingMethod:<key>") or base64("app:<app identifier>:<the app's own id>")
    method_id = models.CharField(max_length=1024)
    name = models.CharField(max_length=255)
    description = models.TextField(null=True)
    price_amount = models.DecimalField(max_digits=20, decimal_places=3, default=Decimal(0))
    currency = models.CharField(max_length=3)
    maximum_delivery_days = models.PositiveIntegerField(null=True)
    minimum_delivery_days = models.PositiveIntegerField(null=True)
    #: the tax class of a method of the shop's own; an app's method has none
    tax_class = models.ForeignKey(
        "engine_products.TaxClass", null=True, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False
    )
    metadata = models.JSONField(default=dict)
    private_metadata = models.JSONField(default=dict)
    active = models.BooleanField(default=True)
    message = models.TextField(null=True)
    is_valid = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["checkout", "method_id", "is_valid"], name="engine_delivery_once"),
        ]
        ordering = ("created_at", "pk")
