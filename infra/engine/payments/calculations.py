"""The amounts of a transaction, always worked out afresh from all its events.

Rules of the contract: events of one action and one pspReference belong together. A request counts as pending until a
success or a failure of the same reference is there; of success and failure the later one holds. An authorization
adjustment replaces everything authorized before it. Events without a reference are corrections by hand and count as
they stand.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Protocol

ZERO = Decimal(0)
#: action: (name of the amount, name of the pending amount, name of the amount it is taken from)
ACTIONS = {
    "AUTHORIZATION": ("authorized", "authorize_pending", None),
    "CHARGE": ("charged", "charge_pending", "authorized"),
    "REFUND": ("refunded", "refund_pending", "charged"),
    "CANCEL": ("canceled", "cancel_pending", "authorized"),
}


class Event(Protocol):
    """What of an event counts here."""

    type: str
    psp_reference: str | None
    amount_value: Decimal
    created_at: datetime
    include_in_calculations: bool


@dataclass(slots=True)
class _Group:
    """The events of one action under one reference, the last of each kind."""

    kinds: dict[str, Event] = field(default_factory=dict)

    def last(self, kind: str) -> Event | None:
        return self.kinds.get(kind)


def amounts_of(events: Iterable[Event]) -> dict[str, Decimal]:
    """Return the eight amounts of a transaction by the names of `models.AMOUNTS`.

    Events with `include_in_calculations` false do not count. What is authorized never falls below 0, the other
    amounts may (a payment app can report more back than it took).
    """
    counted = sorted((event for event in events if event.include_in_calculations), key=lambda event: event.created_at)
    groups, by_hand = _group(_after_last_adjustment(counted))
    amounts = dict.fromkeys((name for action in ACTIONS.values() for name in action[:2]), ZERO)
    for event in by_hand:
        _apply_by_hand(amounts, event)
    for action in ACTIONS:
        for (group_action, _), group in groups.items():
            if group_action == action:
                _apply_group(amounts, action, group)
    for name in ("authorized", "authorize_pending"):
        amounts[name] = max(amounts[name], ZERO)
    return amounts


def _after_last_adjustment(events: list[Event]) -> list[Event]:
    last = max((i for i, event in enumerate(events) if event.type == "AUTHORIZATION_ADJUSTMENT"), default=0)
    return [event for i, event in enumerate(events) if i >= last or not event.type.startswith("AUTHORIZATION_")]


def _group(events: list[Event]) -> tuple[dict[tuple[str, str], _Group], list[Event]]:
    groups: dict[tuple[str, str], _Group] = {}
    by_hand: list[Event] = []
    for event in events:
        action, _, kind = event.type.partition("_")
        if action not in ACTIONS or kind == "ACTION_REQUIRED":
            continue
        if not event.psp_reference:
            by_hand.append(event)
        else:
            groups.setdefault((action, event.psp_reference), _Group()).kinds[kind] = event
    return groups, by_hand


def _apply_by_hand(amounts: dict[str, Decimal], event: Event) -> None:
    action, _, kind = event.type.partition("_")
    if kind == "SUCCESS":
        amounts[ACTIONS[action][0]] += event.amount_value
    elif kind == "ADJUSTMENT":
        amounts["authorized"] = event.amount_value
    elif kind == "BACK":
        amounts["charged"] -= event.amount_value
    elif kind == "REVERSE":
        amounts["charged"] += event.amount_value


def _apply_group(amounts: dict[str, Decimal], action: str, group: _Group) -> None:
    done, pending, source = ACTIONS[action]
    if adjustment := group.last("ADJUSTMENT"):
        amounts["authorized"] = adjustment.amount_value
    if back := group.last("BACK"):
        amounts["charged"] -= back.amount_value
    if reverse := group.last("REVERSE"):
        amounts["charged"] += reverse.amount_value
        amounts["refunded"] -= reverse.amount_value
    request, success, failure = group.last("REQUEST"), group.last("SUCCESS"), group.last("FAILURE")
    if request and not success and not failure:
        _move(amounts, source, pending, request.amount_value)
    if success and (failure is None or success.created_at > failure.created_at):
        _move(amounts, source, done, success.amount_value)


def _move(amounts: dict[str, Decimal], source: str | None, target: str, amount: Decimal) -> None:
    amounts[target] += amount
    if source is not None:
        amounts[source] -= amount
