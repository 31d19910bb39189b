"""Which function runs which kind of job, handles stored events, or is due from time to time.

Apps register in their `tasks.py` or `webhooks.py`, imported by their AppConfig. A second function of one name raises.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from marketplace.kernel.jobs.types import Hint

Handler = Callable[[dict[str, Any]], None]
InboxHandler = Callable[[str, bytes, Mapping[str, str]], None]
InboxHints = Callable[[str, bytes], Sequence[Hint] | None]
Tick = Callable[[datetime], None]


@dataclass(frozen=True, slots=True)
class Schedule:
    """A function run at least every `every`, never twice at once."""

    name: str
    every: timedelta
    run: Tick


_jobs: dict[str, Handler] = {}
_schedules: dict[str, Schedule] = {}
_inbox: dict[str, Any] = {}


def job(kind: str) -> Callable[[Handler], Handler]:
    """Register the function that runs jobs of `kind`, `area.verb`.

    The function is given the payload and must be idempotent: after a crash it runs again with the same payload. It
    may call Saleor (no transaction is open). Raising means "again later"; after eight attempts the row is parked.
    """

    def register(function: Handler) -> Handler:
        _put(_jobs, kind, function)
        return function

    return register


def schedule(name: str, *, every: timedelta) -> Callable[[Tick], Tick]:
    """Register a function that the worker calls with the moment, at least every `every` while it runs."""

    def register(function: Tick) -> Tick:
        _put(_schedules, name, Schedule(name, every, function))
        return function

    return register


def inbox_handler(function: InboxHandler) -> InboxHandler:
    """Register the one function that is given each stored event (name, raw body, headers). It must be idempotent."""
    _put(_inbox, "inbox", function)
    return function


def inbox_hints(function: InboxHints) -> InboxHints:
    """Register the one function that says (name, raw body) which jobs a stored event asks for, if that is all it does.

    It returns None for an event that must be handled by itself. Events of which it is known are handled together: the
    jobs they ask for are written once each, and all of them are done in that same transaction.
    """
    _put(_inbox, "hints", function)
    return function


def get_job(kind: str) -> Handler:
    """Return the function for `kind`. Raises `LookupError` when no app has registered one."""
    try:
        return _jobs[kind]
    except KeyError:
        raise LookupError(f"no app runs jobs of the kind {kind!r}") from None


def get_inbox_handler() -> InboxHandler:
    """Return the function for stored events. Raises `LookupError` when none is registered."""
    try:
        handler: InboxHandler = _inbox["inbox"]
        return handler
    except KeyError:
        raise LookupError("no app handles stored events") from None


def hints_of(event: str, body: bytes) -> Sequence[Hint] | None:
    """Return the jobs that handling a stored event comes down to, or None when it must be handled by itself."""
    function: InboxHints | None = _inbox.get("hints")
    return function(event, body) if function else None


def list_schedules() -> list[Schedule]:
    """Return what is due from time to time, by name."""
    return [_schedules[name] for name in sorted(_schedules)]


def _put(registry: dict[str, Any], name: str, value: Any) -> None:
    former = registry.get(name)
    if former is not None and _origin(former) != _origin(value):
        raise ValueError(f"{name!r} is registered twice")
    registry[name] = value


def _origin(value: Any) -> tuple[str, str]:
    function = value.run if isinstance(value, Schedule) else value
    return function.__module__, function.__qualname__
