"""Jobs of merchants."""

from __future__ import annotations

from typing import Any

from marketplace.kernel.jobs.registry import job
from marketplace.merchants import actions


@job(actions.OPEN_JOB)
def open_at_saleor(payload: dict[str, Any]) -> None:
    """Open a new merchant's page and warehouse at Saleor."""
    actions.open_at_saleor(merchant_id=payload["merchant_id"])
