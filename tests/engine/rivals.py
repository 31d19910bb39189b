"""A process with a database of its own (named in the environment), in which many do the same thing at once.

python -m tests.engine.rivals      reads one request per line, as JSON, and answers each with one line

    ["do", name, {…}]              a function of `rival_scenes`; its result
    ["race", threads, [[name, {…}], …]]    "ready", and after the line "go" the outcomes of all, begun together
    ["die", point, name, {…}]      does it in a child that kills itself at the point; the signal it died of
    ["duel", stop, [name, {…}], [name, {…}]]    both outcomes, and whether the first was stopped: see `rival_duels`

A name is that of a function in `rival_scenes`. An outcome is what it returned, or what it was refused for.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from functools import partial
from typing import Any

import django


def answer(line: Any) -> None:
    print(json.dumps(line), flush=True)


def outcome(name: str, said: dict[str, Any]) -> Any:
    """Return what the function gave, the codes it was refused with, or whatever else happened to it."""
    from infra.engine.schema.errors import UserErrors
    from tests.engine import rival_scenes

    try:
        return getattr(rival_scenes, name)(**said)
    except UserErrors as refused:
        return ",".join(error.code for error in refused.errors)
    except Exception as error:  # noqa: BLE001 (whatever else happens is the outcome to be shown)
        return f"{type(error).__name__}: {error}"


class Crowd:
    """Threads that keep their connections from race to race."""

    def __init__(self, size: int) -> None:
        self.barrier = threading.Barrier(size + 1)
        self.jobs: list[list[Any]] = [[] for _ in range(size)]
        self.found: list[list[Any]] = [[] for _ in range(size)]
        for index in range(size):
            threading.Thread(target=self._live, args=(index,), daemon=True).start()

    def _live(self, index: int) -> None:
        from django.db import connections

        connections["engine"].ensure_connection()
        while True:
            self.barrier.wait()
            self.found[index] = [outcome(*job) for job in self.jobs[index]]
            self.barrier.wait()

    def race(self, jobs: list[Any]) -> list[Any]:
        size = len(self.jobs)
        self.jobs = [jobs[index::size] for index in range(size)]
        self.barrier.wait()
        self.barrier.wait()
        return [each for found in self.found for each in found]


def die(point: str, name: str, said: dict[str, Any]) -> int:
    """Do it in a child killed at the point; return the number of its signal, 0 when it lived."""
    from django.db import connections

    from tests.engine import rival_deaths

    connections.close_all()
    child = os.fork()
    if child == 0:
        rival_deaths.arm(point)
        outcome(name, said)
        rival_deaths.reached("answered")
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.engine.engine_settings"
    django.setup()
    crowds: dict[int, Crowd] = {}
    duels: list[Any] = []
    for line in sys.stdin:
        kind, *rest = json.loads(line)
        if kind == "do":
            answer(outcome(*rest))
        elif kind == "die":
            answer(die(*rest))
        elif kind == "duel":
            from tests.engine.rival_duels import Duel

            stop, first, second = rest
            duels = duels or [Duel()]
            answer(duels[0].fight(stop, partial(outcome, *first), partial(outcome, *second)))
        else:
            threads, jobs = rest
            crowd = crowds.get(threads) or crowds.setdefault(threads, Crowd(threads))
            answer("ready")
            assert sys.stdin.readline().strip() == "go"
            answer(crowd.race(jobs))


if __name__ == "__main__":
    main()
