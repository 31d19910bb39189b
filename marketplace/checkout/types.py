"""Cart and checkout as pages see them. Money comes from Saleor's answer; nothing here computes a price."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from plugins.api.money import Money
from plugins.api.types import Destination, LandedCost, OrderLine, Problem, Words


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address. `country` ISO 3166-1 alpha-2; `area` the prefecture or state as the country writes it."""

    family_name: str
    given_name: str
    country: str
    postal_code: str
    area: str
    city: str
    street1: str
    street2: str = ""
    company: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class CartLine:
    """One line: `unit_price` and `total` tax included, as Saleor answers them. `listing_id` "" when it is off sale."""

    id: str
    product_id: str
    variant_id: str
    slug: str
    name: str
    variant_name: str
    merchant_code: str
    image: str
    quantity: int
    unit_price: Money
    total: Money
    problems: tuple[Problem, ...] = ()
    listing_id: str = ""


@dataclass(frozen=True, slots=True)
class ParcelPromise:
    """What one merchant's parcel costs and when it comes (days from dispatch). Price tax included."""

    merchant_code: str
    price: Money
    carrier: str
    min_days: int
    max_days: int


@dataclass(frozen=True, slots=True)
class PlacePromise:
    """What a parcel with one piece costs and how long it takes (days from dispatch) to each of `places`."""

    places: tuple[Words, ...]
    price: Money
    min_days: int
    max_days: int


@dataclass(frozen=True, slots=True)
class CartGroup:
    """One merchant's part of the cart."""

    merchant_code: str
    merchant_name: str
    lines: tuple[CartLine, ...]
    goods_total: Money
    parcel: ParcelPromise | None


@dataclass(frozen=True, slots=True)
class DeliveryOption:
    id: str
    name: str
    price: Money
    parcels: tuple[ParcelPromise, ...]
    is_active: bool = True
    message: str = ""


@dataclass(frozen=True, slots=True)
class Cart:
    """A whole cart. `delivery_total` and `total` are None until a delivery is chosen: unknown is never 0.

    `problems` block payment (a barred good, a closed destination, stock); `landed_cost` is shown for overseas carts.
    """

    checkout_id: str
    market: str
    currency: str
    email: str
    groups: tuple[CartGroup, ...]
    goods_total: Money
    delivery_total: Money | None
    tax_total: Money
    total: Money | None
    address: Address | None
    delivery: DeliveryOption | None
    problems: tuple[Problem, ...] = ()
    landed_cost: LandedCost | None = None

    @property
    def quantity(self) -> int:
        return sum(line.quantity for group in self.groups for line in group.lines)


@dataclass(frozen=True, slots=True)
class Payment:
    """Where a payment stands. "action": the buyer must confirm; "pending": the answer comes later."""

    status: Literal["paid", "action", "pending", "failed"]
    transaction_id: str
    message: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CompletedOrder:
    """An order that Saleor made of the checkout."""

    order_id: str
    number: str


@dataclass(frozen=True, slots=True)
class Basket:
    """What a delivery is quoted for. `area` is the prefecture or state as written; no name, no street."""

    currency: str
    language: str
    area: str
    destination: Destination | None
    lines: tuple[OrderLine, ...]


@dataclass(frozen=True, slots=True)
class DomesticRate:
    """The price of one parcel within Japan by region and greatest gross weight; yen, tax included."""

    region: str
    max_weight_g: int
    yen: int
    min_days: int
    max_days: int
    effective_from: date
    effective_to: date | None


class UnableToBuy(Exception):
    """The cart could not be changed or paid. `problems` say what was wrong, where, and what to do."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(problem.code for problem in problems))
        self.problems = problems


def say(code: str, ja: str, en: str, **more: Any) -> Problem:
    words: Words = {"ja": ja, "en": en}
    return Problem(code, words, **more)
