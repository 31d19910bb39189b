"""What of the contract this app serves."""

from infra.engine.checkout.resolvers import (
    customers,
    deliveries,
    line_mutations,
    mutations,
    order_mutations,
    promo_codes,
    taxes,
    types,
)

__all__ = ["customers", "deliveries", "line_mutations", "mutations", "order_mutations", "promo_codes", "taxes", "types"]
