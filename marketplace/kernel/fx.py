"""Dated exchange rates: how many yen one unit of a currency counted for on a day."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path

from plugins.api.money import Money

DATA = Path(__file__).parent / "data" / "fx_rates.csv"


class UnknownRate(LookupError):
    """There is no rate in force for this currency on this day: nothing is guessed."""


@dataclass(frozen=True, slots=True)
class FxRate:
    """Yen per one unit of `currency`, in force from `effective_from` to `effective_to` inclusive (None: open)."""

    currency: str
    yen_per_unit: Decimal
    effective_from: date
    effective_to: date | None
    source: str
    is_made_up: bool


@cache
def _rates() -> tuple[FxRate, ...]:
    with DATA.open(encoding="utf-8", newline="") as file:
        return tuple(
            FxRate(
                currency=row["currency"],
                yen_per_unit=Decimal(row["yen_per_unit"]),
                effective_from=date.fromisoformat(row["effective_from"]),
                effective_to=date.fromisoformat(row["effective_to"]) if row["effective_to"] else None,
                source=row["source_title"],
                is_made_up=row["is_made_up"] == "1",
            )
            for row in csv.DictReader(file)
            if row["status"] == "in_force"
        )


def rate(*, currency: str, on_date: date) -> FxRate:
    """Return the newest rate in force on a day. Raises `UnknownRate` when there is none."""
    found = [
        row
        for row in _rates()
        if row.currency == currency
        and row.effective_from <= on_date
        and (row.effective_to is None or on_date <= row.effective_to)
    ]
    if not found:
        raise UnknownRate(f"no rate for {currency} on {on_date}")
    return max(found, key=lambda row: row.effective_from)


def in_yen(money: Money, *, on_date: date) -> int:
    """Return an amount in whole yen at the rate of a day, rounded half up. Raises `UnknownRate`."""
    yen = money.amount * rate(currency=money.currency, on_date=on_date).yen_per_unit
    return int(yen.quantize(Decimal(1), ROUND_HALF_UP))
