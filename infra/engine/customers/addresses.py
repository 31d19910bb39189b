"""Addresses of accounts: the same rules as at the checkout, kept whole where the shop says so."""

from __future__ import annotations

from typing import Any

from infra.engine.checkout.addresses import clean_address
from infra.engine.products.queries import shop_settings


def clean(said: dict[str, Any], *, address_type: str | None = None) -> dict[str, Any]:
    """Return the columns of an address as a client said it (AddressInput). Raises UserErrors."""
    return clean_address(said, address_type=address_type, keep_all_fields=shop_settings()["preserveAllAddressFields"])
