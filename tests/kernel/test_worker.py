from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from marketplace.kernel import clock
from marketplace.kernel.jobs import actions, lease, queries, registry, worker
from marketplace.kernel.jobs.models import InboxEvent, OutboxJob, State
from marketplace.kernel.jobs.types import Counts, Hint
from plugins.api import hookimpl
from plugins.runtime.loading import Plugins, use_plugins
from tests.plugins.test_loading import make_module

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def registered(monkeypatch, settings):
    """An empty registry and no engine; whatever a test registers is gone after it."""
    for name in ("_jobs", "_schedules", "_inbox"):
        monkeypatch.setattr(registry, name, {})
    settings.MALL_EMBEDDED_WORKER = ""
    former = use_plugins(Plugins([]))
    yield
    use_plugins(former)


def test_a_job_runs_once_and_the_same_key_changes_nothing():
    ran = []
    registry.job("test.note")(lambda payload: ran.append(payload["n"]))

    actions.enqueue(kind="test.note", key="1", payload={"n": 1})
    actions.enqueue(kind="test.note", key="1", payload={"n": 2})
    first, second = worker.work_once(now=NOW), worker.work_once(now=NOW)
    actions.enqueue(kind="test.note", key="1", payload={"n": 3})

    assert (ran, first, second) == ([1], Counts(jobs=1), Counts())
    assert worker.work_once(now=NOW) == Counts()


def test_a_job_asked_for_again_runs_again():
    ran = []
    registry.job("test.note")(lambda payload: ran.append(payload["n"]))

    actions.enqueue(kind="test.note", key="1", payload={"n": 1}, again=True)
    worker.work_once(now=NOW)
    actions.enqueue(kind="test.note", key="1", payload={"n": 2}, again=True)
    worker.work_once(now=NOW)

    assert ran == [1, 2]


def test_a_job_asked_for_again_while_it_runs_runs_once_more():
    ran = []

    def note(payload):
        ran.append(payload["n"])
        if payload["n"] == 1:
            actions.enqueue(kind="test.note", key="1", payload={"n": 2}, again=True)

    registry.job("test.note")(note)
    actions.enqueue(kind="test.note", key="1", payload={"n": 1})

    worker.work_once(now=NOW)

    assert ran == [1, 2]
    assert OutboxJob.objects.get().state == State.DONE


def test_what_a_job_asks_for_is_done_in_the_same_call():
    ran = []
    registry.job("test.first")(lambda payload: actions.enqueue(kind="test.second", key="1", payload={}))
    registry.job("test.second")(lambda payload: ran.append("second"))
    actions.enqueue(kind="test.first", key="1", payload={})

    assert worker.work_once(now=NOW) == Counts(jobs=2)
    assert ran == ["second"]


def test_a_rolled_back_change_leaves_no_job():
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        actions.enqueue(kind="test.note", key="1", payload={})
        raise ZeroDivisionError

    assert OutboxJob.objects.count() == 0


def test_a_job_waits_for_its_time():
    ran = []
    registry.job("test.note")(lambda payload: ran.append(1))
    actions.enqueue(kind="test.note", key="1", payload={}, run_at=NOW + timedelta(hours=1))

    worker.work_once(now=NOW)
    assert ran == []
    worker.work_once(now=NOW + timedelta(hours=1))
    assert ran == [1]


def test_a_failing_job_is_put_off_then_parked_and_shown_and_may_be_retried():
    failing = [True]

    def handle(payload):
        if failing[0]:
            raise ValueError("the carrier said no")

    registry.job("test.ship")(handle)
    actions.enqueue(kind="test.ship", key="7", payload={})
    moment = NOW
    for _ in range(8):
        assert queries.parked() == []
        assert worker.work_once(now=moment) == Counts(failed=1)
        assert worker.work_once(now=moment) == Counts()
        moment += timedelta(hours=3)

    (row,) = queries.parked()
    assert (row.table, row.kind, row.key, row.attempts) == ("outbox", "test.ship", "7", 8)
    assert "the carrier said no" in row.last_error

    failing[0] = False
    assert actions.retry_parked(table="outbox", row_id=row.id)
    assert worker.work_once(now=moment) == Counts(jobs=1)
    assert queries.parked() == []


def test_a_failing_job_does_not_hold_up_the_others():
    ran = []

    def handle(payload):
        if payload["n"] == 1:
            raise ValueError
        ran.append(payload["n"])

    registry.job("test.note")(handle)
    for number in (1, 2, 3):
        actions.enqueue(kind="test.note", key=str(number), payload={"n": number})

    worker.work_once(now=NOW)

    assert ran == [2, 3]


