"""Reading once what one piece of work asks many times."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar, cast

Found = TypeVar("Found")
_found: ContextVar[dict[Hashable, object] | None] = ContextVar("read_once", default=None)


@contextmanager
def reading_once() -> Iterator[None]:
    """Let `read_once` keep what it read inside the block, and forget it at its end.

    Only around one short piece of work that shows the state of one moment, such as a projection: what another process
    writes meanwhile is seen by the next. A block inside another is part of it.
    """
    token = _found.set({} if (known := _found.get()) is None else known)
    try:
        yield
    finally:
        _found.reset(token)


def read_once(key: Hashable, read: Callable[[], Found]) -> Found:
    """Return what `read` returns, which inside a block of `reading_once` is called once for a key, else each time.

    Arguments: `key`, of one kind of question all over the mall: a tuple that begins with the reader's name.
    """
    known = _found.get()
    if known is None:
        return read()
    if key not in known:
        known[key] = read()
    return cast(Found, known[key])


def forget(key: Hashable) -> None:
    """Read anew from now on, because this process has just changed what `key` answers."""
    (_found.get() or {}).pop(key, None)
