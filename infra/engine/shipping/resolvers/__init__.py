"""What of the contract this app serves."""

from infra.engine.shipping.resolvers import method_mutations, translations, types, zone_mutations

__all__ = ["method_mutations", "translations", "types", "zone_mutations"]
