"""The mall's time. Code takes `now` as an argument where it matters; edges read it here.

It is the real time, plus the days that the demo has let pass, unless `--at` says otherwise. Leases and the ages of rows
use `real_now`, for a moved clock must not free what another process holds.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import DatabaseError

JAPAN = ZoneInfo("Asia/Tokyo")
_OFFSET_TTL_S = 1.0
_at: ContextVar[datetime | None] = ContextVar("mall_clock_at", default=None)
_offset: tuple[float, timedelta] | None = None


def real_now() -> datetime:
    """Return the real moment, aware, in UTC."""
    return datetime.now(tz=UTC)


def now() -> datetime:
    """Return the mall's moment, aware, in UTC."""
    return _at.get() or real_now() + demo_offset()


def today() -> date:
    """Return the mall's day in Japan."""
    return day_of(now())


def day_of(moment: datetime) -> date:
    """Return the day in Japan of an aware moment. Raises `ValueError` for a naive one."""
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone has no day")
    return moment.astimezone(JAPAN).date()


@contextmanager
def at(moment: datetime | None) -> Iterator[None]:
    """Let `now()` answer `moment` inside the block (None: leave the clock as it is)."""
    token = _at.set(moment if moment is not None else _at.get())
    try:
        yield
    finally:
        _at.reset(token)


def demo_offset() -> timedelta:
    """Return by how much the demo has moved the clock; read from its row at most once a second per process."""
    global _offset
    if _offset is None or time.monotonic() - _offset[0] > _OFFSET_TTL_S:
        _offset = (time.monotonic(), _read_offset())
    return _offset[1]


def let_time_pass(*, by: timedelta) -> timedelta:
    """Move the demo's clock forward and return the whole offset. Raises `ValueError` for a step back."""
    from marketplace.kernel.models import DemoClock

    global _offset
    if by < timedelta(0):
        raise ValueError("time does not go back")
    row, _ = DemoClock.objects.get_or_create(pk=1)
    row.offset_s += int(by.total_seconds())
    row.save()
    _offset = None
    return timedelta(seconds=row.offset_s)


def _read_offset() -> timedelta:
    from marketplace.kernel.models import DemoClock

    try:
        seconds = DemoClock.objects.filter(pk=1).values_list("offset_s", flat=True).first()
    except DatabaseError:  # before the first migration there is no row and no demo
        return timedelta(0)
    return timedelta(seconds=seconds or 0)
