"""`./mall check`: the fast half of the rules: format, lint, types, import contracts, architecture."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from infra.cli.report import Result, UsageError, result

SUMMARY = "format, lint, types, import contracts, architecture"
STEP_LIMIT_S = 300.0
FAILURES_TOLD, FAILURE_LETTERS = 12, 600
"""How much of what a failed step said of its failures is repeated in its result."""
OUTPUT: Any = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
ROOT = Path(__file__).resolve().parent.parent.parent
STEPS: dict[str, list[str]] = {
    "format": ["-m", "ruff", "format", "--check", "."],
    "lint": ["-m", "ruff", "check", "."],
    "imports": ["-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"],
    "types": ["-m", "mypy"],
    "architecture": ["-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/architecture"],
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--only", choices=list(STEPS), help="one step")


def run(options: argparse.Namespace) -> Iterable[Result]:
    if options.data:
        raise UsageError("check reads the code, not a data folder")
    return run_steps([options.only] if options.only else list(STEPS))


def run_steps(names: Iterable[str]) -> list[Result]:
    """Run the named steps in order, all of them, and return one result each; output goes to stderr as it comes."""
    return [run_step(name, [sys.executable, *STEPS[name]]) for name in names]


running: set[int] = set()
"""Process groups of the steps that run now: who is interrupted while steps run in threads must end them."""


class Heard:
    """What a step said: its last line that says something, and its failures."""

    def __init__(self) -> None:
        self.last = ""
        self.failures: deque[str] = deque(maxlen=FAILURES_TOLD)

    def hear(self, line: str) -> None:
        self.last = line.strip() or self.last
        if line.lstrip().startswith(("FAIL", "ERROR")):
            self.failures.append(line.strip()[:FAILURE_LETTERS])


def run_step(
    name: str,
    command: list[str],
    environment: dict[str, str] | None = None,
    listener: Callable[[str], object] = lambda line: None,
    limit_s: float = STEP_LIMIT_S,
    label: str = "",
) -> Result:
    """Run one tool from the project's root; its last line that says something is the detail.

    A step that takes longer than `limit_s` seconds has failed, says so, and is ended with everything it started.
    `label` stands before each line of a step that runs beside another.
    """
    begun = time.monotonic()
    print(f"── {name}", file=sys.stderr, flush=True)
    process = subprocess.Popen(command, cwd=ROOT, env=environment or os.environ, start_new_session=True, **OUTPUT)
    assert process.stdout is not None
    running.add(process.pid)
    heard, is_late = Heard(), threading.Event()

    def end() -> None:
        is_late.set()
        end_all(process.pid)

    clock = threading.Timer(limit_s, end)
    clock.start()
    try:
        for line in process.stdout:
            sys.stderr.write(label + line)
            sys.stderr.flush()
            listener(line.rstrip("\n"))
            heard.hear(line)
        code = process.wait()
    except BaseException:
        end_all(process.pid)
        raise
    finally:
        clock.cancel()
        running.discard(process.pid)
    late = f"ended after {limit_s:.0f} s, its limit; it last said: " if is_late.is_set() else ""
    passed = code == 0 and not late
    detail = f"{late}{heard.last.strip('= ')} ({time.monotonic() - begun:.1f} s)"
    return result(name, passed, detail if passed else "\n     ".join([detail, *heard.failures]))


def end_all(group: int) -> None:
    """End a process group that we started: interrupted first, so that it ends what it started, at last killed."""
    for number, patience_s in ((signal.SIGINT, 20.0), (signal.SIGTERM, 5.0), (signal.SIGKILL, 0.0)):
        try:
            os.killpg(group, number)
            until = time.monotonic() + patience_s
            while time.monotonic() < until:
                os.killpg(group, 0)
                time.sleep(0.1)
        except ProcessLookupError:
            return
