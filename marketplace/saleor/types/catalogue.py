"""Products, variants, categories, pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from plugins.api.money import Money


@dataclass(frozen=True, slots=True)
class Text:
    """A translation. Empty where Saleor has none."""

    name: str = ""
    slug: str = ""
    description: str = ""
    seo_title: str = ""
    seo_description: str = ""


@dataclass(frozen=True, slots=True)
class ChannelListing:
    """How a product stands in one channel."""

    channel: str
    currency: str
    is_published: bool
    published_at: datetime | None
    is_in_listings: bool
    is_for_sale: bool
    for_sale_at: datetime | None


@dataclass(frozen=True, slots=True)
class Stock:
    """Pieces of a variant in one warehouse; `available` is what can still be promised."""

    warehouse_id: str
    warehouse: str
    quantity: int
    allocated: int
    reserved: int

    @property
    def available(self) -> int:
        return max(0, self.quantity - self.allocated - self.reserved)


@dataclass(frozen=True, slots=True)
class SaleorVariant:
    """A variant with its price by channel slug (entered with tax) and its stock by warehouse."""

    id: str
    name: str
    sku: str
    english_name: str
    is_tracked: bool
    external_reference: str
    prices: Mapping[str, Money]
    prior_prices: Mapping[str, Money]
    stocks: tuple[Stock, ...]
    metadata: Mapping[str, str]

    @property
    def available(self) -> int:
        return sum(stock.available for stock in self.stocks)


@dataclass(frozen=True, slots=True)
class SaleorMedia:
    """A picture: the original and renditions of about 512 and 1024 pixels (the longer side)."""

    id: str
    alt: str
    kind: str
    original_url: str
    card_url: str
    large_url: str


@dataclass(frozen=True, slots=True)
class SaleorProduct:
    """A product with everything the read model needs. `merchant` is the slug of the page it refers to, or empty."""

    id: str
    name: str
    slug: str
    description: str
    created_at: datetime
    updated_at: datetime
    external_reference: str
    category_id: str
    category: str
    category_name: str
    product_type: str
    tax_class: str
    weight_g: Decimal | None
    merchant: str
    merchant_page_id: str
    texts: Mapping[str, str]
    metadata: Mapping[str, str]
    private_metadata: Mapping[str, str]
    listings: Mapping[str, ChannelListing]
    variants: tuple[SaleorVariant, ...]
    media: tuple[SaleorMedia, ...]
    english: Text


@dataclass(frozen=True, slots=True)
class SaleorCategory:
    """A category; `parent_id` is empty at the top."""

    id: str
    name: str
    slug: str
    level: int
    parent_id: str
    updated_at: datetime
    english: Text
    metadata: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SaleorPage:
    """A page (Saleor's "model"): a merchant is one of type `merchant`. `content` is Editor.js JSON, or empty."""

    id: str
    slug: str
    title: str
    content: str
    page_type: str
    is_published: bool
    published_at: datetime | None
    created_at: datetime
    metadata: Mapping[str, str]
    private_metadata: Mapping[str, str]
    english: Text
