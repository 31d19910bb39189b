"""Jobs of the ledger. Orders ask for them by name, for they stand below."""

from __future__ import annotations

from typing import Any

from marketplace.kernel.jobs.registry import job
from marketplace.orders import kinds
from marketplace.settlement import actions


@job(kinds.POST_PAYMENT)
def post_payment(payload: dict[str, Any]) -> None:
    """Post a payment."""
    actions.post_payment(order_id=payload["order_id"])


@job(kinds.POST_SHIPMENT)
def post_shipment(payload: dict[str, Any]) -> None:
    """Post a shipment."""
    actions.post_shipment(order_id=payload["order_id"], merchant_id=payload["merchant_id"])


@job(kinds.POST_REFUND)
def post_refund(payload: dict[str, Any]) -> None:
    """Post a refund."""
    actions.post_refund(refund_key=payload["refund_key"])
