"""Addresses of an order that its customer wants to find again."""

from __future__ import annotations

from typing import Any

from infra.engine.customers.models import Address, User

#: how many addresses a customer may keep
MOST = 100
_COLUMNS = tuple(item.name for item in Address._meta.fields if item.name not in ("id", "metadata", "private_metadata"))


def keep_addresses(user: User | None, *, billing: dict[str, Any] | None, shipping: dict[str, Any] | None) -> None:
    """Put the addresses given into a customer's address book, unless they are there; a full book stays as it is.

    The first of a kind becomes the customer's default. Without a customer nothing is kept.
    """
    if user is None or not (billing or shipping):
        return
    own = list(user.addresses.all())
    if shipping:
        _keep(user, own, "shipping", shipping)
    if billing:
        _keep(user, own, "billing", billing)


def _keep(user: User, own: list[Address], kind: str, said: dict[str, Any]) -> None:
    if len(own) >= MOST:
        return
    values: dict[str, Any] = {name: said.get(name) or "" for name in _COLUMNS}
    address = next((row for row in own if all(getattr(row, name) == values[name] for name in _COLUMNS)), None)
    if address is None:
        address = user.addresses.create(**{**values, "metadata": said.get("metadata") or {}})
        own.append(address)
    column = f"default_{kind}_address"
    if getattr(user, f"{column}_id") is None:
        setattr(user, column, address)
        user.save(update_fields=[column, "updated_at"])
