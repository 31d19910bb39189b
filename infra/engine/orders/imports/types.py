"""Orders brought along from elsewhere while they are being made. No framework."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from infra.engine.schema.errors import MutationError

MAX_ORDERS = 50
#: signs of a note
MAX_NOTE = 255
UPDATE, FORCE, SKIP = "UPDATE", "FORCE", "SKIP"


class Spoiled(Exception):  # noqa: N818 (it only ends the making of one order)
    """The order cannot be made, whatever is to become of failed rows; the reason is among the row's errors."""


@dataclass(slots=True)
class ImportedLine:
    """A line with the warehouse it leaves from, and how many of its pieces have left."""

    row: Any
    warehouse_id: UUID
    discount: Any = None
    sent: int = 0


@dataclass(slots=True)
class ImportedParcel:
    """A fulfillment and its lines: (row, index of the order's line)."""

    row: Any
    lines: list[tuple[Any, int]] = field(default_factory=list)


@dataclass
class ImportedOrder:
    """One order of a batch: what is to be stored of it, and what was wrong.

    order: None when it is not to be stored. is_spoiled: so whatever is to become of failed rows.
    """

    order: Any = None
    errors: list[MutationError] = field(default_factory=list)
    is_spoiled: bool = False
    lines: list[ImportedLine] = field(default_factory=list)
    parcels: list[ImportedParcel] = field(default_factory=list)
    notes: list[Any] = field(default_factory=list)
    discounts: list[Any] = field(default_factory=list)
    invoices: list[Any] = field(default_factory=list)
    cards: list[Any] = field(default_factory=list)
    #: (transaction, its events)
    payments: list[tuple[Any, list[Any]]] = field(default_factory=list)

    def blame(self, path: str | None, message: str, code: str) -> None:
        """Keep what is wrong; `path` names the place, with dots and numbers from 0."""
        self.errors.append(MutationError.of(path, message, code, path=path))

    def spoil(self, path: str | None, message: str, code: str) -> Spoiled:
        """Keep what is wrong, and return what the caller is to raise, for the order cannot be made."""
        self.blame(path, message, code)
        self.is_spoiled = True
        return Spoiled(message)


@dataclass(frozen=True, slots=True)
class Delivery:
    """How an order is sent: by a method of the shop at a price, or to be collected, or (all empty) not at all.

    net, gross: the price, in the order's currency. tax_rate: a fraction.
    """

    method: Any = None
    point: Any = None
    net: Decimal = Decimal(0)
    gross: Decimal = Decimal(0)
    tax_rate: Decimal = Decimal(0)
