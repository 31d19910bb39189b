"""What the catalogue gives to pages and to other apps. Plain Python, frozen, nothing of Django."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from plugins.api.money import Money
from plugins.api.types import Problem, Words

Availability = Literal["in_stock", "few", "sold_out", "unavailable"]
Sort = Literal["recommended", "new", "price_asc", "price_desc"]
ListingState = Literal["draft", "live", "withdrawn"]
WithdrawnBy = Literal["", "merchant", "ward", "check"]


class UnableToPublish(Exception):
    """A listing may not go on sale. `problems` says why, each with the field it belongs to and its source."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("; ".join(problem.code for problem in problems))
        self.problems = problems


class ListingMissing(LookupError):
    """No such listing for this caller: one of another merchant answers exactly like one that does not exist."""


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture in two widths (pixels), with its alternative text in the reader's language. Urls may be ""."""

    w480: str
    w960: str
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Badge:
    """A short word on a card ("食品表示確認済"). `code` is stable and names the look, `label` is for the reader."""

    code: str
    label: str


@dataclass(frozen=True, slots=True)
class ListingCard:
    """One listing as lists show it, for one market and language, computed when it was projected.

    `price` is tax included in the market's currency (the lowest of the variants; `has_price_range` when they
    differ). `tax_rate` is the share of tax in force at projection (Decimal("0.08")). `featured_reason` is set only
    by curation's own queries.
    """

    id: str
    slug: str
    product_id: str
    market: str
    language: str
    name: str
    merchant_code: str
    merchant_name: str
    price: Money
    tax_rate: Decimal
    availability: Availability
    badges: tuple[Badge, ...]
    story_teaser: str
    image: Picture
    category_slug: str
    category_name: str
    featured_reason: str = ""
    has_price_range: bool = False


@dataclass(frozen=True, slots=True)
class VariantView:
    """One variant on a product page. `id` is Saleor's; `stock` is what may be bought now, as last projected."""

    id: str
    name: str
    sku: str
    price: Money
    stock: int
    availability: Availability


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of a table: what, and its value, both in the reader's language."""

    code: str
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class PanelView:
    """A plugin's part of the page in the reader's language. `html` is safe markup made by the plugin's template."""

    plugin: str
    slot: str
    title: str
    html: str


@dataclass(frozen=True, slots=True)
class Maker:
    """The merchant beside the goods. `profile` is its own short text."""

    code: str
    name: str
    profile: str
    place: str


@dataclass(frozen=True, slots=True)
class BlockedDestination:
    """A country this listing cannot be sent to from this market, why, and by which rule."""

    country: str
    country_name: str
    message: str
    source_title: str
    source_url: str
    effective_from: str = ""


@dataclass(frozen=True, slots=True)
class ListingDetail:
    """A product page: the card and all beside it. `description` is plain text, its paragraphs parted by blank lines."""

    card: ListingCard
    description: str
    variants: tuple[VariantView, ...]
    gallery: tuple[Picture, ...]
    facts: tuple[Fact, ...]
    panels: tuple[PanelView, ...]
    maker: Maker
    legal: tuple[Fact, ...]
    blocked_destinations: tuple[BlockedDestination, ...]
    weight_g: int = 0

    def in_slot(self, slot: str) -> tuple[PanelView, ...]:
        return tuple(panel for panel in self.panels if panel.slot == slot)


@dataclass(frozen=True, slots=True)
class CardPage:
    """One page of cards. `total` counts up to `CEILING` only: beyond it pages say "more than"."""

    cards: tuple[ListingCard, ...]
    page: int
    pages: int
    total: int


@dataclass(frozen=True, slots=True)
class FacetValue:
    value: str
    label: str
    count: int
    is_selected: bool = False


@dataclass(frozen=True, slots=True)
class Facet:
    """One way to narrow a search: `code` is the query parameter ("category", "merchant", "price", "availability")."""

    code: str
    label: str
    values: tuple[FacetValue, ...]


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What a search found. `suggestion` is a query that would find something, or "" (only when nothing was found)."""

    query: str
    cards: tuple[ListingCard, ...]
    facets: tuple[Facet, ...]
    total: int
    page: int
    pages: int
    suggestion: str = ""


@dataclass(frozen=True, slots=True)
class Category:
    """A category with its name in the reader's language. `parent_slug` is "" at the top; `count` is live listings
    in the market in it or below it; `pool_category` is the slug its sales are pooled under."""

    id: str
    slug: str
    name: str
    parent_slug: str
    pool_category: str
    count: int
    is_food: bool = False


@dataclass(frozen=True, slots=True)
class VariantDraft:
    """One variant as its merchant writes it.

    `prices` by market code, tax included, in that market's currency; a market without a price does not sell it.
    `stock` is the number in the merchant's warehouse; None leaves what Saleor holds unchanged.
    """

    sku: str
    name: Words
    prices: Mapping[str, Money]
    stock: int | None = None


@dataclass(frozen=True, slots=True)
class PictureDraft:
    """A picture to add: its bytes, file name (the ending tells the format) and alternative text by language."""

    file_name: str
    content: bytes
    alt: Words = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ListingRecord:
    """One listing as its merchant and the ward see it, in any state. `product_id` is "" until first published."""

    id: str
    product_id: str
    slug: str
    merchant_id: str
    merchant_code: str
    names: Words
    descriptions: Words
    category_slug: str
    state: ListingState
    withdrawn_by: WithdrawnBy
    withdrawn_reason: Words
    variants: tuple[VariantDraft, ...]
    markets: tuple[str, ...]
    answers: Mapping[str, Any]
    hs_code: str
    origin_country: str
    origin_area: str
    weight_g: int
    tax_class: str
    pictures: tuple[str, ...]
    updated_at: datetime
    published_at: datetime | None


@dataclass(frozen=True, slots=True)
class Difference:
    """One way in which the read model was not equal to Saleor. `repaired` once the projector made it so."""

    product_id: str
    what: str
    repaired: bool


@dataclass(frozen=True, slots=True)
class ReconcileReport:
    """What a reconcile pass looked at and found: the first differences, and how many there were in all.

    Equal means that none was found.
    """

    products_read: int
    listings_read: int
    differences: tuple[Difference, ...]
    count: int

    @property
    def is_equal(self) -> bool:
        return not self.count
