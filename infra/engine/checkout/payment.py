"""How far a checkout is paid."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from infra.engine.checkout.models import Checkout
from infra.engine.checkout.pricing import PricedCheckout
from infra.engine.money import ZERO
from infra.engine.payments.models import TransactionItem
from infra.engine.prepared import PreparedRows


def transactions_of(checkout: Checkout) -> list[TransactionItem]:
    """Return the payments of a checkout, the oldest first."""
    return _TRANSACTIONS([checkout.pk])


_TRANSACTIONS = PreparedRows(
    TransactionItem._meta.get_field("checkout"), lambda pks: TransactionItem.objects.filter(checkout_id__in=pks)
)


def paid_amounts(transactions: Iterable[Any]) -> tuple[Decimal, Decimal]:
    """Return (authorized, charged), each with what is still pending."""
    rows = list(transactions)
    authorized = sum((row.authorized_value + row.authorize_pending_value for row in rows), ZERO)
    return authorized, sum((row.charged_value + row.charge_pending_value for row in rows), ZERO)


def authorize_status_of(priced: PricedCheckout, transactions: Iterable[Any]) -> str:
    """Return NONE, PARTIAL or FULL; a checkout whose lines cost nothing is FULL."""
    total = priced.total.gross.amount
    authorized, charged = paid_amounts(transactions)
    if priced.lines and total <= 0:
        return "FULL"
    if authorized + charged <= 0:
        return "NONE"
    return "FULL" if authorized + charged >= total else "PARTIAL"


def charge_status_of(priced: PricedCheckout, transactions: Iterable[Any]) -> str:
    """Return NONE, PARTIAL, FULL or OVERCHARGED."""
    total = priced.total.gross.amount
    charged = max(paid_amounts(transactions)[1], ZERO)
    if charged <= 0:
        return "FULL" if priced.lines and total <= 0 else "NONE"
    if charged == total:
        return "FULL"
    return "PARTIAL" if charged < total else "OVERCHARGED"
