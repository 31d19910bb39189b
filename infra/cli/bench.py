"""`./mall bench`: measures, each beside something real in the same run."""

from __future__ import annotations

import argparse
import importlib
import pkgutil
from collections.abc import Iterable

from infra.cli.report import Result, UsageError

SUMMARY = "measure: pages and whatever else has a bench"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", nargs="?", help="one bench (default: all)")
    parser.add_argument("--seconds", type=float, default=5.0, help="how long each case is measured (default 5)")


def run(options: argparse.Namespace) -> Iterable[Result]:
    """Run `tests/bench/bench_<name>.py`: each has `run(seconds)`.

    It returns a list of {case, value, unit, beside, ratio, low, high}.
    """
    import tests.bench

    known = sorted(
        module.name.removeprefix("bench_")
        for module in pkgutil.iter_modules(tests.bench.__path__)
        if module.name.startswith("bench_")
    )
    if options.name and options.name not in known:
        raise UsageError(f"no bench {options.name!r}; there are: {', '.join(known) or 'none'}")
    chosen = [options.name] if options.name else known
    return [
        measured
        for name in chosen
        for measured in importlib.import_module(f"tests.bench.bench_{name}").run(seconds=options.seconds)
    ]
