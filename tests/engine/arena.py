"""Processes that meet on one database: begun once, told what to do line by line (see `rivals`)."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from tests.database_template import kept_copy, template_name

ROOT = Path(__file__).resolve().parents[2]
Job = tuple[str, dict[str, Any]]


class Rival:
    """One process of `tests.engine.rivals`."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.engine.rivals"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def tell(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def hear(self) -> Any:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, f"the process ended with {self.process.wait()}"
        return json.loads(line)

    def ask(self, *said: Any) -> Any:
        self.tell(json.dumps(said))
        return self.hear()

    def end(self) -> None:
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


class Arena:
    """Two processes on one database, and a third that may die."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = environment
        self.is_sqlite = "ENGINE_DATABASE_URL" not in environment
        self.rivals = [Rival(environment), Rival(environment)]
        self.mortals: list[Rival] = []
        self.do("migrate")

    def do(self, name: str, **said: Any) -> Any:
        """Do one thing alone; what it was refused for is an error."""
        found = self.rivals[0].ask("do", name, said)
        assert not isinstance(found, str) or ": " not in found, found
        return found

    def race(self, *jobs: Job, threads: int = 4) -> Counter[str]:
        """Do all of it at once, in both processes; return how often each outcome was."""
        halves = [jobs[index :: len(self.rivals)] for index in range(len(self.rivals))]
        for rival, half in zip(self.rivals, halves, strict=True):
            assert rival.ask("race", threads, half) == "ready"
        for rival in self.rivals:
            rival.tell("go")
        return Counter(str(outcome) for rival in self.rivals for outcome in rival.hear())

    def die(self, point: str, name: str, **said: Any) -> int:
        """Do one thing in a process that is killed at the point; return what it died of."""
        if not self.mortals:
            self.mortals.append(Rival(self.environment))
        return int(self.mortals[0].ask("die", point, name, said))

    def duel(self, stop: int, first: Job, second: Job) -> tuple[str, str, bool]:
        """Do both, the first stopped at a statement; return both outcomes and whether it came so far."""
        one, other, stopped = self.rivals[0].ask("duel", stop, first, second)
        return str(one), str(other), bool(stopped)

    def end(self) -> None:
        for rival in (*self.rivals, *self.mortals):
            rival.end()


@contextmanager
def on_sqlite(folder: Path) -> Iterator[dict[str, str]]:
    """The environment of processes with a SQLite file in the folder, migrated where a copy is kept that is."""
    kept = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "ENGINE_DATABASE_URL")}
    if kept_copy("engine").exists():
        shutil.copyfile(kept_copy("engine"), folder / "engine.sqlite3")
    yield kept | {"MALL_DATA": str(folder)}


@contextmanager
def on_server(folder: Path) -> Iterator[dict[str, str]]:
    """The environment of processes with a database of their own on the PostgreSQL at hand, migrated as `on_sqlite`."""
    import psycopg
    from psycopg import sql

    server = os.environ.get("TEST_POSTGRES_URL") or os.environ["ENGINE_DATABASE_URL"]
    name = f"rivals_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        create = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
        template = template_name("engine")
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [template]).fetchone():
            create += sql.SQL(" TEMPLATE {}").format(sql.Identifier(template))
        connection.execute(create)
        own = urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
        yield {**os.environ, "MALL_DATA": str(folder), "ENGINE_DATABASE_URL": own}
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
