"""The frozen dataclasses that cross the plugin border. Plain Python: no framework, no model, nothing mutable.

Words in several languages are `Words`: a mapping from language code ("ja", "en") to text; Japanese is always there.
Days are dates in Japan (`Asia/Tokyo`); moments are aware datetimes in UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from plugins.api.money import Money

Words = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Source:
    """Where a rule comes from: shown beside every refusal and every figure that the world may change."""

    title: str
    url: str
    effective_from: date | None = None
    effective_to: date | None = None
    status: Literal["in_force", "scheduled", "proposed", "suspended"] = "in_force"
    checked_on: date | None = None
    confidence: Literal["A", "B", "C"] = "B"


@dataclass(frozen=True, slots=True)
class Problem:
    """One reason why something cannot be done, or should be looked at.

    Arguments: `code`, stable, `plugin.problem`; `message`, what is wrong and what to do, in the reader's words;
    `field`, the form field it belongs to, or ""; `subject`, the id of the listing or line meant, or ""; `blocks`,
    false for advice only; `source`, the rule behind it when there is one."""

    code: str
    message: Words
    field: str = ""
    subject: str = ""
    blocks: bool = True
    source: Source | None = None


@dataclass(frozen=True, slots=True)
class Permit:
    """A licence of a merchant (food business, liquor mail order…), valid through `valid_to` inclusive; None: no end."""

    kind: str
    number: str
    valid_from: date
    valid_to: date | None
    merchant_id: str


@dataclass(frozen=True, slots=True)
class Merchant:
    """A merchant as plugins see it. `owner_key` is equal for all merchants of one owner or holding."""

    id: str
    code: str
    owner_key: str
    name: Words
    joined_on: date
    permits: tuple[Permit, ...] = ()


@dataclass(frozen=True, slots=True)
class Listing:
    """What a merchant wants to sell, as checks see it.

    `answers` holds what the merchant declared, by criterion code; a missing key means "not answered" and is never
    the same as a negative answer. `tax_class` is "standard" or "reduced". `hs_code` is digits only, 6 or more, or "".
    `origin_country` is ISO 3166-1 and `origin_area` ISO 3166-2 ("JP-13": made in Tokyo) or "" where not declared.
    `markets` are the codes of the markets it is offered in."""

    id: str
    product_id: str
    slug: str
    merchant: Merchant
    name: Words
    description: Words
    category: str
    is_food: bool
    tax_class: str
    hs_code: str
    origin_country: str
    origin_area: str
    weight_g: int
    markets: tuple[str, ...]
    answers: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Criterion:
    """One question of the shared standard.

    `kind`: "choice" (one of `choices`), "text", "date", "number" or "evidence". `applies_to`: category slugs, or
    empty for every listing; `food_only` narrows it to food."""

    code: str
    version: str
    question: Words
    kind: Literal["choice", "text", "date", "number", "evidence"]
    mandatory: bool
    help: Words = field(default_factory=dict)
    choices: tuple[tuple[str, Words], ...] = ()
    applies_to: tuple[str, ...] = ()
    food_only: bool = False
    effective_from: date | None = None
    effective_to: date | None = None
    source: Source | None = None


@dataclass(frozen=True, slots=True)
class Market:
    """A sales outlet: one Saleor channel of the same code, with its currency, first language and destinations."""

    code: str
    name: Words
    currency: str
    default_country: str
    default_language: str
    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a parcel goes. `country` ISO 3166-1 alpha-2; `area` e.g. "JP-13" where known; `channel` the market code."""

    country: str
    channel: str
    area: str = ""
    postal_code: str = ""


@dataclass(frozen=True, slots=True)
class DestinationStatus:
    """Whether goods can be sent to a country from a market today, and if not, why."""

    country: str
    name: Words
    is_open: bool
    reason: Words = field(default_factory=dict)
    source: Source | None = None


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One line of an order or of a cart: what, whose, how many, for how much (tax included, after discounts)."""

    id: str
    listing: Listing
    quantity: int
    total: Money


@dataclass(frozen=True, slots=True)
class Order:
    """A paid order before it is confirmed. No name, no street: checks need neither."""

    id: str
    number: str
    market: str
    destination: Destination
    lines: tuple[OrderLine, ...]
    paid_at: datetime


@dataclass(frozen=True, slots=True)
class Parcel:
    """What one merchant sends: its lines, gross weight in grams and value, for quoting a delivery."""

    merchant: Merchant
    lines: tuple[OrderLine, ...]
    weight_g: int
    is_chilled: bool = False


@dataclass(frozen=True, slots=True)
class ParcelQuote:
    """The price of one merchant's parcel, tax included, and its promise in days from dispatch."""

    merchant_id: str
    price: Money
    carrier: str
    min_days: int
    max_days: int
    note: Words = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DeliveryQuote:
    """The delivery of a whole cart to one destination: one quote per parcel; the charge is their sum."""

    code: str
    name: Words
    parcels: tuple[ParcelQuote, ...]


