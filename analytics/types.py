"""Words of the pool. No Django."""

from __future__ import annotations

AREAS = ("ward", "tokyo", "japan", "overseas")
MEASURES = ("sales", "refunds")
GRAINS = ("week", "period")
AXES = ("time", "category", "area")
REASONS = ("few_owners", "few_orders", "dominance", "protects_neighbour")
ALL = "all"


class UnableToRecord(Exception):
    """A fact that does not fit the pool: it is parked and shown, never kept in part."""


def band(count: int, *, edges: tuple[int, ...]) -> str:
    """Return the band a count lies in ("10-19", "50+"), so that no exact number of owners or orders goes out."""
    if count < edges[0]:
        raise ValueError(f"{count} is below what is published")
    for low, high in zip(edges, edges[1:], strict=False):
        if count < high:
            return f"{low}-{high - 1}"
    return f"{edges[-1]}+"


ORDER_EDGES = (10, 20, 50, 100, 200, 500, 1000)
OWNER_EDGES = (5, 10, 20, 50, 100)
