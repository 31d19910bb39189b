"""What the payments plugin does after a request."""

from __future__ import annotations

from typing import Any

from marketplace.kernel.jobs.registry import job
from plugins.payments import actions


@job("payments.settle_late")
def settle_late(payload: dict[str, Any]) -> None:
    """Charge a payment left pending and report it to the engine; both are idempotent by the reference."""
    from marketplace.saleor import payments as door  # registering the job must not load the client

    answer = actions.settle_late(reference=payload["reference"])
    door.report_event(
        transaction_id=payload["transaction_id"],
        type=answer.result,
        amount=answer.amount,
        psp_reference=answer.reference,
        available_actions=answer.actions,
    )
