"""What is done about a cart after its request."""

from __future__ import annotations

from typing import Any

from marketplace.checkout import actions
from marketplace.kernel.jobs.registry import job


@job(actions.FINISH_JOB)
def finish(payload: dict[str, Any]) -> None:
    """Complete a cart that was paid and then left; nothing when it was completed or never paid."""
    actions.finish(checkout_id=payload["checkout_id"])
