"""The gate: whatever chose the cells to hide, ask again from the figures and the decision alone, and refuse doubts."""

from __future__ import annotations

from dataclasses import dataclass

import highspy
import numpy as np

from analytics.compute.rules import P_PERCENT, Figures, reason_to_hide
from analytics.compute.space import Space
from analytics.compute.worlds import OUTSIDER, Viewpoints


@dataclass(frozen=True)
class Finding:
    """One doubt: which rule, which cell, seen by whom (0 an outsider, j + 1 owner j), and how far the bound lies."""

    rule: str
    cell: int
    viewpoint: int
    ratio: float


@dataclass(frozen=True)
class Audit:
    """`findings` is empty when the block may be published; `pairs` counts the bounds checked, one per hidden cell and
    reader."""

    findings: tuple[Finding, ...]
    pairs: int


class Bounds:
    """The upper bound that published sums leave to a reader for a hidden cell."""

    def __init__(self, space: Space, hidden: np.ndarray) -> None:
        self.space, self.hidden = space, hidden
        self.solver = highspy.Highs()
        self.solver.setOptionValue("output_flag", False)
        self.solver.setOptionValue("presolve", "off")
        self.solver.setOptionValue("threads", 1)
        self.solver.passModel(self._model())
        self.solver.changeObjectiveSense(highspy.ObjSense.kMaximize)

    def _model(self) -> highspy.HighsLp:
        base, part = self.space.base, self.space.matrix[self.space.base :]
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = base, len(part)
        model.col_cost_, model.col_lower_ = np.zeros(base), np.zeros(base)
        model.col_upper_ = np.full(base, highspy.kHighsInf)
        model.row_lower_ = model.row_upper_ = np.zeros(len(part))
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        model.a_matrix_.start_ = np.concatenate([[0], np.cumsum(part.sum(axis=1))]).astype(np.int32)
        model.a_matrix_.index_ = np.nonzero(part)[1].astype(np.int32)
        model.a_matrix_.value_ = np.ones(int(part.sum()))
        return model

    def look_from(self, rest: np.ndarray, alone: np.ndarray) -> None:
        """Take the place of a reader for whom `rest` is the unknown part of each base cell (all of it: an outsider)."""
        base, infinity = self.space.base, highspy.kHighsInf
        known = ~self.hidden | alone
        numbers = np.arange(base, dtype=np.int32)
        self.solver.changeColsBounds(
            base, numbers, np.where(known[:base], 0, -rest).astype(float), np.where(known[:base], 0, infinity)
        )
        rows = np.arange(len(known) - base, dtype=np.int32)
        self.solver.changeRowsBounds(  # type: ignore[attr-defined]  # its stub leaves it out
            len(rows), rows, np.where(known[base:], 0, -infinity), np.where(known[base:], 0, infinity)
        )

    def highest(self, cell: int) -> np.ndarray | None:
        """Return the changes of the base cells in a world where `cell` is largest; None when nothing bounds it."""
        numbers = np.arange(self.space.base, dtype=np.int32)
        self.solver.changeColsCost(self.space.base, numbers, self.space.matrix[cell].astype(float))
        self.solver.run()
        status = self.solver.getModelStatus()
        # All changes zero is always possible, so "unbounded or infeasible" is unbounded.
        if status in (highspy.HighsModelStatus.kUnbounded, highspy.HighsModelStatus.kUnboundedOrInfeasible):
            return None
        if status != highspy.HighsModelStatus.kOptimal:
            raise RuntimeError(f"the solver stopped with {status}")
        return np.asarray(self.solver.getSolution().col_value)


def audit(figures: Figures, reasons: list[str]) -> Audit:
    """Check rules, sums of hidden cells and every bound of every reader. Reads nothing of how `reasons` came about."""
    views = Viewpoints(figures)
    hidden = np.array([bool(reason) for reason in reasons])
    findings = _check_rules(figures, hidden)
    bounds = Bounds(figures.space, hidden)
    pairs = 0
    for viewpoint in range(views.count):
        waiting = hidden & views.owed[viewpoint]
        pairs += int(waiting.sum())
        findings += _check_bounds(bounds, views, viewpoint, waiting)
    return Audit(tuple(findings), pairs)


def _check_bounds(bounds: Bounds, views: Viewpoints, viewpoint: int, waiting: np.ndarray) -> list[Finding]:
    """Solve for one cell after the other; a world found for one often lifts others far enough, which are then done.

    Owed is exactly 15 % of what the reader does not know, 1 yen at least.
    """
    bounds.look_from(views.rest[viewpoint], views.alone[viewpoint])
    unknown = views.unknown[viewpoint]
    needed = np.maximum(unknown * P_PERCENT / 100, 1.0)
    findings = []
    for cell in np.flatnonzero(waiting):
        if not waiting[cell]:
            continue
        waiting[cell] = False
        world = bounds.highest(int(cell))
        if world is None:
            continue
        change = views.space.matrix @ world
        waiting &= change < needed
        if change[cell] < needed[cell]:
            findings.append(Finding("bound", int(cell), viewpoint, 1 + change[cell] / max(unknown[cell], 1)))
    return findings


def _check_rules(figures: Figures, hidden: np.ndarray) -> list[Finding]:
    space = figures.space
    spread = figures.shares @ space.matrix.T
    findings = []
    for cell in np.flatnonzero(~hidden & ~figures.shown):
        if rule := reason_to_hide(spread[:, cell], int(figures.orders[cell])):
            findings.append(Finding(rule, int(cell), OUTSIDER, 1.0))
    for total, parts in space.families:
        union = parts[hidden[parts]]
        if hidden[total] or not len(union):
            continue
        if rule := reason_to_hide(spread[:, union].sum(axis=1), figures.orders_at_least(union)):
            findings.append(Finding(f"union_{rule}", total, OUTSIDER, 1.0))
    findings += [Finding("shown_again", int(cell), OUTSIDER, 1.0) for cell in np.flatnonzero(figures.closed & ~hidden)]
    return findings
