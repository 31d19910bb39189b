"""What the worker does for curation."""

from __future__ import annotations

from datetime import datetime, timedelta

from marketplace.curation import actions
from marketplace.kernel.jobs.registry import schedule


@schedule("curation.plan_day", every=timedelta(minutes=1))
def plan_day(now: datetime) -> None:
    """Give the places of the day."""
    actions.plan_day()
