"""What is asked of orders. No framework."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

#: fulfillments whose goods are on their way, or waiting to be
OPEN = ("FULFILLED", "WAITING_FOR_APPROVAL")
#: a fulfillment in one of these does not keep its order from being cancelled
SETTLED = ("CANCELED", "REFUNDED", "REPLACED", "REFUNDED_AND_RETURNED", "RETURNED")


@dataclass(frozen=True, slots=True)
class FulfillPart:
    """`quantity` pieces of an order line to leave a warehouse."""

    line_id: UUID
    warehouse_id: UUID
    quantity: int


@dataclass(frozen=True, slots=True)
class RefundPart:
    """`quantity` pieces of an order line to be refunded."""

    line_id: UUID
    quantity: int
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class RefundGrant:
    """What is granted back: an amount, or lines and delivery whose prices add up to it."""

    parts: tuple[RefundPart, ...] = ()
    amount: Decimal | None = None
    shipping: bool = False
    reason: str = ""
    transaction_token: UUID | None = None
    requestor: Any = None


def status_of(*, total: int, fulfilled: int, returned: int, waiting: int) -> str:
    """Return the status of a confirmed order by pieces: ordered, in fulfillments, returned, waiting for approval."""
    sent = fulfilled - waiting
    if sent <= 0:
        return "UNFULFILLED"
    if 0 < returned < total:
        return "PARTIALLY_RETURNED"
    if returned == total:
        return "RETURNED"
    return "PARTIALLY_FULFILLED" if sent < total else "FULFILLED"


@dataclass(frozen=True, slots=True)
class Reduction:
    """A discount by hand: `value` is an amount (FIXED; per piece on a line) or percent (PERCENTAGE)."""

    value: Decimal
    value_type: str
    reason: str | None = None
    reason_said: bool = False


@dataclass(frozen=True, slots=True)
class ReturnPart:
    """`quantity` pieces that come back: of an order line not yet sent, or of a fulfillment's line; exactly one."""

    quantity: int
    line_id: UUID | None = None
    fulfillment_line_id: int | None = None
    replace: bool = False
