"""What is worked out of settings alone, kept in the process until a setting changes.

Who reads anything kept first reads the last mark of the database: a change counts from the moment it is committed, in
every process. What a transaction has changed itself it sees at once; when it is undone, its mark never comes again.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar, Token
from typing import Any, Generic, TypeVar

from django.db import connections, models
from django.db.models.base import ModelState

from infra.engine.settled.models import SettingsMark
from infra.engine.wire import run

T = TypeVar("T")
Row = TypeVar("Row", bound=models.Model)
Revision = tuple[Any, ...]
MOST_MARKS = 200
#: Marks are committed in another order than they are numbered, so their count belongs to it.
LAST = (
    "SELECT id, mark, (SELECT COUNT(*) FROM engine_settled_settingsmark) "
    "FROM engine_settled_settingsmark ORDER BY id DESC LIMIT 1"
)
#: the revision that an execution goes by, once it has looked; None outside of one, and in one that may change settings
_SEEN: ContextVar[list[Revision] | None] = ContextVar("engine_settings_seen", default=None)


class Kept(Generic[T]):
    """The value of `make()`, which reads nothing but the tables of `triggers.MODELS`. Nobody may change the value."""

    def __init__(self, make: Callable[[], T]) -> None:
        self.make = make
        self._held: tuple[Revision, T] | None = None

    def __call__(self) -> T:
        now = revision()
        held = self._held
        if held is not None and held[0] == now:
            return held[1]
        value = self.make()
        if now:
            self._held = (now, value)
        return value


def revision() -> Revision:
    """Return what tells the settings of now from all others; empty before the first was made."""
    seen = _SEEN.get()
    if seen:
        return seen[0]
    rows, _ = run(connections["engine"], LAST, [])
    found: Revision = rows[0] if rows else ()
    if seen is not None:
        seen.append(found)
    return found


def look_once(steady: bool) -> Token[list[Revision] | None]:
    """Look for changes once from here on, when what follows changes no settings itself; `stop` ends it."""
    return _SEEN.set([] if steady else None)


def stop(token: Token[list[Revision] | None]) -> None:
    _SEEN.reset(token)


def look_again() -> None:
    """Look anew: somebody else was asked meanwhile, who may have changed settings."""
    seen = _SEEN.get()
    if seen:
        seen.clear()


def copy_of(row: Row) -> Row:
    """Return a row of the same columns, for a reader who may hang related rows or marks of its own on it."""
    made = row.__class__.__new__(row.__class__)
    made.__dict__.update(row.__dict__)
    made._state = ModelState()
    made._state.adding, made._state.db = False, row._state.db
    return made


def forget_old_marks() -> int:
    """Delete all marks but the last when there are many; return how many.

    A new mark is set with it: a count that came down must not climb to one that was there before.
    """
    ids = list(SettingsMark.objects.order_by("-pk").values_list("pk", flat=True)[: MOST_MARKS + 1])
    if len(ids) <= MOST_MARKS:
        return 0
    SettingsMark.objects.create()
    return SettingsMark.objects.filter(pk__lt=ids[0]).delete()[0]
