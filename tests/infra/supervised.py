"""A supervisor over real granian, but with stand-ins for what needs a prepared mall. Run: supervised.py DATA PORT."""

from __future__ import annotations

import sys
from pathlib import Path

from infra.supervisor import Supervisor, UnableToStart

SLEEPER = "import os, sys, time; from infra import lifeline; lifeline.follow_if_asked(); print('worker', os.getpid(), "
SLEEPER += "os.environ.get('MALL_CRASH_POINT'), flush=True); time.sleep(600)"


class Supervised(Supervisor):
    def _command(self, arguments: list[str]) -> list[str]:
        if arguments[0] == "serve":
            return [*super()._command(arguments), "--target", "tests.infra.bare:application"]
        return [sys.executable, "-c", SLEEPER if arguments[0] == "work" else "pass"]


if __name__ == "__main__":
    supervisor = Supervised(data=Path(sys.argv[1]), host="127.0.0.1", port=int(sys.argv[2]), workers=2)
    try:
        sys.exit(0 if supervisor.run(announce=lambda seconds: print("serving", flush=True)) else 1)
    except UnableToStart as problem:
        sys.exit(f"refused: {problem}")
