"""Which functions of the mall hear Saleor's events, and which answer its questions.

Apps register in their `webhooks.py`, imported by their AppConfig.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from marketplace.kernel.jobs.actions import enqueue_hints
from marketplace.kernel.jobs.types import Hint
from marketplace.saleor.types import Event

Listener = Callable[[Event], None]
Hinter = Callable[[Event], Hint | None]
Answer = Callable[[dict[str, Any]], Any]

_listeners: dict[str, list[Listener]] = {}
_hinters: dict[str, list[Hinter]] = {}
_answers: dict[str, Answer] = {}


def on_event(*names: str) -> Callable[[Listener], Listener]:
    """Call the function for each stored event of these names (as in Saleor's enum: ORDER_UPDATED).

    It runs in the worker, after the delivery was answered, at least once and in any order; it must be idempotent and
    read the object again. Raising means that the event is handled again later, by all listeners.
    """

    def register(function: Listener) -> Listener:
        for name in names:
            heard = _listeners.setdefault(name, [])
            if function not in heard:
                heard.append(function)
        return function

    return register


def hinted_by(*names: str) -> Callable[[Hinter], Hinter]:
    """Let stored events of these names ask for a job, which the function returns; None asks for nothing.

    The function reads nothing but the event. Many events about one thing become one job, run after the last of them
    was received: cheaper than `on_event` wherever the answer to an event is to read its object again.
    """

    def register(function: Hinter) -> Hinter:
        for name in names:
            known = _hinters.setdefault(name, [])
            if function not in known:
                known.append(function)
        return function

    return register


def answers(name: str) -> Callable[[Answer], Answer]:
    """Let the function answer the synchronous event `name`: payload in, JSON out, within the shopper's request.

    It may call Saleor. Raising is told to Saleor as "no answer". A second function for one event raises `ValueError`.
    """

    def register(function: Answer) -> Answer:
        former = _answers.get(name)
        if former is not None and former.__qualname__ != function.__qualname__:
            raise ValueError(f"{name} is answered twice")
        _answers[name] = function
        return function

    return register


@contextmanager
def answering(name: str, function: Answer) -> Iterator[None]:
    """Let `function` answer `name` for a while, whoever else does. For tests."""
    former = _answers.get(name)
    _answers[name] = function
    try:
        yield
    finally:
        if former is None:
            del _answers[name]
        else:
            _answers[name] = former


def find_answer(name: str) -> Answer | None:
    """Return the function that answers `name`, or None."""
    return _answers.get(name)


def dispatch(name: str, body: bytes) -> int:
    """Give a stored event to everybody who hears it. Returns how many did. Raises what a listener raises."""
    heard, hinters = _listeners.get(name, ()), _hinters.get(name, ())
    if heard or hinters:
        event = read_event(name, body)
        hints = _asked_for(hinters, event)
        if hints:
            enqueue_hints(hints=hints)
        for listener in heard:
            listener(event)
    return len(heard) + len(hinters)


def is_news(name: str) -> bool:
    """Whether an event says more than that its object should be read again, so that it must not be lost."""
    return bool(_listeners.get(name))


def hints_of(name: str, body: bytes) -> list[Hint] | None:
    """Return the jobs that a stored event asks for, or None when a listener must be called for it."""
    if _listeners.get(name):
        return None
    hinters = _hinters.get(name)
    return _asked_for(hinters, read_event(name, body)) if hinters else []


def _asked_for(hinters: Iterable[Hinter], event: Event) -> list[Hint]:
    return [hint for hint in (hinter(event) for hinter in hinters) if hint is not None]


def read_event(name: str, body: bytes) -> Event:
    """Return the event in a payload. One without a moment is given the epoch, so that it loses any comparison."""
    raw = json.loads(body)
    issued = raw.get("issuedAt")
    moment = datetime.fromisoformat(issued) if issued else datetime.fromtimestamp(0, UTC)
    return Event(name=name, object_id=_object_id(raw), occurred_at=moment, raw=raw)


def _object_id(raw: Mapping[str, Any]) -> str:
    variant = raw.get("productVariant") or {}
    media = raw.get("productMedia") or {}
    translated = (raw.get("translation") or {}).get("translatableContent") or {}
    candidates = [
        (raw.get("order") or {}).get("id"),
        (raw.get("product") or {}).get("id"),
        (variant.get("product") or {}).get("id"),
        variant.get("id"),
        media.get("productId"),
        (raw.get("category") or {}).get("id"),
        (raw.get("page") or {}).get("id"),
        (raw.get("user") or {}).get("id"),
        *translated.values(),
    ]
    return next((str(found) for found in candidates if found), "")
