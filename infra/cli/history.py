"""Loads the demo ward's sales history behind a progress bar, while the mall is already serving."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable

from infra.cli.report import Result

SUMMARY = "load the demo's sales history (started by up)"
WIDTH = 40


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No arguments: everything comes from the environment."""


def run(options: argparse.Namespace) -> Iterable[Result]:
    import django

    django.setup()
    from infra.demo import load

    load.load_history(show_progress)
    return []


def show_progress(done: int, total: int) -> None:
    """Draw the bar on a terminal; elsewhere write a line for every tenth of the way."""
    if sys.stderr.isatty():
        bar = "█" * (WIDTH * done // max(total, 1))
        end = "\n" if done >= total else ""
        print(f"\r  sales history [{bar:<{WIDTH}}] {done}/{total}", end=end, file=sys.stderr, flush=True)
    elif done >= total or done % max(total // 10, 1) == 0:
        print(f"sales history {done}/{total}", file=sys.stderr, flush=True)
