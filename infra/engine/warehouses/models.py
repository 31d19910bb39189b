"""Where goods lie, how many there are, and how many are promised to orders."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from infra.engine.prepared_writes import QuickRow


class Warehouse(models.Model):
    """A place that holds stock; one per merchant in the mall, but the engine does not know that."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=250)
    slug = models.SlugField(max_length=255, unique=True, allow_unicode=True)
    email = models.CharField(max_length=254, blank=True, default="")
    #: fields of the contract's Address by their snake_case names
    address = models.JSONField(default=dict)
    click_and_collect_option = models.CharField(max_length=30, default="DISABLED")
    is_private = models.BooleanField(default=True)
    external_reference = models.CharField(max_length=250, unique=True, null=True, blank=True)
    metadata = models.JSONField(default=dict)
    private_metadata = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-slug",)


class ChannelWarehouse(models.Model):
    """A channel may sell what lies in a warehouse; this link alone decides availability."""

    channel = models.ForeignKey("engine_products.Channel", on_delete=models.CASCADE, related_name="+")
    warehouse = models.ForeignKey(Warehouse, on_delete=models.CASCADE, related_name="+")
    sort_order = models.IntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["channel", "warehouse"], name="engine_channel_warehouse_once")
        ]
        ordering = ("sort_order", "pk")


class Stock(models.Model):
    """How many pieces of a variant lie in a warehouse, and how many of them are promised."""

    warehouse = models.ForeignKey(Warehouse, on_delete=models.CASCADE, related_name="stocks")
    variant = models.ForeignKey("engine_products.ProductVariant", on_delete=models.CASCADE, related_name="stocks")
    quantity = models.IntegerField(default=0)
    quantity_allocated = models.IntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["warehouse", "variant"], name="engine_stock_once"),
            models.CheckConstraint(condition=Q(quantity_allocated__gte=0), name="engine_stock_allocated_not_negative"),
        ]
        ordering = ("pk",)

    @property
    def available(self) -> int:
        """Return the pieces that nobody was promised; negative when oversold."""
        return self.quantity - self.quantity_allocated


class Allocation(QuickRow):
    """Pieces of one stock promised to one order line until they are handed out or the promise is withdrawn."""

    order_line = models.ForeignKey("engine_orders.OrderLine", on_delete=models.CASCADE, related_name="allocations")
    stock = models.ForeignKey(Stock, on_delete=models.CASCADE, related_name="allocations")
    quantity = models.IntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["order_line", "stock"], name="engine_allocation_once"),
        ]
        ordering = ("pk",)


class Reservation(models.Model):
    """Pieces of one stock kept for a line of an open checkout until a moment; afterwards the row counts no more."""

    checkout_line = models.ForeignKey(
        "engine_checkout.CheckoutLine", on_delete=models.CASCADE, related_name="reservations"
    )
    stock = models.ForeignKey(Stock, on_delete=models.CASCADE, related_name="reservations")
    quantity = models.PositiveIntegerField()
    reserved_until = models.DateTimeField(db_index=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["checkout_line", "stock"], name="engine_reservation_once"),
        ]
        ordering = ("pk",)


AVAILABLE = F("quantity") - F("quantity_allocated")
