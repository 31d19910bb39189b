"""Stored events of Saleor, handed to the apps that hear them."""

from __future__ import annotations

from collections.abc import Mapping

from marketplace.kernel.jobs.registry import inbox_handler
from marketplace.saleor import events


@inbox_handler
def handle_stored_event(event: str, body: bytes, headers: Mapping[str, str]) -> None:
    """Give one stored event to its listeners. An event that nobody hears is done."""
    events.dispatch(event, body)
