"""What provisioning says about itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between Saleor and what the mall needs.

    Without a `field` the thing itself is not there, and `after` is what it is made with, where that says anything.
    `before` is None for something that was not there.
    """

    kind: str
    name: str
    field: str = ""
    before: Any = None
    after: Any = None

    @property
    def needs_restart(self) -> bool:
        """Whether each process of a Saleor keeps its own copy of this and reads it only when it starts."""
        return self.kind == "shop"

    def __str__(self) -> str:
        if not self.field:
            return f"{self.kind} {self.name}: create" + (f" {self.after!r}" if self.after else "")
        return f"{self.kind} {self.name}.{self.field}: {self.before!r} → {self.after!r}"


@dataclass(frozen=True, slots=True)
class MarketChannel:
    """A channel as Saleor has it."""

    id: str
    slug: str
    currency: str
    country: str


@dataclass(frozen=True, slots=True)
class SiteIds:
    """The ids that listings are made with: channels by slug, tax classes by name, attributes by slug."""

    channels: dict[str, MarketChannel]
    tax_classes: dict[str, str]
    attributes: dict[str, str]
    product_type: str
    merchant_page_type: str


@dataclass(frozen=True, slots=True)
class MerchantSite:
    """A merchant's page and warehouse at Saleor."""

    page_id: str
    warehouse_id: str
