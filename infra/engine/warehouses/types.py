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


@dataclass(frozen=True, slots=True)
class Selling:
    """From where a channel sells something, and in which order.

    by_zones: the shop's legacy rule, by which a warehouse counts only for the countries of its shipping zones in the
    channel (`country`; None for all of them); `with_points` lets warehouses to collect from count beside those.
    point_id: the order is collected there: every warehouse of the channel counts, with `only_point` that one alone,
    and it is taken from first. reserves: what open carts keep is not for sale, except what `checkout_id` keeps itself.
    fullest_first: take from the fullest stock, else in the order of the channel's warehouses.
    """

    channel_id: int
    by_zones: bool = False
    country: str | None = None
    with_points: bool = False
    point_id: UUID | None = None
    only_point: bool = False
    reserves: bool = False
    checkout_id: UUID | None = None
    fullest_first: bool = False

    @property
    def is_plain(self) -> bool:
        """Return whether the link of channel and warehouse alone decides."""
        return not self.by_zones and not self.only_point

    @property
    def is_bare(self) -> bool:
        """Return whether what the channel's warehouses hold is all that counts, whatever open carts keep."""
        return self.is_plain and not self.reserves


class InsufficientStock(Exception):  # noqa: N818 (the name is the contract's error code)
    """Not all that was wanted is there; nothing was changed."""

    def __init__(self, shortages: list[Shortage]) -> None:
        super().__init__(f"{len(shortages)} lines short of stock")
        self.shortages = shortages
