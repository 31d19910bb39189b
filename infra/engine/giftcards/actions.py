"""Spending gift cards: put on a checkout, taken off it, and taken from when the checkout becomes an order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.utils import timezone

from infra.engine.checkout.models import Checkout
from infra.engine.customers.models import User
from infra.engine.giftcards import lock_objects
from infra.engine.giftcards.history import balance, record
from infra.engine.giftcards.models import CheckoutGiftCard, GiftCard, OrderGiftCard
from infra.engine.giftcards.queries import is_live
from infra.engine.money import ZERO
from infra.engine.orders.models import Order
from infra.engine.schema.context import Requestor
from infra.engine.schema.errors import refuse

NOT_APPLICABLE = "GIFT_CARD_NOT_APPLICABLE"


def attach(*, checkout: Checkout, code: str) -> GiftCard:
    """Mean to spend the card of `code` on a locked checkout; twice is once. Needs the checkout's lock.

    Whoever knows the code may, unless the card is kept for a customer. The same card may be on any number of checkouts:
    it belongs to the first that is completed. Raises UserErrors: INVALID for a code that cannot be spent here now
    (unknown, inactive, past its day, another currency, kept for somebody else; it is not said which),
    GIFT_CARD_NOT_APPLICABLE where the channel takes no cards this way.
    """
    card = GiftCard.objects.filter(code=code).first()
    if card is not None and not checkout.channel.checkout_settings.get("allowLegacyGiftCardUse", True):
        raise refuse("promoCode", "Adding gift card to checkout in this channel is not allowed.", NOT_APPLICABLE)
    usable = card is not None and card.currency == checkout.currency and is_live(card, timezone.now())
    if card is None or not usable or not card.may_be_spent_by(checkout.user_id):
        raise refuse("promoCode", "Promo code is invalid", "INVALID")
    CheckoutGiftCard.objects.get_or_create(checkout=checkout, gift_card=card)
    _set_flag(checkout, attached=True)
    return card


def detach(*, checkout: Checkout, code: str | None = None, pk: int | None = None) -> None:
    """Take a card off a locked checkout, by code or key. Needs the checkout's lock.

    Raises UserErrors(INVALID) for the code of a card that is not on it; a key that is not on it changes nothing.
    """
    links = CheckoutGiftCard.objects.filter(checkout=checkout)
    own = links.filter(gift_card__code=code) if code is not None else links.filter(gift_card_id=pk)
    if not own.delete()[0] and code is not None:
        raise refuse("promoCode", "Cannot remove a gift card not attached to this checkout.", "INVALID")
    _set_flag(checkout, attached=links.exists())


def _set_flag(checkout: Checkout, *, attached: bool) -> None:
    checkout.has_gift_cards = attached
    checkout.save(update_fields=["has_gift_cards", "updated_at"])


@dataclass(frozen=True, slots=True)
class LockedCards:
    """All cards that a checkout will take money from, by code, and those of them that were put on it."""

    locked: Sequence[GiftCard] = ()
    put_on: Sequence[GiftCard] = ()

    def left_after(self, total: Decimal) -> dict[int, Decimal]:
        """Return what each card holds, by key, once those put on the checkout have paid for `total`."""
        held = {card.pk: card.current_balance_amount for card in self.locked}
        for card in self.put_on:
            taken = min(total, held[card.pk]) if is_live(card, timezone.now()) else ZERO
            held[card.pk] -= taken
            total -= taken
        return held


def lock_attached(*, checkout: Checkout, paying: Iterable[int]) -> LockedCards:
    """Lock all cards that a locked checkout will take money from.

    paying: keys of the cards of its transactions. To be called before the checkout is priced for completion: nobody
    else can spend what was then counted on. Reads nothing where there are none.
    """
    others = set(paying)
    if not checkout.has_gift_cards and not others:
        return LockedCards()
    locked = lock_objects.cards_of_checkout(checkout.pk, also=others)
    if not others:
        return LockedCards(locked, locked)
    put_on = set(CheckoutGiftCard.objects.filter(checkout=checkout).values_list("gift_card_id", flat=True))
    return LockedCards(locked, [card for card in locked if card.pk in put_on])


def check_attached(*, checkout: Checkout, cards: Sequence[GiftCard]) -> None:
    """Refuse to complete a checkout with a card that has become unusable since it was put on it.

    Raises UserErrors(GIFT_CARD_NOT_APPLICABLE).
    """
    now = timezone.now()
    if not all(is_live(card, now) for card in cards):
        raise refuse("giftCards", "Gift card has expired. Order placement cancelled.", NOT_APPLICABLE)
    if not all(card.may_be_spent_by(checkout.user_id) for card in cards):
        raise refuse("giftCards", "Gift card is not applicable. Order placement cancelled.", NOT_APPLICABLE)


def use_at_completion(*, checkout: Checkout, order: Order, total: Decimal, requestor: Requestor) -> Decimal:
    """Take from the checkout's cards, in the order of their codes, what the order costs; return what was taken.

    total: what is to be paid with tax before cards, in the order's currency. A card that nothing was left for stays as
    it was and is not the order's. The checkout's own rows of cards are deleted with it. Needs the checkout's lock and
    an order already saved; does nothing without `has_gift_cards`.
    """
    if not checkout.has_gift_cards:
        return ZERO
    left, used, before = total, [], []
    for card in lock_objects.cards_of_checkout(checkout.pk):
        if left <= 0 or not is_live(card, timezone.now()):
            continue
        before.append(card.current_balance_amount)
        taken = min(left, card.current_balance_amount)
        card.current_balance_amount -= taken
        left -= taken
        used.append(card)
    email = checkout.email or (checkout.user.email if checkout.user is not None else "")
    mark_used(used, user_id=checkout.user_id, email=email)
    for card, old in zip(used, before, strict=True):
        record([card], "USED_IN_ORDER", requestor, order_id=order.pk, balance=balance(card, old_current=old))
    OrderGiftCard.objects.bulk_create([OrderGiftCard(order=order, gift_card=card) for card in used])
    CheckoutGiftCard.objects.filter(checkout=checkout).delete()
    return total - left


def mark_used(cards: list[GiftCard], *, user_id: int | None, email: str) -> None:
    """Save the new balances of locked cards, and who spent them: a customer, or else whoever has the address."""
    if not cards:
        return
    if user_id is None:
        user_id = User.objects.filter(email=email).values_list("pk", flat=True).first()
    for card in cards:
        card.used_by_id, card.used_by_email, card.last_used_on = user_id, email, timezone.now()
    columns = ["current_balance_amount", "used_by", "used_by_email", "last_used_on"]
    GiftCard.objects.bulk_update(cards, columns)


def forget_checkouts(checkout_ids: list[UUID]) -> None:
    """Take all cards off checkouts that are about to be deleted."""
    CheckoutGiftCard.objects.filter(checkout_id__in=checkout_ids).delete()
