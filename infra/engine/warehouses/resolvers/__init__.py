"""What of the contract this app serves."""

from infra.engine.warehouses.resolvers import places, stock_mutations, stocks, warehouses
from infra.engine.warehouses.resolvers.stocks import load_warehouses

__all__ = ["load_warehouses", "places", "stock_mutations", "stocks", "warehouses"]
