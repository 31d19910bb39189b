"""Claiming due rows: a look without a write lock, then one compare-and-set. Time is real time here."""

from __future__ import annotations

import os
import secrets
import socket
from datetime import datetime, timedelta

from django.db import models, transaction

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
    """Return at most `limit` due rows, now held by this process, oldest first. Writes nothing when none is due."""
    due = model._default_manager.filter(is_free(real), _is_due(now), state=State.PENDING)
    ids = list(due.order_by("run_at", "id").values_list("id", flat=True)[:limit])
    if not ids:
        return []
    with transaction.atomic():
        due.filter(id__in=ids).update(leased_by=holder(), leased_until=real + LEASE)
        held = model._default_manager.filter(id__in=ids, state=State.PENDING, leased_by=holder())
        return list(held.order_by("run_at", "id"))


def is_free(real: datetime) -> models.Q:
    """Whether nobody holds a row: no lease, one that is over, or one so far ahead that the clock has gone back."""
    ahead = models.Q(leased_until__gt=real + 2 * LEASE)
    return models.Q(leased_until__isnull=True) | models.Q(leased_until__lt=real) | ahead


def _is_due(now: datetime) -> models.Q:
    """Whether a row's time has come, or it was put off under a clock that was ahead and has come back."""
    return models.Q(run_at__lte=now) | models.Q(attempts__gt=0, run_at__gt=now + 2 * LONGEST_PAUSE)


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
