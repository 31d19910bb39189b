"""The test provider: exact, idempotent, and never more back than was charged."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from plugins.api import Money
from plugins.api.types import PaymentRequest
from plugins.payments import actions
from plugins.payments.models import TestPayment
from plugins.payments.types import UnknownOutcome

pytestmark = pytest.mark.django_db


def ask(action: str, key: str, amount: str = "5500", reference: str = "", **data: Any) -> Any:
    return actions.answer(
        request=PaymentRequest(
            action=action,  # type: ignore[arg-type]
            method="test",
            amount=Money(Decimal(amount), "JPY"),
            source_id="Q2hlY2tvdXQ6MQ==",
            transaction_id="T1",
            reference=reference,
            idempotency_key=key,
            data=data,
        )
    )


def test_the_same_wish_twice_is_one_payment_and_one_answer() -> None:
    first = ask("initialize", "k1", outcome="succeed")
    again = ask("initialize", "k1", outcome="succeed")

    assert first == again
    assert first.result == "CHARGE_SUCCESS"
    assert first.actions == ("REFUND",)
    assert TestPayment.objects.count() == 1


def test_a_declined_payment_charges_nothing() -> None:
    answer = ask("initialize", "k1", outcome="fail")

    assert answer.result == "CHARGE_FAILURE"
    assert TestPayment.objects.get().charged == 0


def test_an_action_is_needed_once_and_then_charged() -> None:
    asked = ask("initialize", "k1", outcome="action")
    refused = ask("process", "k2", reference=asked.reference, confirmed=False)
    charged = ask("process", "k3", reference=asked.reference, confirmed=True)
    repeated = ask("process", "k4", reference=asked.reference, confirmed=True)

    assert asked.result == "CHARGE_ACTION_REQUIRED"
    assert refused.result == "CHARGE_FAILURE"
    assert charged.result == repeated.result == "CHARGE_SUCCESS"
    assert TestPayment.objects.get().charged == 5500


def test_refunds_never_pass_the_charge() -> None:
    paid = ask("initialize", "k1", outcome="succeed")
    part = ask("refund", "r1", amount="2000", reference=paid.reference)
    same = ask("refund", "r1", amount="2000", reference=paid.reference)
    over = ask("refund", "r2", amount="3501", reference=paid.reference)
    rest = ask("refund", "r3", amount="3500", reference=paid.reference)

    assert part == same
    assert [part.result, over.result, rest.result] == ["REFUND_SUCCESS", "REFUND_FAILURE", "REFUND_SUCCESS"]
    assert TestPayment.objects.get().refunded == 5500
    assert len({part.reference, rest.reference, paid.reference}) == 3


def test_an_unknown_outcome_is_refused_and_nothing_is_kept() -> None:
    with pytest.raises(UnknownOutcome):
        ask("initialize", "k1", outcome="maybe")

    assert not TestPayment.objects.exists()


def test_a_late_answer_charges_once() -> None:
    asked = ask("initialize", "k1", outcome="late")
    first = actions.settle_late(reference=asked.reference)
    again = actions.settle_late(reference=asked.reference)

    assert asked.result == "CHARGE_REQUEST"
    assert first == again
    assert TestPayment.objects.get().charged == 5500
