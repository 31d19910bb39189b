"""The cells of one block: a 4-4-5 period with its weeks, by category and area, with every total.

Blocks share no cell and no total, so one block is one whole constraint system. A cell is a row of a 0/1 matrix over
the base cells (week, category, area); "all" is the last index on each axis, on the time axis it is the period.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np

Address = tuple[int, int, int]


@dataclass(frozen=True)
class Space:
    """`weeks`, `categories` and `areas` count the members of each axis; `has_period` adds the period's own cells."""

    weeks: int
    categories: int
    areas: int
    has_period: bool

    @property
    def sizes(self) -> Address:
        return (self.weeks, self.categories, self.areas)

    @cached_property
    def addresses(self) -> tuple[Address, ...]:
        """Every cell that may be published; base cells first, in the order of the matrix's columns."""
        times = range(self.weeks + (1 if self.has_period else 0))
        every = product(times, range(self.categories + 1), range(self.areas + 1))
        return tuple(sorted(every, key=lambda address: (sum(self.totalled(address)) > 0, address)))

    @cached_property
    def index(self) -> dict[Address, int]:
        return {address: number for number, address in enumerate(self.addresses)}

    @property
    def base(self) -> int:
        return self.weeks * self.categories * self.areas

    @cached_property
    def matrix(self) -> np.ndarray:
        """M[a, b] = 1 when base cell b is part of cell a; the first `base` rows are the identity."""
        rows = np.array(self.addresses)[:, None, :]
        parts = rows[None, : self.base, 0, :]
        total = np.array(self.sizes)
        return ((rows == parts) | (rows == total)).all(axis=2).astype(np.int64)

    def totalled(self, address: Address) -> tuple[bool, bool, bool]:
        return tuple(part == size for part, size in zip(address, self.sizes, strict=True))  # type: ignore[return-value]

    @cached_property
    def families(self) -> tuple[tuple[int, np.ndarray], ...]:
        """(total, parts) for every total and every choice of its totalled axes taken apart: all sums of the table."""
        found = []
        for address in self.addresses[self.base :]:
            axes = [axis for axis, whole in enumerate(self.totalled(address)) if whole]
            for choice in product((False, True), repeat=len(axes)):
                apart = [axis for axis, taken in zip(axes, choice, strict=True) if taken]
                if apart:
                    found.append((self.index[address], self._parts(address, apart)))
        return tuple(found)

    def _parts(self, address: Address, apart: list[int]) -> np.ndarray:
        ranges = [range(self.sizes[axis]) if axis in apart else (address[axis],) for axis in range(3)]
        return np.array([self.index[part] for part in product(ranges[0], ranges[1], ranges[2])])

    def ancestors(self, address: Address) -> list[Address]:
        """Every cell that contains `address`, the finest first: fewest totals, then area, category, time given up."""
        choices = product(
            *((part, size) if part != size else (part,) for part, size in zip(address, self.sizes, strict=True))
        )
        wider = [other for other in choices if other != address and other in self.index]
        return sorted(
            wider, key=lambda other: (sum(self.totalled(other)), [-int(t) for t in self.totalled(other)[::-1]])
        )
