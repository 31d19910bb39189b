"""Writes of orders. Saleor is read again before every step, so that each may be repeated after a crash."""

from marketplace.orders.actions.parcels import accept_parcel, ship_parcel
from marketplace.orders.actions.projector import project_order
from marketplace.orders.actions.reconciling import reconcile
from marketplace.orders.actions.refunds import refund_lines, refuse_line, refuse_lines
from marketplace.orders.actions.retrying import retry_refund

__all__ = [
    "accept_parcel",
    "project_order",
    "reconcile",
    "refund_lines",
    "refuse_line",
    "refuse_lines",
    "retry_refund",
    "ship_parcel",
]
