"""What crosses the border between the sales pool and the pages that show it. Plain Python, like `plugins.api.types`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from plugins.api.money import Money

Words = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PoolQuestion:
    """One question to the sales pool: a measure, spread over two of three dimensions, at one grain of time.

    Arguments: `measure`, "sales" (before refunds) or "refunds" (in the week they were made); `grain`, "week" (ISO) or
    "period" (4-4-5: weeks 1-4, 5-8 and 9-13 of each quarter of the ISO year); `rows` and `columns`, two different
    dimensions; `time` ("2026-W35", "2026-P09", or "" for the newest), `category` and `area` ("all" or one member)
    choose the slice of the dimension that is on neither axis; they must be left alone for one that is.
    """

    measure: str = "sales"
    grain: str = "week"
    rows: str = "time"
    columns: str = "category"
    time: str = ""
    category: str = "all"
    area: str = "all"


@dataclass(frozen=True, slots=True)
class PoolKey:
    """The address of one cell: the code of its week or period, a category slug or "all", an area or "all"."""

    time: str
    category: str
    area: str


@dataclass(frozen=True, slots=True)
class PoolCell:
    """One cell. `value` is None when hidden, and then `reason` is "few_owners", "few_orders", "dominance" or
    "protects_neighbour"; a cell without any sale looks like a hidden one. `orders` and `owners` are bands ("10-19")
    of a published cell. `parent` is the finest published cell that contains a hidden one, if there is any."""

    key: PoolKey
    value: Money | None
    orders: str = ""
    owners: str = ""
    reason: str = ""
    parent: PoolKey | None = None


@dataclass(frozen=True, slots=True)
class PoolChoices:
    """What may be asked: codes by name of the dimension; times newest first, by grain; `days` gives the first and the
    last day of each time."""

    measures: tuple[str, ...]
    times: Mapping[str, tuple[str, ...]]
    categories: tuple[str, ...]
    areas: tuple[str, ...]
    days: Mapping[str, tuple[date, date]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PoolTable:
    """The answer: `cells[i][j]` belongs to `rows[i]` and `columns[j]`; "all" comes last on an axis.

    `version` names the newest build, `digest` is the SHA-256 of its published cells; `is_simulated` says that some of
    its sales were made up for a demonstration.
    """

    question: PoolQuestion
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[tuple[PoolCell, ...], ...]
    choices: PoolChoices
    version: int
    digest: str
    built_at: datetime | None
    is_simulated: bool = False


@dataclass(frozen=True, slots=True)
class PoolRefusal:
    """A question outside the closed set: `field` is the part of it that cannot be, `message` says why."""

    field: str
    message: Words
    choices: PoolChoices
