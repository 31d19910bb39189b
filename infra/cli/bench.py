"""`./mall bench`: measures, each beside something real in the same run."""

from __future__ import annotations

import argparse
import importlib
import inspect
import pkgutil
from collections.abc import Iterable

from infra.cli.report import Result, UsageError

SUMMARY = "measure: pages and whatever else has a bench"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", nargs="?", help="one bench (default: all)")
    parser.add_argument("--saleor", metavar="URL", default="", help="engine: a real Saleor to measure beside")
    parser.add_argument("--seconds", type=float, default=5.0, help="how long each case is measured (default 5)")


def run(options: argparse.Namespace) -> Iterable[Result]:
    """Run `tests/bench/bench_<name>.py`: each has `run(seconds)`, and `saleor` too when it can measure beside one.

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
    results: list[Result] = []
    for name in [options.name] if options.name else known:
        measure = importlib.import_module(f"tests.bench.bench_{name}").run
        takes_saleor = "saleor" in inspect.signature(measure).parameters
        if options.saleor and options.name and not takes_saleor:
            raise UsageError(f"bench {name} has no use for a Saleor")
        results += measure(seconds=options.seconds, **({"saleor": options.saleor} if takes_saleor else {}))
    return results
