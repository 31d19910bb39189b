"""Sales that happened elsewhere or long ago, entered through the same contract as any order.

Used by the demo's history and by the replay. The day it was sold and the sale's own key travel in private metadata that
only the app can write; the key makes a second run find what the first one did.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from marketplace.saleor import checkouts, payments
from marketplace.saleor import orders as saleor_orders
from marketplace.saleor.types import Address

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


def record(sale: PastSale) -> str:
    """Enter one sale and return the order's id; its webhooks bring it into the mall.

    Killed anywhere before the order is made, it leaves an unpaid or abandoned cart that counts nowhere; afterwards
    `recorded` finds it by its key. Raises what Saleor refuses.
    """
    checkout = checkouts.create_checkout(
        channel=sale.channel,
        lines=[
            checkouts.NewLine(
                variant_id=line.variant_id,
                quantity=line.quantity,
                price=line.price,
                price_reason="as sold" if line.price is not None else "",
                is_separate=line.price is not None,
            )
            for line in sale.lines
        ],
        email=sale.email,
        shipping_address=sale.address,
        billing_address=sale.address,
        token=checkouts.APP,
    )
    values = {KEY: sale.key, SOLD_ON: sale.sold_on.isoformat(), SIMULATED: "true"}
    checkouts.set_checkout_metadata(checkout_id=checkout.id, values=values, is_private=True)
    if sale.needs_delivery:
        offered = checkouts.list_deliveries(checkout_id=checkout.id, token=checkouts.APP)
        active = [each for each in offered if each.is_active]
        if not active:
            raise LookupError(f"no delivery for past sale {sale.key}: {[each.message for each in offered]}")
        checkout = checkouts.choose_delivery(checkout_id=checkout.id, delivery_id=active[0].id, token=checkouts.APP)
    payments.record_charged(
        source_id=checkout.id, amount=checkout.total.gross, psp_reference=f"past-{sale.key}", name="past sale"
    )
    return checkouts.complete_checkout(checkout_id=checkout.id, token=checkouts.APP).order_id


def recorded(*, channels: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Return (key, order id) of every past sale that Saleor holds in the channels."""
    for channel in channels:
        for order in saleor_orders.list_orders(channel=channel):
            key = order.private_metadata.get(KEY)
            if key:
                yield key, order.id
