"""Names of jobs. Those of the ledger are named here because orders ask for them and stand below it."""

from __future__ import annotations

PROJECT = "orders.project"
CHECK = "orders.check"
CONFIRM = "orders.confirm"
CANCEL = "orders.cancel"
SHIP = "orders.ship"
REFUND = "orders.refund"
POST_PAYMENT = "settlement.post_payment"
POST_SHIPMENT = "settlement.post_shipment"
POST_REFUND = "settlement.post_refund"
