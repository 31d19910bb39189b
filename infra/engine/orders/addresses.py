"""Addresses of an order that its customer wants to find again."""

from __future__ import annotations

from typing import Any

from infra.engine.customers.models import Address, User
from infra.engine.orders.models import Order

#: how many addresses a customer may keep
MOST = 100
_COLUMNS = tuple(item.name for item in Address._meta.fields if item.name not in ("id", "metadata", "private_metadata"))


def keep_addresses(order: Order) -> None:
    """Put the addresses of a draft that was to keep them into its customer's address book.

    The first of a kind becomes the customer's default. Without a customer nothing is kept.
    """
    if order.user is None:
        return
    for kind in ("billing", "shipping"):
        address = getattr(order, f"{kind}_address")
        if getattr(order, f"draft_save_{kind}_address") and address:
            _keep(order.user, kind, address)


def _keep(user: User, kind: str, said: dict[str, Any]) -> None:
    if user.addresses.count() >= MOST:
        return
    values: dict[str, Any] = {name: said.get(name) or "" for name in _COLUMNS}
    address = user.addresses.filter(**values).first()
    if address is None:
        address = user.addresses.create(**{**values, "metadata": said.get("metadata") or {}})
    column = f"default_{kind}_address"
    if getattr(user, f"{column}_id") is None:
        setattr(user, column, address)
        user.save(update_fields=[column, "updated_at"])
