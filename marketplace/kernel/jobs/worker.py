"""The one worker process: stored events, jobs, what is due by the calendar, and the embedded engine's deliveries."""

from __future__ import annotations

import logging
import signal
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import OperationalError, close_old_connections, transaction
from django.utils.module_loading import import_string

from marketplace.kernel import clock
from marketplace.kernel.jobs import lease, registry
from marketplace.kernel.jobs.actions import enqueue_hints
from marketplace.kernel.jobs.crash import crash_point
from marketplace.kernel.jobs.models import InboxEvent, OutboxJob, ScheduleRow, State, Work
from marketplace.kernel.jobs.queries import is_settled
from marketplace.kernel.jobs.types import Counts, Hint
from plugins.runtime import hooks

log = logging.getLogger(__name__)
LOOK_EVERY_S = 0.2
PARK_AFTER = 8
INBOX_BATCH = 100
BACKOFF_S = (1, 5, 20, 60, 300, 1800, 7200)
ROUNDS = 10_000
PLUGINS_EVERY_S = 60.0
_plugins_at: float | None = None


def work_once(*, now: datetime) -> Counts:
    """Do everything that is due at `now` and everything that follows from it, then return what was done.

    The mall's clock answers `now` meanwhile. A row that fails is not tried again in the same call, unless its backoff
    is over at `now`. What a dead process of this host held is freed first. Raises nothing for a failing job: it is
    written on its row.
    """
    reclaim()
    with clock.at(now):
        total = _run_schedules(now) + _drain(now)
        total += Counts(failed=hooks.run_schedules(now=now, settled=is_settled(), wait=True))
        return total + _drain(now)


def run_forever(*, stop: threading.Event | None = None) -> None:
    """Look for work at least every 200 ms until `stop` is set, or the process is told to end (SIGTERM, SIGINT).

    A row being worked on is finished first. What a dead process of this host held is freed at start.
    """
    ending = stop or _stop_on_signals()
    reclaim()
    while not ending.is_set():
        close_old_connections()
        try:
            now = clock.now()
            done = _run_schedules(now) + _deliver(now) + _work_inbox(now) + _work_jobs(now)
            _run_plugins(now)
        except OperationalError as error:
            _tell_trouble(error)
            ending.wait(1)
            continue
        except Exception:
            log.exception("the worker could not look for work")
            ending.wait(1)
            continue
        if not done:
            ending.wait(LOOK_EVERY_S)


def _tell_trouble(error: OperationalError) -> None:
    """One line for what a person must put right; the worker goes on looking, and nothing accepted is lost meanwhile."""
    if "full" in str(error) or "No space left" in str(error):
        log.error("the disk of the database is full: free some space, and the worker goes on by itself (%s)", error)
    else:
        log.error("the worker cannot use its database: %s", error)


def _drain(now: datetime) -> Counts:
    total = Counts()
    for _ in range(ROUNDS):
        delivered, heard = _deliver(now), _work_inbox(now)
        done = delivered + heard
        if delivered.deliveries < lease.BATCH and heard.inbox < INBOX_BATCH:
            done += _work_jobs(now)  # last, when no event is left: many hints about one thing are then one job
        total += done
        if not done:
            return total
    raise RuntimeError(f"work did not come to rest in {ROUNDS} rounds")


def reclaim() -> int:
    """Free the leases of dead processes of this host. Returns how many rows were freed."""
    return lease.reclaim_dead(InboxEvent) + lease.reclaim_dead(OutboxJob)


def _work_inbox(now: datetime) -> Counts:
    """Handle stored events: those that only ask for jobs together, in one transaction, the others one by one."""
    claimed = lease.claim(InboxEvent, now=now, real=clock.real_now(), limit=INBOX_BATCH)
    hints = {row.pk: _hints_of(row) for row in claimed}
    together = [row for row in claimed if hints[row.pk] is not None]
    try:
        _run_together(together, [hint for row in together for hint in hints[row.pk] or ()])
    except Exception:  # nothing was written: each is handled by itself below, and only the one that fails is put off
        log.exception("%d events could not be handled together", len(together))
        together = []
    rest = [row for row in claimed if row not in together]
    return Counts(inbox=len(together)) + _run_all(rest, now)


def _hints_of(row: Work) -> Sequence[Hint] | None:
    assert isinstance(row, InboxEvent)
    try:
        return registry.hints_of(row.event, bytes(row.body))
    except Exception:  # it fails again when it is handled by itself, and is put off there with its reason
        log.exception("the event %s is handled by itself", row.pk)
        return None


