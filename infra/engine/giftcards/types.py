"""What a gift card is made from. No framework."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class NewCards:
    """Cards to be issued, all alike; `code` only for a single one."""

    amount: Decimal
    currency: str
    is_active: bool
    count: int = 1
    code: str | None = None
    tags: tuple[str, ...] = ()
    expiry_date: date | None = None
    assigned_to_id: int | None = None
    note: str = ""
    #: the customer's address the card is sent to, and the slug of the channel it is sent from
    send_to: str = ""
    channel: str = ""
    metadata: dict[str, str] = field(default_factory=dict)
    private_metadata: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CardChange:
    """What is to change of a card; None leaves as it is. `balance` sets both the initial and the current one."""

    balance: Decimal | None = None
    expiry_date: date | None = None
    clear_expiry: bool = False
    add_tags: tuple[str, ...] | None = None
    remove_tags: tuple[str, ...] | None = None
    metadata: dict[str, str] = field(default_factory=dict)
    private_metadata: dict[str, str] = field(default_factory=dict)
