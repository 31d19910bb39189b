"""The rules a cell or a sum of hidden cells must obey by itself. Sources: Handbook on Statistical Disclosure Control,
ch. 4 (threshold, p% rule, counting by holding); the figures are the pool's own promise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.compute.space import Space

MIN_OWNERS = 5
MIN_ORDERS = 10
P_PERCENT = 15
MIN_ROOM_YEN = 1000

FEW_OWNERS, FEW_ORDERS, DOMINANCE, PROTECTS = "few_owners", "few_orders", "dominance", "protects_neighbour"


@dataclass(frozen=True)
class Figures:
    """One measure of one block.

    `shares[j, b]` whole yen of owner j in base cell b (never negative); `orders[a]` exact distinct orders of cell a;
    `shown` marks cells already published, which can never be hidden again; `closed` marks cells that must stay hidden
    (hidden in an earlier version, or not publishable for a reason outside this table).
    """

    space: Space
    shares: np.ndarray
    orders: np.ndarray
    shown: np.ndarray
    closed: np.ndarray

    def __post_init__(self) -> None:
        assert self.shares.shape[1] == self.space.base and (self.shares >= 0).all()
        assert not (self.shown & self.closed).any()

    @property
    def values(self) -> np.ndarray:
        return self.space.matrix @ self.shares.sum(axis=0)

    def orders_at_least(self, cells: np.ndarray) -> int:
        """A lower bound of the orders in disjoint cells: an order may cross categories, never weeks or areas."""
        best: dict[tuple[int, int], int] = {}
        for cell in cells:
            time, _, area = self.space.addresses[cell]
            best[time, area] = max(best.get((time, area), 0), int(self.orders[cell]))
        return sum(best.values())


def reason_to_hide(by_owner: np.ndarray, orders: int) -> str:
    """Return the first rule that a sum broken down by owner fails, or "". An owner without a yen does not count."""
    ranked = np.sort(by_owner[by_owner > 0])[::-1]
    if len(ranked) < MIN_OWNERS:
        return FEW_OWNERS
    if orders < MIN_ORDERS:
        return FEW_ORDERS
    if 100 * int(ranked[2:].sum()) < P_PERCENT * int(ranked[0]):
        return DOMINANCE
    return ""


def primary_reasons(figures: Figures) -> list[str]:
    """Return for every cell the rule it fails by itself, or ""."""
    spread = figures.shares @ figures.space.matrix.T
    return [reason_to_hide(spread[:, cell], int(figures.orders[cell])) for cell in range(spread.shape[1])]


def room_needed(rest: np.ndarray) -> np.ndarray:
    """How far above the truth an upper bound must lie: 15 % and a hair (for solvers' rounding), 1,000 yen at least."""
    return np.maximum(rest * (P_PERCENT + 0.01) / 100, MIN_ROOM_YEN)
