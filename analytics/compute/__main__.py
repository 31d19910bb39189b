"""`python -m analytics.compute FOLDER [--parent PID]`: read job.json and facts.csv, write result.json at the end.

Ends by itself when its parent is gone, so that no build outlives the worker that would store it.
"""

from __future__ import annotations

import argparse
import json
import os
import threading
import time
from pathlib import Path

from analytics.compute.build import run_build


def follow(parent: int) -> None:
    """End this process at once when `parent` is no longer its parent."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os._exit(3)

    threading.Thread(target=watch, daemon=True).start()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m analytics.compute", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--parent", type=int, default=0)
    options = parser.parse_args()
    if options.parent:
        follow(options.parent)
    result = run_build(json.loads((options.folder / "job.json").read_text()), options.folder / "facts.csv")
    unfinished = options.folder / "result.json.part"
    unfinished.write_text(json.dumps(result, ensure_ascii=False))
    unfinished.rename(options.folder / "result.json")


if __name__ == "__main__":
    main()
