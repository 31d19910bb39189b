"""What gift cards hold, and where they are spent. Only reads."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from infra.engine.giftcards.models import CheckoutGiftCard, GiftCard, OrderGiftCard
from infra.engine.money import ZERO


def attached(checkout_ids: Iterable[UUID]) -> dict[UUID, list[GiftCard]]:
    """Return the cards to be spent on each checkout as they were added; one statement, none for no checkouts."""
    found: dict[UUID, list[GiftCard]] = {pk: [] for pk in checkout_ids}
    if found:
        rows = CheckoutGiftCard.objects.filter(checkout_id__in=list(found)).select_related("gift_card")
        for link in rows:
            found[link.checkout_id].append(link.gift_card)
    return found


def spent_on(order_ids: Iterable[UUID]) -> dict[UUID, list[GiftCard]]:
    """Return the cards that paid for a part of each order when it was placed, first spent first; one statement."""
    found: dict[UUID, list[GiftCard]] = {pk: [] for pk in order_ids}
    if found:
        rows = OrderGiftCard.objects.filter(order_id__in=list(found)).select_related("gift_card")
        for link in rows:
            found[link.order_id].append(link.gift_card)
    return found


def is_live(card: GiftCard, now: datetime) -> bool:
    """Return whether the card can be spent: active, and not past its last day (UTC)."""
    return card.is_active and (card.expiry_date is None or card.expiry_date >= now.date())


def balance_of(cards: Iterable[GiftCard], now: datetime) -> Decimal:
    """Return what the cards hold together; what cannot be spent now does not count."""
    return sum((card.current_balance_amount for card in cards if is_live(card, now)), ZERO)


def is_code(code: str) -> bool:
    """Return whether a card has this code, spent or not."""
    return GiftCard.objects.filter(code=code).exists()
