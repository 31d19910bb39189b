"""Parses the command line, runs one command, and prints its answer.

Standard library only until the command itself runs: `./mall --help` works before anything is installed.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import json
import os
import sys
import time
import tomllib
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from infra.cli.report import Report, UsageError, as_text, result

ROOT = Path(__file__).resolve().parent.parent.parent
COMMANDS = (
    "up",
    "test",
    "check",
    "doctor",
    "accept",
    "bench",
    "work",
    "replay",
    "provision",
    "reconcile",
    "books",
    "demo",
)
INNER_COMMANDS = ("serve", "prepare", "history")
"""What the supervisor starts; not meant for people."""
BESIDE_THE_MALL = ("doctor", "work", "replay", "provision", "reconcile", "books")
"""What may be run on a data folder while the mall serves it."""


def main(arguments: list[str]) -> int:
    """Run one command; return its exit code: 0 passed, 1 failed, 2 asked wrongly."""
    if arguments[:1] and arguments[0] in INNER_COMMANDS:
        return run_inner(arguments)
    options = make_parser().parse_args(arguments)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "infra.settings")
    if options.data is not None:
        os.environ["MALL_DATA"] = str(Path(options.data).resolve())
    if options.command in BESIDE_THE_MALL:
        take_address_of_running_mall()
    with only_answers_on_stdout(options.json) as answers:
        report = run_command(options.command, options)
        if report is None:
            return 2
        print(
            json.dumps(report.as_object(), ensure_ascii=False) if options.json else as_text(report.results),
            file=answers,
        )
    return 0 if report.passed else 1


def run_command(name: str, options: argparse.Namespace) -> Report | None:
    """Return the command's report; an exception becomes a failed result, a wrong question None."""
    engine = "live" if os.environ.get("SALEOR_API_URL") else "embedded"
    report = Report(name, version(), engine, datetime.now(tz=UTC).isoformat(timespec="seconds"), 0.0)
    begun = time.monotonic()
    try:
        report.results = list(module_of(name).run(options))
    except UsageError as error:
        print(f"mall {name}: {error}", file=sys.stderr)
        return None
    except KeyboardInterrupt:
        report.results.append(result(name, False, "interrupted"))
    except Exception as error:  # noqa: BLE001 - whatever went wrong is the command's answer, with its traceback on stderr
        traceback.print_exc()
        report.results.append(result(name, False, f"{type(error).__name__}: {error}"))
    report.engine = getattr(options, "engine", None) or engine
    report.seconds = time.monotonic() - begun
    return report


def take_address_of_running_mall() -> None:
    """Be at the address of the mall that serves the data folder now, unless the environment names one.

    Else a command run by hand would tell Saleor to send its events to another port than the mall's.
    """
    from infra import lifeline
    from infra.cli.up import data_folder

    if url := lifeline.holder(data_folder() / "supervisor.lock").get("url"):
        os.environ.setdefault("MALL_PUBLIC_URL", url)


def run_inner(arguments: list[str]) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "infra.settings")
    module = module_of(arguments[0])
    parser = argparse.ArgumentParser(prog=f"infra {arguments[0]}")
    module.add_arguments(parser)
    results = list(module.run(parser.parse_args(arguments[1:])))
    return 0 if all(each.get("passed", True) for each in results) else 1


def make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="mall", description="Machiichi, a ward's own online mall.")
    parser.add_argument("--version", action="version", version=version())
    chosen = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name in COMMANDS:
        module = module_of(name)
        sub = chosen.add_parser(name, help=module.SUMMARY, description=module.SUMMARY)
        sub.add_argument("--json", action="store_true", help="print one JSON object on stdout, logs on stderr")
        sub.add_argument("--data", metavar="DIR", help="the data folder (default: MALL_DATA, or .data)")
        module.add_arguments(sub)
    return parser


def module_of(name: str):  # type: ignore[no-untyped-def] # noqa: ANN201 - a module is what it is
    return importlib.import_module(f"infra.cli.{name}")


def version() -> str:
    return str(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"])


@contextlib.contextmanager
def only_answers_on_stdout(wanted: bool) -> Iterator[TextIO]:
    """With `wanted`, whatever is printed by us or by a child lands on stderr; the yielded file is the real stdout."""
    sys.stdout.flush()
    if not wanted:
        yield sys.stdout
        return
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        yield answers
    finally:
        answers.close()
        sys.stdout.flush()
        os.dup2(kept, 1)
        os.close(kept)
