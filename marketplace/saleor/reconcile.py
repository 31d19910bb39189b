"""Everything Saleor has, or what changed there since a moment, for projectors that prove themselves equal to it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from marketplace.saleor import catalogue, orders
from marketplace.saleor.types import SaleorCategory, SaleorOrder, SaleorProduct

OVERLAP = timedelta(seconds=30)


def products_changed_since(moment: datetime | None) -> Iterator[SaleorProduct]:
    """Return products changed since `moment` (None: all), with 30 s of overlap for clocks that differ.

    Saleor does not count a change of stock as a change of the product: for stock ask for all.
    """
    return catalogue.list_products(changed_since=moment and moment - OVERLAP)


def orders_changed_since(moment: datetime | None, *, channel: str = "") -> Iterator[SaleorOrder]:
    """Return orders changed since `moment` (None: all), of one channel (slug) or of all, with the same overlap."""
    return orders.list_orders(changed_since=moment and moment - OVERLAP, channel=channel)


def categories() -> Iterator[SaleorCategory]:
    """Return all categories."""
    return catalogue.list_categories()
