"""The only place that locks gift cards: always in the order of their codes, after the checkout that spends them."""

from __future__ import annotations

from uuid import UUID

from infra.engine.giftcards.models import GiftCard
from infra.engine.warehouses.lock_objects import lock


def card(pk: int | None) -> GiftCard | None:
    """Lock and return a card, or None when it is gone."""
    return lock(GiftCard.objects.filter(pk=pk)).first() if pk is not None else None


def card_of_code(code: str) -> GiftCard | None:
    """Lock and return the card of a code, or None."""
    return lock(GiftCard.objects.filter(code=code)).first()


def cards_of_checkout(checkout_id: UUID) -> list[GiftCard]:
    """Lock and return the cards to be spent on a checkout."""
    return list(lock(GiftCard.objects.filter(checkout_links__checkout_id=checkout_id).order_by("code")))
