"""The same events at two doors, and two workers on one database at once: real processes, SQLite and PostgreSQL."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from tests.kernel.test_kill import EVENTS, EXPECTED, LONGEST_S, Mall


def check_two_of_each(mall: Mall) -> None:
    workers = [mall.start("forever") for _ in range(2)]
    try:
        feeders = [mall.start("feed", str(EVENTS)) for _ in range(3)]
        for each in feeders:
            code, errors = each.end(LONGEST_S)
            assert code == 0, errors
        until = time.monotonic() + LONGEST_S
        while mall.rest() != (EVENTS, 2 * EVENTS, 0) and time.monotonic() < until:
            time.sleep(0.2)
    finally:
        for each in workers:
            each.process.terminate()
        said = [each.end(LONGEST_S) for each in workers]

    assert mall.effects() == EXPECTED
    assert mall.rest() == (EVENTS, 2 * EVENTS, 0)
    assert [(code, "Traceback" in errors) for code, errors in said] == [(0, False), (0, False)], said


@pytest.mark.parametrize("event", ["ORDER_PAID", "ORDER_UPDATED"])
def test_the_same_events_three_times_at_once_are_handled_once(tmp_path, monkeypatch, event):
    """ORDER_PAID is handled event by event, ORDER_UPDATED many together."""
    monkeypatch.setenv("TEST_EVENT", event)
    check_two_of_each(Mall(tmp_path))


@pytest.mark.postgres
@pytest.mark.parametrize("event", ["ORDER_PAID", "ORDER_UPDATED"])
def test_the_same_on_postgresql(tmp_path: Path, monkeypatch, event):
    url = os.environ.get("TEST_POSTGRES_URL")
    if not url:
        pytest.skip("TEST_POSTGRES_URL names no server")
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS mall_two_workers WITH (FORCE)")
        connection.execute("CREATE DATABASE mall_two_workers")
    monkeypatch.setenv("TEST_EVENT", event)
    check_two_of_each(Mall(tmp_path, url.rsplit("/", 1)[0] + "/mall_two_workers"))