def test_an_unknown_kind_is_kept_not_dropped():
    actions.enqueue(kind="test.unknown", key="1", payload={})

    assert worker.work_once(now=NOW) == Counts(failed=1)
    assert "test.unknown" in OutboxJob.objects.get().last_error


def test_an_event_is_stored_once_by_its_name_and_body():
    got = []
    registry.inbox_handler(lambda event, body, headers: got.append((event, body, headers)))

    first = actions.receive(event="ORDER_PAID", body=b'{"a":1}', headers={"X": "1"})
    again = actions.receive(event="ORDER_PAID", body=b'{"a":1}', headers={"X": "2"})
    other = actions.receive(event="ORDER_UPDATED", body=b'{"a":1}', headers={})
    worker.work_once(now=NOW)

    assert (first.is_new, again.is_new, again.id, other.is_new) == (True, False, first.id, True)
    assert got == [("ORDER_PAID", b'{"a":1}', {"X": "1"}), ("ORDER_UPDATED", b'{"a":1}', {})]
    assert worker.work_once(now=NOW) == Counts()


def test_an_idle_look_writes_nothing():
    registry.schedule("test.tick", every=timedelta(minutes=1))(lambda now: None)
    worker.work_once(now=NOW)

    with CaptureQueriesContext(connection) as seen:
        assert worker.work_once(now=NOW) == Counts()

    assert {query["sql"][:6] for query in seen.captured_queries} == {"SELECT"}


def test_a_schedule_runs_when_due_also_after_the_clock_was_ahead():
    ticks = []
    registry.schedule("test.tick", every=timedelta(minutes=1))(ticks.append)

    for moment in (NOW, NOW + timedelta(seconds=30), NOW + timedelta(seconds=60), NOW + timedelta(days=9), NOW):
        worker.work_once(now=moment)

    assert ticks == [NOW, NOW + timedelta(seconds=60), NOW + timedelta(days=9), NOW]


def test_a_schedule_that_fails_does_not_stop_the_worker():
    registry.schedule("test.tick", every=timedelta(minutes=1))(lambda now: 1 / 0)

    assert worker.work_once(now=NOW) == Counts(failed=1)
    assert worker.work_once(now=NOW) == Counts()


def test_plugins_are_told_whether_everything_is_settled():
    told = []

    @hookimpl
    def run_schedule(now, settled, wait):
        told.append((now, settled, wait))

    use_plugins(Plugins([make_module("a", run_schedule=run_schedule)]))
    registry.job("test.note")(lambda payload: None)
    actions.enqueue(kind="test.note", key="1", payload={})

    worker.work_once(now=NOW)
    actions.hold_open(name="history")
    worker.work_once(now=NOW)
    actions.release(name="history")
    actions.enqueue(kind="test.unknown", key="1", payload={})
    worker.work_once(now=NOW)

    assert told == [(NOW, True, True), (NOW, False, True), (NOW, False, True)]


def test_a_lease_of_another_process_holds_until_its_end():
    registry.job("test.note")(lambda payload: None)
    actions.enqueue(kind="test.note", key="1", payload={})
    real = worker.clock.real_now()
    OutboxJob.objects.update(leased_by="elsewhere:1:abc", leased_until=real + timedelta(seconds=60))

    assert worker.work_once(now=NOW) == Counts()
    OutboxJob.objects.update(leased_until=real - timedelta(seconds=1))
    assert worker.work_once(now=NOW) == Counts(jobs=1)


def test_the_lease_of_a_dead_process_of_this_host_is_freed_at_start():
    actions.enqueue(kind="test.note", key="1", payload={})
    until = worker.clock.real_now() + timedelta(seconds=60)
    OutboxJob.objects.update(leased_by=f"{lease._HOST}:999999999:abc", leased_until=until)

    assert worker.reclaim() == 1
    OutboxJob.objects.update(leased_by=lease.holder(), leased_until=until)
    assert worker.reclaim() == 0


def test_two_functions_of_one_kind_are_refused():
    registry.job("test.note")(test_an_idle_look_writes_nothing)

    with pytest.raises(ValueError):
        registry.job("test.note")(lambda payload: None)


def test_bodies_are_kept_as_they_came():
    actions.receive(event="E", body=b"\xff\x00 raw", headers={})

    assert bytes(InboxEvent.objects.get().body) == b"\xff\x00 raw"


