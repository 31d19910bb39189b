"""Mails are kept as they were rendered: what a buyer was told never changes afterwards."""

from __future__ import annotations

from django.db import models


class KeptMail(models.Model):
    class State(models.TextChoices):
        WAITING = "waiting"
        KEPT = "kept"
        SENT = "sent"

    key = models.CharField(max_length=200, unique=True)
    to = models.EmailField(db_index=True)
    template = models.CharField(max_length=60)
    language = models.CharField(max_length=12)
    subject = models.CharField(max_length=300)
    text = models.TextField()
    html = models.TextField()
    written_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
