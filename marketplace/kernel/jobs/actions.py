"""Writing down what is to be done: in the transaction of the change that asks for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, models, transaction

from marketplace.kernel import clock
from marketplace.kernel.jobs.crash import crash_point
from marketplace.kernel.jobs.models import AT_ONCE, Hold, InboxEvent, OutboxJob, State, Work
from marketplace.kernel.jobs.queries import digest_of
from marketplace.kernel.jobs.types import Hint, InboxRow

#: what makes a row that is there already due: one that waits stays due at the earlier of both moments
_ARM = (
    "state = 'pending', attempts = 0, generation = present.generation + 1, run_at = CASE WHEN present.state = 'pending'"
    " AND present.run_at < excluded.run_at THEN present.run_at ELSE excluded.run_at END"
)


def enqueue(
    *, kind: str, key: str, payload: Mapping[str, Any], run_at: datetime | None = None, again: bool = False
) -> None:
    """Write one outbox row, unique by (`kind`, `key`), in the caller's transaction if one is open.

    Arguments: `payload`, JSON; `run_at`, not before this moment of the mall's clock (None: at once); `again`, for a
    hint rather than a wish: a row that is done or parked becomes due again, and one that is running runs once more.
    Without `again` a key that is there already, in whatever state, changes nothing.
    """
    row = OutboxJob(kind=kind, key=key, payload=dict(payload), run_at=run_at or AT_ONCE, created_at=clock.real_now())
    if not again:
        _insert_once(row, unique="kind, key")
    else:
        with transaction.atomic():
            if _rearm(kind=kind, key=key, payload=dict(payload), run_at=row.run_at):
                return
            _insert_once(row, unique="kind, key")
    if not connection.in_atomic_block:
        crash_point("outbox.stored")


def enqueue_hints(*, hints: Iterable[Hint], within: timedelta = timedelta(0)) -> None:
    """Write the jobs that hints ask for, each once, due at once also when it was done before; one statement.

    As `enqueue(again=True)` for each of them, except that the payload of a job that is there already stays: it is the
    same. A row that another process writes meanwhile is armed, too.
    Arguments: `within`, how long a job may wait for more hints about the same; one that is due earlier stays so.
    """
    run_at = from_now(wait=within) if within else AT_ONCE
    now = clock.real_now()
    rows = [
        OutboxJob(kind=kind, key=key, payload=payload, created_at=now, run_at=run_at)
        for (kind, key), payload in sorted({(each.kind, each.key): each.payload for each in hints}.items())
    ]
    if rows:
        _insert(rows, f"(kind, key) DO UPDATE SET {_ARM}")


def hasten(*, kind: str) -> int:
    """Make every job of a kind that waits for its time due at once. Returns how many."""
    waiting = OutboxJob.objects.filter(kind=kind, state=State.PENDING, run_at__gt=AT_ONCE)
    return int(waiting.update(run_at=AT_ONCE))


def from_now(*, wait: timedelta) -> datetime:
    """Return when a job is due that stands behind those due at once by `wait`, be the mall's clock ahead or behind.

    Of a clock that was set forward and comes back: the job is due then, too.
    """
    return min(clock.now(), clock.real_now()) + wait


def receive(*, event: str, body: bytes, headers: Mapping[str, str]) -> InboxRow:
    """Store an event whose signature was verified. The same event name and body twice is one row.

    Returns once the row is safe, so that the sender may be answered 200. Handles nothing.
    """
    digest = digest_of(event=event, body=body)
    row = InboxEvent(digest=digest, event=event, body=body, headers=dict(headers), created_at=clock.real_now())
    stored = _insert_once(row, unique="digest")
    crash_point("inbox.stored")
    known = stored or InboxEvent.objects.values_list("id", flat=True).get(digest=digest)
    return InboxRow(id=known, digest=digest, event=event, is_new=stored is not None)


def _insert_once(row: Work, *, unique: str) -> int | None:
    """Store the row in one statement; its id, or None when one of the same `unique` columns is there already."""
    found = _insert([row], f"({unique}) DO NOTHING")
    return found[0] if found else None


def _insert(rows: Sequence[Work], on_conflict: str) -> list[int]:
    """Store rows of one table by hand, in their order, and return the ids of those that were written."""
    fields = [each for each in rows[0]._meta.concrete_fields if not each.primary_key]
    names = ", ".join(connection.ops.quote_name(str(each.column)) for each in fields)
    values = [each.get_db_prep_save(each.pre_save(row, add=True), connection) for row in rows for each in fields]
    marks = ", ".join([f"({', '.join(['%s'] * len(fields))})"] * len(rows))
    table = connection.ops.quote_name(rows[0]._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} AS present ({names}) VALUES {marks} ON CONFLICT {on_conflict} RETURNING id",  # noqa: S608
            values,
        )
        return [int(row[0]) for row in cursor.fetchall()]


def retry_parked(*, table: str, row_id: int) -> bool:
    """Make a parked row (`table` "inbox" or "outbox") due again. Returns whether there was one."""
    tables: dict[str, type[Work]] = {"inbox": InboxEvent, "outbox": OutboxJob}
    changed = (
        tables[table]
        ._default_manager.filter(id=row_id, state=State.PARKED)
        .update(state=State.PENDING, attempts=0, run_at=AT_ONCE, leased_until=None)
    )
    return bool(changed)


def hold_open(*, name: str) -> None:
    """Say that more is coming (a sales history is being loaded), so that nothing is settled until `release`."""
    Hold.objects.get_or_create(name=name, defaults={"since": clock.real_now()})


def release(*, name: str) -> None:
    """Take back `hold_open`. Nothing happens when it is not held."""
    Hold.objects.filter(name=name).delete()


def _rearm(*, kind: str, key: str, payload: dict[str, Any], run_at: datetime) -> bool:
    rows = OutboxJob.objects.filter(kind=kind, key=key)
    return bool(
        rows.update(
            state=State.PENDING,
            payload=payload,
            run_at=run_at,
            attempts=0,
            generation=models.F("generation") + 1,
        )
    )
