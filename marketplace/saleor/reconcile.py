"""Everything Saleor has, or what changed there since a moment, for projectors that prove themselves equal to it.

All of it is read in pages and given one by one: whoever keeps nothing needs no more memory for a larger shop.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from marketplace.saleor import catalogue, events, orders, reading
from marketplace.saleor.client import execute
from marketplace.saleor.types import SaleorCategory, SaleorCustomer, SaleorOrder, SaleorProduct, Undelivered

OVERLAP = timedelta(seconds=30)
ASKED_AT_ONCE = 100
DELIVERIES_AT_ONCE = 20


def products_changed_since(moment: datetime | None) -> Iterator[SaleorProduct]:
    """Return products changed since `moment` (None: all), with 30 s of overlap for clocks that differ.

    Saleor does not count a change of stock, price, publication or translation as a change of the product: for those
    ask for all.
    """
    return catalogue.list_products(changed_since=moment and moment - OVERLAP)


def orders_changed_since(moment: datetime | None, *, channel: str = "") -> Iterator[SaleorOrder]:
    """Return orders changed since `moment` (None: all), of one channel (slug) or of all, with the same overlap."""
    return orders.list_orders(changed_since=moment and moment - OVERLAP, channel=channel)


def categories() -> Iterator[SaleorCategory]:
    """Return all categories."""
    return catalogue.list_categories()


def products_gone(ids: Iterable[str]) -> set[str]:
    """Return those of at most 100 product ids that Saleor does not know (any more)."""
    return _gone("ProductsKnown", "products", list(ids))


def orders_gone(ids: Iterable[str]) -> set[str]:
    """Return those of at most 100 order ids that Saleor does not know (any more)."""
    return _gone("OrdersKnown", "orders", list(ids))


def _gone(operation: str, field: str, ids: list[str]) -> set[str]:
    assert len(ids) <= ASKED_AT_ONCE, "Saleor gives no more than a hundred at once"
    if not ids:
        return set()
    found = reading.nodes(execute(operation, {"ids": ids, "first": ASKED_AT_ONCE})[field])
    return set(ids) - {node["id"] for node in found}


def undelivered_since(moment: datetime | None) -> Iterator[Undelivered]:
    """Return events that Saleor tried in vain to hand over, latest first, as far as it still keeps them (14 days).

    Only those that say what no object says afterwards (a letter's link): the others are hints, answered by comparing
    the objects. What Saleor is still trying to hand over is not among them.
    """
    for webhook in execute("CurrentApp")["app"]["webhooks"]:
        if any(events.is_news(each["eventType"]) for each in webhook["asyncEvents"]):
            yield from _undelivered(webhook["id"], moment and moment - OVERLAP)


def _undelivered(webhook_id: str, moment: datetime | None) -> Iterator[Undelivered]:
    after: str | None = None
    while True:
        variables = {"webhook": webhook_id, "first": DELIVERIES_AT_ONCE, "after": after}
        page = execute("UndeliveredEvents", variables)["webhook"]["eventDeliveries"]
        for node in reading.nodes(page):
            created_at = datetime.fromisoformat(node["createdAt"])
            if moment is not None and created_at < moment:
                return
            if node["payload"] and events.is_news(node["eventType"]):
                yield Undelivered(node["eventType"], node["payload"].encode(), created_at)
        if not page["pageInfo"]["hasNextPage"]:
            return
        after = page["pageInfo"]["endCursor"]


def customers_joined_since(moment: datetime | None) -> Iterator[SaleorCustomer]:
    """Return shoppers who opened an account since `moment` (None: all), with the same overlap."""
    since = moment and moment - OVERLAP
    chosen = {"dateJoined": {"gte": since.date().isoformat()}} if since else None
    for node in catalogue.pages_of("CustomersJoined", "customers", {"filter": chosen}, ASKED_AT_ONCE):
        found = reading.customer(node)
        if since is None or found.joined_at >= since:
            yield found
