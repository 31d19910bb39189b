"""The web server under the supervisor: granian serving WSGI."""

from __future__ import annotations

import argparse
from collections.abc import Iterable

from infra.cli.report import Result

SUMMARY = "serve the web pages (started by up)"


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
        blocking_threads=1,
        websockets=False,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        workers_kill_timeout=8,
        process_name=None,
    ).serve()
    return []
