"""Weeks and periods of the pool. Plain Python.

A week is the ISO week, Monday to Sunday in Japan: "2026-W35". A period is 4, 4 or 5 whole weeks of a quarter of 13
(the 4-4-5 calendar of retailers, aligned to the ISO year): "2026-P09" is the third of the third quarter. Week 53,
when a year has it, belongs to the last period. Weeks nest in periods and periods in quarters, so that tables of both
grains are sums of each other; calendar months cut weeks and are never published beside them.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

WEEK = re.compile(r"(\d{4})-W(\d{2})")
PERIOD = re.compile(r"(\d{4})-P(\d{2})")


def week_of(day: date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"


def first_day(week: str) -> date:
    """Return the Monday of a week code. Raises `ValueError` for what is none."""
    match = WEEK.fullmatch(week)
    if not match:
        raise ValueError(f"not a week: {week!r}")
    return date.fromisocalendar(int(match[1]), int(match[2]), 1)


def weeks_between(first: str, last: str) -> list[str]:
    """Return every week from `first` to `last`, both included; empty when `last` is earlier."""
    day, end, found = first_day(first), first_day(last), []
    while day <= end:
        found.append(week_of(day))
        day += timedelta(days=7)
    return found


def period_of(week: str) -> str:
    """Return the 4-4-5 period that holds a week."""
    year, number = week.split("-W")
    quarter = min((int(number) - 1) // 13, 3)
    within = int(number) - 13 * quarter
    part = 1 if within <= 4 else 2 if within <= 8 else 3
    return f"{year}-P{3 * quarter + part:02d}"


def weeks_of(period: str) -> list[str]:
    """Return the weeks of a period, in order. Raises `ValueError` for what is none."""
    match = PERIOD.fullmatch(period)
    if not match or not 1 <= int(match[2]) <= 12:
        raise ValueError(f"not a period: {period!r}")
    year = int(match[1])
    last = date(year, 12, 28).isocalendar().week
    every = (f"{year}-W{number:02d}" for number in range(1, last + 1))
    return [week for week in every if period_of(week) == period]


def days_of(code: str) -> tuple[date, date]:
    """Return the first and the last day of a week or a period."""
    weeks = weeks_of(code) if PERIOD.fullmatch(code) else [code]
    return first_day(weeks[0]), first_day(weeks[-1]) + timedelta(days=6)
