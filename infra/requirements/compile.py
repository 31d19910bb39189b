"""Make the locks of this folder again from the groups in pyproject.toml (needs uv).

Usage: python infra/requirements/compile.py [--upgrade]. No registry host ends up in a lock, so the same file installs
from any mirror; hashes make it the same files everywhere.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
GROUPS = ("web", "analytics", "dev")
"""In this order: each lock is bound by the ones before it, so that all of them install side by side."""


def compile_lock(group: str, upgrade: bool) -> None:
    target = HERE / f"{group}.txt"
    earlier = [HERE / f"{name}.txt" for name in GROUPS[: GROUPS.index(group)]]
    command = [
        *("uv", "pip", "compile", "--quiet", "--universal", "--generate-hashes"),
        *("--python-version", "3.11", "--no-build", "--group", group),
        *("--no-emit-index-url", "--no-emit-find-links", "--no-header", "--no-annotate"),
        *("--output-file", str(target)),
    ]
    for lock in earlier:
        command += ["--constraint", str(lock)]
    subprocess.run([*command, *(["--upgrade"] if upgrade else [])], cwd=ROOT, check=True)


if __name__ == "__main__":
    for group in GROUPS:
        compile_lock(group, "--upgrade" in sys.argv[1:])
