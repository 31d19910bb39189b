"""What an order's payments add up to, its two payment states, and who is told when they change."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from infra.engine.money import ZERO
from infra.engine.orders.models import GrantedRefund, Order
from infra.engine.schema.context import current_requestor

FULLY = ("FULL", "OVERCHARGED")


@dataclass(frozen=True, slots=True)
class Amounts:
    """The amounts of one transaction before and after a change."""

    authorized: Decimal = ZERO
    charged: Decimal = ZERO
    refunded: Decimal = ZERO

    @classmethod
    def of(cls, transaction: Any) -> Amounts:
        return cls(transaction.authorized_value, transaction.charged_value, transaction.refunded_value)


def charge_status(*, charged: Decimal, due: Decimal) -> str:
    """Return NONE, PARTIAL, FULL or OVERCHARGED; nothing due and nothing charged is FULL."""
    if charged == due:
        return "FULL"
    if charged <= 0:
        return "NONE"
    return "PARTIAL" if charged < due else "OVERCHARGED"


def authorize_status(*, covered: Decimal, due: Decimal, total: Decimal) -> str:
    """Return NONE, PARTIAL or FULL for what is authorized and charged together."""
    if covered == 0:
        return "FULL" if total == 0 else "NONE"
    return "FULL" if covered >= due else "PARTIAL"


def set_amounts(order: Order, *, transactions: Iterable[Any], granted: Decimal) -> None:
    """Set the order's charged and authorized amounts and both states, without saving.

    `granted` is the sum of refunds granted: it lowers what is due, never below 0.
    """
    rows = list(transactions)
    order.total_charged_amount = sum((row.charged_value for row in rows), order.paid_by_hand_amount)
    order.total_authorized_amount = sum((row.authorized_value for row in rows), ZERO)
    due = max(order.total_gross - granted, ZERO)
    order.charge_status = charge_status(charged=order.total_charged_amount, due=due)
    covered = order.total_charged_amount + order.total_authorized_amount
    order.authorize_status = authorize_status(covered=covered, due=due, total=order.total_gross)


AMOUNT_FIELDS = (
    "total_charged_amount",
    "paid_by_hand_amount",
    "total_authorized_amount",
    "charge_status",
    "authorize_status",
    "updated_at",
)


def refresh_amounts(order: Order) -> None:
    """Work the amounts out from the order's transactions and granted refunds, and save. Needs the order's lock."""
    granted = sum(GrantedRefund.objects.filter(order=order).values_list("amount_value", flat=True), ZERO)
    set_amounts(order, transactions=order.transactions.all(), granted=granted)
    order.save(update_fields=AMOUNT_FIELDS)


def tell_payment_change(order: Order, *, before: Amounts, after: Amounts) -> None:
    """Queue the events that a change of one transaction's amounts causes. Needs an open transaction on `engine`."""
    from infra.engine.deliveries import emit

    updated = after.authorized != before.authorized or after.charged < before.charged
    if after.charged > before.charged:
        updated = False
        tell_charged(order)
    if after.refunded > before.refunded:
        updated = False
        emit(event="ORDER_REFUNDED", obj=order)
        emit(event="ORDER_UPDATED", obj=order)
        refunded = sum(order.transactions.values_list("refunded_value", flat=True), ZERO)
        if refunded >= order.total_gross:
            emit(event="ORDER_FULLY_REFUNDED", obj=order)
    if updated:
        emit(event="ORDER_UPDATED", obj=order)


def tell_charged(order: Order, *, has_bought_cards: bool | None = None) -> None:
    """Queue ORDER_PAID; when nothing is left to pay ORDER_FULLY_PAID, too, with what follows from it.

    Gift cards that nobody ships are handed over where the channel says so; `has_bought_cards` False says that the
    order has none, None that nobody looked.
    """
    from infra.engine.deliveries import emit
    from infra.engine.giftcards.bought import fulfill_unshipped
    from infra.engine.orders.history import record

    emit(event="ORDER_PAID", obj=order)
    if order.charge_status in FULLY:
        record(order, "ORDER_FULLY_PAID")
        if has_bought_cards is not False:
            fulfill_unshipped(order=order, requestor=current_requestor())
        _confirm(order)
        emit(event="ORDER_FULLY_PAID", obj=order)
    emit(event="ORDER_UPDATED", obj=order)


def _confirm(order: Order) -> None:
    """Let a paid order be fulfilled where the channel confirms by itself. The object at hand keeps its old status.

    So does the contract: the change that paid an order still answers UNCONFIRMED (recorded live).
    """
    from infra.engine.orders.fulfillment import set_status

    if order.status == "UNCONFIRMED" and order.channel.order_settings.get("automaticallyConfirmAllNewOrders", True):
        set_status(Order.objects.get(pk=order.pk))
