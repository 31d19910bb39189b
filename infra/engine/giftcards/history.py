"""The history of gift cards."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from infra.engine.giftcards.models import GiftCard, GiftCardEvent
from infra.engine.schema.context import ANONYMOUS, Requestor


def record(
    cards: Iterable[GiftCard],
    type_: str,
    requestor: Requestor = ANONYMOUS,
    *,
    order_id: Any = None,
    **parameters: Any,
) -> list[GiftCardEvent]:
    """Write one entry for each card: `type_` is a name of GiftCardEventsEnum, `parameters` what its fields show.

    Needs an open transaction on `engine`: the entry stands exactly if what it tells of does.
    """
    rows = [
        GiftCardEvent(
            gift_card=card,
            type=type_,
            user=requestor.user,
            app=requestor.app,
            order_id=order_id,
            parameters=parameters,
        )
        for card in cards
    ]
    return GiftCardEvent.objects.bulk_create(rows)


def balance(card: GiftCard, *, old_current: Decimal | None = None, old_initial: Decimal | None = None) -> Any:
    """Return a card's amounts as an entry keeps them; initial ones only where they were set or changed."""
    kept = {"currency": card.currency, "current_balance": str(card.current_balance_amount)}
    if old_current is None or old_initial is not None:
        kept["initial_balance"] = str(card.initial_balance_amount)
    if old_current is not None:
        kept["old_current_balance"] = str(old_current)
    if old_initial is not None:
        kept["old_initial_balance"] = str(old_initial)
    return kept
