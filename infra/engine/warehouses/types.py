"""What is asked of stock and what is answered. No framework."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Wanted:
    """`quantity` pieces of a variant for one order line; `line_id` is any key of the asker's own."""

    line_id: Any
    variant_id: int
    quantity: int


@dataclass(frozen=True, slots=True)
class Shortage:
    """A line that could not get all its pieces; `available` is what its variant has left, never below 0."""

    line_id: Any
    variant_id: int
    available: int
    warehouse_id: UUID | None = None


class InsufficientStock(Exception):  # noqa: N818 (the name is the contract's error code)
    """Not all that was wanted is there; nothing was changed."""

    def __init__(self, shortages: list[Shortage]) -> None:
        super().__init__(f"{len(shortages)} lines short of stock")
        self.shortages = shortages
