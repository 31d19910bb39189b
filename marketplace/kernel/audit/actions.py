"""Writing to the audit log."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marketplace.kernel import clock
from marketplace.kernel.audit.models import AuditEntry


def record(*, actor: str, action: str, subject: str, detail: Mapping[str, Any] | None = None) -> None:
    """Keep that `actor` (`user:<id>`, `system`…) did `action` (`area.thing.past_tense`) to `subject` (`order:<id>`).

    Written in the caller's transaction: what is rolled back was not done. `detail` is JSON, without card or bank data.
    """
    AuditEntry.objects.create(at=clock.now(), actor=actor, action=action, subject=subject, detail=dict(detail or {}))