def _run_together(rows: list[Work], hints: list[Hint]) -> None:
    if not rows:
        return
    for _ in rows:
        crash_point("inbox.claimed")
    with transaction.atomic():
        enqueue_hints(hints=hints)
        for _ in rows:
            crash_point("inbox.handled")
        mine = InboxEvent.objects.filter(pk__in=[row.pk for row in rows], leased_by=lease.holder())
        mine.update(state=State.DONE, done_at=clock.real_now(), leased_by="", leased_until=None, last_error="")
        for _ in rows:
            crash_point("inbox.acknowledged-before")


def _work_jobs(now: datetime) -> Counts:
    return _run_all(lease.claim(OutboxJob, now=now, real=clock.real_now()), now)


def _run_all(rows: list[Work], now: datetime) -> Counts:
    done = failed = 0
    for row in rows:
        model = type(row)
        if not lease.extend(model, row, real=clock.real_now()):
            continue
        if _run(row, now):
            done += 1
        else:
            failed += 1
    if rows and isinstance(rows[0], InboxEvent):
        return Counts(inbox=done, failed=failed)
    return Counts(jobs=done, failed=failed)


def _run(row: Work, now: datetime) -> bool:
    name, handle = _binding(row)
    crash_point(f"{name}.claimed")
    try:
        handle()
    except Exception as error:
        _put_off(row, error, now)
        return False
    crash_point(f"{name}.handled")
    _finish(row, "inbox.acknowledged-before" if name == "inbox" else "outbox.done-before-ack")
    return True


def _binding(row: Work) -> tuple[str, Callable[[], None]]:
    if isinstance(row, InboxEvent):
        event, body, headers = row.event, bytes(row.body), row.headers
        return "inbox", lambda: registry.get_inbox_handler()(event, body, headers)
    assert isinstance(row, OutboxJob)
    kind, payload = row.kind, row.payload
    return "outbox", lambda: registry.get_job(kind)(payload)


def _finish(row: Work, point: str) -> None:
    """Mark done, unless the row was asked for again while it ran: then it is free and due."""
    crash_point(point)
    if not lease.finish(type(row), row, real=clock.real_now()):
        mine = type(row)._default_manager.filter(id=row.pk, leased_by=lease.holder())
        mine.update(leased_by="", leased_until=None)


def _put_off(row: Work, error: Exception, now: datetime) -> None:
    attempts = row.attempts + 1
    fields: dict[str, Any] = {
        "attempts": attempts,
        "leased_by": "",
        "leased_until": None,
        "last_error": "".join(traceback.format_exception(error, limit=-6))[-4000:],
    }
    if attempts >= PARK_AFTER:
        fields["state"] = State.PARKED
        log.error("parked %s %s after %d attempts", type(row).__name__, row.pk, attempts, exc_info=error)
    else:
        fields["run_at"] = now + timedelta(seconds=BACKOFF_S[attempts - 1])
        log.warning("%s %s failed (%d): %s", type(row).__name__, row.pk, attempts, error)
    type(row)._default_manager.filter(id=row.pk, leased_by=lease.holder()).update(**fields)


def _run_schedules(now: datetime) -> Counts:
    wanted = registry.list_schedules()
    if not wanted:
        return Counts()
    rows = {row.name: row for row in ScheduleRow.objects.filter(name__in=[each.name for each in wanted])}
    done = failed = 0
    for each in wanted:
        row = rows.get(each.name) or ScheduleRow.objects.create(name=each.name, next_at=now)
        # A next_at far ahead was written under a clock that was set forward and has come back.
        if now < row.next_at <= now + each.every or not _take(row):
            continue
        try:
            each.run(now)
            done, error = done + 1, ""
        except Exception as problem:
            log.exception("schedule %s failed", each.name)
            failed, error = failed + 1, repr(problem)
        ScheduleRow.objects.filter(name=row.name).update(next_at=now + each.every, leased_until=None, last_error=error)
    return Counts(schedules=done, failed=failed)


def _run_plugins(now: datetime) -> None:
    global _plugins_at
    if _plugins_at is None or time.monotonic() - _plugins_at >= PLUGINS_EVERY_S:
        _plugins_at = time.monotonic()
        hooks.run_schedules(now=now, settled=is_settled(), wait=False)


def _take(row: ScheduleRow) -> bool:
    real = clock.real_now()
    free = ScheduleRow.objects.filter(lease.is_free(real), name=row.name, next_at=row.next_at)
    return bool(free.update(leased_until=real + lease.LEASE))


def _deliver(now: datetime) -> Counts:
    """The embedded engine has a queue of its own; the same process drains it, through the path in the settings.

    The engine's rows are due by the real time they were written at, which goes on while `work_once` holds its own.
    """
    path = getattr(settings, "MALL_EMBEDDED_WORKER", "")
    return Counts(deliveries=import_string(path)(max(now, clock.real_now()), lease.BATCH)) if path else Counts()


def _stop_on_signals() -> threading.Event:
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop
