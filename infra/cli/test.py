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
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

from infra import postgres
from infra.cli.check import ROOT, STEPS, end_all, run_step, run_steps, running
from infra.cli.report import Result, UsageError, result

SUMMARY = "check, the suite, the browser and the acceptance scenarios"
NOT_JAPAN = "America/New_York"
GIVES_WAY = ["nice", "-n", "5"]
APART = ("architecture", "e2e", "accept", "bench")
"""Folders of tests/ that the suite leaves to steps of their own."""
LIMITS_S = {
    "suite": 1500,
    "marked": 900,
    "demo data": 1800,
    "accept": 1500,
    "browser": 1200,
    "accept on PostgreSQL": 1500,
}
"""Seconds a step may take before it is ended and has failed; each far above what it takes on two free cores."""
ON_POSTGRES = ("1", "2", "7", "8")
"""The scenarios of money, isolation and crashes, which run on PostgreSQL too; --full runs all of them there."""
REPLAY = "8"
"""The scenario that takes longest by itself: on SQLite it has a lane of its own."""
SHORT_DEMO = {"MALL_DEMO_WEEKS": "0", "MALL_ACCEPT_INVOICES": "40"}
"""What those prepare: the database differs, not the size; SQLite runs the whole history and the whole replay."""
ACCEPT = [sys.executable, "-m", "infra", "accept", "--engine", "embedded"]
PREPARE = "from tests.accept.stack import Blueprint; Blueprint(engine='embedded', database='sqlite').__enter__()"


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
        if options.quick:
            return [*results, *run_suites(environment, url, options.full)]
        return [*results, *run_in_lanes(environment, url, options.full)]


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


def run_suites(environment: dict[str, str], url: str, full: bool) -> list[Result]:
    """Run the suite on SQLite, and on the PostgreSQL at `url` what is marked for it, or all when `full`."""
    results = run_suite("suite on SQLite", environment, [], LIMITS_S["suite"])
    if url:
        elsewhere = environment | databases_at(url) | {"TZ": NOT_JAPAN, "PGTZ": NOT_JAPAN}
        elsewhere["TEST_POSTGRES_URL"] = url
        chosen = [] if full else ["-m", "postgres"]
        which, limit_s = ("all", LIMITS_S["suite"]) if full else ("marked", LIMITS_S["marked"])
        results += run_suite(f"suite on PostgreSQL ({which})", elsewhere, chosen, limit_s)
    return results


def run_suite(name: str, environment: dict[str, str], chosen: list[str], limit_s: float) -> list[Result]:
    folders = sorted(
        str(path.relative_to(ROOT))
        for path in (ROOT / "tests").iterdir()
        if path.is_dir() and path.name not in (*APART, "__pycache__") and any(path.rglob("test_*.py"))
    )
    folders += sorted(str(path.relative_to(ROOT)) for path in (ROOT / "tests").glob("test_*.py"))
    arguments = ["-n", "2", "--dist", "loadfile", *chosen, *folders]
    return run_pytest(name, arguments, environment, limit_s, "[suite] ", before=GIVES_WAY)


def run_in_lanes(environment: dict[str, str], url: str, full: bool) -> list[Result]:
    """Run all in three lanes, which should end together.

    One prepares the demo data and has the scenarios on SQLite, the longest way; one has the scenarios on PostgreSQL and
    then the browser, which copies that data. Both wait for processes and leases as much as they work. The suite, in the
    third, takes what they leave of the processors; then the replay on SQLite has its lane.
    """
    with ThreadPoolExecutor(4) as lanes:
        try:
            demo = lanes.submit(prepare_demo, environment)

            def on_demo(run_it: Callable[[dict[str, str]], list[Result]], what: str) -> list[Result]:
                if demo.result()["passed"]:
                    return run_it(environment)
                return [result("skipped", True, f"{what}: without demo data it cannot start")]

            accept = lanes.submit(on_demo, run_accept, "accept")
            elsewhere = lanes.submit(run_accept_elsewhere, environment, url, full)
            suites = lanes.submit(lambda: [*run_suites(environment, url, full), *on_demo(run_replay, "replay")])
            elsewhere_result = elsewhere.result()
            browser = on_demo(run_browser, "browser")
            return [*suites.result(), demo.result(), *accept.result(), *elsewhere_result, *browser]
        except BaseException:
            lanes.shutdown(wait=False, cancel_futures=True)
            for group in list(running):
                end_all(group)
            raise


