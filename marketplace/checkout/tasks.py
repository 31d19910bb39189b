"""What is done about a cart after its request."""

from __future__ import annotations

from typing import Any

from marketplace.checkout import actions, returning
from marketplace.kernel.jobs.registry import job


@job(actions.FINISH_JOB)
def finish(payload: dict[str, Any]) -> None:
    """Complete a cart that was paid and then left, or return its money; nothing when it was completed or never paid."""
    checkout_id = payload["checkout_id"]
    actions.look_after(checkout_id=checkout_id, name=payload.get("name", checkout_id), look=payload.get("look", 0))


@job(returning.RETURN_JOB)
def return_payment(payload: dict[str, Any]) -> None:
    """Ask for the money of a cart that cannot be ordered."""
    returning.return_payment(checkout_id=payload["checkout_id"], transaction_id=payload["transaction_id"])
