from tests.orders.conftest import at_noon, plugin, saleor, three, work

__all__ = ["at_noon", "plugin", "saleor", "three", "work"]
