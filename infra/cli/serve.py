"""The web server under the supervisor: granian serving WSGI."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable

from infra.cli.report import Result

SUMMARY = "serve the web pages (started by up)"
THREADS_WITH_SALEOR = 16
"""A page that asks a Saleor of its own waits while Saleor asks the mall, over this same port: were every thread such a
page, none would be left to answer. The embedded engine asks within the page's own thread."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--workers", type=int, required=True)
    parser.add_argument("--target", default="infra.wsgi:application")


def run(options: argparse.Namespace) -> Iterable[Result]:
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    Server(
        target=options.target,
        address=options.host,
        port=options.port,
        interface=Interfaces.WSGI,
        workers=options.workers,
        blocking_threads=THREADS_WITH_SALEOR if os.environ.get("SALEOR_API_URL") else 1,
        websockets=False,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        workers_kill_timeout=8,
        process_name=None,
    ).serve()
    return []
