"""kill -9 between any two writes loses nothing and doubles nothing: real processes, a real database file or server."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import tempfile
import time
from functools import cache
from pathlib import Path

import pytest

from tests.kernel.worker_process import Process

EVENTS = 12
LONGEST_S = 60
EXPECTED = sorted(f"{step}:o{number}" for step in ("confirmed", "told") for number in range(EVENTS))
POINTS = [
    "inbox.stored@5",
    "inbox.claimed@3",
    "inbox.handled",
    "inbox.acknowledged-before@4",
    "test.uncommitted@2",
    "outbox.claimed@7",
    "outbox.handled@2",
    "outbox.done-before-ack@5",
]


@cache
def migrated() -> Path:
    """Return a folder with a migrated SQLite database, made once, for tests to copy."""
    folder = Path(tempfile.mkdtemp(dir=os.environ["MALL_TEST_DATA"]))
    assert Process(folder, "", {}, "migrate").end(LONGEST_S) == (0, "")
    return folder


class Mall:
    """One database and the processes that tests start on it."""

    def __init__(self, folder: Path, url: str = "") -> None:
        self.folder, self.url = folder, url
        if url:
            self.run("migrate")
        else:
            shutil.copytree(migrated(), folder, dirs_exist_ok=True)

    def start(self, *told: str, crash: str = "") -> Process:
        environment = {"MALL_CRASH_POINT": crash, "TEST_EVENT": os.environ.get("TEST_EVENT", "ORDER_PAID")}
        return Process(self.folder, self.url, environment, *told)

    def run(self, *told: str, crash: str = "") -> int:
        code, errors = self.start(*told, crash=crash).end(LONGEST_S)
        assert code in (0, -signal.SIGKILL), errors
        return code

    def read(self, sql: str) -> list[tuple]:
        if self.url:
            import psycopg

            with psycopg.connect(self.url) as connection:
                return connection.execute(sql).fetchall()
        with sqlite3.connect(self.folder / "mall.sqlite3") as connection:
            return connection.execute(sql).fetchall()

    def effects(self) -> list[str]:
        return sorted(row[0] for row in self.read("SELECT plugin FROM kernel_pluginswitch"))

    def rest(self) -> tuple[int, int, int]:
        inbox = self.read("SELECT count(*) FROM kernel_inboxevent")[0][0]
        jobs = self.read("SELECT count(*) FROM kernel_outboxjob")[0][0]
        open_rows = "SELECT (SELECT count(*) FROM kernel_inboxevent WHERE state <> 'done')"
        return (
            inbox,
            jobs,
            self.read(open_rows + " + (SELECT count(*) FROM kernel_outboxjob WHERE state <> 'done')")[0][0],
        )


@pytest.fixture
def mall(tmp_path):
    return Mall(tmp_path)


def check_crash(mall: Mall, point: str) -> None:
    feeding = point.startswith("inbox.stored")
    assert mall.run("feed", str(EVENTS), crash=point if feeding else "") == (-signal.SIGKILL if feeding else 0)
    assert mall.run("work", crash="" if feeding else point) == (0 if feeding else -signal.SIGKILL)

    mall.run("feed", str(EVENTS))
    mall.run("work")

    assert mall.effects() == EXPECTED
    assert mall.rest() == (EVENTS, 2 * EVENTS, 0)


@pytest.mark.parametrize("point", POINTS)
def test_killed_at_a_named_point_nothing_is_lost_or_doubled(mall, point):
    check_crash(mall, point)


@pytest.mark.parametrize("point", ["inbox.claimed@3", "inbox.handled@4", "inbox.acknowledged-before@9"])
def test_killed_while_events_are_handled_together_nothing_is_lost_or_doubled(mall, point, monkeypatch):
    monkeypatch.setenv("TEST_EVENT", "ORDER_UPDATED")
    check_crash(mall, point)


def check_random_kills(mall: Mall, seed: int) -> None:
    moments = random.Random(seed)
    mall.run("feed", str(EVENTS))
    for _ in range(4):
        process = mall.start("forever")
        time.sleep(moments.random() * 0.4)
        process.process.kill()
        assert process.end(LONGEST_S)[0] == -signal.SIGKILL

    mall.run("feed", str(EVENTS))
    mall.run("work")

    assert mall.effects() == EXPECTED
    assert mall.rest() == (EVENTS, 2 * EVENTS, 0)


def test_killed_at_random_moments_nothing_is_lost_or_doubled(mall):
    check_random_kills(mall, seed=3)


@pytest.mark.postgres
@pytest.mark.parametrize("point", POINTS)
def test_the_same_on_postgresql(tmp_path, point):
    url = os.environ.get("TEST_POSTGRES_URL")
    if not url:
        pytest.skip("TEST_POSTGRES_URL names no server")
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS mall_kill_test WITH (FORCE)")
        connection.execute("CREATE DATABASE mall_kill_test")
    check_crash(Mall(tmp_path, url.rsplit("/", 1)[0] + "/mall_kill_test"), point)
