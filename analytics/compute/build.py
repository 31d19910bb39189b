"""One build: a job (which blocks, what is already out) and its facts in, published cells and the audit out."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from analytics.compute.audit import Audit, audit
from analytics.compute.cube import Cube
from analytics.compute.rules import Figures, primary_reasons
from analytics.compute.space import Space
from analytics.compute.suppress import Suppression

ALL = "all"
TOTAL_WEIGHTS = (0.6, 0.45, 0.3, 0.15)
ENOUGH_WEEK, ENOUGH_PERIOD = 0.30, 0.55


class AuditFailed(Exception):
    """The gate found doubts: nothing is published."""


def run_build(job: Mapping[str, Any], facts: Path) -> dict[str, Any]:
    """Return {"cells": […], "audit": […]} for every block of `job`.

    `job`: {"categories", "areas", "blocks": [{"period", "weeks", "closes"}], "shown" and "closed": lists of
    [measure, time, category, area] that earlier versions published or hid}. A block that `closes` gets the cells of
    its period. Raises `AuditFailed` when any block has a doubt, `UnableToProtect` when one cannot be protected.
    """
    cube = Cube(facts)
    cells: list[dict[str, Any]] = []
    audits: list[dict[str, Any]] = []
    for block in job["blocks"]:
        shown = None
        for measure, kind in (("sales", "sale"), ("refunds", "refund")):
            started = time.perf_counter()
            names = _names(job, block)
            figures = _figures(cube, job, block, measure, kind, names, shown)
            reasons, verdict = _decide(figures)
            shown = np.array([not reason for reason in reasons])
            cells += _cells(figures, reasons, measure, names)
            audits.append(_report(block, measure, figures, reasons, verdict, time.perf_counter() - started))
    return {"cells": cells, "audit": audits}


def _names(job: Mapping[str, Any], block: Mapping[str, Any]) -> tuple[list[str], list[str], list[str]]:
    return ([*block["weeks"], block["period"]], [*job["categories"], ALL], [*job["areas"], ALL])


def _figures(
    cube: Cube, job: Mapping[str, Any], block: Mapping[str, Any], measure: str, kind: str, names: tuple, sales: Any
) -> Figures:
    """`sales` tells which cells show their sales: a refund is never shown where its sales are not."""
    space = Space(len(block["weeks"]), len(job["categories"]), len(job["areas"]), block["closes"])
    shares, orders = cube.figures(kind, block["weeks"], job, space)
    places = [{name: number for number, name in enumerate(axis)} for axis in names]

    def marked(listed: list[list[str]]) -> np.ndarray:
        mask = np.zeros(len(space.addresses), dtype=bool)
        for one, *address in listed:
            cell = tuple(place.get(part, -1) for place, part in zip(places, address, strict=True))
            if one == measure and cell in space.index:
                mask[space.index[cell]] = True
        return mask

    shown, closed = marked(job["shown"]), marked(job["closed"])
    if sales is not None:
        closed |= ~sales
    return Figures(space, shares, orders, shown, closed & ~shown)


def _decide(figures: Figures) -> tuple[list[str], Audit]:
    """Try from most totals to most cells until enough yen is shown in the cells themselves; else the best of them."""
    best: tuple[float, list[str]] | None = None
    reachable = _score(figures, primary_reasons(figures))
    for weight in TOTAL_WEIGHTS:
        reasons = Suppression(figures, total_weight=weight).run()
        score = _score(figures, reasons)
        if best is None or score > best[0]:
            best = (score, reasons)
        if score >= min(reachable, 1.0):
            break
    assert best is not None
    verdict = audit(figures, best[1])
    if verdict.findings:
        raise AuditFailed(f"{len(verdict.findings)} doubts, the first: {verdict.findings[0]}")
    return best[1], verdict


def _score(figures: Figures, reasons: list[str]) -> float:
    """1.0 when enough is shown at both grains, less in the measure of the worse."""
    hidden = np.array([bool(reason) for reason in reasons]) | figures.closed
    return min(_share(figures, hidden, False) / ENOUGH_WEEK, _share(figures, hidden, True) / ENOUGH_PERIOD, 1.0)


def _share(figures: Figures, hidden: np.ndarray, period: bool) -> float:
    """The part of the yen that is shown in cells that are no total (of the period, or of weeks)."""
    space = figures.space
    wanted = [
        cell
        for cell, (time_, category, area) in enumerate(space.addresses)
        if (time_ == space.weeks) == period and category < space.categories and area < space.areas
    ]
    total = int(figures.values[wanted].sum())
    return sum(int(figures.values[cell]) for cell in wanted if not hidden[cell]) / total if total else 1.0


def _cells(figures: Figures, reasons: list[str], measure: str, names: tuple) -> list[dict[str, Any]]:
    """The new cells, as they go out: a hidden one carries its reason and its parent and nothing of its figures."""
    space, values = figures.space, figures.values
    owners = (figures.shares @ space.matrix.T > 0).sum(axis=0)
    found = []
    for cell, address in enumerate(space.addresses):
        time_, category, area = (axis[part] for axis, part in zip(names, address, strict=True))
        row: dict[str, Any] = {"measure": measure, "time": time_, "category": category, "area": area}
        row["grain"] = "period" if address[0] == space.weeks else "week"
        if reasons[cell]:
            row |= {"value": None, "reason": reasons[cell], "parent": _parent(space, reasons, address, names)}
        else:
            row |= {"value": int(values[cell]), "reason": "", "parent": None}
            row |= {"orders": int(figures.orders[cell]), "owners": int(owners[cell])}
        found.append(row)
    return found


def _parent(space: Space, reasons: list[str], address: tuple, names: tuple) -> list[str] | None:
    for wider in space.ancestors(address):
        if not reasons[space.index[wider]]:
            return [axis[part] for axis, part in zip(names, wider, strict=True)]
    return None


def _report(
    block: Mapping[str, Any], measure: str, figures: Figures, reasons: list[str], verdict: Audit, seconds: float
) -> dict[str, Any]:
    """What the audit did. No ratio of a single cell: a narrow bound would itself be told."""
    return {
        "period": block["period"],
        "weeks": list(block["weeks"]),
        "closes": block["closes"],
        "measure": measure,
        "cells": len(reasons),
        "published": sum(not reason for reason in reasons),
        "pairs_checked": verdict.pairs,
        "findings": len(verdict.findings),
        "seconds": round(seconds, 2),
    }
