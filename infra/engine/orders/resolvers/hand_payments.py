"""Order.payments: what staff marked as paid where channels take that without a transaction."""

from __future__ import annotations

from typing import Any

from infra.engine.money import Money
from infra.engine.orders.models import HandPayment
from infra.engine.prepared import PreparedRows
from infra.engine.schema.binding import Batch, declare, field, name_type, requires
from infra.engine.schema.ids import bind_ids, to_global_id

bind_ids(Payment="Payment")
declare("Transaction", "kind")
name_type(HandPayment, "Payment")
_OF_ORDERS = PreparedRows(
    HandPayment._meta.get_field("order"), lambda pks: HandPayment.objects.filter(order_id__in=pks)
)


@field("Order", "payments")
def order_payments(batch: Batch) -> list[Any]:
    found: dict[Any, list[HandPayment]] = {row.pk: [] for row in batch.parents}
    for row in _OF_ORDERS(found):
        found[row.order_id].append(row)
    return [found[row.pk] for row in batch.parents]


def _always(value: Any) -> Any:
    def resolve(batch: Batch) -> list[Any]:
        return [value for _ in batch.parents]

    return resolve


for _name, _value in (
    ("gateway", "manual"),
    ("paymentMethodType", ""),
    ("chargeStatus", "FULLY_CHARGED"),
    ("isActive", True),
):
    field("Payment", _name)(_always(_value))


@field("Payment", "transactions")
@requires("MANAGE_ORDERS")
def transactions(batch: Batch) -> list[Any]:
    """One of a kind that says the money moved elsewhere."""
    return [[{"kind": "EXTERNAL"}] for _ in batch.parents]


@field("Payment", "created")
def created(batch: Batch) -> list[Any]:
    return [row.created_at for row in batch.parents]


@field("Payment", "token")
def token(batch: Batch) -> list[Any]:
    return [to_global_id("Payment", row.pk) for row in batch.parents]


def _amounts(batch: Batch) -> list[Any]:
    return [Money(row.amount_value, row.currency) for row in batch.parents]


field("Payment", "total")(_amounts)
field("Payment", "capturedAmount")(_amounts)