def prepare_demo(environment: dict[str, str]) -> Result:
    command = [sys.executable, "-c", PREPARE]
    return run_step("demo data", command, environment, limit_s=LIMITS_S["demo data"], label="[demo data] ")


def run_browser(environment: dict[str, str]) -> list[Result]:
    if not any((ROOT / "tests" / "e2e").rglob("test_*.py")):
        return [result("skipped", True, "browser: no tests in tests/e2e")]
    if not (shutil.which("chromium") or shutil.which("google-chrome")):
        return [result("skipped", True, "browser: Chromium is not installed (Debian: apt install chromium)")]
    return run_pytest("browser", ["tests/e2e"], environment, LIMITS_S["browser"], label="[browser] ")


def run_accept(environment: dict[str, str]) -> list[Result]:
    from tests.accept import runner

    wanted = [each for each in runner.find_scenarios() if each != REPLAY]
    command = [*ACCEPT, *(word for each in wanted for word in ("--only", each))]
    name = f"accept on SQLite ({', '.join(wanted)})"
    results = [run_step(name, command, environment, limit_s=LIMITS_S["accept"], label="[SQLite] ")]
    if not os.environ.get("SALEOR_API_URL"):
        results.append(result("skipped", True, "accept on a real Saleor: SALEOR_API_URL names none"))
    return results


def run_replay(environment: dict[str, str]) -> list[Result]:
    name, command = f"accept on SQLite ({REPLAY})", [*ACCEPT, "--only", REPLAY]
    return [run_step(name, command, environment, limit_s=LIMITS_S["accept"], label="[SQLite replay] ")]


def run_accept_elsewhere(environment: dict[str, str], url: str, full: bool) -> list[Result]:
    if not url:
        return [result("skipped", True, "accept on PostgreSQL: not installed")]
    wanted = [] if full else [word for each in ON_POSTGRES for word in ("--only", each)]
    name = f"accept on PostgreSQL ({'all' if full else ', '.join(ON_POSTGRES)})"
    limit_s = LIMITS_S["accept on PostgreSQL"] * (2 if full else 1)
    command = [*ACCEPT, "--database", "postgres", *wanted]
    scope = environment | ({} if full else SHORT_DEMO)
    return [run_step(name, command, scope, limit_s=limit_s, label="[PostgreSQL] ")]


def run_pytest(
    name: str,
    arguments: list[str],
    environment: dict[str, str],
    limit_s: float,
    label: str = "",
    before: Sequence[str] = (),
) -> list[Result]:
    """Run pytest, by the command `before` it if any; return its closing line, and one result per reason to skip."""
    lines: list[str] = []
    command = [*before, sys.executable, "-m", "pytest", "-q", "-rsfE", *arguments]
    ran = run_step(name, command, environment, listener=lines.append, limit_s=limit_s, label=label)
    return [ran, *(result("skipped", True, f"{name}: {text}") for text in skips(lines))]


def skips(lines: Iterable[str]) -> Iterator[str]:
    """Read the reasons out of pytest's short summary: `SKIPPED [3] path:line: reason`."""
    reasons: Counter[str] = Counter()
    for line in lines:
        found = re.match(r"SKIPPED \[(\d+)\] \S+: (.*)", line)
        if found:
            reasons[found[2]] += int(found[1])
    return (f"{count} tests: {reason}" for reason, count in sorted(reasons.items()))
