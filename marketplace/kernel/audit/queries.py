"""Reading the audit log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from marketplace.kernel.audit.models import AuditEntry


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One kept action."""

    at: datetime
    actor: str
    action: str
    subject: str
    detail: dict[str, Any]


def list_entries(*, subject: str | None = None, limit: int = 200) -> list[AuditRow]:
    """Return the newest entries first, of one subject or of all."""
    rows = AuditEntry.objects.order_by("-id")
    if subject is not None:
        rows = rows.filter(subject=subject)
    return [AuditRow(row.at, row.actor, row.action, row.subject, row.detail) for row in rows[:limit]]
