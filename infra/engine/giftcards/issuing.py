"""Gift cards come into being: issued by staff and apps, or bought."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from infra.engine.customers.models import User
from infra.engine.discounts.models import VoucherCode
from infra.engine.giftcards import lock_objects
from infra.engine.giftcards.history import balance, record
from infra.engine.giftcards.models import GiftCard, GiftCardEvent, GiftCardTag
from infra.engine.giftcards.queries import is_code
from infra.engine.giftcards.types import CardChange, NewCards
from infra.engine.money import fits
from infra.engine.payments.models import TransactionItem
from infra.engine.schema.context import Requestor
from infra.engine.schema.errors import refuse
from infra.engine.schema.lengths import check_row
from infra.engine.warehouses.lock_objects import lock

#: cards made by one request; Saleor makes as many as it is asked for
MOST_AT_ONCE = 10_000
MIN_CODE, MAX_CODE = 8, 16
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def new_code() -> str:
    """Return a code that nobody has and nobody can guess: 48 random bits as AAAA-BBBB-CCCC."""
    while True:
        digits = secrets.token_hex(6).upper()
        code = "-".join(digits[i : i + 4] for i in range(0, 12, 4))
        if not is_taken(code):
            return code


def is_taken(code: str) -> bool:
    """Return whether a gift card or a voucher has this code."""
    return is_code(code) or VoucherCode.objects.filter(code=code).exists()


def issue_cards(*, new: NewCards, requestor: Requestor) -> list[GiftCard]:
    """Issue gift cards. Raises UserErrors: ALREADY_EXISTS for a code taken, INVALID, REQUIRED; then none exists."""
    from infra.engine.deliveries import emit

    _check(new)
    with transaction.atomic("engine"):
        cards = _make(new, requestor)
        record(cards, "ISSUED", requestor, balance=balance(cards[0]), expiry_date=_day(new.expiry_date))
        _tag(cards, new.tags)
        if new.assigned_to_id is not None:
            record(
                cards,
                "ASSIGNED_TO_USER",
                requestor,
                assigned_to_id=new.assigned_to_id,
                assigned_to_email=cards[0].assigned_to_email,
            )
        if new.note:
            record(cards, "NOTE_ADDED", requestor, message=new.note)
        for card in cards:
            emit(event="GIFT_CARD_CREATED", obj=card)
            if new.send_to:
                send_card(card, email=new.send_to, channel=new.channel)
    return cards


def send_card(card: GiftCard, *, email: str, channel: str) -> None:
    """Let apps send the card's code to a customer. Needs an open transaction on `engine`."""
    from infra.engine.deliveries import emit

    emit(event="GIFT_CARD_SENT", obj=card, channel=channel, sentToEmail=email)


def _make(new: NewCards, requestor: Requestor) -> list[GiftCard]:
    user, assigned = requestor.user, None
    if new.assigned_to_id is not None:
        assigned = User.objects.get(pk=new.assigned_to_id)
    cards = [
        GiftCard(
            code=new.code or new_code(),
            is_active=new.is_active,
            created_by=user,
            created_by_email=user.email if user else None,
            app=requestor.app,
            assigned_to=assigned,
            assigned_to_email=assigned.email if assigned else None,
            expiry_date=new.expiry_date,
            currency=new.currency,
            initial_balance_amount=new.amount,
            current_balance_amount=new.amount,
            metadata=new.metadata,
            private_metadata=new.private_metadata,
        )
        for _ in range(new.count)
    ]
    check_row(cards[0])
    return GiftCard.objects.bulk_create(cards)


def _check(new: NewCards) -> None:
    if new.count < 1:
        raise refuse("count", "Count value must be greater than 0.", "INVALID")
    if new.count > MOST_AT_ONCE:
        raise refuse("count", f"Count value must be at most {MOST_AT_ONCE}.", "INVALID")
    if new.code and is_taken(new.code):
        raise refuse("code", "Promo code already exists.", "ALREADY_EXISTS")
    check_expiry(new.expiry_date)
    if not fits(new.amount, new.currency):
        raise refuse("balance", "Value cannot have more decimal places than the currency.", "INVALID")
    if new.amount <= 0:
        raise refuse("balance", "Balance amount have to be greater than 0.", "INVALID")
    if new.send_to and not EMAIL.fullmatch(new.send_to):
        raise refuse("email", "Provided email is invalid.", "INVALID")
    if new.send_to and not new.channel:
        raise refuse("channel", "Channel slug must be specified when user_email is provided.", "REQUIRED")
    if new.code and not MIN_CODE <= len(new.code) <= MAX_CODE:
        raise refuse("code", f"Code must have {MIN_CODE} to {MAX_CODE} characters.", "INVALID")


def check_expiry(day: date | None) -> None:
    """Raise UserErrors(INVALID) for a last day that is not after today (UTC)."""
    if day is not None and day <= datetime.now(UTC).date():
        raise refuse("expiryDate", "Expiry date must be in the future.", "INVALID")


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _tag(cards: Iterable[GiftCard], names: Iterable[str]) -> None:
    kept = sorted({name.lower() for name in names})
    for name in kept:
        check_row(GiftCardTag(name=name))
    tags = [GiftCardTag.objects.get_or_create(name=name)[0] for name in kept]
    through: Any = GiftCard.tags.through
    links = [through(giftcard_id=card.pk, giftcardtag_id=tag.pk) for card in cards for tag in tags]
    through.objects.bulk_create(links, ignore_conflicts=True)


