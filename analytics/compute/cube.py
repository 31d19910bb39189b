"""Facts in a file become figures per cell and owner. The only place that opens DuckDB."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb
import numpy as np

from analytics.compute.space import Space

COLUMNS = {
    "kind": "VARCHAR",
    "week": "VARCHAR",
    "category": "VARCHAR",
    "area": "VARCHAR",
    "owner": "VARCHAR",
    "yen": "BIGINT",
    "token": "VARCHAR",
}


class Cube:
    """The facts of one build, closed to the outside once read: no file, no network, no extension."""

    def __init__(self, path: Path) -> None:
        self.base = duckdb.connect(config={"threads": 1})
        self.base.execute(
            "CREATE TABLE facts AS SELECT * FROM read_csv($path, header = true, columns = $columns)",
            {"path": str(path), "columns": COLUMNS},
        )
        self.base.execute("SET enable_external_access = false; SET lock_configuration = true")

    def figures(
        self, kind: str, weeks: Sequence[str], members: Mapping[str, Sequence[str]], space: Space
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return (yen per owner and base cell, distinct orders per cell) of one kind of fact in one block.

        A fact of an unknown category or area raises `KeyError`: nothing is dropped silently. Owners come in the order
        of their keys, those without a fact of this kind are left out.
        """
        places = (
            {week: number for number, week in enumerate(weeks)},
            {slug: number for number, slug in enumerate(members["categories"])},
            {area: number for number, area in enumerate(members["areas"])},
        )
        return self._shares(kind, weeks, places, space), self._orders(kind, weeks, places, space)

    def _shares(self, kind: str, weeks: Sequence[str], places: tuple, space: Space) -> np.ndarray:
        rows = self.base.execute(
            "SELECT owner, week, category, area, sum(yen)::BIGINT FROM facts "
            "WHERE kind = $kind AND list_contains($weeks, week) GROUP BY ALL ORDER BY ALL",
            {"kind": kind, "weeks": list(weeks)},
        ).fetchall()
        owners = {owner: number for number, owner in enumerate(sorted({row[0] for row in rows}))}
        shares = np.zeros((len(owners), space.base), dtype=np.int64)
        for owner, *address, yen in rows:
            cell = tuple(place[part] for place, part in zip(places, address, strict=True))
            shares[owners[owner], space.index[cell]] = yen
        return shares

    def _orders(self, kind: str, weeks: Sequence[str], places: tuple, space: Space) -> np.ndarray:
        rows = self.base.execute(
            "SELECT week, category, area, count(DISTINCT token) FROM facts "
            "WHERE kind = $kind AND list_contains($weeks, week) GROUP BY CUBE (week, category, area)",
            {"kind": kind, "weeks": list(weeks)},
        ).fetchall()
        orders = np.zeros(len(space.addresses), dtype=np.int64)
        for *address, count in rows:
            cell = tuple(
                size if part is None else place[part]
                for place, part, size in zip(places, address, space.sizes, strict=True)
            )
            if cell in space.index:
                orders[space.index[cell]] = count
        return orders
