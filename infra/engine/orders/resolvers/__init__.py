"""What of the contract this app serves."""

from infra.engine.orders.resolvers import (
    discounts,
    drafts,
    editing,
    fulfillments,
    hand_payments,
    imports,
    lines,
    mutations,
    refunds,
    returns,
    types,
)

__all__ = [
    "discounts",
    "drafts",
    "editing",
    "fulfillments",
    "hand_payments",
    "imports",
    "lines",
    "mutations",
    "refunds",
    "returns",
    "types",
]
