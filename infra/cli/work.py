"""`./mall work`: the worker. With --once, one round of everything that is due, at a time one may name."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
import time
from collections.abc import Iterable
from dataclasses import asdict, is_dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from infra.cli.report import Result, UsageError, result

PULSE_EVERY_S = 1.0
ALIVE_WITHIN_S = 10.0
SUMMARY = "run the worker: deliveries, inbox, outbox, schedule"


class Pulse(threading.Event):
    """Set when the process is told to end; each look at it, one per round of the worker, keeps a heartbeat in a file.

    A file and not a row: an idle worker takes no write lock on the database.
    """

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self.last = 0.0

    @classmethod
    def until_signal(cls) -> Pulse:
        from django.conf import settings

        pulse = cls(pulse_path(settings.MALL_DATA))
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: pulse.set())
        return pulse

    def is_set(self) -> bool:
        if time.monotonic() - self.last >= PULSE_EVERY_S:
            self.last = time.monotonic()
            self.path.touch()
        return super().is_set()


def pulse_path(data: Path) -> Path:
    """Return the file whose time of change is when the worker last looked for work."""
    return data / "worker.alive"


def is_alive() -> bool:
    """Whether a worker of this data folder has looked for work within the last seconds."""
    from django.conf import settings

    path = pulse_path(settings.MALL_DATA)
    return path.exists() and time.time() - path.stat().st_mtime < ALIVE_WITHIN_S


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
        stop = Pulse.until_signal()
        print("mall work: looking for work", file=sys.stderr, flush=True)
        worker.run_forever(stop=stop)
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
