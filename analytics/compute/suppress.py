"""Which cells to hide: the rules, then as few neighbours as protect them from everybody, then a second look.

Protection is proved by worlds: for every hidden cell and every reader a change of the hidden cells that no published
sum betrays. Hiding more never spoils a proof, so proofs are kept; showing a cell again spoils those that move it.
"""

from __future__ import annotations

import numpy as np

from analytics.compute.lp import TINY, Flows
from analytics.compute.rules import PROTECTS, Figures, primary_reasons, reason_to_hide
from analytics.compute.worlds import OUTSIDER, Viewpoints

PERIOD_WEIGHT = 1.5


class UnableToProtect(Exception):
    """Some cell cannot be kept uncertain even when everything that can be hidden is: the block is not published."""


class Suppression:
    """The state of one measure of one block. `reasons[a]` is "" for a cell to publish.

    `total_weight`: what a yen in a total is worth beside a yen in a cell that is no total; low values hide totals.
    """

    def __init__(self, figures: Figures, *, total_weight: float = 0.6) -> None:
        self.figures, self.space = figures, figures.space
        self.views = Viewpoints(figures)
        self.flows = Flows(figures.space)
        self.spread = figures.shares @ self.space.matrix.T
        self.reasons = [
            "" if shown else rule for shown, rule in zip(figures.shown, primary_reasons(figures), strict=True)
        ]
        for cell in np.flatnonzero(figures.closed):
            self.reasons[cell] = self.reasons[cell] or PROTECTS
        self.primary = np.array([bool(rule) for rule in self.reasons])
        self.price = self._prices(total_weight)
        self.proofs: dict[int, list[np.ndarray]] = {}
        self.raises: list[np.ndarray] = [np.zeros(self.space.base)]

    @property
    def hidden(self) -> np.ndarray:
        return np.array([bool(rule) for rule in self.reasons])

    def _prices(self, total_weight: float) -> np.ndarray:
        """What hiding costs a reader: yen for the cells themselves, a part of that for totals; never what is out."""
        values = self.figures.values.astype(float)
        worth = np.where(np.arange(len(values)) < self.space.base, values, values * total_weight)
        for cell, address in enumerate(self.space.addresses):
            if address[0] == self.space.weeks and address[1] < self.space.categories and address[2] < self.space.areas:
                worth[cell] = values[cell] * PERIOD_WEIGHT
        price = 20 + 1000 * worth / max(worth.max(), 1)
        price[self.figures.shown] = np.inf
        return price

    def run(self) -> list[str]:
        """Return the reasons after hiding what must be hidden and showing again what need not."""
        while True:
            before = self.hidden.sum()
            self._mend_unions()
            self._protect_cells()
            self._protect_owners()
            if self.hidden.sum() == before and not self._bad_unions():
                break
        self._show_again()
        return self.reasons

    def _hide(self, cells: np.ndarray) -> None:
        for cell in cells:
            assert not self.figures.shown[cell]
            self.reasons[cell] = self.reasons[cell] or PROTECTS

    # Sums that a reader gets by subtracting published parts from a published total.

    def _bad_unions(self) -> list[tuple[int, np.ndarray]]:
        hidden = self.hidden
        bad = []
        for total, parts in self.space.families:
            if not hidden[total] and hidden[parts].any():
                union = parts[hidden[parts]]
                if self._union_fails(union):
                    bad.append((total, parts))
        return bad

    def _union_fails(self, union: np.ndarray) -> bool:
        return bool(reason_to_hide(self.spread[:, union].sum(axis=1), self.figures.orders_at_least(union)))

    def _mend_unions(self) -> None:
        while bad := self._bad_unions():
            total, parts = bad[0]
            hidden = self.hidden
            union = parts[hidden[parts]]
            options = [(self.price[total], total)]
            for part in parts[~hidden[parts]]:
                if not self._union_fails(np.append(union, part)):
                    options.append((self.price[part], part))
            price, cell = min(options)
            if not np.isfinite(price):
                raise UnableToProtect(f"sum {total} was published before")
            self._hide(np.array([cell]))

    # Every hidden cell, for every reader.

    def _current_prices(self, *, frozen: bool = False) -> np.ndarray:
        return np.where(self.hidden, 1.0, np.inf if frozen else self.price)

    def _covered(self, cell: int) -> np.ndarray:
        covered = ~self.views.owed[:, cell]
        for world in self.proofs.get(cell, []):
            covered |= self.views.satisfied(cell, world)
        return covered

    def _protect_cells(self) -> None:
        order = sorted(np.flatnonzero(self.hidden), key=lambda cell: -self.views.room[OUTSIDER, cell])
        for cell in order:
            self._protect(int(cell))
        for cell in np.flatnonzero(self.hidden):
            self._protect(int(cell))

    def _protect(self, cell: int, *, frozen: bool = False) -> bool:
        """Prove `cell` for every reader, hiding more where needed; with `frozen` rather return False than hide."""
        while not (covered := self._covered(cell)).all():
            viewpoint = int(np.flatnonzero(~covered)[0])
            world = self.flows.cheapest(
                low=-self.views.rest[viewpoint].astype(float),
                prices=self._current_prices(frozen=frozen),
                still=self.views.alone[viewpoint],
                target=cell,
                room=float(self.views.room[viewpoint, cell]) * 1.0001,
            )
            if world is None:
                if frozen:
                    return False
                raise UnableToProtect(f"cell {self.space.addresses[cell]} for viewpoint {viewpoint}")
            self._keep(cell, world, viewpoint)
        return True

    def _keep(self, cell: int, world: np.ndarray, viewpoint: int) -> None:
        moved = np.abs(self.space.matrix @ world) > TINY
        self._hide(np.flatnonzero(moved & ~self.hidden))
        if not self.views.satisfied(cell, world)[viewpoint]:
            raise UnableToProtect(f"the solver's world does not hold for cell {self.space.addresses[cell]}")
        self.proofs.setdefault(cell, []).append(world)

    # Every owner as a whole, for every other: no weighted sum of published figures gives it away.

    def _raised(self, owner: int) -> np.ndarray:
        found = np.zeros(self.views.count, dtype=bool)
        for world in self.raises:
            found |= self.views.raised(owner, world)
            if found.all():
                break
        return found

    def _protect_owners(self) -> None:
        for owner in range(len(self.figures.shares)):
            self._protect_owner(owner)

    def _protect_owner(self, owner: int, *, frozen: bool = False) -> bool:
        while not (raised := self._raised(owner)).all():
            viewpoint = int(np.flatnonzero(~raised)[0])
            world = self.flows.cheapest(
                low=self.views.floor(owner, viewpoint),
                prices=self._current_prices(frozen=frozen),
                still=self.views.alone[viewpoint],
            )
            if world is None:
                if frozen:
                    return False
                raise UnableToProtect(f"owner {owner} for viewpoint {viewpoint}")
            moved = np.abs(self.space.matrix @ world) > TINY
            self._hide(np.flatnonzero(moved & ~self.hidden))
            if not self.views.raised(owner, world)[viewpoint]:
                raise UnableToProtect(f"the solver's world does not hold for owner {owner}")
            self.raises.append(world)
        return True

    # A second look: neighbours that turned out to be unnecessary.

    def _show_again(self) -> None:
        extra = np.flatnonzero(self.hidden & ~self.primary)
        for cell in sorted(extra, key=lambda number: -self.price[number]):
            self._try_to_show(int(cell))

    def _try_to_show(self, cell: int) -> bool:
        reason, self.reasons[cell] = self.reasons[cell], ""
        if not self._bad_unions() and self._prove_without(cell):
            return True
        self.reasons[cell] = reason
        return False

    def _prove_without(self, shown: int) -> bool:
        part = self.space.matrix[shown]
        kept_proofs, kept_raises = self.proofs, self.raises
        self.proofs = {
            cell: [world for world in worlds if abs(part @ world) <= TINY]
            for cell, worlds in kept_proofs.items()
            if cell != shown
        }
        self.raises = [world for world in kept_raises if abs(part @ world) <= TINY]
        hidden = np.flatnonzero(self.hidden)
        if all(self._protect(int(cell), frozen=True) for cell in hidden) and all(
            self._protect_owner(owner, frozen=True) for owner in range(len(self.figures.shares))
        ):
            return True
        self.proofs, self.raises = kept_proofs, kept_raises
        return False
