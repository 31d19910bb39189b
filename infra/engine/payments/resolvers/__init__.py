"""What of the contract this app serves."""

from infra.engine.payments.resolvers import actions, manual, sessions, types

__all__ = ["actions", "manual", "sessions", "types"]
