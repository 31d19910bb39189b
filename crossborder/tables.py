"""The dated data files, read once per process."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path

from crossborder.types import DestinationRow, LandedCostRow, RestrictionRow, UndatedRow
from plugins.api.types import Source, Words

DATA = Path(__file__).parent / "data"


def _rows(name: str) -> Iterator[Mapping[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _source(row: Mapping[str, str]) -> Source:
    source = Source(
        title=row["source_title"],
        url=row["source_url"],
        effective_from=_day(row["effective_from"]),
        effective_to=_day(row["effective_to"]),
        status=row["status"],  # type: ignore[arg-type]
        checked_on=_day(row["checked_on"]),
        confidence=row["confidence"],  # type: ignore[arg-type]
    )
    if source.effective_from is None or (source.effective_to and source.effective_to < source.effective_from):
        raise UndatedRow(f"{row}")
    return source


def _words(row: Mapping[str, str], name: str) -> Words:
    return {"ja": row[f"{name}_ja"], "en": row[f"{name}_en"]}


@cache
def destinations() -> tuple[DestinationRow, ...]:
    return tuple(
        DestinationRow(
            market=row["market"],
            country=row["country"],
            name=_words(row, "name"),
            is_open=row["is_open"] == "1",
            reason=_words(row, "reason"),
            source=_source(row),
        )
        for row in _rows("destinations.csv")
    )


@cache
def restrictions() -> tuple[RestrictionRow, ...]:
    return tuple(
        RestrictionRow(
            code=row["code"],
            country=row["country"],
            carriage=row["carriage"],
            hs_prefixes=tuple(row["hs_prefix"].split()),
            origin_areas=tuple(row["origin_areas"].split()),
            message=_words(row, "message"),
            source=_source(row),
        )
        for row in _rows("restrictions.csv")
    )


@cache
def landed_costs() -> tuple[LandedCostRow, ...]:
    return tuple(
        LandedCostRow(country=row["country"], note=_words(row, "note"), source=_source(row))
        for row in _rows("landed_costs.csv")
    )


@cache
def ems_zones() -> Mapping[str, int]:
    """Return the EMS zone (1-5) by ISO 3166-1 code."""
    return {row["country"]: int(row["zone"]) for row in _rows("ems_zones.csv")}


@cache
def ems_steps() -> tuple[tuple[int, tuple[int, ...]], ...]:
    """Return the weight steps: (greatest gross weight in grams, yen for zones 1 to 5), ascending."""
    return tuple(
        (int(row["weight_max_g"]), tuple(int(row[f"zone{zone}_jpy"]) for zone in range(1, 6)))
        for row in _rows("ems_rates.csv")
    )
