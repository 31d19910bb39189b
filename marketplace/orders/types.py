"""Orders as the mall sees them: one order, one part per merchant."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from plugins.api.money import Money
from plugins.api.types import Words

OrderState = Literal["paid", "confirmed", "cancelling", "cancelled"]
PartState = Literal["new", "accepted", "shipping", "shipped", "refused"]
Area = Literal["ward", "tokyo", "japan", "overseas"]


class OrderMissing(LookupError):
    """No such order for this caller: another merchant's answers exactly like one that does not exist."""


class UnableToSplit(Exception):
    """The order cannot be divided among merchants; it stays unconfirmed and is shown to the ward desk."""


class UnableToShip(Exception):
    """The parcel cannot be shipped; the message says why."""


class UnableToRefuse(Exception):
    """The lines cannot be refused; the message says why."""


class UnableToRefund(Exception):
    """The pieces cannot be paid back; the message says why."""


def label(name: str, variant_name: str, sku: str) -> str:
    """Return how a line is called: the goods' name, with the variant's where it says more than the SKU."""
    return name if variant_name in ("", name, sku) else f"{name} {variant_name}"


@dataclass(frozen=True, slots=True)
class LineView:
    """One line of a merchant's part. `refunded_quantity` of its pieces were refused or came back."""

    id: str
    product_id: str
    sku: str
    name: str
    variant_name: str
    quantity: int
    total: Money
    yen: int
    tax_rate: Decimal
    category: str
    is_refused: bool
    refunded_quantity: int
    image_url: str

    @property
    def label(self) -> str:
        return label(self.name, self.variant_name, self.sku)


@dataclass(frozen=True, slots=True)
class RefundView:
    """Money going back to the buyer. `state`: "asked", "made" or "failed"; `shipping` is within `amount`."""

    key: str
    merchant_id: str
    amount: Money
    shipping: Money
    yen: int
    shipping_yen: int
    reason: Words
    state: str
    lines: tuple[RefundLineView, ...]
    asked_at: datetime
    made_at: datetime | None
    day: date | None


@dataclass(frozen=True, slots=True)
class RefundLineView:
    """Pieces of one line that were paid back."""

    line_id: str
    name: str
    quantity: int
    amount: Money
    yen: int


@dataclass(frozen=True, slots=True)
class PartView:
    """One merchant's part of an order. Sums of all parts are the order's total."""

    order_id: str
    number: str
    merchant_id: str
    merchant_code: str
    merchant_name: Words
    state: PartState
    lines: tuple[LineView, ...]
    goods: Money
    shipping: Money
    shipping_yen: int
    placed_at: datetime
    confirmed_at: datetime | None
    accepted_at: datetime | None
    shipped_at: datetime | None
    carrier: str
    tracking_number: str
    promise: dict[str, object] = field(default_factory=dict)
    refunds: tuple[RefundView, ...] = ()

    @property
    def total(self) -> Money:
        """What was ordered of this merchant, refused lines too."""
        return self.goods + self.shipping

    @property
    def refunded(self) -> Money:
        """What goes back to the buyer of it: refunds made, and those that are still to be made."""
        return sum((each.amount for each in self.refunds), Money.zero(self.total.currency))

    @property
    def kept(self) -> Money:
        """What is left of it as the merchant's sale, before the mall's commission."""
        return self.total - self.refunded


@dataclass(frozen=True, slots=True)
class ShippingAddress:
    """Where a parcel goes; for the merchant that sends it only."""

    name: str
    company: str
    postal_code: str
    country: str
    area: str
    city: str
    street: str
    phone: str


@dataclass(frozen=True, slots=True)
class MerchantPart:
    """A part with what its merchant needs to send it. Nothing of other merchants' parts is in it."""

    part: PartView
    address: ShippingAddress
    buyer_language: str
    market: str
    is_simulated: bool
    day_sold: date


@dataclass(frozen=True, slots=True)
class Step:
    """One step of an order on the buyer's page. `at` None: not yet."""

    code: Literal["placed", "paid", "confirmed", "shipped", "cancelled"]
    at: datetime | None


@dataclass(frozen=True, slots=True)
class BuyerOrder:
    """What a buyer reads under the order's link. `total` is what was charged; parts sum to it."""

    order_id: str
    number: str
    market: str
    language: str
    state: OrderState
    placed_at: datetime
    total: Money
    shipping: Money
    refunded: Money
    parts: tuple[PartView, ...]
    refunds: tuple[RefundView, ...]
    cancel_reasons: tuple[Words, ...]
    steps: tuple[Step, ...]
    token: str


@dataclass(frozen=True, slots=True)
class OrderSums:
    """An order's money, for the ledger and for proofs. `yen_rate` is the rate of the day of sale."""

    order_id: str
    number: str
    market: str
    state: OrderState
    day_sold: date
    total: Money
    yen_total: int
    yen_rate: Decimal
    is_simulated: bool
    parts: tuple[PartView, ...]


@dataclass(frozen=True, slots=True)
class DayFigures:
    """The ward's four figures of a day in Japan. `yen` is what was sold that day, before refunds."""

    day: date
    orders: int
    yen: int
    parcels_waiting: int
    open_problems: int


@dataclass(frozen=True, slots=True)
class OrderDifference:
    """One way in which the mall did not have of an order what Saleor says; `repaired` once it has."""

    order_id: str
    number: str
    what: str
    repaired: bool


@dataclass(frozen=True, slots=True)
class ProblemView:
    """Something about an order that a person should look at."""

    id: int
    order_id: str
    number: str
    code: str
    detail: str
    opened_at: datetime
