"""What was bought and given under an address before it was proven to be a customer's."""

from __future__ import annotations

from infra.engine.customers.models import User


def adopt(user: User, *, gift_cards: bool = True) -> None:
    """Give a user the orders and gift cards of nobody else that carry the user's address. Needs an open transaction.

    To be called only when the address has just been proven, or staff vouches for it: until then the orders of an
    address belong to whoever opens a mail. Drafts and unconfirmed orders stay as they are; so do gift cards unless
    `gift_cards`.
    """
    from infra.engine.giftcards.models import GiftCard
    from infra.engine.orders.models import Order

    orders = Order.objects.filter(user_email=user.email, user=None)
    orders.exclude(status__in=("DRAFT", "UNCONFIRMED")).update(user=user)
    if gift_cards:
        GiftCard.objects.filter(used_by_email=user.email, used_by=None).update(used_by=user)
        GiftCard.objects.filter(created_by_email=user.email, created_by=None).update(created_by=user)
