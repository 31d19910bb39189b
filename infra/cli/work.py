"""`./mall work`: the worker. With --once, one round of everything that is due, at a time one may name."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from dataclasses import asdict, is_dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from infra.cli.report import Result, UsageError, result

SUMMARY = "run the worker: deliveries, inbox, outbox, schedule"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--once", action="store_true", help="do what is due and end")
    parser.add_argument(
        "--at", metavar="TIME", help="with --once: as if it were this time (ISO 8601; Japan's if no zone)"
    )


def run(options: argparse.Namespace) -> Iterable[Result]:
    if options.at and not options.once:
        raise UsageError("--at needs --once: a clock that stands still would run the schedule for ever")
    at = moment(options.at) if options.at else None
    import django

    django.setup()
    from marketplace.kernel import clock
    from marketplace.kernel.jobs import worker

    if not options.once:
        worker.run_forever()
        return []
    counts = worker.work_once(now=at or clock.now())
    detail = asdict(counts) if is_dataclass(counts) and not isinstance(counts, type) else dict(counts)
    return [result("work", True, detail)]


def moment(text: str) -> datetime:
    """Parse an ISO time; one without a zone is Japan's. Raises UsageError."""
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"--at: {error}") from None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=ZoneInfo("Asia/Tokyo"))
