"""Shoppers with an account."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from marketplace.saleor.types.base import Address


@dataclass(frozen=True, slots=True)
class SaleorUser:
    """A shopper with an account at Saleor."""

    id: str
    email: str
    first_name: str
    last_name: str
    is_active: bool
    is_confirmed: bool
    language: str
    addresses: tuple[Address, ...]
    default_shipping_address_id: str
    default_billing_address_id: str


@dataclass(frozen=True, slots=True)
class SaleorCustomer:
    """Who opened an account, when, and whether the address was confirmed."""

    id: str
    email: str
    language: str
    is_active: bool
    is_confirmed: bool
    joined_at: datetime


@dataclass(frozen=True, slots=True)
class SaleorTokens:
    """A shopper's tokens; access lives five minutes, refresh thirty days."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    user_id: str
    email: str
