"""A worker that hangs, a clock that goes back, a disk that is full: nothing is lost, nothing is stuck."""

from __future__ import annotations

import logging
import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError, connection

from marketplace.kernel import clock
from marketplace.kernel.jobs import actions, lease, queries, registry, worker
from marketplace.kernel.jobs.models import AT_ONCE, InboxEvent, OutboxJob, ScheduleRow
from marketplace.kernel.jobs.types import Counts
from plugins.runtime.loading import Plugins, use_plugins

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def registered(monkeypatch, settings):
    for name in ("_jobs", "_schedules", "_inbox"):
        monkeypatch.setattr(registry, name, {})
    settings.MALL_EMBEDDED_WORKER = ""
    former = use_plugins(Plugins([]))
    yield
    use_plugins(former)


def become(monkeypatch, nonce):
    """Go on as another process."""
    monkeypatch.setattr(lease, "_nonce", nonce)


def test_a_worker_that_hung_finds_its_work_taken_and_changes_nothing(monkeypatch):
    ran = []
    registry.job("test.note")(lambda payload: ran.append((lease._nonce, payload["n"])))
    for number in (1, 2):
        actions.enqueue(kind="test.note", key=str(number), payload={"n": number})
    real = clock.real_now()
    become(monkeypatch, "hung")
    held = lease.claim(OutboxJob, now=NOW, real=real)

    become(monkeypatch, "other")
    assert lease.claim(OutboxJob, now=NOW, real=real + lease.LEASE) == []
    late = real + lease.LEASE + timedelta(seconds=1)
    taken = lease.claim(OutboxJob, now=NOW, real=late)
    worker._run(taken[0], NOW)

    become(monkeypatch, "hung")
    assert [lease.extend(OutboxJob, row, real=late) for row in held] == [False, False]
    worker._finish(held[1], "outbox.done-before-ack")  # it was in the middle of this one
    worker._put_off(held[0], ValueError("late"), NOW)

    rows = OutboxJob.objects.order_by("key").values_list("state", "leased_by", "attempts")
    assert [(state, name[-5:], attempts) for state, name, attempts in rows] == [
        ("done", "", 0),
        ("pending", "other", 0),
    ]
    assert ran == [("other", 1)]


def test_a_lease_of_a_clock_that_has_gone_back_holds_nothing_up():
    ran = []
    registry.job("test.note")(lambda payload: ran.append(payload["n"]))
    actions.enqueue(kind="test.note", key="1", payload={"n": 1})
    ahead = clock.real_now() + timedelta(days=1)
    OutboxJob.objects.update(leased_by="elsewhere:1:x", leased_until=ahead + lease.LEASE)
    registry.schedule("test.tick", every=timedelta(minutes=1))(lambda now: ran.append("tick"))
    ScheduleRow.objects.create(name="test.tick", next_at=NOW, leased_until=ahead)

    assert worker.work_once(now=NOW) == Counts(jobs=1, schedules=1)
    assert ran == ["tick", 1]


def test_work_put_off_under_a_clock_that_was_ahead_is_not_put_off_for_ever():
    outcomes = [ValueError("not now"), None]

    def handle(payload):
        outcome = outcomes.pop(0)
        if outcome:
            raise outcome

    registry.job("test.note")(handle)
    actions.enqueue(kind="test.note", key="1", payload={})
    actions.enqueue(kind="test.later", key="1", payload={}, run_at=NOW + timedelta(days=30))

    assert worker.work_once(now=NOW + timedelta(days=9)) == Counts(failed=1)
    assert worker.work_once(now=NOW) == Counts(jobs=1)
    assert queries.count_pending() == {"inbox": 0, "outbox": 1}  # what was asked for a later day waits for it


def test_no_pause_is_longer_than_the_longest():
    assert max(worker.BACKOFF_S) <= lease.LONGEST_PAUSE.total_seconds()
    assert len(worker.BACKOFF_S) >= worker.PARK_AFTER - 1


@pytest.fixture
def full_disk():
    """The database may not grow by a page: what SQLite meets on a full disk."""
    if connection.vendor != "sqlite":
        pytest.skip("a full disk is played on SQLite, whose pages can be limited")

    def limit(pages):
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA max_page_count = {pages}")

    limit(1)  # SQLite takes the present size for it
    yield lambda: limit(1073741823)
    limit(1073741823)


def fill(number=200):
    for each in range(number):
        actions.receive(event="ORDER_PAID", body=b"{}" + b" " * (each + 5000), headers={})


@pytest.mark.django_db(transaction=True)
def test_a_full_disk_refuses_the_event_and_takes_it_when_there_is_room(full_disk):
    got = []
    registry.inbox_handler(lambda event, body, headers: got.append(len(body)))
    with pytest.raises(OperationalError, match="full"):
        fill()
    kept = InboxEvent.objects.count()
    assert kept < 200

    full_disk()
    fill()
    worker.work_once(now=NOW)

    assert sorted(got) == [each + 5002 for each in range(200)]
    assert set(InboxEvent.objects.values_list("run_at", flat=True)) == {AT_ONCE}


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OperationalError("database or disk is full"), "the disk of the database is full: free some space"),
        (OperationalError("could not extend file: No space left on device"), "the disk of the database is full"),
        (OperationalError("connection refused"), "the worker cannot use its database: connection refused"),
    ],
)
def test_the_worker_says_in_one_line_what_is_wrong_and_goes_on(monkeypatch, caplog, error, said):
    ending, looks = threading.Event(), []

    def look(now):
        looks.append(now)
        if len(looks) == 1:
            raise error
        ending.set()
        return Counts()

    monkeypatch.setattr(worker, "_run_schedules", look)
    monkeypatch.setattr(worker, "_run_plugins", lambda now: None)
    monkeypatch.setattr(worker, "close_old_connections", lambda: None)
    waited = []
    monkeypatch.setattr(ending, "wait", waited.append)
    with caplog.at_level(logging.ERROR, logger=worker.__name__):
        worker.run_forever(stop=ending)

    (record,) = caplog.records
    assert record.getMessage().startswith(said) and record.exc_info is None
    assert (len(looks), waited[0]) == (2, 1)
