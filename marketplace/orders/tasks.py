"""Jobs of orders: each calls one action that may be repeated."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from marketplace.checkout.actions import PROBLEM_JOB
from marketplace.kernel.jobs.registry import job, schedule
from marketplace.orders import kinds
from marketplace.orders.actions import confirming, facts, parcels, problems, projector, refunds


@job(kinds.PROJECT)
def project(payload: dict[str, Any]) -> None:
    """Bring an order in, or up to date."""
    projector.project_order(order_id=payload["order_id"])


@job(kinds.CHECK)
def check(payload: dict[str, Any]) -> None:
    """Ask plugins whether a paid order may be confirmed."""
    confirming.check_order(order_id=payload["order_id"])


@job(kinds.CONFIRM)
def confirm(payload: dict[str, Any]) -> None:
    """Confirm an order at Saleor and ask for its parcels."""
    confirming.confirm_order(order_id=payload["order_id"])


@job(kinds.CANCEL)
def cancel(payload: dict[str, Any]) -> None:
    """Refund and cancel an order that a check refused."""
    confirming.cancel_order(order_id=payload["order_id"])


@job(kinds.SHIP)
def ship(payload: dict[str, Any]) -> None:
    """Tell Saleor and the buyer that a parcel is on its way."""
    parcels.tell_shipments(order_id=payload["order_id"])


@job(kinds.REFUND)
def refund(payload: dict[str, Any]) -> None:
    """Carry out one refund at Saleor."""
    refunds.carry_out(grant_key=payload["grant_key"])


@job(PROBLEM_JOB)
def open_problem(payload: dict[str, Any]) -> None:
    """Show the ward desk what happened before there was an order."""
    problems.open_problem(**payload)


@schedule("orders.forget_tokens", every=timedelta(days=1))
def forget_tokens(now: datetime) -> None:
    """Delete the words that join facts of weeks long past."""
    facts.forget_tokens()
