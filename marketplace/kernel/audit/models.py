"""The audit log: rows are added, never changed or deleted."""

from __future__ import annotations

from django.db import models

from marketplace.kernel.append_only import AppendOnly


class AuditEntry(AppendOnly):
    """One thing that somebody did. `actor`: `user:<id>`, `merchant:<code>`, `plugin:<id>` or `system`."""

    at = models.DateTimeField(db_index=True)
    actor = models.CharField(max_length=120)
    action = models.CharField(max_length=120)
    subject = models.CharField(max_length=200, db_index=True)
    detail = models.JSONField(default=dict)
