"""Sales and refunds without any person, handed to plugins in the transaction of the change."""

from __future__ import annotations

import hashlib
import secrets
from datetime import date, timedelta
from decimal import Decimal
from typing import cast

from marketplace.kernel import clock
from marketplace.merchants import queries as merchants
from marketplace.orders.models import FactToken, MerchantOrderLine, OrderRecord, Refund
from marketplace.orders.types import Area
from plugins.api.money import Money
from plugins.api.types import SaleFact
from plugins.runtime import hooks

KEEP_TOKENS = timedelta(days=21)


def record_sales(*, record: OrderRecord) -> None:
    """Hand over one fact per line of a confirmed order. The caller has opened a scope over all merchants."""
    lines = MerchantOrderLine.objects.filter(part__order=record).select_related("part")
    rows = list(lines.order_by("part__position", "position"))
    owners = _owners(rows)
    token = _token(record, record.day_sold)
    for line in rows:
        _notify(record, line, "sale", line.line_id, record.day_sold, line.quantity, line.total, line.yen, token, owners)


def record_refund(*, refund: Refund, record: OrderRecord) -> None:
    """Hand over one fact per line of a refund that was made, of the day it counts for. Delivery is not in it."""
    assert refund.day is not None
    rows = list(refund.lines.select_related("line__part").order_by("pk"))
    owners = _owners([each.line for each in rows])
    token = _token(record, refund.day)
    for each in rows:
        name = f"{refund.key}:{each.line.line_id}"
        _notify(record, each.line, "refund", name, refund.day, each.quantity, each.amount, each.yen, token, owners)


def forget_tokens() -> int:
    """Delete the words that join facts of weeks long past. Returns how many."""
    gone, _ = FactToken.objects.filter(made_at__lt=clock.real_now() - KEEP_TOKENS).delete()
    return gone


def _notify(
    record: OrderRecord,
    line: MerchantOrderLine,
    kind: str,
    name: str,
    day: date,
    quantity: int,
    amount: Decimal,
    yen: int,
    token: str,
    owners: dict[str, str],
) -> None:
    merchant = str(line.part.merchant_id)
    fact = SaleFact(
        id=hashlib.sha256(f"{record.order_id}|{kind}|{name}".encode()).hexdigest(),
        kind="refund" if kind == "refund" else "sale",
        day=day,
        merchant_id=merchant,
        owner_key=owners[merchant],
        category=line.category,
        area=cast(Area, record.area),
        quantity=quantity,
        amount=Money(amount, record.currency),
        yen=yen,
        order_token=token,
        market=record.market,
        simulated=record.is_simulated,
    )
    hooks.notify("sale_recorded", fact=fact)


def _owners(lines: list[MerchantOrderLine]) -> dict[str, str]:
    found = merchants.merchants_by_id(ids={str(line.part.merchant_id) for line in lines})
    return {key: each.owner_key for key, each in found.items()}


def _token(record: OrderRecord, day: date) -> str:
    year, week, _ = day.isocalendar()
    row, _ = FactToken.objects.get_or_create(
        order=record,
        period=f"{year}-W{week:02}",
        defaults={"token": secrets.token_urlsafe(20), "made_at": clock.real_now()},
    )
    return row.token
