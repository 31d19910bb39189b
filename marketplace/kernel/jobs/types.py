"""What the job system tells its callers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class InboxRow:
    """A stored event. `is_new` is false when the same event with the same body was stored before."""

    id: int
    digest: str
    event: str
    is_new: bool


@dataclass(frozen=True, slots=True)
class Hint:
    """A job that an event asks for, again if it was done before. The same kind and key always have the same payload."""

    kind: str
    key: str
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ReceivedEvent:
    """An event as it came: name, raw body and headers, so that it can be sent again."""

    event: str
    body: bytes
    headers: dict[str, str]
    received_at: datetime


@dataclass(frozen=True, slots=True)
class ParkedRow:
    """Work that failed eight times and waits for a person."""

    table: str
    id: int
    kind: str
    key: str
    attempts: int
    last_error: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Counts:
    """What one call of the worker did. `failed` counts attempts, not rows."""

    inbox: int = 0
    jobs: int = 0
    schedules: int = 0
    deliveries: int = 0
    failed: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.inbox + other.inbox,
            self.jobs + other.jobs,
            self.schedules + other.schedules,
            self.deliveries + other.deliveries,
            self.failed + other.failed,
        )

    def __bool__(self) -> bool:
        return bool(self.inbox or self.jobs or self.schedules or self.deliveries or self.failed)
