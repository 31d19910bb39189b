"""Mails as they were written to somebody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Mail:
    """A kept mail. `state`: "waiting", "kept" (shown, not sent, by setting) or "sent"."""

    key: str
    to: str
    template: str
    language: str
    subject: str
    text: str
    html: str
    written_at: datetime
    state: str
