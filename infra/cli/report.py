"""What every command answers: one object, the same keys everywhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

Result = dict[str, Any]
"""One line of an answer. Has `name`, `passed`, `detail` unless the command names other keys (accept, bench, replay)."""


class UsageError(Exception):
    """The command was asked for something it cannot mean; ends with exit code 2."""


@dataclass
class Report:
    """The answer of one command. `passed` is true when every result that has an opinion passed."""

    command: str
    version: str
    engine: str
    started_at: str
    seconds: float
    results: list[Result] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        return all(result.get("passed", True) for result in self.results)

    def as_object(self) -> dict[str, Any]:
        return {
            "command": self.command,
            "version": self.version,
            "engine": self.engine,
            "started_at": self.started_at,
            "seconds": round(self.seconds, 3),
            "passed": self.passed,
            "results": self.results,
        }


def result(name: str, passed: bool, detail: object = "") -> Result:
    return {"name": name, "passed": passed, "detail": detail}


def as_text(results: Iterable[Result]) -> str:
    """Return results for a person to read: one line each, and what failed below it."""
    lines = []
    for each in results:
        mark = "skip" if "skipped" in each else "ok  " if each.get("passed", True) else "FAIL"
        title = " ".join(str(each[key]) for key in ("id", "name", "title", "case") if key in each)
        rest = {
            key: value for key, value in each.items() if key not in ("id", "name", "title", "case", "passed", "checks")
        }
        detail = rest.pop("detail", "")
        extra = "  ".join(f"{key}={value}" for key, value in rest.items())
        lines.append(f"{mark} {title}  {detail}  {extra}".rstrip())
        lines += [
            f"       FAIL {check['name']}: {check['detail']}" for check in each.get("checks", []) if not check["passed"]
        ]
    return "\n".join(lines)
