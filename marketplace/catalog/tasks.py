"""Jobs and schedules of the catalogue."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from marketplace.catalog import actions
from marketplace.catalog.actions.checking import DAY_JOB
from marketplace.catalog.actions.projection import INDEX_JOB, PROJECT_JOB
from marketplace.catalog.actions.publishing import SYNC_JOB
from marketplace.kernel.jobs.registry import job, schedule


@job(INDEX_JOB)
def index_pending(payload: dict[str, Any]) -> None:
    """Bring the search index to the read model."""
    actions.index_pending()


@job(PROJECT_JOB)
def project_product(payload: dict[str, Any]) -> None:
    """Bring one product's pages to what Saleor says now."""
    actions.project_product(product_id=payload["product_id"])


@job(SYNC_JOB)
def sync_state(payload: dict[str, Any]) -> None:
    """Tell Saleor whether a listing is for sale."""
    actions.sync_state(listing_id=payload["listing_id"])


@job("catalog.project_merchant")
def project_merchant(payload: dict[str, Any]) -> None:
    """Show a merchant's listings anew, because something beside them changed (a story, a name)."""
    actions.project_merchant(merchant_id=payload["merchant_id"])


@job("catalog.recheck_merchant")
def recheck_merchant(payload: dict[str, Any]) -> None:
    """Check a merchant's listings, because its permits or papers changed."""
    actions.recheck_merchant(merchant_id=payload["merchant_id"])


@job(DAY_JOB)
def recheck_day(payload: dict[str, Any]) -> None:
    """Check some of what was not checked on this day."""
    actions.recheck_slice()


@schedule("catalog.recheck", every=timedelta(minutes=1))
def recheck(now: datetime) -> None:
    """Ask for the check of this day, when anything was not yet checked."""
    actions.ask_recheck()
