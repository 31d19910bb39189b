"""The amounts of a transaction follow from its events, whatever their order of arrival."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import permutations

import pytest

from infra.engine.payments.calculations import amounts_of

START = datetime(2026, 11, 22, tzinfo=UTC)


@dataclass
class Happening:
    type: str
    amount_value: Decimal
    psp_reference: str | None = "a"
    minute: int = 0
    include_in_calculations: bool = True

    @property
    def created_at(self) -> datetime:
        return START + timedelta(minutes=self.minute)


def event(type_: str, amount: int, minute: int = 0, reference: str | None = "a", counts: bool = True) -> Happening:
    return Happening(type_, Decimal(amount), reference, minute, counts)


def nonzero(*events: Happening) -> dict[str, int]:
    return {name: int(amount) for name, amount in amounts_of(events).items() if amount}


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([event("CHARGE_REQUEST", 100)], {"charge_pending": 100}),
        ([event("CHARGE_REQUEST", 100), event("CHARGE_SUCCESS", 90, 1)], {"charged": 90}),
        ([event("CHARGE_REQUEST", 100), event("CHARGE_FAILURE", 100, 1)], {}),
        ([event("CHARGE_SUCCESS", 100), event("CHARGE_FAILURE", 100, 1)], {}),
        ([event("CHARGE_FAILURE", 100), event("CHARGE_SUCCESS", 100, 1)], {"charged": 100}),
        ([event("CHARGE_ACTION_REQUIRED", 100)], {}),
        ([event("CHARGE_SUCCESS", 100), event("REFUND_REQUEST", 30, 1, "r")], {"charged": 70, "refund_pending": 30}),
        ([event("CHARGE_SUCCESS", 100), event("REFUND_SUCCESS", 30, 1, "r")], {"charged": 70, "refunded": 30}),
        ([event("CHARGE_SUCCESS", 100), event("REFUND_FAILURE", 30, 1, "r")], {"charged": 100}),
        (
            [
                event("CHARGE_SUCCESS", 100),
                event("REFUND_SUCCESS", 30, 1, "r"),
                event("REFUND_REVERSE", 30, 2, "r"),
            ],
            {"charged": 100},
        ),
        ([event("CHARGE_SUCCESS", 100), event("CHARGE_BACK", 100, 1)], {}),
        ([event("AUTHORIZATION_SUCCESS", 100), event("CHARGE_SUCCESS", 60, 1, "c")], {"authorized": 40, "charged": 60}),
        ([event("AUTHORIZATION_SUCCESS", 100), event("CANCEL_SUCCESS", 100, 1, "c")], {"canceled": 100}),
        (
            [event("AUTHORIZATION_SUCCESS", 100), event("AUTHORIZATION_ADJUSTMENT", 70, 1, "j")],
            {"authorized": 70},
        ),
        ([event("CHARGE_SUCCESS", 100, 0, None), event("CHARGE_SUCCESS", -40, 1, None)], {"charged": 60}),
        ([event("CHARGE_SUCCESS", 100, counts=False)], {}),
        ([event("INFO", 5)], {}),
    ],
)
def test_amounts(events: list[Happening], expected: dict[str, int]) -> None:
    for order in permutations(events):
        assert nonzero(*order) == expected
