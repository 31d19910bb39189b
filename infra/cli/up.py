"""`./mall up`: prepare the data folder, then serve the mall until stopped."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterable
from pathlib import Path

from infra.cli.report import Result, UsageError, result

SUMMARY = "prepare everything and serve the mall"
DEFAULT_PORT = 8000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=int, default=None, help="port to serve on (default 8000)")
    parser.add_argument("--host", default="127.0.0.1", help="address to serve on (default 127.0.0.1)")
    parser.add_argument("--workers", type=int, default=2, help="web processes (default 2)")
    parser.add_argument(
        "--no-worker", action="store_true", help="serve pages only: nothing is worked off but by ./mall work"
    )
    parser.add_argument("--prepare-only", action="store_true", help="prepare the data folder and end")


def run(options: argparse.Namespace) -> Iterable[Result]:
    """Prepare, serve, and return when stopped. With --json the object is printed as soon as the mall answers."""
    from infra.supervisor import Supervisor, UnableToStart

    port = DEFAULT_PORT if options.port is None else options.port
    if not 0 < port < 65536:
        raise UsageError(f"{port} is no port")
    if options.workers < 1:
        raise UsageError("--workers: at least one")
    os.environ.setdefault("MALL_PUBLIC_URL", f"http://localhost:{port}")
    supervisor = Supervisor(
        data=data_folder(), host=options.host, port=port, workers=options.workers, has_worker=not options.no_worker
    )
    try:
        if options.prepare_only:
            supervisor.prepare(history_too=True)
            return [result("prepared", True, str(data_folder()))]
        passed = supervisor.run(announce=lambda seconds: announce(options, seconds))
    except UnableToStart as problem:
        return [result("up", False, str(problem))]
    return [result("stopped", passed, "on request" if passed else "a process kept failing: see the log above")]


def announce(options: argparse.Namespace, seconds: float) -> None:
    url = os.environ["MALL_PUBLIC_URL"]
    print(f"\n  Machiichi is at {url}  (after {seconds:.1f} s; Ctrl-C stops it)", file=sys.stderr)
    print(f"  Try every role at {url}/demo/\n", file=sys.stderr, flush=True)
    if options.json:
        ready = {"ready": True, "url": url, "data": str(data_folder()), "pid": os.getpid()}
        print(json.dumps(ready), file=sys.stderr, flush=True)


def data_folder() -> Path:
    root = Path(__file__).resolve().parent.parent.parent
    return Path(os.environ.get("MALL_DATA", root / ".data")).resolve()