@dataclass(frozen=True, slots=True)
class LandedCost:
    """Duty and tax at the destination. `total` None means "not estimated": unknown is never shown as 0."""

    total: Money | None
    note: Words
    incoterm: Literal["DAP", "DDP"] = "DAP"
    source: Source | None = None


@dataclass(frozen=True, slots=True)
class PaymentMethod:
    """A way to pay. `code` is sent to the provider as data["method"]; `outcomes` only for the test method."""

    code: str
    name: Words
    description: Words
    currencies: tuple[str, ...] = ()
    outcomes: tuple[tuple[str, Words], ...] = ()
    demo_only: bool = False


@dataclass(frozen=True, slots=True)
class PaymentRequest:
    """What the commerce engine asks of a payment provider in a transaction event of the App protocol.

    `action`: "initialize", "process", "charge", "refund" or "cancel". `data` is what the buyer's page sent.
    `reference` names the earlier transaction (pspReference) when there is one; `idempotency_key` is stable over
    retries of one wish."""

    action: Literal["initialize", "process", "charge", "refund", "cancel"]
    method: str
    amount: Money
    source_id: str
    transaction_id: str
    reference: str
    idempotency_key: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PaymentAnswer:
    """The provider's answer, in the words of Saleor's transaction protocol (`CHARGE_SUCCESS`, `REFUND_FAILURE`…)."""

    result: str
    reference: str
    amount: Money
    message: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    actions: tuple[str, ...] = ()
    external_url: str = ""


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of a page that a plugin contributes. `html` is safe markup made by the plugin's own template.

    `slot`: where it wants to stand ("certificate", "story", "export", "maker"); `order` sorts within a slot."""

    plugin: str
    slot: str
    title: Words
    html: Words
    order: int = 100


@dataclass(frozen=True, slots=True)
class StoryTeaser:
    """A story about a merchant as lists show it, in one language. `image_url` may be ""."""

    slug: str
    language: str
    title: str
    teaser: str
    image_url: str
    merchant_id: str
    merchant_code: str
    shown_from: datetime | None = None


@dataclass(frozen=True, slots=True)
class Story:
    """A whole story. `html` is safe markup; `listing_ids` are the listings it is placed on (empty: all the maker's)."""

    teaser: StoryTeaser
    html: str
    listing_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Permission:
    """A permission code `area.thing:action` with what it allows, in words."""

    code: str
    name: Words


@dataclass(frozen=True, slots=True)
class Kpi:
    """One figure of the ward's plan, computed by `compute` (dotted path) on request; target with its unit."""

    code: str
    name: Words
    unit: str
    target: Decimal | None
    compute: str


@dataclass(frozen=True, slots=True)
class StoryBlock:
    """A kind of block that stories may hold. `factory` is the dotted path of a Wagtail block class."""

    code: str
    name: Words
    factory: str


@dataclass(frozen=True, slots=True)
class DataShredder:
    """Erases or anonymises what a plugin keeps about one person. `shred` is the dotted path of a callable(email)."""

    code: str
    name: Words
    shred: str


@dataclass(frozen=True, slots=True)
class SaleFact:
    """A sale or a refund, without any person: what enters the pool.

    Arguments: `id`, unique for ever (order id, line, kind and sequence hashed): the same fact twice counts once;
    `kind`; `day`, the day in Japan it was sold or refunded; `merchant_id` and `owner_key`; `category`, the slug of
    one of the pool's categories; `area`, the buyer's: "ward", "tokyo", "japan" or "overseas"; `quantity` and
    `amount` as charged, tax included, without shipping, always positive (a refund is a measure of its own);
    `yen`, the amount in whole yen at the dated rate stored with the sale; `order_token`, equal for the lines of one
    order within one period and of no other use: it is destroyed once that period's cube is built.
    What does not enter: names, addresses, e-mail, order numbers, free text, time of day."""

    id: str
    kind: Literal["sale", "refund"]
    day: date
    merchant_id: str
    owner_key: str
    category: str
    area: Literal["ward", "tokyo", "japan", "overseas"]
    quantity: int
    amount: Money
    yen: int
    order_token: str
    market: str
    simulated: bool = False


@dataclass(frozen=True, slots=True)
class MerchantJoined:
    merchant: Merchant
    joined_at: datetime


@dataclass(frozen=True, slots=True)
class ListingPublished:
    listing: Listing
    published_at: datetime


@dataclass(frozen=True, slots=True)
class ListingWithdrawn:
    listing: Listing
    reason: Words
    withdrawn_at: datetime


@dataclass(frozen=True, slots=True)
class OrderPaid:
    order: Order


@dataclass(frozen=True, slots=True)
class ParcelShipped:
    order_id: str
    merchant_id: str
    carrier: str
    tracking_number: str
    shipped_at: datetime


@dataclass(frozen=True, slots=True)
class RefundMade:
    order_id: str
    merchant_id: str
    line_ids: tuple[str, ...]
    amount: Money
    reason: Words
    refunded_at: datetime
