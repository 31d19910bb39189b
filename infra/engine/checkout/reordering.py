"""A new checkout with the goods of an order, as far as they are still sold."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from infra.engine.checkout.lines import sold_variants, tell, variant_title
from infra.engine.checkout.models import Checkout, CheckoutLine
from infra.engine.checkout.settling import settle_gift
from infra.engine.orders.models import Order, OrderLine
from infra.engine.orders.settling import country_of
from infra.engine.warehouses.queries import check_available, selling_of
from infra.engine.warehouses.types import InsufficientStock, Selling, Wanted


@dataclass(frozen=True, slots=True)
class Unavailable:
    """A line of the order that was left out, and why; `code` as the contract's enum has it."""

    line: OrderLine
    code: str
    message: str


def checkout_from_order(*, order: Order, user: Any, limit: int | None) -> tuple[Checkout, list[Unavailable]]:
    """Open a checkout with the order's lines for `user` (or a guest); return it and the lines left out.

    limit: the shop's most pieces of one variant, None for no limit. Prices are today's; nothing but variants and
    quantities is taken over.
    """
    left_out: list[Unavailable] = []
    lines = list(OrderLine.objects.filter(order=order))
    known = [line for line in lines if line.variant_id is not None]
    left_out += [Unavailable(line, "NOT_FOUND", "Product variant not found") for line in lines if line not in known]
    variants = sold_variants({line.variant_id for line in known if line.variant_id is not None}, order.channel_id)
    kept = _kept(known, variants, limit, left_out)
    kept = _in_stock(kept, variants, _selling_to(order), left_out)
    with transaction.atomic("engine"):
        checkout = Checkout(channel=order.channel, currency=order.currency)
        if user is not None:
            checkout.user, checkout.email = user, user.email
        checkout.save(force_insert=True)
        quantities: dict[int, int] = Counter()
        for line in kept:
            quantities[line.variant_id or 0] += line.quantity
        rows = [
            CheckoutLine(checkout=checkout, variant_id=pk, quantity=quantity, position=position)
            for position, (pk, quantity) in enumerate(quantities.items())
        ]
        CheckoutLine.objects.bulk_create(rows)
        if any(row.has_order_rules for row in variants.values()):
            settle_gift(checkout)
        tell(checkout, "CHECKOUT_CREATED")
    return checkout, left_out


def _kept(
    lines: list[OrderLine], variants: dict[int, Any], limit: int | None, left_out: list[Unavailable]
) -> list[OrderLine]:
    """Return the lines that the channel still sells in that quantity; add the others to `left_out`."""
    now, kept = timezone.now(), []
    for line in lines:
        variant = variants[line.variant_id or 0]
        most = variant.quantity_limit_per_customer or limit
        problem = None
        if variant.listed_price is None:
            problem = ("UNAVAILABLE_VARIANT_IN_CHANNEL", "Cannot add lines with unavailable variants.")
        elif not variant.listed_published:
            problem = ("PRODUCT_NOT_PUBLISHED", "Cannot add lines for unpublished variants.")
        elif variant.listed_from is None or variant.listed_from > now:
            text = "Cannot add lines for unavailable for purchase variants."
            problem = ("PRODUCT_UNAVAILABLE_FOR_PURCHASE", text)
        elif most is not None and line.quantity > most:
            text = f"Cannot add more than {most} times this item: {variant_title(variant)}."
            problem = ("QUANTITY_GREATER_THAN_LIMIT", text)
        if problem is None:
            kept.append(line)
        else:
            left_out.append(Unavailable(line, *problem))
    return kept


def _selling_to(order: Order) -> Selling:
    return selling_of(order.channel, country=country_of(order), with_points=True)


def _in_stock(
    lines: list[OrderLine], variants: dict[int, Any], selling: Selling, left_out: list[Unavailable]
) -> list[OrderLine]:
    """Return the lines whose goods are there for all of them together; add the others to `left_out`."""
    totals: dict[int, int] = Counter()
    for line in lines:
        totals[line.variant_id or 0] += line.quantity
    wanted = [Wanted(pk, pk, quantity) for pk, quantity in totals.items() if variants[pk].track_inventory]
    try:
        check_available(wanted=wanted, channel_id=selling.channel_id, selling=selling)
    except InsufficientStock as short:
        missing = {item.variant_id: item.available for item in short.shortages}
        for line in lines:
            if line.variant_id in missing:
                title = variant_title(variants[line.variant_id])
                text = f"Could not add items {title}. Only {max(missing[line.variant_id], 0)} remaining in stock."
                left_out.append(Unavailable(line, "INSUFFICIENT_STOCK", text))
        return [line for line in lines if line.variant_id not in missing]
    return lines
