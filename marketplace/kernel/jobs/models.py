"""Tables of work to be done. A row is claimed by a lease in real time, so that a moved demo clock frees nothing."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import models

AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)


class State(models.TextChoices):
    PENDING = "pending"
    DONE = "done"
    PARKED = "parked"


class Work(models.Model):
    """What inbox and outbox rows have in common."""

    state = models.CharField(max_length=8, choices=State.choices, default=State.PENDING)
    run_at = models.DateTimeField(default=AT_ONCE)
    attempts = models.PositiveSmallIntegerField(default=0)
    leased_by = models.CharField(max_length=120, default="", blank=True)
    leased_until = models.DateTimeField(null=True)
    generation = models.PositiveIntegerField(default=0)
    last_error = models.TextField(default="", blank=True)
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True


class OutboxJob(Work):
    """One thing to do, once, by (kind, key)."""

    kind = models.CharField(max_length=80)
    key = models.CharField(max_length=255)
    payload = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="kernel_job_once")]
        indexes = [
            models.Index(fields=["run_at", "id"], name="kernel_job_due", condition=models.Q(state="pending")),
            models.Index(fields=["id"], name="kernel_job_open", condition=~models.Q(state="done")),
        ]


class InboxEvent(Work):
    """One event that Saleor sent, as it came. `digest` is the hash of event name and raw body."""

    digest = models.CharField(max_length=64, unique=True)
    event = models.CharField(max_length=80)
    body = models.BinaryField()
    headers = models.JSONField()

    class Meta:
        indexes = [
            models.Index(fields=["run_at", "id"], name="kernel_inbox_due", condition=models.Q(state="pending")),
            models.Index(fields=["id"], name="kernel_inbox_open", condition=~models.Q(state="done")),
        ]


class ScheduleRow(models.Model):
    """When something that repeats is next due, in the mall's time."""

    name = models.CharField(max_length=120, primary_key=True)
    next_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    last_error = models.TextField(default="", blank=True)


class Hold(models.Model):
    """While a row stands, more work is known to come and nothing counts as settled."""

    name = models.CharField(max_length=80, primary_key=True)
    since = models.DateTimeField()
