"""Finds the scenarios and runs them in order on one stack."""

from __future__ import annotations

import importlib
import re
import sys
import time
import traceback
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from infra import postgres
from tests.accept.stack import Blueprint, Stack

HERE = Path(__file__).resolve().parent


@dataclass
class Check:
    """Collects what a scenario found out. A scenario passes when it has at least one check and every one passed."""

    checks: list[dict[str, Any]] = field(default_factory=list)

    def __call__(self, name: str, passed: object, detail: object = "") -> bool:
        """Record one check; return whether it passed, so that a scenario can stop where going on has no meaning."""
        self.checks.append({"name": name, "passed": bool(passed), "detail": str(detail)})
        print(f"   {'ok  ' if passed else 'FAIL'} {name}  {detail}", file=sys.stderr, flush=True)
        return bool(passed)

    def equal(self, name: str, actual: object, expected: object) -> bool:
        """Record that two values are equal; the detail shows both when they are not."""
        same = actual == expected
        return self(name, same, actual if same else f"{actual!r}, expected {expected!r}")


def find_scenarios() -> dict[str, Any]:
    """Return the modules `scenario_<id>.py` by id, in the order of their numbers.

    Each has TITLE, run(stack, check), and may have NEEDS: ids of scenarios whose traces it works on, and
    why_not(engine): the reason why it cannot be tried here and now, or "", and FILLS_SALEOR: it leaves so many orders
    of merchants of its own that on a real Saleor, which all scenarios share, it comes after the others.
    """
    found = {}
    for path in HERE.glob("scenario_*.py"):
        found[path.stem.removeprefix("scenario_")] = importlib.import_module(f"tests.accept.{path.stem}")
    return dict(sorted(found.items(), key=lambda pair: [int(part) for part in re.findall(r"\d+", pair[0])]))


def run_scenarios(wanted: Iterable[str], *, engine: str, database: str) -> list[dict[str, Any]]:
    """Run the wanted scenarios, and before them those they need; return one result for each that ran."""
    known = find_scenarios()
    order = [each for each in known if each in with_needs(wanted, known)]
    if engine == "live":
        order.sort(key=lambda each: getattr(known[each], "FILLS_SALEOR", False))
    if not order:
        return [{"id": "-", "title": "no scenario exists", "passed": False, "seconds": 0.0, "checks": []}]
    results = []
    with ExitStack() as resources:
        server = resources.enter_context(postgres.server()) if database == "postgres" else ""
        blueprint = resources.enter_context(Blueprint(engine=engine, database=database, server=server))
        stack = resources.enter_context(Stack(blueprint))
        for each in order:
            module = known[each]
            reason = getattr(module, "why_not", lambda engine: "")(engine)
            results.append(skip(each, module, reason) if reason else run_scenario(each, module, stack))
    return results


def with_needs(wanted: Iterable[str], known: dict[str, Any]) -> set[str]:
    chosen: set[str] = set()
    waiting = list(wanted)
    while waiting:
        each = waiting.pop()
        if each not in chosen:
            chosen.add(each)
            waiting += map(str, getattr(known[each], "NEEDS", ()))
    return chosen


def skip(identity: str, module: Any, reason: str) -> dict[str, Any]:
    """Return the result of a scenario that was not tried: it has no opinion, and says why."""
    print(f"── {identity} {module.TITLE}\n   skipped: {reason}", file=sys.stderr, flush=True)
    return {"id": identity, "title": module.TITLE, "skipped": reason, "seconds": 0.0, "checks": []}


def run_scenario(identity: str, module: Any, stack: Stack) -> dict[str, Any]:
    print(f"── {identity} {module.TITLE}", file=sys.stderr, flush=True)
    check = Check()
    begun = time.monotonic()
    try:
        stack.ensure_running()
        module.run(stack, check)
    except Exception as error:  # noqa: BLE001 - a scenario that breaks has failed, and the next one still runs
        traceback.print_exc()
        check("runs to its end", False, f"{type(error).__name__}: {error}")
    seconds, passed = time.monotonic() - begun, bool(check.checks) and all(each["passed"] for each in check.checks)
    print(f"── {identity} {'passed' if passed else 'FAILED'} after {seconds:.0f} s", file=sys.stderr, flush=True)
    return {
        "id": identity,
        "title": module.TITLE,
        "passed": passed,
        "seconds": round(seconds, 3),
        "checks": check.checks,
    }
