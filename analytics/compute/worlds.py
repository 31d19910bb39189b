"""Who looks, what each must not learn, and worlds that prove it: the shared ground of suppression and audit."""

from __future__ import annotations

import numpy as np

from analytics.compute.lp import TINY
from analytics.compute.rules import P_PERCENT, Figures, room_needed

OUTSIDER = 0


class Viewpoints:
    """Viewpoint 0 is an outsider, viewpoint j + 1 owner j with the books of all its merchants.

    `rest[k, b]`: what the others sold in base cell b; `alone[k, a]`: cell a is wholly k's own and known as such (the
    worst case: a reader who knows to be alone); `room[k, a]`: how far above the truth k's upper bound must lie.
    """

    def __init__(self, figures: Figures) -> None:
        space = figures.space
        everything = figures.shares.sum(axis=0)
        books = np.vstack([np.zeros(space.base, dtype=np.int64), figures.shares])
        self.space, self.shares = space, figures.shares
        self.rest = everything - books
        spread = books @ space.matrix.T
        contributors = (figures.shares @ space.matrix.T > 0).sum(axis=0)
        self.alone = (spread > 0) & (contributors == 1)
        self.owed = self.rest @ space.matrix.T > 0
        self.owed[OUTSIDER] = True
        self.unknown = self.rest @ space.matrix.T - self._weeks_shown(figures)
        self.room = room_needed(self.unknown)
        self.count = len(books)

    def _weeks_shown(self, figures: Figures) -> np.ndarray:
        """What earlier versions told of a period's cell through its weeks: its room is owed for the remainder only."""
        space = figures.space
        known = np.zeros((len(self.rest), len(space.addresses)), dtype=np.int64)
        if not space.has_period or not figures.shown.any():
            return known
        spread = self.rest @ space.matrix.T
        for (time, category, area), cell in space.index.items():
            if time == space.weeks:
                weeks = [space.index[week, category, area] for week in range(space.weeks)]
                shown = [week for week in weeks if figures.shown[week]]
                known[:, cell] = spread[:, shown].sum(axis=1)
        return known

    def satisfied(self, cell: int, world: np.ndarray) -> np.ndarray:
        """Return for every viewpoint whether `world`, scaled to the room it needs, keeps `cell` uncertain for it."""
        change = self.space.matrix @ world
        if change[cell] <= 0:
            return ~self.owed[:, cell]
        scale = self.room[:, cell] / change[cell]
        possible = (scale[:, None] * world[None, :] >= -self.rest - TINY).all(axis=1)
        unseen = ~(self.alone & (np.abs(change) > TINY)[None, :]).any(axis=1)
        return ~self.owed[:, cell] | (possible & unseen & (scale <= 1 + TINY))

    def floor(self, owner: int, viewpoint: int) -> np.ndarray:
        """The least change of base cells in a world where all of `owner`'s sales are 15 % higher at once."""
        own = self.shares[owner]
        return own * (P_PERCENT + 0.01) / 100 - (self.rest[viewpoint] - own)

    def raised(self, owner: int, world: np.ndarray) -> np.ndarray:
        """Return for every viewpoint whether `world` leaves it possible that all of `owner`'s sales are 15 % higher."""
        own = self.shares[owner]
        change = self.space.matrix @ world
        floors = own * (P_PERCENT + 0.01) / 100 - (self.rest - own)
        possible = (world[None, :] >= floors - TINY).all(axis=1)
        possible &= ~(self.alone & (np.abs(change) > TINY)[None, :]).any(axis=1)
        possible[owner + 1] = True
        return possible
