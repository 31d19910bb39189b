"""The last piece and many buyers: one order, and a clear refusal for everybody else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROCESSES = 8


def start(environment: dict[str, str], *words: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.engine.buyers", *map(str, words)]
    return subprocess.Popen(  # noqa: S603
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def answer(process: subprocess.Popen[str]) -> object:
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    return json.loads(out.splitlines()[-1])


@pytest.fixture
def on_sqlite(tmp_path: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "ENGINE_DATABASE_URL")}
    return kept | {"MALL_DATA": str(tmp_path)}


@pytest.fixture
def on_server(tmp_path: Path) -> Iterator[dict[str, str]]:
    import psycopg

    server = os.environ.get("TEST_POSTGRES_URL") or os.environ["ENGINE_DATABASE_URL"]
    name = f"buyers_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        own = urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
        yield {**os.environ, "MALL_DATA": str(tmp_path), "ENGINE_DATABASE_URL": own}
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def outcomes(processes: list[subprocess.Popen[str]]) -> Counter[str]:
    total: Counter[str] = Counter()
    for process in processes:
        total.update(answer(process))
    return total


def test_eight_processes_on_sqlite_sell_the_last_piece_once(on_sqlite: dict[str, str]) -> None:
    checkouts = answer(start(on_sqlite, "prepare", 1, 50))

    found = outcomes([start(on_sqlite, "buy", 1, *checkouts[index::PROCESSES]) for index in range(PROCESSES)])

    assert found.pop("INSUFFICIENT_STOCK") == 49
    assert list(found.values()) == [1], found
    assert answer(start(on_sqlite, "count")) == {"orders": 1, "numbers": 1, "promised": 1, "stock": [1, 1]}


def test_eight_processes_on_sqlite_complete_the_same_checkout_once(on_sqlite: dict[str, str]) -> None:
    checkouts = answer(start(on_sqlite, "prepare", 9, 3))

    found = outcomes([start(on_sqlite, "buy", 1, *checkouts) for _ in range(PROCESSES)])

    assert sorted(found.values()) == [PROCESSES] * 3, found
    assert answer(start(on_sqlite, "count")) == {"orders": 3, "numbers": 3, "promised": 3, "stock": [9, 3]}


@pytest.mark.postgres
def test_fifty_threads_on_postgresql_sell_the_last_piece_once(on_server: dict[str, str]) -> None:
    checkouts = answer(start(on_server, "prepare", 1, 50))

    found = outcomes([start(on_server, "buy", 50, *checkouts)])

    assert found.pop("INSUFFICIENT_STOCK") == 49
    assert list(found.values()) == [1], found
    assert answer(start(on_server, "count")) == {"orders": 1, "numbers": 1, "promised": 1, "stock": [1, 1]}


@pytest.mark.postgres
def test_fifty_threads_on_postgresql_buy_twenty_pieces(on_server: dict[str, str]) -> None:
    checkouts = answer(start(on_server, "prepare", 20, 50))

    found = outcomes([start(on_server, "buy", 50, *checkouts)])

    assert found.pop("INSUFFICIENT_STOCK") == 30
    assert list(found.values()) == [1] * 20, found
    assert answer(start(on_server, "count")) == {"orders": 20, "numbers": 20, "promised": 20, "stock": [20, 20]}


@pytest.mark.postgres
def test_fifty_threads_on_postgresql_complete_the_same_checkout_once(on_server: dict[str, str]) -> None:
    (checkout,) = answer(start(on_server, "prepare", 9, 1))

    found = outcomes([start(on_server, "buy", 50, *[checkout] * 50)])

    assert list(found.values()) == [50], found
    assert answer(start(on_server, "count")) == {"orders": 1, "numbers": 1, "promised": 1, "stock": [9, 1]}
