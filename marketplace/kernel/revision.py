"""The number that tells kept pages from stale ones."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from django.db import connections, router
from django.db.models import F

from marketplace.kernel import clock

DAYS = 1_000_000
KEPT_MOST = 4_000
Found = TypeVar("Found")
_kept: dict[Hashable, tuple[int, Any]] = {}


def mark_pages_changed() -> None:
    """Say, in the caller's transaction, that public pages show something else now. One statement."""
    from marketplace.kernel.models import PageRevision

    if not PageRevision.objects.filter(pk=1).update(number=F("number") + 1):
        PageRevision.objects.get_or_create(pk=1, defaults={"number": 1})


def page_revision() -> int:
    """Return a number that moves with every marked change and with the mall's day. One statement."""
    from marketplace.kernel.models import PageRevision

    with connections[router.db_for_read(PageRevision)].cursor() as cursor:
        cursor.execute(f"SELECT number FROM {PageRevision._meta.db_table} WHERE id = 1")  # noqa: S608
        row = cursor.fetchone()
    return (row[0] if row else 0) * DAYS + clock.today().toordinal()


def kept_until_change(key: Hashable, compute: Callable[[], Found]) -> Found:
    """Return what `compute` gives, computed again when the pages' revision has moved since. One statement.

    For what public pages show alone: whoever changes it calls `mark_pages_changed`. What is given back is shared by
    requests and must not be changed.
    """
    revision = page_revision()  # before computing: what changes meanwhile is computed again
    found = _kept.get(key)
    if found is not None and found[0] == revision:
        return found[1]  # type: ignore[no-any-return]
    made = compute()
    if len(_kept) >= KEPT_MOST:
        _kept.clear()
    _kept[key] = (revision, made)
    return made


def forget_kept() -> None:
    """Drop all that is kept, for tests (whose revisions begin again) and for measuring."""
    _kept.clear()
