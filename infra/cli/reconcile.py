"""`./mall reconcile`: prove the read model equal to Saleor, and repair what differs."""

from __future__ import annotations

import argparse
from collections.abc import Iterable

from infra.cli.report import Result, result

SUMMARY = "compare the read model with Saleor and repair it"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--check", action="store_true", help="say what differs, repair nothing, and fail if anything does"
    )


def run(options: argparse.Namespace) -> Iterable[Result]:
    import django

    django.setup()
    from infra import reconciliation

    return [
        result(each.name, not (options.check and each.differences), "; ".join(each.differences) or "equal")
        for each in reconciliation.reconcile(repair=not options.check)
    ]
