"""What clients ask of a checkout's lines. No framework."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID


class Unset:
    """Marks what a client did not say, as opposed to null."""


UNSET = Unset()


@dataclass(slots=True)
class LineInput:
    """A line to add or change; `price` is UNSET when it was not said, None to go back to the channel's price."""

    variant_id: int | None
    quantity: int | None = None
    line_id: UUID | None = None
    price: Decimal | None | Unset = UNSET
    price_reason: str | None | Unset = UNSET
    force_new_line: bool = False
    metadata: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class NewCheckout:
    """What a checkout starts with; addresses are already cleaned (see `addresses.clean_address`)."""

    channel: Any
    email: str | None = None
    user: Any = None
    language_code: str = "EN"
    billing_address: dict[str, Any] | None = None
    shipping_address: dict[str, Any] | None = None
    save_billing_address: bool = True
    save_shipping_address: bool = True
    metadata: dict[str, str] = field(default_factory=dict)
    private_metadata: dict[str, str] = field(default_factory=dict)
