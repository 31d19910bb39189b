"""`./mall check`: the fast half of the rules: format, lint, types, import contracts, architecture."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from infra.cli.report import Result, UsageError, result

SUMMARY = "format, lint, types, import contracts, architecture"
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


def run_step(
    name: str,
    command: list[str],
    environment: dict[str, str] | None = None,
    listener: Callable[[str], object] = lambda line: None,
) -> Result:
    """Run one tool from the project's root; its last line that says something is the detail."""
    begun = time.monotonic()
    print(f"── {name}", file=sys.stderr, flush=True)
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment or os.environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert process.stdout is not None
    last = ""
    for line in process.stdout:
        sys.stderr.write(line)
        sys.stderr.flush()
        listener(line.rstrip("\n"))
        last = line.strip() or last
    code = process.wait()
    return result(name, code == 0, f"{last.strip('= ')} ({time.monotonic() - begun:.1f} s)")
