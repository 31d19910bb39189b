"""Jobs of messages."""

from __future__ import annotations

from typing import Any

from marketplace.kernel.jobs.registry import job
from marketplace.messages import actions


@job(actions.DELIVER_JOB)
def deliver(payload: dict[str, Any]) -> None:
    """Deliver one kept mail."""
    actions.deliver_mail(key=payload["key"])
