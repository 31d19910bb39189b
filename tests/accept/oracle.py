"""A second opinion on the pool, written apart from it: what was sold in, what was published in, doubts out.

Shares no line with `analytics`. It recomputes every published figure from raw sales, applies the promise to every
published cell, and for every hidden one asks a linear program how high an outsider, and each owner with all its books,
can bound what the others sold. One system holds every week, period and total of a measure.
"""

from __future__ import annotations

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

import highspy
import numpy as np

ALL = "all"
OWNERS, ORDERS, ROOM = 5, 10, 0.15
REASONS = {"few_owners", "few_orders", "dominance", "protects_neighbour"}
OUTSIDER = None


@dataclass(frozen=True)
class RawSale:
    """A line sold or refunded, as an order book has it. `order` is any key of the order; `yen` whole, tax included."""

    kind: str
    order: str
    day: date
    owner: str
    category: str
    area: str
    yen: int


@dataclass(frozen=True)
class Figure:
    """A cell as it was published: `value` None when hidden. `orders` and `owners` are bands or ""."""

    measure: str
    time: str
    category: str
    area: str
    value: int | None
    reason: str = ""
    orders: str = ""
    owners: str = ""

    @property
    def address(self) -> tuple[str, str, str]:
        return (self.time, self.category, self.area)


@dataclass
class Report:
    """`doubts` is empty when the pool keeps its promise. `shares`: yen shown in the cells that are no total, by grain,
    against the yen of all of them; `reasons`: how many cells each hides; `bounds`: upper bounds proved high enough."""

    doubts: list[str] = field(default_factory=list)
    shares: dict[str, float] = field(default_factory=dict)
    reasons: Counter = field(default_factory=Counter)
    bounds: int = 0


def read_csv(text: str) -> list[Figure]:
    """Read the pool's own download."""
    rows = csv.DictReader(io.StringIO(text.lstrip("\ufeff")))
    return [
        Figure(
            measure=row["measure"],
            time=row["time"],
            category=row["category"],
            area=row["area"],
            value=int(row["value_yen"]) if row["value_yen"] else None,
            reason=row["reason"],
            orders=row["orders"],
            owners=row["owners"],
        )
        for row in rows
    ]


def check_pool(sales: Iterable[RawSale], figures: Iterable[Figure], *, measure: str = "sales") -> Report:
    """Return what is wrong with the published `figures` of one measure, given every sale they are about.

    Refunds are judged by their own rows alone. Sales outside the published weeks are left out; a published week
    without any cell of its own is a doubt.
    """
    kind = {"sales": "sale", "refunds": "refund"}[measure]
    table = Table([sale for sale in sales if sale.kind == kind], [f for f in figures if f.measure == measure])
    report = Report()
    report.doubts += table.gaps()
    for figure in table.figures:
        report.doubts += table.doubts_of(figure)
        if figure.value is None:
            report.reasons[figure.reason] += 1
    report.shares = table.shares()
    for owner in [OUTSIDER, *table.owners]:
        bounds, doubts = Reader(table, owner).look()
        report.bounds += bounds
        report.doubts += doubts
    return report


def week_code(day: date) -> str:
    return "{}-W{:02d}".format(*day.isocalendar()[:2])


def period_code(day: date) -> str:
    """4-4-5: the ISO week's place in its quarter of thirteen; a 53rd week goes with the last period."""
    year, week, _ = day.isocalendar()
    quarter, place = divmod(min(week, 52) - 1, 13)
    return f"{year}-P{quarter * 3 + (0 if place < 4 else 1 if place < 8 else 2) + 1:02d}"


