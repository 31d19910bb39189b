"""Dated rows of the cross-border rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from plugins.api.types import Source, Words


@dataclass(frozen=True, slots=True)
class DestinationRow:
    """Whether one country is open from one market, from when, and why not."""

    market: str
    country: str
    name: Words
    is_open: bool
    reason: Words
    source: Source


@dataclass(frozen=True, slots=True)
class RestrictionRow:
    """Goods that may not go to a country ("*": any) by a carriage ("post", "courier", "any").

    `hs_prefixes`: digits, any of which the HS code may start with; ("*",) means all goods. `origin_areas`: ISO 3166-2
    codes; empty means any origin.
    """

    code: str
    country: str
    carriage: str
    hs_prefixes: tuple[str, ...]
    origin_areas: tuple[str, ...]
    message: Words
    source: Source


@dataclass(frozen=True, slots=True)
class LandedCostRow:
    """What is known of duty and tax at one destination; an amount only when a reviewed rule gives one."""

    country: str
    note: Words
    source: Source


class UndatedRow(ValueError):
    """A data row without a start, or with an end before its start."""


def is_in_force(source: Source, on_date: date) -> bool:
    """Return whether the row counts on `on_date` (both ends inclusive). Scheduled rows count from their start;
    proposed and suspended ones never do."""
    if source.status in ("proposed", "suspended"):
        return False
    starts = source.effective_from is not None and source.effective_from <= on_date
    return starts and (source.effective_to is None or on_date <= source.effective_to)
