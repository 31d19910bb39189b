"""`./mall replay uci`: real invoices through the same contract as real orders."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path

from infra.cli.report import Result, UsageError

SUMMARY = "replay invoices of the UCI Online Retail file as orders"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", choices=["uci"], help="which data set")
    parser.add_argument(
        "file", nargs="?", help="the CSV or XLSX file (default: the 300 invoices that come with the mall)"
    )
    parser.add_argument("--invoices", type=int, metavar="N", help="how many invoices (default: all in the file)")
    parser.add_argument("--from", dest="start", type=int, default=0, metavar="K", help="skip the first K invoices")


def run(options: argparse.Namespace) -> Iterable[Result]:
    if options.invoices is not None and options.invoices < 1:
        raise UsageError("--invoices: at least one")
    if options.start < 0:
        raise UsageError("--from: not below zero")
    path = Path(options.file) if options.file else None
    if path is not None and not path.is_file():
        raise UsageError(f"{path} is no file")
    from infra.replay.rows import UnreadableFile, check_readable

    try:
        check_readable(path)
    except UnreadableFile as error:
        raise UsageError(str(error)) from None
    from infra.cli.prepare import prepare_databases

    prepare_databases()
    from infra.replay.run import replay_uci

    return [replay_uci(file=path, invoices=options.invoices, start=options.start)]
