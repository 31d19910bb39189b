"""Reading the ledger."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal

from django.db.models import Sum

from marketplace.kernel import clock
from marketplace.orders import queries as orders
from marketplace.orders.types import MerchantPart
from marketplace.settlement import rules
from marketplace.settlement.models import Entry, EntryLine
from marketplace.settlement.types import (
    PAYABLE,
    PENDING,
    Balance,
    CommissionRule,
    EarningsRow,
    EarningsTotal,
)
from plugins.api.money import Money

MERCHANT_ACCOUNTS = (PENDING, PAYABLE)
PLACES = Decimal("0.001")
Sums = dict[tuple[str, str, str], int]


def trial_balance(*, market: str | None = None) -> list[Balance]:
    """Return what every account sums to, by account, merchant and currency; of one market or all.

    The amounts of one currency sum to zero, always.
    """
    rows = EntryLine.objects.all()
    if market is not None:
        rows = rows.filter(entry__market=market)
    grouped = (
        rows.values("account", "merchant_id", "currency").annotate(sum=Sum("amount")).order_by("account", "merchant_id")
    )
    return [Balance(row["account"], row["merchant_id"], Money(_exact(row["sum"]), row["currency"])) for row in grouped]


def imbalance() -> dict[str, Decimal]:
    """Return the sum of all lines by currency: zero for each, or the ledger is broken."""
    rows = EntryLine.objects.values("currency").annotate(sum=Sum("amount")).order_by("currency")
    return {row["currency"]: _exact(row["sum"]).normalize() for row in rows}


def charged(*, market: str) -> dict[str, Money]:
    """Return what the provider was paid and what went back, by kind of entry ("payment", "refund"), in one market."""
    rows = EntryLine.objects.filter(account="psp_clearing", entry__market=market)
    grouped = rows.values("entry__kind", "currency").annotate(sum=Sum("amount")).order_by("entry__kind")
    return {row["entry__kind"]: Money(_exact(row["sum"]), row["currency"]) for row in grouped}


def has_entry(*, key: str) -> bool:
    """Whether an event was posted: `payment:<order>`, `shipment:<order>:<merchant>`, `refund:<refund key>`."""
    return Entry.objects.filter(key=key).exists()


def earnings(*, merchant_id: str, limit: int = 200, offset: int = 0) -> list[EarningsRow]:
    """Return one row per line of `limit` of the merchant's parts, newest order first; constant statements."""
    parts = orders.merchant_orders(merchant_id=merchant_id, limit=limit, offset=offset)
    sums = _sums(merchant_id, [each.part.order_id for each in parts])
    return [row for each in parts for row in _rows(each, sums)]


def earnings_total(*, merchant_id: str) -> EarningsTotal:
    """Return a merchant's sums over everything that was posted, in yen."""
    rows = EntryLine.objects.filter(merchant_id=merchant_id, account__in=MERCHANT_ACCOUNTS)
    grouped = rows.values("account", "what").annotate(sum=Sum("amount")).order_by("account")
    by_what: defaultdict[str, int] = defaultdict(int)
    by_account: defaultdict[str, int] = defaultdict(int)
    for row in grouped:
        by_what[row["what"]] += int(row["sum"])
        by_account[row["account"]] -= int(row["sum"])
    return EarningsTotal(
        merchant_id=merchant_id,
        sale=-by_what["sale"],
        delivery=-by_what["delivery"],
        refund=by_what["refund"] + by_what["delivery_refund"],
        commission=by_what["commission"],
        commission_tax=by_what["commission_tax"],
        net=by_account[PAYABLE] + by_account[PENDING],
        payable=by_account[PAYABLE],
        pending=by_account[PENDING],
    )


def commission_rule(*, day: date | None = None) -> CommissionRule:
    """Return the commission in force on a day (today)."""
    return rules.rule_on(day=day or clock.today())


def _exact(added: Decimal) -> Decimal:
    """Return a sum at the places that amounts are kept with: SQLite adds decimals as floats and may miss a hair."""
    return added.quantize(PLACES)


def _sums(merchant_id: str, order_ids: list[str]) -> Sums:
    rows = EntryLine.objects.filter(
        merchant_id=merchant_id, account__in=MERCHANT_ACCOUNTS, entry__order_id__in=order_ids
    )
    grouped = rows.values("entry__order_id", "line_id", "what").annotate(sum=Sum("amount")).order_by("entry__order_id")
    return {(row["entry__order_id"], row["line_id"], row["what"]): int(row["sum"]) for row in grouped}


def _rows(found: MerchantPart, sums: Sums) -> list[EarningsRow]:
    rows = []
    part = found.part
    for index, line in enumerate(part.lines):

        def of(what: str, key: str = line.id) -> int:
            return sums.get((part.order_id, key, what), 0)

        is_first = index == 0
        sale, commission = -of("sale"), of("commission")
        delivery = -of("delivery", "") if is_first else 0
        refund = of("refund") + (of("delivery_refund", "") if is_first else 0)
        tax = of("commission_tax", "") if is_first else 0
        rows.append(
            EarningsRow(
                order_id=part.order_id,
                number=part.number,
                day=found.day_sold,
                line_id=line.id,
                product_id=line.product_id,
                name=line.label,
                quantity=line.quantity,
                sale=line.total,
                sale_yen=sale,
                delivery=delivery,
                refund=refund,
                commission=commission,
                commission_tax=tax,
                net=sale + delivery - refund - commission - tax,
                state=part.state,
                is_simulated=found.is_simulated,
            )
        )
    return rows
