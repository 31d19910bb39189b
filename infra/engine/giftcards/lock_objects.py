"""The only place that locks gift cards: by their codes, after what they pay for, before vouchers and stock.

Whoever needs several asks for all of them at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q

from infra.engine.giftcards.models import CheckoutGiftCard, GiftCard
from infra.engine.warehouses.lock_objects import lock


def card(pk: int | None) -> GiftCard | None:
    """Lock and return a card, or None when it is gone."""
    return lock(GiftCard.objects.filter(pk=pk)).first() if pk is not None else None


def card_of_code(code: str) -> GiftCard | None:
    """Lock and return the card of a code, or None."""
    return lock(GiftCard.objects.filter(code=code)).first()


def cards(pks: Iterable[int]) -> dict[int, GiftCard]:
    """Lock and return cards by key; those that are gone are left out."""
    return {row.pk: row for row in lock(GiftCard.objects.filter(pk__in=list(pks)).order_by("code"))}


def cards_of_checkout(checkout_id: UUID, *, also: Iterable[int] = ()) -> list[GiftCard]:
    """Lock the cards put on a checkout, and `also` others by key; return all of them."""
    put_on = CheckoutGiftCard.objects.filter(checkout_id=checkout_id).values("gift_card_id")
    return list(lock(GiftCard.objects.filter(Q(pk__in=put_on) | Q(pk__in=list(also))).order_by("code")))
