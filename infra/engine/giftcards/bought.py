"""Gift cards that customers buy: they come into being when their order line is handed over."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from infra.engine.giftcards import lock_objects
from infra.engine.giftcards.history import record
from infra.engine.giftcards.issuing import new_code, send_card
from infra.engine.giftcards.models import GiftCard
from infra.engine.money import quantize
from infra.engine.orders.fulfillment import fulfill_order
from infra.engine.orders.models import FulfillmentLine, Order, OrderLine
from infra.engine.orders.types import FulfillPart
from infra.engine.schema.context import Requestor
from infra.engine.schema.errors import UserErrors
from infra.engine.warehouses.models import Allocation, ChannelWarehouse, Stock


def issue_bought(*, order: Order, rows: Iterable[FulfillmentLine], requestor: Requestor) -> list[GiftCard]:
    """Make the cards that the fulfilled rows hold, one per piece, each worth what the piece cost with tax.

    A card nobody ships is sent to the customer. Does nothing without gift cards among the rows. Needs an open
    transaction on `engine`.
    """
    from infra.engine.deliveries import emit

    made: list[GiftCard] = []
    for row in rows:
        line = row.order_line
        if not line.is_gift_card:
            continue
        cards = GiftCard.objects.bulk_create([_card(order, row, line) for _ in range(row.quantity)])
        record(cards, "BOUGHT", requestor, order_id=order.pk, expiry_date=None)
        for card in cards:
            emit(event="GIFT_CARD_CREATED", obj=card)
            if not line.is_shipping_required and order.user_email:
                send_card(card, email=order.user_email, channel=order.channel.slug)
        made.extend(cards)
    return made


def _card(order: Order, row: FulfillmentLine, line: OrderLine) -> GiftCard:
    worth = quantize(line.unit_gross, order.currency)
    return GiftCard(
        code=new_code(),
        currency=order.currency,
        initial_balance_amount=worth,
        current_balance_amount=worth,
        created_by_id=order.user_id,
        created_by_email=order.user_email,
        product_id=line.variant.product_id if line.variant is not None else None,
        fulfillment_line=row,
    )


def fulfill_unshipped(*, order: Order, requestor: Requestor) -> None:
    """Hand over the gift cards of a paid order that nobody ships, where the channel says so.

    From the stocks they are promised from, or else from the first that the channel may sell from. What is already
    handed over stays so; without any stock they wait for somebody. Needs the order's lock.
    """
    if not order.channel.order_settings.get("automaticallyFulfillNonShippableGiftCard", True):
        return
    lines = OrderLine.objects.filter(order=order, is_gift_card=True, is_shipping_required=False)
    parts = [part for line in lines if line.quantity_to_fulfill > 0 for part in _parts(line, order)]
    if not parts:
        return
    try:
        fulfill_order(order_id=order.pk, parts=parts, requestor=requestor, auto_approve=True, allow_unpaid=True)
    except UserErrors as refused:
        # the order is paid and stands; its cards wait for staff, as they would without the setting
        record_wait(order, refused)


def record_wait(order: Order, refused: UserErrors) -> None:
    """Keep in the order's history why its cards were not handed over."""
    from infra.engine.orders.history import record as record_order

    record_order(order, "NOTE_ADDED", message=f"Gift cards wait to be fulfilled: {refused}")


def _parts(line: OrderLine, order: Order) -> list[FulfillPart]:
    promised: list[Any] = list(Allocation.objects.filter(order_line=line, quantity__gt=0).select_related("stock"))
    if promised:
        return [FulfillPart(line.pk, row.stock.warehouse_id, row.quantity) for row in promised]
    allowed = ChannelWarehouse.objects.filter(channel_id=order.channel_id).values("warehouse_id")
    stock = Stock.objects.filter(variant_id=line.variant_id, warehouse_id__in=allowed).order_by("pk").first()
    return [FulfillPart(line.pk, stock.warehouse_id, line.quantity_to_fulfill)] if stock is not None else []


def deactivate_bought(*, order: Order, requestor: Requestor) -> None:
    """Let nobody spend the cards an order bought, when it is cancelled."""
    bought = GiftCard.objects.filter(events__type="BOUGHT", events__order=order).values_list("pk", flat=True)
    cards = [card for card in lock_objects.cards(set(bought)).values() if card.is_active]
    GiftCard.objects.filter(pk__in=[card.pk for card in cards]).update(is_active=False)
    record(cards, "DEACTIVATED", requestor)
