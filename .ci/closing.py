"""Prints what `./mall check` and `test` found, a line a step, and a closing line. Exit code 1 unless all passed."""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from pathlib import Path

WORDS = {"failed": "failed", "error": "failed", "passed": "passed", "skipped": "skipped"}


def main() -> int:
    """Read the reports named on the command line; count tests where a step tells how many it ran, else the step."""
    counts = Counter[str]()
    seconds = 0.0
    for name in sys.argv[1:]:
        try:
            report = json.loads(Path(name).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            print(f"FAIL {name}: no report ({error})")
            counts["failed"] += 1
            continue
        seconds += report["seconds"]
        if not report["results"]:
            counts["failed"] += 1
        for result in report["results"]:
            print(f"{'ok  ' if result['passed'] else 'FAIL'} {result['name']}: {result['detail']}")
            counts += count(result)
    parts = ", ".join(f"{counts[word]} {word}" for word in ("failed", "passed", "skipped") if counts[word])
    print(f"=== {parts or '1 failed'} in {seconds:.2f}s ===")
    return 1 if counts["failed"] or not counts else 0


def count(result: dict[str, object]) -> Counter[str]:
    """Return how many tests a step says it ran, else one for the step; a failed step counts as one failure at least."""
    found = Counter[str]()
    for number, word in re.findall(r"(\d+) (passed|failed|skipped|error)", str(result["detail"]).partition("\n")[0]):
        if result["name"] != "skipped":
            found[WORDS[word]] += int(number)
    if not found and result["name"] != "skipped":
        found["passed" if result["passed"] else "failed"] = 1
    if not result["passed"] and not found["failed"]:
        found["failed"] = 1
    return found


if __name__ == "__main__":
    sys.exit(main())
