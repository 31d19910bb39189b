"""OrderLine."""

from __future__ import annotations

from typing import Any

from infra.engine.money import Money, TaxedMoney
from infra.engine.orders.models import OrderLine
from infra.engine.orders.resolvers import loads
from infra.engine.products.models import ProductVariant, TaxClass
from infra.engine.schema.binding import Batch, declare, field, requires
from infra.engine.schema.ids import bind_ids
from infra.engine.schema.metadata import register_metadata
from infra.engine.warehouses.models import Allocation

bind_ids(OrderLine="OrderLine")
register_metadata("OrderLine", OrderLine, public=None, private=("MANAGE_ORDERS",), uuid=True)
declare("OrderLine", "productName variantName translatedProductName translatedVariantName productSku productVariantId")
declare("OrderLine", "isShippingRequired quantity quantityFulfilled quantityToFulfill taxRate taxClassName")
declare("OrderLine", "isPriceOverridden priceOverrideReason")


def _taxed(name: str) -> Any:
    def resolve(batch: Batch) -> list[Any]:
        return [
            TaxedMoney.of(getattr(line, f"{name}_net"), getattr(line, f"{name}_gross"), line.currency)
            for line in batch.parents
        ]

    return resolve


field("OrderLine", "unitPrice")(_taxed("unit"))
field("OrderLine", "totalPrice")(_taxed("total"))
field("OrderLine", "undiscountedUnitPrice")(_taxed("undiscounted_unit"))
field("OrderLine", "undiscountedTotalPrice")(_taxed("undiscounted_total"))


@field("OrderLine", "unitDiscount")
def unit_discount(batch: Batch) -> list[Any]:
    return [Money(line.undiscounted_unit_gross - line.unit_gross, line.currency) for line in batch.parents]


@field("OrderLine", "variant")
def line_variant(batch: Batch) -> list[Any]:
    return loads.by_id(batch, [line.variant_id for line in batch.parents], ProductVariant, "order_variants")


@field("OrderLine", "taxClass")
@requires("AUTHENTICATED_STAFF_USER", "AUTHENTICATED_APP")
def line_tax_class(batch: Batch) -> list[Any]:
    return loads.by_id(batch, [line.tax_class_id for line in batch.parents], TaxClass, "tax_classes")


@field("OrderLine", "allocations")
@requires("MANAGE_PRODUCTS", "MANAGE_ORDERS")
def line_allocations(batch: Batch) -> list[Any]:
    found: dict[Any, list[Allocation]] = {line.pk: [] for line in batch.parents}
    for row in Allocation.objects.filter(order_line_id__in=found, quantity__gt=0).select_related("stock"):
        found[row.order_line_id].append(row)
    return [found[line.pk] for line in batch.parents]
