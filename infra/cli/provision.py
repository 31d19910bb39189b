"""`./mall provision`: bring Saleor (or the embedded engine) to what the mall needs; says what it changed."""

from __future__ import annotations

import argparse
from collections.abc import Iterable

from infra.cli.report import Result, result

SUMMARY = "set up channels, attributes and the app in Saleor"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dry-run", action="store_true", help="say what would change, change nothing")
    parser.add_argument("--host", default="127.0.0.1", help="where Saleor finds the app unless the mall runs")
    parser.add_argument("--port", type=int, default=8000, help="the port of that (default 8000)")


def run(options: argparse.Namespace) -> Iterable[Result]:
    import django

    django.setup()
    from infra import doorstep
    from infra.cli import prepare

    prepare.migrate()
    with doorstep.open_for_saleor(host=options.host, port=options.port):
        changes = prepare.provision(dry_run=options.dry_run)
    found = [result("change", True, str(change)) for change in changes]
    if prepare.must_restart(changes):
        moment = "after it" if options.dry_run else "now"
        found.append(result("restart", True, f"Saleor's processes, {moment}: {prepare.WHY_RESTART}"))
    return found or [result("provision", True, "nothing to change")]
