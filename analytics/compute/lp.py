"""One linear program, asked many times: move some yen through a cell while every published sum stays as it is."""

from __future__ import annotations

import highspy
import numpy as np

from analytics.compute.space import Space

TINY = 1e-6


class Flows:
    """Worlds that a reader cannot tell from the true one.

    A world is a change `d` of the base cells (yen, may be negative) with `low <= d`. Its change of a cell that is
    published costs that cell's price; of a hidden one next to nothing. A cell of infinite price must not change.
    """

    def __init__(self, space: Space) -> None:
        self.space = space
        self.totals = len(space.addresses) - space.base
        self.columns = 2 * len(space.addresses)
        self._last: tuple[np.ndarray, np.ndarray] | None = None
        self.solver = highspy.Highs()
        for option, value in (("output_flag", False), ("presolve", "off"), ("threads", 1), ("random_seed", 1)):
            self.solver.setOptionValue(option, value)
        self.solver.passModel(self._model())
        self.solved = 0

    def _model(self) -> highspy.HighsLp:
        """Columns: up and down of every cell; rows: each total's change is the sum of its base cells' changes."""
        base, totals = self.space.base, self.totals
        part = self.space.matrix[base:]
        dense = np.zeros((totals, self.columns))
        dense[:, :base], dense[:, len(self.space.addresses) : len(self.space.addresses) + base] = part, -part
        dense[:, base : base + totals] = -np.eye(totals)
        dense[:, len(self.space.addresses) + base :] = np.eye(totals)
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = self.columns, totals
        model.col_cost_ = np.ones(self.columns)
        model.col_lower_, model.col_upper_ = np.zeros(self.columns), np.full(self.columns, highspy.kHighsInf)
        model.row_lower_ = model.row_upper_ = np.zeros(totals)
        starts = np.concatenate([[0], np.cumsum((dense != 0).sum(axis=1))])
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        model.a_matrix_.start_ = starts.astype(np.int32)
        model.a_matrix_.index_ = np.nonzero(dense)[1].astype(np.int32)
        model.a_matrix_.value_ = dense[dense != 0]
        return model

    def cheapest(
        self, *, low: np.ndarray, prices: np.ndarray, still: np.ndarray, target: int = -1, room: float = 0.0
    ) -> np.ndarray | None:
        """Return the cheapest world in which cell `target` lies `room` yen higher, or None when there is none.

        Arguments: `low[b]`, the least change of each base cell (positive: it must rise); `prices[a]` per yen;
        `still`, cells that the reader knows exactly, beyond those of infinite price; `target` -1 for none.
        """
        cells = len(self.space.addresses)
        lower, upper = np.zeros(self.columns), np.full(self.columns, highspy.kHighsInf)
        base = self.space.base
        lower[:base] = np.maximum(low, 0)
        upper[cells : cells + base] = np.maximum(-low, 0)
        fixed = still | ~np.isfinite(prices)
        if (fixed[:base] & (low > 0)).any() or (target >= 0 and fixed[target]):
            return None
        upper[:cells][fixed] = 0
        upper[cells:][fixed] = 0
        if target >= 0:
            lower[target] = max(lower[target], room)
            upper[cells + target] = 0
        cost = np.tile(np.where(fixed, 0.0, prices), 2)
        numbers = np.arange(self.columns, dtype=np.int32)
        self.solver.changeColsBounds(self.columns, numbers, lower, upper)
        self.solver.changeColsCost(self.columns, numbers, cost)
        self.solver.run()
        self.solved += 1
        status = self.solver.getModelStatus()
        if status == highspy.HighsModelStatus.kInfeasible:
            return None
        if status != highspy.HighsModelStatus.kOptimal:
            raise RuntimeError(f"the solver stopped with {status}")
        found = np.asarray(self.solver.getSolution().col_value)
        change = found[:base] - found[cells : cells + base]
        change[np.abs(change) < TINY] = 0
        return change
