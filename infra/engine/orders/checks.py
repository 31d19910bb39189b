"""What a draft must have before it becomes an order. Every problem is said at once."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone

from infra.engine.orders import delivery, vouchers
from infra.engine.orders.models import Order, OrderLine
from infra.engine.products.models import ProductChannelListing, VariantChannelListing
from infra.engine.schema.errors import MutationError, UserErrors
from infra.engine.schema.ids import to_global_id
from infra.engine.warehouses.queries import check_available
from infra.engine.warehouses.types import InsufficientStock, Wanted


def check_draft(order: Order, lines: Sequence[OrderLine]) -> None:
    """Raise UserErrors with all that keeps the draft from being completed: addresses, delivery, goods, voucher."""
    problems = draft_problems(order, lines)
    if problems:
        raise UserErrors(problems)


def draft_problems(order: Order, lines: Sequence[OrderLine]) -> list[MutationError]:
    """Return all that keeps the draft from being completed; lines need their variants and products."""
    problems = _addresses(order, lines)
    if not sum(line.quantity for line in lines):
        problems.append(MutationError("lines", "Could not create order without any products.", "REQUIRED"))
    problems += _goods(order, lines)
    if not order.channel.is_active:
        problems.append(
            MutationError("channel", "Cannot complete draft order with inactive channel.", "CHANNEL_INACTIVE")
        )
    problems += _listings(order, lines)
    voucher = vouchers.voucher_of(order)
    if voucher is not None and vouchers.counts_drafts(order.channel):
        reason = vouchers.check_for_order(order, voucher, lines)
        if reason is not None:
            problems.append(MutationError("voucher", reason, "INVALID_VOUCHER"))
    return problems


def _addresses(order: Order, lines: Sequence[OrderLine]) -> list[MutationError]:
    problems = []
    if not order.billing_address:
        text = "Can't finalize draft with no billing address."
        problems.append(MutationError("order", text, "BILLING_ADDRESS_NOT_SET"))
    if delivery.needs_shipping(lines):
        if not order.shipping_address:
            text = "Can't finalize draft with no shipping address."
            problems.append(MutationError("order", text, "ORDER_NO_SHIPPING_ADDRESS"))
        unfit = delivery.problem(order, lines)
        if unfit is not None:
            problems.append(unfit)
    return problems


def _goods(order: Order, lines: Sequence[OrderLine]) -> list[MutationError]:
    problems = []
    for line in lines:
        if line.variant is None:
            text = "Could not create orders with non-existing products."
            problems.append(MutationError("lines", text, "NOT_FOUND"))
        elif line.variant.track_inventory:
            try:
                wanted = [Wanted(line.pk, line.variant.pk, line.quantity)]
                check_available(wanted=wanted, channel_id=order.channel_id)
            except InsufficientStock:
                gids = [to_global_id("OrderLine", line.pk)]
                text = "Insufficient product stock."
                problems.append(MutationError.of("lines", text, "INSUFFICIENT_STOCK", order_lines=gids))
    return problems


def _listings(order: Order, lines: Sequence[OrderLine]) -> list[MutationError]:
    own = [line for line in lines if line.variant is not None]
    products = {line.variant.product_id for line in own if line.variant is not None}
    variants = {line.variant_id for line in own}
    listings = {
        row.product_id: row
        for row in ProductChannelListing.objects.filter(product_id__in=products, channel_id=order.channel_id)
    }
    now, problems = timezone.now(), []
    if any(not listings[pk].is_published for pk in products & listings.keys()) or products - listings.keys():
        text = "Can't finalize draft with unpublished product."
        problems.append(MutationError("lines", text, "PRODUCT_NOT_PUBLISHED"))
    barred = []
    for line in own:
        assert line.variant is not None
        listing = listings.get(line.variant.product_id)
        since = listing.available_for_purchase_at if listing is not None else None
        if since is None or since > now:
            barred.append(to_global_id("OrderLine", line.pk))
    if barred:
        text = "Can't finalize draft with product unavailable for purchase."
        problems.append(MutationError.of("lines", text, "PRODUCT_UNAVAILABLE_FOR_PURCHASE", order_lines=barred))
    listed = VariantChannelListing.objects.filter(
        variant_id__in=variants, channel_id=order.channel_id, price_amount__isnull=False
    )
    unlisted = variants - set(listed.values_list("variant_id", flat=True))
    if unlisted:
        gids = [to_global_id("ProductVariant", pk) for pk in unlisted]
        text = "Cannot add lines with unavailable variants."
        problems.append(MutationError.of("lines", text, "NOT_AVAILABLE_IN_CHANNEL", variants=gids))
    return problems
