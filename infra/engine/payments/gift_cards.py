"""The payment gateway of the engine itself: money on a gift card, authorized for a checkout, charged with its order.

Unlike a card put on a checkout as a promo code, this is a transaction like any other. A card's money is authorized for
one checkout at a time: who authorizes it again takes it from the one before.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils import timezone

from infra.engine.checkout.models import Checkout
from infra.engine.giftcards import lock_objects
from infra.engine.giftcards.actions import mark_used
from infra.engine.giftcards.history import balance, record
from infra.engine.giftcards.models import GiftCard
from infra.engine.giftcards.queries import is_live
from infra.engine.money import ZERO, quantize
from infra.engine.orders.charges import Amounts
from infra.engine.orders.models import GrantedRefund, Order
from infra.engine.payments.events import apply_change, new_event, set_amounts, set_refund_status
from infra.engine.payments.lock_objects import Locked, locked_transaction
from infra.engine.payments.models import TransactionEvent, TransactionItem
from infra.engine.payments.types import GIFT_CARD_GATEWAY, new_key
from infra.engine.schema.context import ANONYMOUS, Requestor
from infra.engine.warehouses.lock_objects import lock

NAME, BRAND = "Saleor Gift Card", "Saleor"
#: the same for every reason a code cannot be used, so that nobody learns which cards there are
UNUSABLE = "Gift card code is not valid."
GONE = "Gift card could not be found."


class _Refused(Exception):  # noqa: N818
    """The card cannot pay; the text goes to the buyer."""


def code_in(data: Any) -> str | None:
    """Return the code in what a buyer gave the gateway, {"code": "…"}; None when there is none that could be."""
    code = data.get("code") if isinstance(data, dict) else None
    return code if isinstance(code, str) and 8 <= len(code) <= 16 else None


def authorize(
    *, locked: Locked, code: str | None, card: GiftCard | None, others: Iterable[Locked], amount: Decimal
) -> dict[str, Any]:
    """Set `amount` of a locked card aside for the locked transaction; return the answer as an app's would be.

    code: what was given, None when it could be none; card: what has it. `others` are the payments of checkouts by the
    card, which lose it. Nothing is taken from its balance yet.
    """
    answer = {"pspReference": new_key(), "amount": amount}
    try:
        card = _usable(locked, code, card, amount)
    except _Refused as refused:
        return answer | {"result": "AUTHORIZATION_FAILURE", "message": str(refused)}
    _take_from(others, card)
    item = locked.item
    item.gift_card = card
    item.payment_method = {"type": "GIFT_CARD", "name": NAME, "brand": BRAND, "last_digits": card.display_code}
    message = f"Gift card (ending: {card.display_code})."
    return answer | {"result": "AUTHORIZATION_SUCCESS", "message": message, "actions": ["CANCEL"]}


def _usable(locked: Locked, code: str | None, card: GiftCard | None, amount: Decimal) -> GiftCard:
    if locked.checkout is None:
        text = f"Cannot initialize transaction for payment gateway: {GIFT_CARD_GATEWAY} and object type other than "
        raise _Refused(f"{text}Checkout.")
    if code is None:
        raise _Refused("Incorrect payment gateway data.")
    if card is None or not is_live(card, timezone.now()) or card.currency != locked.item.currency:
        raise _Refused(UNUSABLE)
    if not card.may_be_spent_by(locked.checkout.user_id):
        raise _Refused(UNUSABLE)
    _check_balance(card, amount)
    return card


def _check_balance(card: GiftCard, amount: Decimal) -> None:
    if amount > card.current_balance_amount:
        has = quantize(card.current_balance_amount, card.currency)
        wanted = quantize(amount, card.currency)
        raise _Refused(f"Gift card has insufficient amount ({has}) to cover requested amount ({wanted}).")


def _take_from(others: Iterable[Locked], card: GiftCard) -> None:
    """End the authorizations of other checkouts, and those of the same one before."""
    text = (
        f"Gift card (code ending with: {card.display_code}) has been authorized as payment method in a different "
        "checkout or has been authorized in the same checkout again."
    )
    for other in others:
        other.item.gift_card = None
        _store(other, "CANCEL", other.item.authorized_value, "CANCEL_SUCCESS", message=text, actions=[])


def funded(items: Iterable[TransactionItem], held: dict[int, Decimal]) -> list[TransactionItem]:
    """Return the payments without those by cards that no longer hold what was authorized: these pay nothing.

    held: what the cards of the payments hold for them, by key; one that is gone holds nothing.
    """
    left, good = dict(held), []
    for item in items:
        if item.app_identifier == GIFT_CARD_GATEWAY and item.authorized_value > 0:
            money = left.get(item.gift_card_id or 0, ZERO) - item.authorized_value
            if money < 0:
                continue
            left[item.gift_card_id or 0] = money
        good.append(item)
    return good


def charge_order(*, order: Order, requestor: Requestor) -> None:
    """Take what was authorized for an order from its cards, once. Needs an open transaction and the order's lock.

    A card that is gone, or holds too little by now, leaves a CHARGE_FAILURE; the order stands all the same.
    """
    asked = TransactionEvent.objects.filter(transaction_id=OuterRef("pk"), type="CHARGE_REQUEST")
    rows = TransactionItem.objects.filter(
        ~Exists(asked), order=order, app_identifier=GIFT_CARD_GATEWAY, authorized_value__gt=0, charged_value=0
    )
    own = lock(rows.exclude(gift_card=None).order_by("pk"))
    cards_of = dict(own.values_list("pk", "gift_card_id"))
    lock_objects.cards(pk for pk in cards_of.values() if pk is not None)
    for token in cards_of:
        with locked_transaction(token) as locked:
            _charge(locked, requestor)


def _charge(locked: Locked, requestor: Requestor) -> None:
    item, order = locked.item, locked.order
    assert order is not None
    amount, card = item.authorized_value, lock_objects.card(item.gift_card_id)
    try:
        if card is None:
            raise _Refused(GONE)
        _check_balance(card, amount)
    except _Refused as refused:
        _store(locked, "CHARGE", amount, "CHARGE_FAILURE", message=str(refused))
        return
    old = card.current_balance_amount
    card.current_balance_amount -= amount
    mark_used([card], user_id=order.user_id, email=order.user_email)
    record([card], "USED_IN_ORDER", requestor, order_id=order.pk, balance=balance(card, old_current=old))
    message = f"Gift card (ending: {card.display_code})."
    _store(locked, "CHARGE", amount, "CHARGE_SUCCESS", message=message, actions=["REFUND"])


def answer_request(
    *,
    locked: Locked,
    action: str,
    amount: Decimal,
    requestor: Requestor,
    reason: str = "",
    refund: GrantedRefund | None = None,
) -> None:
    """Do at once what staff or an app ask of a locked transaction of this gateway; `action` is CANCEL or REFUND.

    A cancellation succeeds while the money is still a checkout's; a refund, unless the card is gone, puts the money
    back onto it.
    """
    item = locked.item
    said: dict[str, Any] = {"requestor": requestor, "reason": reason, "refund": refund}
    if action == "CANCEL":
        possible = isinstance(locked.checkout, Checkout) and "CANCEL" in item.available_actions
        left: list[str] | None = [] if amount >= item.authorized_value else None
        _store(locked, action, amount, "CANCEL_SUCCESS" if possible else "CANCEL_FAILURE", actions=left, **said)
        return
    card = lock_objects.card(item.gift_card_id)
    if card is None:
        _store(locked, action, amount, "REFUND_FAILURE", message=GONE, **said)
        return
    old = card.current_balance_amount
    card.current_balance_amount += amount
    card.save(update_fields=["current_balance_amount"])
    kept = balance(card, old_current=old)
    record([card], "REFUNDED_IN_ORDER", requestor, order_id=item.order_id, balance=kept)
    left = [] if amount >= item.charged_value else None
    _store(locked, action, amount, "REFUND_SUCCESS", actions=left, **said)


def _store(
    locked: Locked,
    action: str,
    amount: Decimal,
    result: str,
    *,
    message: str = "",
    actions: list[str] | None = None,
    requestor: Requestor = ANONYMOUS,
    reason: str = "",
    refund: GrantedRefund | None = None,
) -> None:
    """Store the request and its outcome under one reference, and what follows from the new amounts."""
    item, before, reference = locked.item, Amounts.of(locked.item), new_key()
    shared: dict[str, Any] = {"item": item, "amount": amount, "psp_reference": reference, "granted_refund": refund}
    by: dict[str, Any] = {"app": requestor.app, "user": requestor.user}
    new_event(type_=f"{action}_REQUEST", message=reason, idempotency_key=new_key(), **by, **shared).save()
    new_event(type_=result, message=message, **shared).save()
    if actions is not None:
        item.available_actions = actions
    set_amounts(item)
    item.save()
    apply_change(locked, before)
    set_refund_status(refund)
