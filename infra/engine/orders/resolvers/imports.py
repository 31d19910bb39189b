"""orderBulkCreate: orders brought along from elsewhere; and what only such orders have of their own, as invoices."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from infra.engine.checkout.resolvers.line_mutations import keeps_all_fields
from infra.engine.deliveries import declare_event
from infra.engine.money import ZERO
from infra.engine.orders.imports.types import MAX_ORDERS, ImportedOrder
from infra.engine.orders.imports.writing import import_orders
from infra.engine.orders.models import Invoice, Order
from infra.engine.orders.resolvers import loads
from infra.engine.payments.resolvers.manual import by_hand
from infra.engine.prepared import PreparedRows, in_bulk
from infra.engine.products.models import Product, ProductVariant, TaxClass
from infra.engine.products.resolvers.products import as_weight
from infra.engine.schema.binding import Batch, declare, field, requires, root
from infra.engine.schema.context import Context
from infra.engine.schema.errors import MutationError
from infra.engine.schema.ids import bind_ids
from infra.engine.schema.metadata import register_metadata

bind_ids(Invoice="Invoice")
register_metadata("Invoice", Invoice, private=("MANAGE_ORDERS",))
declare("Invoice", "createdAt updatedAt number externalUrl")
declare("OrderBulkCreate", "count results")
declare("OrderBulkCreateResult", "order errors")
declare("OrderBulkCreateError", "path message code")
declare_event("ORDER_BULK_CREATED", "orders")
_INVOICES = PreparedRows(Invoice._meta.get_field("order"), lambda pks: Invoice.objects.filter(order_id__in=pks))


@root("Mutation", "orderBulkCreate")
@requires("MANAGE_ORDERS_IMPORT")
def order_bulk_create(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    said = args["orders"]
    if len(said) > MAX_ORDERS:
        error = MutationError.of(None, f"Number of orders exceeds limit: {MAX_ORDERS}.", "BULK_LIMIT", path=None)
        return {"count": 0, "results": [{"order": None, "errors": [error]}]}
    batch = import_orders(
        said=said,
        error_policy=args.get("errorPolicy"),
        stock_policy=args.get("stockUpdatePolicy"),
        payment=by_hand,
        keep_all_fields=keeps_all_fields(context),
    )
    return {"count": sum(made.order is not None for made in batch), "results": [_result(made) for made in batch]}


def _result(made: ImportedOrder) -> dict[str, Any]:
    return {"order": made.order, "errors": made.errors}


@field("Order", "invoices")
def invoices(batch: Batch) -> list[Any]:
    """Whoever may read an order may read its invoices."""
    found: dict[Any, list[Invoice]] = {order.pk: [] for order in batch.parents}
    for row in _INVOICES(found):
        found[row.order_id].append(row)
    return [found[order.pk] for order in batch.parents]


@field("Invoice", "order")
def invoice_order(batch: Batch) -> list[Any]:
    return loads.orders_of(batch.parents)


@field("Invoice", "url")
def invoice_url(batch: Batch) -> list[Any]:
    """Files of invoices stay where they were written."""
    return [row.external_url for row in batch.parents]


@field("Invoice", "status")
def invoice_status(batch: Batch) -> list[Any]:
    """What was written elsewhere is done."""
    return ["SUCCESS" for _ in batch.parents]


@field("Order", "languageCode")
def language_code(batch: Batch) -> list[Any]:
    return [row.language_code.lower().replace("_", "-") for row in batch.parents]


@field("Order", "trackingClientId")
def tracking_client_id(batch: Batch) -> list[Any]:
    """Always empty, as in the contract's reference, where nothing sets it any more."""
    return ["" for _ in batch.parents]


@field("Order", "weight")
def weight(batch: Batch) -> list[Any]:
    """The one that was said; else what the goods weigh by now."""
    unsaid: list[Order] = [row for row in batch.parents if row.weight_g is None]
    weighed = dict(zip((row.pk for row in unsaid), _weights(unsaid), strict=True))
    return [as_weight(weighed.get(row.pk, row.weight_g)) for row in batch.parents]


def _weights(orders: list[Order]) -> list[Decimal]:
    lines = loads.lines(orders)
    variants = in_bulk(ProductVariant, {line.variant_id for own in lines for line in own if line.variant_id})
    products = in_bulk(Product, {row.product_id for row in variants.values()})
    weights = {
        pk: row.weight_g if row.weight_g is not None else (products[row.product_id].weight_g or ZERO)
        for pk, row in variants.items()
    }
    return [sum((weights.get(line.variant_id, ZERO) * line.quantity for line in own), ZERO) for own in lines]


def _class_texts(column: str) -> Any:
    def resolve(batch: Batch) -> list[Any]:
        classes = loads.by_id(batch, [row.shipping_tax_class_id for row in batch.parents], TaxClass, "tax_classes")
        stored = [
            row.shipping_class_texts[column] if row.shipping_class_texts is not None else getattr(found, column, {})
            for row, found in zip(batch.parents, classes, strict=True)
        ]
        return [[{"key": key, "value": data[key]} for key in sorted(data)] for data in stored]

    return resolve


field("Order", "shippingTaxClassMetadata")(_class_texts("metadata"))
field("Order", "shippingTaxClassPrivateMetadata")(requires(*loads.METADATA)(_class_texts("private_metadata")))
