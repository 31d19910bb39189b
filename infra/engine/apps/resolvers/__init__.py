"""What of the contract this app serves."""

from infra.engine.apps.resolvers import (
    app_mutations,
    event_deliveries,
    problems,
    queries,
    types,
    webhook_mutations,
)

__all__ = ["app_mutations", "event_deliveries", "problems", "queries", "types", "webhook_mutations"]
