"""Payments that an order brought along with it."""

from __future__ import annotations

from infra.engine.payments.actions import BY_HAND, ByHand
from infra.engine.payments.calculations import amounts_of
from infra.engine.payments.events import new_event
from infra.engine.payments.models import TransactionEvent, TransactionItem


def make_payment(said: ByHand, *, currency: str) -> tuple[TransactionItem, list[TransactionEvent]]:
    """Return a payment that nobody reported, and the events that bring its amounts about, neither of them saved."""
    columns = {"metadata": said.metadata, "private_metadata": said.private_metadata, **said.columns}
    item = TransactionItem(currency=currency, **columns)
    text = "Manual adjustment of the transaction."
    events = [
        new_event(item=item, type_=BY_HAND[name], amount=wanted, message=text)
        for name, wanted in said.amounts.items()
        if wanted
    ]
    for name, amount in amounts_of(events).items():
        setattr(item, f"{name}_value", amount)
    return item, events