def hinted(*events):
    """Let events with these bodies be stored, each asking for the job of its body's key."""

    def hints(event, body):
        return None if body.startswith(b"!") else [Hint("test.note", body.decode(), {"n": body.decode()})]

    registry.inbox_hints(hints)
    for number, body in enumerate(events):
        actions.receive(event=f"EVENT_{number}", body=body, headers={})


def test_events_about_one_thing_are_one_job_and_all_done_with_it():
    ran, alone = [], []
    registry.job("test.note")(lambda payload: ran.append(payload["n"]))
    registry.inbox_handler(lambda event, body, headers: alone.append(body))
    hinted(b"a", b"a", b"b", b"!mine", b"a")

    assert worker.work_once(now=NOW) == Counts(inbox=5, jobs=2)

    assert (sorted(ran), alone) == (["a", "b"], [b"!mine"])
    assert set(InboxEvent.objects.values_list("state", "leased_by")) == {(State.DONE, "")}


def test_a_job_hinted_at_while_it_runs_runs_once_more():
    ran = []

    def note(payload):
        ran.append(payload["n"])
        if len(ran) == 1:
            hinted(b"a")

    registry.job("test.note")(note)
    actions.enqueue_hints(hints=[Hint("test.note", "a", {"n": "a"}), Hint("test.note", "a", {"n": "a"})])

    worker.work_once(now=NOW)

    assert ran == ["a", "a"]


def test_twenty_events_are_handled_with_the_statements_of_two():
    registry.job("test.note")(lambda payload: None)

    def statements(*bodies):
        hinted(*bodies)
        with CaptureQueriesContext(connection) as seen:
            worker._work_inbox(NOW)
        return len(seen.captured_queries)

    few = statements(b"a", b"b")
    many = statements(*(b"%d" % number for number in range(20)))

    assert many == few
    assert worker.work_once(now=NOW) == Counts(jobs=22)


def test_events_that_cannot_be_handled_together_are_handled_one_by_one(monkeypatch):
    alone = []
    registry.inbox_handler(lambda event, body, headers: alone.append(body))

    def broken(hints):
        raise ValueError

    monkeypatch.setattr(worker, "enqueue_hints", broken)
    hinted(b"a", b"b")

    assert worker.work_once(now=NOW) == Counts(inbox=2)
    assert alone == [b"a", b"b"]


def test_an_event_whose_hints_cannot_be_read_fails_by_itself():
    registry.inbox_handler(lambda event, body, headers: json.loads(body))
    registry.inbox_hints(lambda event, body: [Hint("test.note", json.loads(body), {})])
    registry.job("test.note")(lambda payload: None)
    actions.receive(event="E", body=b"{", headers={})
    actions.receive(event="E", body=b'"k"', headers={})

    assert worker.work_once(now=NOW) == Counts(inbox=1, jobs=1, failed=1)


def test_a_hint_at_leisure_waits_for_more_and_is_never_later_than_it_was():
    ran = []
    registry.job("test.note")(lambda payload: ran.append(payload["n"]))

    def ask(number, within=timedelta(0)):
        actions.enqueue_hints(hints=[Hint("test.note", str(number), {"n": number})], within=within)

    with clock.at(NOW):
        ask(1, timedelta(minutes=5))
        ask(1, timedelta(minutes=9))
        ask(2, timedelta(minutes=5))
        ask(2)
        ask(2, timedelta(minutes=5))
    worker.work_once(now=NOW)
    first = list(ran)
    worker.work_once(now=NOW + timedelta(minutes=5))

    with clock.at(NOW):
        ask(1, timedelta(minutes=5))
    worker.work_once(now=NOW)
    hastened = actions.hasten(kind="test.note")
    worker.work_once(now=NOW)

    assert (first, ran, hastened) == ([2], [2, 1, 1], 1)


def test_twenty_jobs_cost_one_claim_and_one_statement_each(django_assert_num_queries):
    registry.job("test.note")(lambda payload: None)

    def work(jobs):
        actions.enqueue_hints(hints=[Hint("test.note", str(number), {}) for number in range(jobs)])
        with CaptureQueriesContext(connection) as seen:
            assert worker.work_once(now=NOW) == Counts(jobs=jobs)
        return len(seen)

    one, twenty = work(1), work(20)

    assert twenty - one == 19
    with django_assert_num_queries(1):
        actions.enqueue_hints(hints=[Hint("test.note", str(number), {}) for number in range(20)])
