"""`./mall accept`: the acceptance scenarios, each a user's story, on a stack of its own."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable

from infra.cli.report import Result, UsageError

SUMMARY = "run the acceptance scenarios on a stack of their own"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--engine",
        choices=["embedded", "live"],
        default="embedded",
        help="which Saleor: our engine, or one that SALEOR_API_URL names (with a fresh database; "
        "MALL_ACCEPT_SIGNING_KEY names the file of its private key, by which scenario 7 signs what it sends again)",
    )
    parser.add_argument("--only", metavar="ID", action="append", help="one scenario; may be given again")
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite", help="which database")


def run(options: argparse.Namespace) -> Iterable[Result]:
    from tests.accept import runner

    known = runner.find_scenarios()
    wanted = options.only or list(known)
    unknown = [each for each in wanted if each not in known]
    if unknown:
        raise UsageError(f"no scenario {', '.join(unknown)}; there are: {', '.join(known) or 'none'}")
    if options.engine == "live" and not os.environ.get("SALEOR_API_URL"):
        raise UsageError(
            "--engine live needs SALEOR_API_URL (and SALEOR_APP_TOKEN, or SALEOR_EMAIL and SALEOR_PASSWORD)"
        )
    return runner.run_scenarios(wanted, engine=options.engine, database=options.database)