class Table:
    """The true table behind the published one. A leaf is (week, category, area)."""

    def __init__(self, sales: list[RawSale], figures: list[Figure]) -> None:
        self.figures = figures
        self.weeks = sorted({f.time for f in figures if "-W" in f.time})
        self.categories = sorted({f.category for f in figures} - {ALL})
        self.areas = sorted({f.area for f in figures} - {ALL})
        self.sales = [sale for sale in sales if week_code(sale.day) in self.weeks]
        self.owners = sorted({sale.owner for sale in self.sales})
        self.leaves = [(w, c, a) for w in self.weeks for c in self.categories for a in self.areas]
        self.number = {leaf: number for number, leaf in enumerate(self.leaves)}
        self.period = {week_code(sale.day): period_code(sale.day) for sale in self.sales}
        self.period |= {week: _period_of_week(week) for week in self.weeks}

    @cached_property
    def parts(self) -> dict[tuple[str, str, str], list[int]]:
        """The leaves of every published address."""
        found = {}
        for figure in self.figures:
            found[figure.address] = [
                number
                for (week, category, area), number in self.number.items()
                if figure.time in (week, self.period[week])
                and figure.category in (category, ALL)
                and figure.area in (area, ALL)
            ]
        return found

    @cached_property
    def books(self) -> dict[str, np.ndarray]:
        """Yen of each owner in each leaf."""
        found = {owner: np.zeros(len(self.leaves)) for owner in self.owners}
        for sale in self.sales:
            found[sale.owner][self.number[week_code(sale.day), sale.category, sale.area]] += sale.yen
        return found

    @cached_property
    def truth(self) -> np.ndarray:
        return sum(self.books.values(), np.zeros(len(self.leaves)))

    @cached_property
    def orders(self) -> list[set[str]]:
        found: dict[int, set[str]] = defaultdict(set)
        for sale in self.sales:
            found[self.number[week_code(sale.day), sale.category, sale.area]].add(sale.order)
        return [found[number] for number in range(len(self.leaves))]

    def gaps(self) -> list[str]:
        """Every week and period must answer for every category and area and for their totals."""
        doubts = []
        known = {figure.address for figure in self.figures}
        for time in {figure.time for figure in self.figures}:
            for category in (*self.categories, ALL):
                for area in (*self.areas, ALL):
                    if (time, category, area) not in known:
                        doubts.append(f"{time} {category} {area}: no cell at all")
        if len(known) != len(self.figures):
            doubts.append("some cell was published twice")
        for sale in self.sales:
            if sale.category not in self.categories or sale.area not in self.areas:
                doubts.append(f"a sale of {sale.category} to {sale.area} is in no cell")
        return doubts

    def doubts_of(self, figure: Figure) -> list[str]:
        name = " ".join(figure.address)
        if figure.value is None:
            return [] if figure.reason in REASONS else [f"{name}: hidden without a reason"]
        parts = self.parts[figure.address]
        by_owner = sorted((float(books[parts].sum()) for books in self.books.values()), reverse=True)
        by_owner = [yen for yen in by_owner if yen > 0]
        orders = len(set().union(*(self.orders[part] for part in parts)))
        found = []
        if figure.value != self.truth[parts].sum():
            found.append(f"{name}: published {figure.value}, sold {self.truth[parts].sum():.0f}")
        if len(by_owner) < OWNERS:
            found.append(f"{name}: published with {len(by_owner)} owners")
        if orders < ORDERS:
            found.append(f"{name}: published with {orders} orders")
        if sum(by_owner[2:]) < ROOM * (by_owner[0] if by_owner else 0):
            found.append(f"{name}: the second owner estimates the first within 15 %")
        for count, band, what in ((orders, figure.orders, "orders"), (len(by_owner), figure.owners, "owners")):
            if band and not _in_band(count, band):
                found.append(f"{name}: {count} {what}, published as {band}")
        return found

    def shares(self) -> dict[str, float]:
        shown: Counter = Counter()
        every: Counter = Counter()
        for figure in self.figures:
            if ALL not in figure.address:
                grain = "week" if "-W" in figure.time else "period"
                every[grain] += self.truth[self.parts[figure.address]].sum()
                shown[grain] += figure.value or 0
        return {grain: float(shown[grain] / every[grain]) if every[grain] else 0.0 for grain in every}


class Reader:
    """Someone who knows every published figure, its own books, and in which cells it was alone."""

    def __init__(self, table: Table, owner: str | None) -> None:
        self.table, self.owner = table, owner
        own = table.books[owner] if owner is not OUTSIDER else np.zeros(len(table.leaves))
        self.others, self.own = table.truth - own, own
        self.solver = highspy.Highs()
        self.solver.setOptionValue("output_flag", False)
        for _ in table.leaves:
            self.solver.addVar(0, highspy.kHighsInf)
        for figure in table.figures:
            parts = table.parts[figure.address]
            if figure.value is not None:
                unknown = figure.value - own[parts].sum()
            elif own[parts].sum() > 0 and self.others[parts].sum() == 0:
                unknown = 0.0
            else:
                continue
            self.solver.addRow(unknown, unknown, len(parts), np.array(parts, np.int32), np.ones(len(parts)))
        self.solver.changeObjectiveSense(highspy.ObjSense.kMaximize)

    def look(self) -> tuple[int, list[str]]:
        """Return how many upper bounds are high enough, and the doubts."""
        hidden = [figure for figure in self.table.figures if figure.value is None]
        waiting = {figure.address for figure in hidden if self._needed(figure.address)}
        count, doubts = len(waiting), []
        for figure in hidden:
            if figure.address not in waiting:
                continue
            world = self._highest(figure.address)
            if world is None:
                waiting.discard(figure.address)
                continue
            waiting -= {address for address in waiting if self._is_enough(address, world)}
            if figure.address in waiting:
                waiting.discard(figure.address)
                bound = world[self.table.parts[figure.address]].sum()
                truth = self.others[self.table.parts[figure.address]].sum()
                doubts.append(
                    f"{' '.join(figure.address)}: {self.owner or 'an outsider'} bounds {truth:.0f} by {bound:.0f}"
                )
        return count - len(doubts), doubts

    def _needed(self, address: tuple[str, str, str]) -> float:
        """15 % above the truth; for an outsider an empty cell must not be known to be empty."""
        truth = float(self.others[self.table.parts[address]].sum())
        return truth * (1 + ROOM) if truth else float(self.owner is OUTSIDER)

    def _is_enough(self, address: tuple[str, str, str], world: np.ndarray) -> bool:
        return float(world[self.table.parts[address]].sum()) >= self._needed(address) - 1e-3

    def _highest(self, address: tuple[str, str, str]) -> np.ndarray | None:
        """The world in which a cell is largest; None when nothing bounds it."""
        cost = np.zeros(len(self.table.leaves))
        cost[self.table.parts[address]] = 1
        numbers = np.arange(len(cost), dtype=np.int32)
        self.solver.changeColsCost(len(cost), numbers, cost)
        self.solver.run()
        status = self.solver.getModelStatus()
        if status == highspy.HighsModelStatus.kUnboundedOrInfeasible:
            self.solver.setOptionValue("presolve", "off")
            self.solver.run()
            status = self.solver.getModelStatus()
        if status == highspy.HighsModelStatus.kUnbounded:
            return None
        if status != highspy.HighsModelStatus.kOptimal:
            raise RuntimeError(f"{address}: the solver says {status}")
        return np.array(self.solver.getSolution().col_value)


def _in_band(count: int, band: str) -> bool:
    if band.endswith("+"):
        return count >= int(band[:-1])
    low, high = band.split("-")
    return int(low) <= count <= int(high)


def _period_of_week(week: str) -> str:
    year, number = week.split("-W")
    return period_code(date.fromisocalendar(int(year), int(number), 1))
