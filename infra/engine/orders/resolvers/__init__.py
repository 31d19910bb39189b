"""What of the contract this app serves."""

from infra.engine.orders.resolvers import fulfillments, lines, mutations, refunds, types

__all__ = ["fulfillments", "lines", "mutations", "refunds", "types"]
