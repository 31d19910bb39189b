"""Writing down what is to be done: in the transaction of the change that asks for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import connection, models, transaction

from marketplace.kernel import clock
from marketplace.kernel.jobs.crash import crash_point
from marketplace.kernel.jobs.models import AT_ONCE, Hold, InboxEvent, OutboxJob, State, Work
from marketplace.kernel.jobs.queries import digest_of
from marketplace.kernel.jobs.types import Hint, InboxRow


def enqueue(
    *, kind: str, key: str, payload: Mapping[str, Any], run_at: datetime | None = None, again: bool = False
) -> None:
    """Write one outbox row, unique by (`kind`, `key`), in the caller's transaction if one is open.

    Arguments: `payload`, JSON; `run_at`, not before this moment of the mall's clock (None: at once); `again`, for a
    hint rather than a wish: a row that is done or parked becomes due again, and one that is running runs once more.
    Without `again` a key that is there already, in whatever state, changes nothing.
    """
    row = OutboxJob(kind=kind, key=key, payload=dict(payload), run_at=run_at or AT_ONCE, created_at=clock.real_now())
    with transaction.atomic():
        if again and _rearm(kind=kind, key=key, payload=dict(payload), run_at=row.run_at):
            return
        OutboxJob.objects.bulk_create([row], ignore_conflicts=True)
    if not connection.in_atomic_block:
        crash_point("outbox.stored")


def enqueue_hints(*, hints: Iterable[Hint]) -> None:
    """Write the jobs that hints ask for, each once, due at once also when it was done before; two statements a kind.

    As `enqueue(again=True)` for each of them, except that the payload of a job that is there already stays: it is the
    same. Rows are written before they are armed, so that a row another process writes meanwhile is armed, too.
    """
    wanted = {(hint.kind, hint.key): hint for hint in hints}
    by_kind: dict[str, list[Hint]] = {}
    for hint in wanted.values():
        by_kind.setdefault(hint.kind, []).append(hint)
    now = clock.real_now()
    with transaction.atomic():
        for kind, asked in by_kind.items():
            rows = [OutboxJob(kind=kind, key=hint.key, payload=hint.payload, created_at=now) for hint in asked]
            OutboxJob.objects.bulk_create(rows, ignore_conflicts=True)
            OutboxJob.objects.filter(kind=kind, key__in=[hint.key for hint in asked]).update(
                state=State.PENDING, run_at=AT_ONCE, attempts=0, generation=models.F("generation") + 1
            )


def receive(*, event: str, body: bytes, headers: Mapping[str, str]) -> InboxRow:
    """Store an event whose signature was verified. The same event name and body twice is one row.

    Returns once the row is safe, so that the sender may be answered 200. Handles nothing.
    """
    digest = digest_of(event=event, body=body)
    row = InboxEvent(digest=digest, event=event, body=body, headers=dict(headers), created_at=clock.real_now())
    stored = _insert_once(row)
    crash_point("inbox.stored")
    known = stored or InboxEvent.objects.values_list("id", flat=True).get(digest=digest)
    return InboxRow(id=known, digest=digest, event=event, is_new=stored is not None)


def _insert_once(row: InboxEvent) -> int | None:
    """Store the row in one statement; its id, or None when its digest is there already."""
    fields = [each for each in InboxEvent._meta.concrete_fields if not each.primary_key]
    names = ", ".join(connection.ops.quote_name(str(each.column)) for each in fields)
    values = [each.get_db_prep_save(each.pre_save(row, add=True), connection) for each in fields]
    marks = ", ".join(["%s"] * len(fields))
    table = connection.ops.quote_name(InboxEvent._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({names}) VALUES ({marks}) ON CONFLICT (digest) DO NOTHING RETURNING id",  # noqa: S608
            values,
        )
        found = cursor.fetchone()
    return int(found[0]) if found else None


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
