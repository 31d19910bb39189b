"""`./mall demo`: the demo ward's accounts, and starting it afresh."""

from __future__ import annotations

import argparse
from collections.abc import Iterable

from infra.cli.report import Result, UsageError, result

SUMMARY = "list the demo's accounts, or load the demo afresh"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--accounts", action="store_true", help="list role, e-mail, password and page of each persona")
    which.add_argument(
        "--reset", action="store_true", help="delete the demo data and load it again (the mall must be stopped)"
    )


def run(options: argparse.Namespace) -> Iterable[Result]:
    if not (options.accounts or options.reset):
        raise UsageError("say --accounts or --reset")
    if options.reset:
        return reset()
    import django

    django.setup()
    from infra.demo import load

    return [{**account, "passed": True} for account in load.accounts()]


def reset() -> Iterable[Result]:
    """Delete what the demo made and load it again, under the lock that a running mall holds."""
    from infra.cli.up import data_folder
    from infra.supervisor import Supervisor, UnableToStart

    if not (data_folder() / "demo.json").exists():  # asked again under the lock; here for a clear answer
        return [result("reset", False, f"{data_folder()} does not hold the demo ward: nothing was deleted")]
    supervisor = Supervisor(data=data_folder(), host="127.0.0.1", port=8000, workers=1)
    try:
        supervisor.reset()
    except UnableToStart as problem:
        return [result("reset", False, str(problem))]
    return [result("reset", True, str(data_folder()))]
