"""Reads of the pool: what is due, and the closed set of questions."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db.models import Max, Min, Q

from analytics.calendar import days_of, first_day, week_of, weeks_between
from analytics.models import Build, Fact, PublishedCell, PublishedTime
from analytics.types import ALL, AREAS, AXES, GRAINS, MEASURES
from plugins.api import Money
from plugins.api import pool as t

JAPAN = ZoneInfo("Asia/Tokyo")
HORIZON = timedelta(weeks=53)
GRACE = timedelta(hours=4)
SHOWN_TIMES = 26


def due_weeks(*, now: datetime) -> list[str]:
    """Return the whole weeks that may be published at `now`, in order, without a gap after what is out.

    The first build starts with the week of the first fact not older than 53 weeks. A week is due four hours after its
    Sunday in Japan, so that sales of its last minutes are in; at once when all its facts are simulated. Weeks before
    the first one published never become due.
    """
    today = now.astimezone(JAPAN).date()
    last = week_of(first_day(week_of(today)) - timedelta(days=1))
    newest = PublishedTime.objects.filter(grain="week").aggregate(code=Max("code"))["code"]
    if newest:
        first = week_of(first_day(newest) + timedelta(days=7))
    else:
        earliest = Fact.objects.filter(day__gte=today - HORIZON).aggregate(day=Min("day"))["day"]
        if earliest is None:
            return []
        first = week_of(earliest)
    weeks = weeks_between(first, last)
    if weeks and not _is_settled(weeks[-1], now):
        weeks.pop()
    return weeks


def _is_settled(week: str, now: datetime) -> bool:
    monday = first_day(week)
    ends = datetime.combine(monday + timedelta(days=7), datetime.min.time(), JAPAN)
    if now >= ends + GRACE:
        return True
    facts = Fact.objects.filter(day__range=(monday, monday + timedelta(days=6)))
    return facts.exists() and not facts.filter(simulated=False).exists()


def choices() -> t.PoolChoices:
    """Return what may be asked now: the published times, newest first, and the categories and areas."""
    times: dict[str, tuple[str, ...]] = {}
    every = list(PublishedTime.objects.order_by("-code").values_list("grain", "code"))
    for grain in GRAINS:
        times[grain] = tuple(code for one, code in every if one == grain)
    categories = PublishedCell.objects.exclude(category=ALL).values_list("category", flat=True).distinct()
    days = {code: days_of(code) for codes in times.values() for code in codes}
    return t.PoolChoices(MEASURES, times, tuple(sorted(categories)), AREAS, days)


def ask(*, question: t.PoolQuestion) -> t.PoolTable | t.PoolRefusal:
    """Answer one question of the closed set from published cells alone, in a constant number of statements.

    A question outside the set gives a `PoolRefusal` naming the part that cannot be. When time is an axis the newest
    26 weeks or periods are on it, oldest first. Asked again, before the next build, the same question gives the same
    answer to the byte.
    """
    allowed = choices()
    if refusal := _refuse(question, allowed):
        return refusal
    members = {
        "time": tuple(reversed(allowed.times[question.grain][:SHOWN_TIMES])),
        "category": (*allowed.categories, ALL),
        "area": (*AREAS, ALL),
    }
    fixed = _fixed(question, allowed)
    kept = _cells(question, members, fixed)
    rows, columns = members[question.rows], members[question.columns]
    cells = tuple(
        tuple(_cell(kept, {**fixed, question.rows: row, question.columns: column}) for column in columns)
        for row in rows
    )
    newest = Build.objects.filter(state=Build.State.PUBLISHED).order_by("-version").first()
    return t.PoolTable(
        question=question,
        rows=rows,
        columns=columns,
        cells=cells if kept else (),
        choices=allowed,
        version=newest.version or 0 if newest else 0,
        digest=newest.digest if newest else "",
        built_at=newest.finished_at if newest else None,
        is_simulated=Build.objects.filter(state=Build.State.PUBLISHED, is_simulated=True).exists(),
    )


def every_cell(*, measure: str, grain: str) -> tuple[t.PoolCell, ...]:
    """Return all cells of a measure at a grain in the order of time, category and area, in one statement."""
    rows = PublishedCell.objects.filter(measure=measure, grain=grain).order_by("time", "category", "area")
    return tuple(_as_cell(t.PoolKey(row.time, row.category, row.area), row) for row in rows)


def _fixed(question: t.PoolQuestion, allowed: t.PoolChoices) -> dict[str, str]:
    newest = next(iter(allowed.times[question.grain]), "")
    chosen = {"time": question.time or newest, "category": question.category, "area": question.area}
    return {axis: code for axis, code in chosen.items() if axis not in (question.rows, question.columns)}


def _cells(question: t.PoolQuestion, members: dict, fixed: dict[str, str]) -> dict[tuple, PublishedCell]:
    where = Q(measure=question.measure, grain=question.grain, **fixed)
    if "time" not in fixed:
        where &= Q(time__in=members["time"])
    return {(cell.time, cell.category, cell.area): cell for cell in PublishedCell.objects.filter(where)}


def _cell(kept: dict[tuple, PublishedCell], address: dict[str, str]) -> t.PoolCell:
    key = t.PoolKey(address["time"], address["category"], address["area"])
    return _as_cell(key, kept.get((key.time, key.category, key.area)))


def _as_cell(key: t.PoolKey, cell: PublishedCell | None) -> t.PoolCell:
    """A cell that is in no build (its category came later) looks like one that too few owners sold in."""
    if cell is None:
        return t.PoolCell(key, None, reason="few_owners")
    if cell.value is not None:
        return t.PoolCell(key, Money(Decimal(cell.value), "JPY"), orders=cell.orders, owners=cell.owners)
    parent = t.PoolKey(cell.parent_time, cell.parent_category, cell.parent_area) if cell.parent_time else None
    return t.PoolCell(key, None, reason=cell.reason, parent=parent)


def _refuse(question: t.PoolQuestion, allowed: t.PoolChoices) -> t.PoolRefusal | None:
    """The first part of a question that is outside the closed set."""
    sets: dict[str, tuple[str, ...]] = {
        "measure": MEASURES,
        "grain": GRAINS,
        "rows": AXES,
        "columns": tuple(axis for axis in AXES if axis != question.rows),
    }
    for field, members in sets.items():
        if getattr(question, field) not in members:
            return _refusal(field, allowed)
    slices = {
        "time": ("", *allowed.times[question.grain]),
        "category": (ALL, *allowed.categories),
        "area": (ALL, *AREAS),
    }
    for field, members in slices.items():
        on_axis = field in (question.rows, question.columns)
        if getattr(question, field) not in (members[:1] if on_axis else members):
            return _refusal(field, allowed)
    return None


def _refusal(field: str, allowed: t.PoolChoices) -> t.PoolRefusal:
    message = {
        "ja": "この問いはデータプールでは答えられません。選択肢の中からお選びください。",
        "en": "The pool cannot answer this. Please choose from what is offered.",
    }
    return t.PoolRefusal(field, message, allowed)


def sums_by_kind(*, market: str) -> dict[str, Money]:
    """Return what the kept facts of a whole market sum to, by kind, in the market's currency: for proofs only.

    A kind in more than one currency raises `ValueError`.
    """
    rows = Fact.objects.filter(market=market).values_list("kind", "currency", "amount")
    sums: dict[str, Money] = {}
    for kind, currency, amount in rows.order_by("kind").iterator():  # SQLite would add decimals as floats
        so_far = sums.get(kind, Money.zero(currency))
        if so_far.currency != currency:
            raise ValueError(f"{market} has {kind} facts in two currencies")
        sums[kind] = so_far + Money(amount, currency)
    return sums
