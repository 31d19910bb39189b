"""Jobs of the kernel itself."""

from __future__ import annotations

from typing import Any

from marketplace.kernel.jobs.registry import job
from plugins.runtime import hooks


@job(hooks.NOTIFY_JOB)
def deliver_notice(payload: dict[str, Any]) -> None:
    """Give one notice to one plugin."""
    hooks.deliver(payload)
