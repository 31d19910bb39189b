"""What of the contract this app serves."""

from infra.engine.shipping.resolvers import method_mutations, types, zone_mutations

__all__ = ["method_mutations", "types", "zone_mutations"]
