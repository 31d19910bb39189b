"""Changes of refunds that were granted: as long as no money moves for them, all of it; afterwards the reason alone."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from infra.engine.money import ZERO, quantize
from infra.engine.orders import lock_objects
from infra.engine.orders.actions import check_grant, refundable_lines
from infra.engine.orders.charges import refresh_amounts
from infra.engine.orders.models import GrantedRefund, GrantedRefundLine, Order
from infra.engine.orders.types import RefundGrant, RefundPart
from infra.engine.payments.models import TransactionItem
from infra.engine.schema.errors import MutationError, UserErrors, refuse
from infra.engine.schema.ids import to_global_id

#: a grant in one of these is being paid back, or was
MOVING = ("PENDING", "SUCCESS")


@dataclass(frozen=True, slots=True)
class Regrant:
    """What is said of a granted refund; None leaves a thing as it is. `said` are the contract's names given."""

    said: frozenset[str]
    amount: Decimal | None = None
    reason: str | None = None
    add: tuple[RefundPart, ...] = ()
    remove: tuple[int, ...] = ()
    shipping: bool | None = None
    transaction_token: UUID | None = None


def change_grant(*, grant_id: int, said: Regrant) -> GrantedRefund:
    """Change a granted refund; without an amount said, lines or delivery make up the new one.

    Raises UserErrors as `orderGrantRefundUpdate` shows them; then nothing was changed.
    """
    with transaction.atomic("engine"):
        grant = GrantedRefund.objects.get(pk=grant_id)
        order = lock_objects.order(grant.order_id)
        grant = GrantedRefund.objects.select_related("transaction").get(pk=grant_id)
        _check(grant, said)
        paid = _transaction(order, said) or grant.transaction
        _check_amounts(order, grant, said, paid)
        refundable_lines(order, RefundGrant(parts=said.add), without=said.remove, field="addLines")
        GrantedRefundLine.objects.filter(granted_refund=grant, pk__in=said.remove).delete()
        GrantedRefundLine.objects.bulk_create(
            GrantedRefundLine(
                granted_refund=grant, order_line_id=part.line_id, quantity=part.quantity, reason=part.reason
            )
            for part in said.add
        )
        grant.transaction = paid
        if said.shipping is not None:
            grant.shipping_costs_included = said.shipping
        if said.amount is not None:
            grant.amount_value = quantize(said.amount, order.currency)
        elif said.add or said.remove or said.shipping is not None:
            grant.amount_value = _sum(order, grant, paid)
        if said.reason is not None:
            grant.reason = said.reason
        grant.save()
        refresh_amounts(order)
        grant.order = order
        return grant


def _check(grant: GrantedRefund, said: Regrant) -> None:
    given = (said.amount, said.reason, said.transaction_token)
    if all(value is None for value in given) and not (said.add or said.remove or said.shipping):
        raise refuse("input", "At least one field needs to be provided to process update.", "REQUIRED")
    if grant.status in MOVING and said.said != {"reason"}:
        text = "Only reason can be updated when `OrderGrantedRefund.status` is PENDING or SUCCESS."
        raise UserErrors([MutationError(name, text, "INVALID") for name in sorted(said.said - {"reason"})])
    own = set(GrantedRefundLine.objects.filter(granted_refund=grant).values_list("pk", flat=True))
    strange = [pk for pk in said.remove if pk not in own]
    if strange:
        rows = [
            {
                "field": None,
                "message": "Could not resolve to a line.",
                "code": "NOT_FOUND",
                "line_id": to_global_id("OrderGrantedRefundLine", pk),
            }
            for pk in strange
        ]
        raise refuse("removeLines", "Provided input for lines is invalid.", "INVALID", remove_lines=rows)


def _check_amounts(order: Order, grant: GrantedRefund, said: Regrant, paid: TransactionItem | None) -> None:
    if said.amount is not None:
        check_grant(said.amount)
    others = GrantedRefund.objects.filter(order=order, shipping_costs_included=True).exclude(pk=grant.pk)
    if said.shipping and others.exists():
        message = "Shipping costs have already been granted."
        raise refuse("grantRefundForShipping", message, "SHIPPING_COSTS_ALREADY_GRANTED")
    if paid is None:
        return
    if said.amount is not None and said.amount > paid.charged_value:
        message = "Amount cannot be greater than the charged amount of provided transaction."
        raise refuse("amount", message, "AMOUNT_GREATER_THAN_AVAILABLE")
    untouched = said.amount is None and not (said.add or said.remove or said.shipping)
    if said.transaction_token is not None and untouched and grant.amount_value > paid.charged_value:
        message = "Provided transaction does not have enough charged amount to cover the granted refund."
        raise refuse("transactionId", message, "AMOUNT_GREATER_THAN_AVAILABLE")


def _transaction(order: Order, said: Regrant) -> TransactionItem | None:
    if said.transaction_token is None:
        return None
    paid = TransactionItem.objects.filter(order=order, pk=said.transaction_token).first()
    if paid is None:
        gid = to_global_id("TransactionItem", said.transaction_token)
        raise refuse("transactionId", f"Couldn't resolve to a node: {gid}", "NOT_FOUND")
    return paid


def _sum(order: Order, grant: GrantedRefund, paid: TransactionItem | None) -> Decimal:
    rows = GrantedRefundLine.objects.filter(granted_refund=grant).select_related("order_line")
    amount = sum((row.order_line.unit_gross * row.quantity for row in rows), ZERO)
    if grant.shipping_costs_included:
        amount += order.shipping_gross
    return min(amount, paid.charged_value) if paid is not None else amount
