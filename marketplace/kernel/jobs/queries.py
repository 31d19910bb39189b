"""What waits, and what waits for a person."""

from __future__ import annotations

import hashlib
from datetime import datetime

from marketplace.kernel.jobs.models import Hold, InboxEvent, OutboxJob, State
from marketplace.kernel.jobs.types import ParkedRow, ReceivedEvent


def parked(*, limit: int = 200) -> list[ParkedRow]:
    """Return work that failed eight times, oldest first, at most `limit` of each table."""
    rows = [
        ParkedRow("inbox", row.id, row.event, row.digest, row.attempts, row.last_error, row.created_at)
        for row in InboxEvent.objects.filter(state=State.PARKED).order_by("id")[:limit]
    ]
    rows += [
        ParkedRow("outbox", row.id, row.kind, row.key, row.attempts, row.last_error, row.created_at)
        for row in OutboxJob.objects.filter(state=State.PARKED).order_by("id")[:limit]
    ]
    return sorted(rows, key=lambda row: row.created_at)


def received_events(*, since: datetime) -> list[ReceivedEvent]:
    """Return the events received from a moment of real time on, in the order they came."""
    rows = InboxEvent.objects.filter(created_at__gte=since).order_by("id")
    return [ReceivedEvent(row.event, bytes(row.body), dict(row.headers), row.created_at) for row in rows]


def digest_of(*, event: str, body: bytes) -> str:
    """Return the name of an event in the inbox: the same event with the same body is the same row."""
    return hashlib.sha256(event.encode() + b"\n" + body).hexdigest()


def was_received(*, event: str, body: bytes) -> bool:
    """Whether the inbox has, or had, this event with this very body."""
    return InboxEvent.objects.filter(digest=digest_of(event=event, body=body)).exists()


def count_pending() -> dict[str, int]:
    """Return how many rows are not done and not parked, of `inbox` and `outbox`."""
    return {
        "inbox": InboxEvent.objects.filter(state=State.PENDING).count(),
        "outbox": OutboxJob.objects.filter(state=State.PENDING).count(),
    }


def is_pending(*, kind: str, key: str) -> bool:
    """Whether a job waits for its turn or runs."""
    return OutboxJob.objects.filter(kind=kind, key=key, state=State.PENDING).exists()


def finished() -> int:
    """Return how many events and jobs were ever done: whoever waits sees by it that the queue moves."""
    done = [model.objects.filter(state=State.DONE).count() for model in (InboxEvent, OutboxJob)]
    return sum(done)


def is_settled() -> bool:
    """Whether everything accepted so far has been done: no event or job waits or is parked, and nobody holds it open.

    Work put off to a later moment counts as waiting: it may still record a sale.
    """
    waiting = (
        InboxEvent.objects.exclude(state=State.DONE).exists() or OutboxJob.objects.exclude(state=State.DONE).exists()
    )
    return not waiting and not Hold.objects.exists()
