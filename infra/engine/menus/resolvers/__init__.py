"""What of the contract this app serves."""

from infra.engine.menus.resolvers import item_mutations, menu_mutations, menus

__all__ = ["item_mutations", "menu_mutations", "menus"]
