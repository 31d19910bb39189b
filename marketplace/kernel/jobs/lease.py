"""Claiming due rows: a look without a write lock, then one compare-and-set. Time is real time here."""

from __future__ import annotations

import os
import secrets
import socket
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, models

from marketplace.kernel.jobs.models import State, Work

LEASE = timedelta(seconds=120)
LONGEST_PAUSE = timedelta(hours=2)
"""Between two attempts of one row."""
BATCH = 20
_HOST = socket.gethostname()
_nonce = secrets.token_hex(4)


def holder() -> str:
    """Return the name under which this process holds leases: host, process and a word of its own life."""
    return f"{_HOST}:{os.getpid()}:{_nonce}"


def claim(model: type[Work], *, now: datetime, real: datetime, limit: int = BATCH) -> list[Work]:
    """Return at most `limit` due rows, now held by this process, oldest first. Writes nothing when none is due.

    By hand, and in two statements: every event and every job comes through here, and an idle worker asks five times a
    second.
    """
    table, (is_due, moments) = connection.ops.quote_name(model._meta.db_table), _is_free_and_due(now, real)
    with connection.cursor() as cursor:
        look = f"SELECT id FROM {table} WHERE {is_due} ORDER BY run_at, id LIMIT %s"  # noqa: S608
        cursor.execute(look, [*moments, limit])
        ids = [row[0] for row in cursor.fetchall()]
    if not ids:
        return []
    marks = ", ".join(["%s"] * len(ids))
    take = f"UPDATE {table} SET leased_by = %s, leased_until = %s WHERE id IN ({marks}) AND {is_due} RETURNING *"  # noqa: S608
    held = [holder(), connection.ops.adapt_datetimefield_value(real + LEASE), *ids, *moments]
    return sorted(model._default_manager.raw(take, held), key=lambda row: (row.run_at, row.pk))


def _is_free_and_due(now: datetime, real: datetime) -> tuple[str, list[Any]]:
    """Return the condition that a row waits, nobody holds it (as `is_free`), and its time has come, or it was put off
    under a clock that was ahead and has come back; and its parameters."""
    moments = (now, now + 2 * LONGEST_PAUSE, real, real + 2 * LEASE)
    condition = (
        "state = 'pending' AND (run_at <= %s OR (attempts > 0 AND run_at > %s))"
        " AND (leased_until IS NULL OR leased_until < %s OR leased_until > %s)"
    )
    return condition, [connection.ops.adapt_datetimefield_value(each) for each in moments]


def finish(model: type[Work], row: Work, *, real: datetime) -> bool:
    """Mark a row of this process done, unless it was asked for again since it was claimed. Returns whether it was."""
    table = connection.ops.quote_name(model._meta.db_table)
    sql = (
        f"UPDATE {table} SET state = 'done', done_at = %s, leased_by = '', leased_until = NULL, last_error = ''"  # noqa: S608
        " WHERE id = %s AND leased_by = %s AND generation = %s"
    )
    with connection.cursor() as cursor:  # by hand: every event and every job ends here
        cursor.execute(sql, [connection.ops.adapt_datetimefield_value(real), row.pk, holder(), row.generation])
        return bool(cursor.rowcount)


def is_free(real: datetime) -> models.Q:
    """Whether nobody holds a row: no lease, one that is over, or one so far ahead that the clock has gone back."""
    ahead = models.Q(leased_until__gt=real + 2 * LEASE)
    return models.Q(leased_until__isnull=True) | models.Q(leased_until__lt=real) | ahead


def extend(model: type[Work], row: Work, *, real: datetime) -> bool:
    """Renew the lease of a claimed row before it runs. False when another process took it meanwhile."""
    mine = model._default_manager.filter(id=row.pk, leased_by=holder(), state=State.PENDING)
    if row.leased_until is not None and row.leased_until - real > LEASE / 2:
        return True
    return bool(mine.update(leased_until=real + LEASE))


def reclaim_dead(model: type[Work]) -> int:
    """Free rows held by processes of this host that no longer live, at start. Returns how many."""
    pending = model._default_manager.filter(state=State.PENDING).exclude(leased_by="")
    names = pending.values_list("leased_by", flat=True).distinct()
    dead = [name for name in names if _is_dead(name)]
    if not dead:
        return 0
    return pending.filter(leased_by__in=dead).update(leased_by="", leased_until=None)


def _is_dead(name: str) -> bool:
    host, _, rest = name.rpartition(":")[0].rpartition(":")
    if host != _HOST or name == holder():
        return False
    pid = int(rest)
    if pid == os.getpid():
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
