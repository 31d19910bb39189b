"""What of the contract this app serves."""

from infra.engine.customers.resolvers import (
    account,
    addresses,
    authentication,
    customers,
    external,
    staff,
    types,
    validation,
)

__all__ = ["account", "addresses", "authentication", "customers", "external", "staff", "types", "validation"]
