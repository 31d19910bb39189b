"""What of the contract this app serves."""

from infra.engine.giftcards.resolvers import events, mutations, queries, types

__all__ = ["events", "mutations", "queries", "types"]