def change_card(*, pk: int, change: CardChange, requestor: Requestor) -> GiftCard:
    """Change a card's balance, last day, tags and metadata.

    Raises UserErrors: NOT_FOUND, INVALID for a day not in the future or an amount with too many decimals,
    DUPLICATED_INPUT_ITEM for a tag both added and removed; then nothing was changed.
    """
    from infra.engine.deliveries import emit

    both = sorted(set(change.add_tags or ()) & set(change.remove_tags or ()))
    with transaction.atomic("engine"):
        card = _card(pk)
        check_expiry(change.expiry_date)
        if change.balance is not None and not fits(change.balance, card.currency):
            raise refuse("balanceAmount", "Value cannot have more decimal places than the currency.", "INVALID")
        if both:
            text = "The same object cannot be in both lists for adding and removing items."
            raise refuse("tags", text, "DUPLICATED_INPUT_ITEM", tags=both)
        _set_balance(card, change.balance, requestor)
        _set_expiry(card, change, requestor)
        _set_tags(card, change, requestor)
        card.metadata = {**card.metadata, **change.metadata}
        card.private_metadata = {**card.private_metadata, **change.private_metadata}
        card.save()
        emit(event="GIFT_CARD_UPDATED", obj=card)
    return card


def _card(pk: int) -> GiftCard:
    card = lock_objects.card(pk)
    if card is None:
        raise refuse("id", f"Couldn't resolve to a node: {pk}", "NOT_FOUND")
    return card


def _set_balance(card: GiftCard, amount: Decimal | None, requestor: Requestor) -> None:
    if amount is None:
        return
    old_current, old_initial = card.current_balance_amount, card.initial_balance_amount
    card.current_balance_amount = card.initial_balance_amount = amount
    kept = balance(card, old_current=old_current, old_initial=old_initial)
    record([card], "BALANCE_RESET", requestor, balance=kept)


def _set_expiry(card: GiftCard, change: CardChange, requestor: Requestor) -> None:
    if (change.expiry_date is None and not change.clear_expiry) or change.expiry_date == card.expiry_date:
        return
    old, card.expiry_date = card.expiry_date, change.expiry_date
    days = {"expiry_date": _day(change.expiry_date), "old_expiry_date": _day(old)}
    record([card], "EXPIRY_DATE_UPDATED", requestor, **days)


def _set_tags(card: GiftCard, change: CardChange, requestor: Requestor) -> None:
    if change.add_tags is None and change.remove_tags is None:
        return
    old = list(card.tags.values_list("name", flat=True))
    _tag([card], change.add_tags or ())
    gone = GiftCardTag.objects.filter(name__in=[name.lower() for name in change.remove_tags or ()])
    card.tags.remove(*gone)
    gone.filter(gift_cards=None).delete()
    record([card], "TAGS_UPDATED", requestor, tags=list(card.tags.values_list("name", flat=True)), old_tags=old)


def set_active(*, pk: int, active: bool, requestor: Requestor) -> GiftCard:
    """Let a card be spent, or not. Raises UserErrors: NOT_FOUND, EXPIRED_GIFT_CARD for activating one past its day."""
    from infra.engine.deliveries import emit

    with transaction.atomic("engine"):
        card = _card(pk)
        if active and card.expiry_date is not None and card.expiry_date < datetime.now(UTC).date():
            raise refuse("id", "Expired gift card cannot be activated and resend.", "EXPIRED_GIFT_CARD")
        if card.is_active != active:
            card.is_active = active
            card.save(update_fields=["is_active"])
            record([card], "ACTIVATED" if active else "DEACTIVATED", requestor)
        emit(event="GIFT_CARD_STATUS_CHANGED", obj=card)
    return card


def add_note(*, pk: int, message: str, requestor: Requestor) -> tuple[GiftCard, GiftCardEvent]:
    """Keep a note in a card's history. Raises UserErrors: NOT_FOUND, REQUIRED for an empty one."""
    from infra.engine.deliveries import emit

    if not message.strip():
        raise refuse("message", "Message can't be empty.", "REQUIRED")
    with transaction.atomic("engine"):
        card = _card(pk)
        (event,) = record([card], "NOTE_ADDED", requestor, message=message.strip())
        emit(event="GIFT_CARD_UPDATED", obj=card)
    return card, event


def delete_card(*, pk: int) -> GiftCard:
    """Delete a card with its history. Raises UserErrors(NOT_FOUND)."""
    from infra.engine.deliveries import emit

    with transaction.atomic("engine"):
        of_card = TransactionItem.objects.filter(gift_card_id=pk).order_by("pk")
        list(lock(of_card).values_list("pk"))  # they forget the card, and are locked before cards
        card = _card(pk)
        emit(event="GIFT_CARD_DELETED", obj=card)
        GiftCard.objects.filter(pk=pk).delete()
    return card
