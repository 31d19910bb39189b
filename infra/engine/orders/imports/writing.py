"""A batch of orders brought along from elsewhere, made and stored together."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.db import transaction

from infra.engine.checkout.taxes import ChannelTaxes, taxes_of
from infra.engine.giftcards.models import OrderGiftCard
from infra.engine.orders.imports.known import Known, Said
from infra.engine.orders.imports.parcels import check_sent, take_from_stock
from infra.engine.orders.imports.rows import Making, make_order
from infra.engine.orders.imports.types import SKIP, UPDATE, ImportedOrder
from infra.engine.orders.models import (
    Fulfillment,
    FulfillmentLine,
    Invoice,
    Order,
    OrderDiscount,
    OrderEvent,
    OrderLine,
    OrderLineDiscount,
    OrderNumber,
)
from infra.engine.payments.models import TransactionEvent, TransactionItem
from infra.engine.products.bulk import REJECT_EVERYTHING, REJECT_FAILED_ROWS
from infra.engine.warehouses.models import Stock


def import_orders(
    *,
    said: list[Said],
    error_policy: str | None,
    stock_policy: str | None,
    payment: Callable[..., Any],
    keep_all_fields: bool,
) -> list[ImportedOrder]:
    """Store orders as OrderBulkCreateInput says them and return what became of each, in the order they were said.

    error_policy: a name of ErrorPolicyEnum, by default REJECT_EVERYTHING. stock_policy: of StockUpdatePolicyEnum, by
    default UPDATE: what has been sent is taken from the stock; nothing is promised to what has not. payment,
    keep_all_fields: see `Making`. The statements do not grow with the orders. One event tells of all that were stored.
    """
    with transaction.atomic("engine"):
        making = Making(Known(said), _taxes(), payment, set(), keep_all_fields)
        batch = [make_order(item, making) for item in said]
        _reject(batch, error_policy or REJECT_EVERYTHING)
        stocks: list[Stock] = []
        if stock_policy == SKIP:
            check_sent(batch)
        else:
            stocks = take_from_stock(batch, stock_policy or UPDATE)
        for made in batch:
            if made.is_spoiled:
                made.order = None
        stored = [made for made in batch if made.order is not None]
        if stored:
            _store(stored)
            Stock.objects.bulk_update(stocks, ["quantity"])
            _tell(stored)
        return batch


def _taxes() -> Callable[[int, str], ChannelTaxes]:
    """Return a function that says how a (channel key, country) is taxed, each read once."""
    found: dict[tuple[int, str], ChannelTaxes] = {}

    def taxes(channel_id: int, country: str) -> ChannelTaxes:
        pair = (channel_id, country)
        if pair not in found:
            found.update(taxes_of({pair}))
        return found[pair]

    return taxes


def _tell(batch: list[ImportedOrder]) -> None:
    from infra.engine.deliveries import emit

    emit(event="ORDER_BULK_CREATED", obj=[made.order for made in batch])


def _reject(batch: list[ImportedOrder], policy: str) -> None:
    """Keep orders with errors, or all of them, from being stored, as the policy has it."""
    is_wrong = any(made.errors for made in batch)
    for made in batch:
        if (policy == REJECT_EVERYTHING and is_wrong) or (policy == REJECT_FAILED_ROWS and made.errors):
            made.order = None


def _store(batch: list[ImportedOrder]) -> None:
    for made, number in zip(batch, OrderNumber.objects.bulk_create(OrderNumber() for _ in batch), strict=True):
        made.order.number = number.pk
        for line in made.lines:
            line.row.quantity_fulfilled = line.sent
    Order.objects.bulk_create(made.order for made in batch)
    lines = [line for made in batch for line in made.lines]
    parcels = [parcel for made in batch for parcel in made.parcels]
    payments = [payment for made in batch for payment in made.payments]
    links = [OrderGiftCard(order=made.order, gift_card=card) for made in batch for card in made.cards]
    for model, rows in (
        (OrderLine, [line.row for line in lines]),
        (OrderLineDiscount, [line.discount for line in lines if line.discount is not None]),
        (OrderDiscount, _all(made.discounts for made in batch)),
        (OrderEvent, _all(made.notes for made in batch)),
        (Invoice, _all(made.invoices for made in batch)),
        (Fulfillment, [parcel.row for parcel in parcels]),
        (FulfillmentLine, [row for parcel in parcels for row, _ in parcel.lines]),
        (TransactionItem, [item for item, _ in payments]),
        (TransactionEvent, [event for _, events in payments for event in events]),
        (OrderGiftCard, links),
    ):
        model._default_manager.bulk_create(rows)  # type: ignore[arg-type]


def _all(groups: Iterable[list[Any]]) -> list[Any]:
    return [row for group in groups for row in group]
