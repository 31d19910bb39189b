"""Sales that happened elsewhere or long ago, entered through the same contract as any order.

Used by the demo's history and by the replay. The day it was sold and the sale's own key travel in private metadata that
only the app can write; the key makes a second run find what the first one did.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeVar

from django.conf import settings
from django.db import connections

from marketplace.saleor import checkouts, payments
from marketplace.saleor import orders as saleor_orders
from marketplace.saleor.types import Address

Thing = TypeVar("Thing")
Done = TypeVar("Done")
AT_ONCE = 4
KEY, SOLD_ON, SIMULATED = "mall.key", "mall.sold_on", "mall.simulated"


@dataclass(frozen=True, slots=True)
class PastLine:
    """Pieces of a variant; `price` per piece, tax included, set by the app, or None for the price in force."""

    variant_id: str
    quantity: int
    price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class PastSale:
    """One sale. `key` is unique for ever; the money was taken elsewhere, so refunds are only noted."""

    key: str
    channel: str
    sold_on: date
    address: Address
    lines: Sequence[PastLine]
    email: str = "past-sales@example.com"
    needs_delivery: bool = True


def record_all(sales: Sequence[PastSale]) -> dict[str, str]:
    """Enter sales, several at once on a real Saleor; return the order's id by the sale's key. See `record`."""
    return dict(zip((sale.key for sale in sales), side_by_side(record, sales), strict=True))


def record(sale: PastSale) -> str:
    """Enter one sale and return the order's id; its webhooks bring it into the mall.

    Killed anywhere before the order is made, it leaves an unpaid or abandoned cart that counts nowhere; afterwards
    `recorded` finds it by its key. Raises what Saleor refuses.
    """
    checkout_id, total = checkouts.open_past_checkout(
        channel=sale.channel,
        lines=[_line(line) for line in sale.lines],
        email=sale.email,
        address=sale.address,
        private_metadata={KEY: sale.key, SOLD_ON: sale.sold_on.isoformat(), SIMULATED: "true"},
    )
    if sale.needs_delivery:
        offered = checkouts.list_deliveries(checkout_id=checkout_id, token=checkouts.APP)
        active = [each for each in offered if each.is_active]
        if not active:
            raise LookupError(f"no delivery for past sale {sale.key}: {[each.message for each in offered]}")
        total = checkouts.deliver_past_checkout(checkout_id=checkout_id, delivery_id=active[0].id)
    payments.record_charged(source_id=checkout_id, amount=total, psp_reference=f"past-{sale.key}", name="past sale")
    return checkouts.complete_checkout(checkout_id=checkout_id, token=checkouts.APP).order_id


def _line(line: PastLine) -> checkouts.NewLine:
    return checkouts.NewLine(
        variant_id=line.variant_id,
        quantity=line.quantity,
        price=line.price,
        price_reason="as sold" if line.price is not None else "",
        is_separate=line.price is not None,
    )


def side_by_side(do: Callable[[Thing], Done], things: Iterable[Thing]) -> list[Done]:
    """Do it to each thing and return what came of each, in their order; the first failure is raised when all ended.

    A real Saleor has processes of its own, which `AT_ONCE` threads keep busy. The embedded engine works in this one,
    and its database may have a single writer: there one thing is done after the other.
    """
    if not settings.SALEOR_API_URL:
        return [do(thing) for thing in things]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(lambda thing: _in_its_thread(do, thing), things))


def _in_its_thread(do: Callable[[Thing], Done], thing: Thing) -> Done:
    try:
        return do(thing)
    finally:
        connections.close_all()  # a thread's connections are its own, and nobody closes them when it ends


def recorded(*, channels: Collection[str]) -> Iterator[tuple[str, str]]:
    """Return (key, order id) of every past sale that Saleor holds in the channels."""
    for order in saleor_orders.list_orders():
        key = order.private_metadata.get(KEY)
        if key and order.channel in channels:
            yield key, order.id
