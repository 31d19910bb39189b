"""What of the contract this app serves."""

from infra.engine.warehouses.resolvers import stocks, warehouses
from infra.engine.warehouses.resolvers.stocks import load_warehouses

__all__ = ["load_warehouses", "stocks", "warehouses"]
