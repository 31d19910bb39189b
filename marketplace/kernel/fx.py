"""Dated rates of foreign currencies in yen. The rate of the day of sale is stored with the sale and used for ever."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from typing import Any

from plugins.api.money import Money

FILE = Path(__file__).parent / "data" / "fx_rates.json"


class RateMissing(LookupError):
    """No rate of this currency is known for this day."""


@dataclass(frozen=True, slots=True)
class Rate:
    """`yen` for one unit of `currency`. `status` "made_up" is a demo's rate and is shown as such."""

    currency: str
    yen: Decimal
    effective_from: date
    effective_to: date | None
    status: str
    source: str


def rate_on(*, currency: str, day: date) -> Rate:
    """Return the rate in force on `day` in Japan, the latest to begin. Raises `RateMissing`."""
    found = [
        rate
        for rate in _rates()
        if rate.currency == currency
        and rate.effective_from <= day
        and (rate.effective_to is None or day <= rate.effective_to)
    ]
    if not found:
        raise RateMissing(f"no rate of {currency} on {day}")
    return max(found, key=lambda rate: rate.effective_from)


def to_yen(money: Money, *, yen: Decimal) -> Money:
    """Return `money` in whole yen at `yen` for one unit, rounded half up."""
    return Money((money.amount * yen).quantize(Decimal(1), rounding=ROUND_HALF_UP), "JPY")


@cache
def _rates() -> tuple[Rate, ...]:
    return tuple(_rate(row) for row in json.loads(FILE.read_text("utf-8"))["rates"])


def _rate(row: dict[str, Any]) -> Rate:
    end = row["effective_to"]
    return Rate(
        currency=row["currency"],
        yen=Decimal(row["yen"]),
        effective_from=date.fromisoformat(row["effective_from"]),
        effective_to=date.fromisoformat(end) if end else None,
        status=row["status"],
        source=row["source"],
    )
