"""Stored events of Saleor, handed to the apps that hear them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from marketplace.kernel.jobs.registry import inbox_handler, inbox_hints
from marketplace.kernel.jobs.types import Hint
from marketplace.saleor import events


@inbox_handler
def handle_stored_event(event: str, body: bytes, headers: Mapping[str, str]) -> None:
    """Give one stored event to its listeners. An event that nobody hears is done."""
    events.dispatch(event, body)


@inbox_hints
def hints_of_stored_event(event: str, body: bytes) -> Sequence[Hint] | None:
    """Return the jobs a stored event asks for, or None when somebody hears it who does more than that."""
    return events.hints_of(event, body)
