"""`./mall test`: check, the suite, the browser and the acceptance scenarios, on the embedded engine.

Says plainly what it did not run, and why: a result named `skipped` for every reason.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack

from infra import postgres
from infra.cli.check import ROOT, STEPS, run_step, run_steps
from infra.cli.report import Result, UsageError, result

SUMMARY = "check, the suite, the browser and the acceptance scenarios"
NOT_JAPAN = "America/New_York"
APART = ("architecture", "e2e", "accept", "bench")
"""Folders of tests/ that the suite leaves to steps of their own."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--full", action="store_true", help="the whole suite and accept on PostgreSQL too")
    parser.add_argument("--no-check", action="store_true", help="leave out ./mall check, which ran already")
    parser.add_argument("--quick", action="store_true", help="no browser, no acceptance scenarios")


def run(options: argparse.Namespace) -> Iterable[Result]:
    if options.data:
        raise UsageError("tests make their own data folders")
    results = [] if options.no_check else run_steps(STEPS)
    with ExitStack() as stack:
        url = find_postgres(stack, results)
        environment = {key: value for key, value in os.environ.items() if key != "TEST_POSTGRES_URL"}
        results += run_suite("suite on SQLite", environment, [])
        if url:
            elsewhere = environment | databases_at(url) | {"TZ": NOT_JAPAN, "PGTZ": NOT_JAPAN}
            elsewhere["TEST_POSTGRES_URL"] = url
            chosen = [] if options.full else ["-m", "postgres"]
            results += run_suite(f"suite on PostgreSQL ({'all' if options.full else 'marked'})", elsewhere, chosen)
        if not options.quick:
            results += run_browser(environment)
            results += run_accept(environment, url, options.full)
    return results


def find_postgres(stack: ExitStack, results: list[Result]) -> str:
    """Return the URL of the server to use: TEST_POSTGRES_URL, or one started for this run; empty when there is none."""
    given = os.environ.get("TEST_POSTGRES_URL")
    if given:
        return given
    try:
        return stack.enter_context(postgres.server())
    except FileNotFoundError:
        results.append(result("skipped", True, "PostgreSQL: not installed (Debian: apt install postgresql)"))
        return ""


def databases_at(url: str) -> dict[str, str]:
    """Return the two database URLs below the server; Django's test runner puts `test_` before the names."""
    base = url.rpartition("/")[0]
    return {"DATABASE_URL": f"{base}/mall", "ENGINE_DATABASE_URL": f"{base}/engine"}


def run_suite(name: str, environment: dict[str, str], chosen: list[str]) -> list[Result]:
    folders = sorted(
        str(path.relative_to(ROOT))
        for path in (ROOT / "tests").iterdir()
        if path.is_dir() and path.name not in (*APART, "__pycache__") and any(path.rglob("test_*.py"))
    )
    folders += sorted(str(path.relative_to(ROOT)) for path in (ROOT / "tests").glob("test_*.py"))
    return run_pytest(name, ["-n", "2", "--dist", "loadfile", *chosen, *folders], environment)


def run_browser(environment: dict[str, str]) -> list[Result]:
    if not any((ROOT / "tests" / "e2e").rglob("test_*.py")):
        return [result("skipped", True, "browser: no tests in tests/e2e")]
    if not (shutil.which("chromium") or shutil.which("google-chrome")):
        return [result("skipped", True, "browser: Chromium is not installed (Debian: apt install chromium)")]
    return run_pytest("browser", ["tests/e2e"], environment)


def run_accept(environment: dict[str, str], url: str, full: bool) -> list[Result]:
    databases = ["sqlite", "postgres"] if full and url else ["sqlite"]
    command = [sys.executable, "-m", "infra", "accept", "--engine", "embedded"]
    results = [run_step(f"accept on {each}", [*command, "--database", each], environment) for each in databases]
    if len(databases) == 1:
        results.append(result("skipped", True, "accept on PostgreSQL: ./mall test --full runs it"))
    if not os.environ.get("SALEOR_API_URL"):
        results.append(result("skipped", True, "accept on a real Saleor: SALEOR_API_URL names none"))
    return results


def run_pytest(name: str, arguments: list[str], environment: dict[str, str]) -> list[Result]:
    """Run pytest and return its closing line, followed by one result per reason to skip."""
    lines: list[str] = []
    command = [sys.executable, "-m", "pytest", "-q", "-rs", *arguments]
    ran = run_step(name, command, environment, listener=lines.append)
    return [ran, *(result("skipped", True, f"{name}: {text}") for text in skips(lines))]


def skips(lines: Iterable[str]) -> Iterator[str]:
    """Read the reasons out of pytest's short summary: `SKIPPED [3] path:line: reason`."""
    reasons: Counter[str] = Counter()
    for line in lines:
        found = re.match(r"SKIPPED \[(\d+)\] \S+: (.*)", line)
        if found:
            reasons[found[2]] += int(found[1])
    return (f"{count} tests: {reason}" for reason, count in sorted(reasons.items()))
