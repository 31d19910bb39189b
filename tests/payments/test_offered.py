"""Whoever speaks to Saleor directly pays by no way that the pages would not offer."""

from __future__ import annotations

from typing import Any

import pytest

from marketplace.checkout import queries, webhooks

pytestmark = pytest.mark.django_db


def is_demo() -> bool:
    return True


def is_no_demo() -> bool:
    return False


@pytest.fixture
def payload(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A checkout that may be paid, asking for the test method with an outcome that succeeds."""
    monkeypatch.setattr(webhooks, "_barred", lambda _payload: "")
    return {
        "idempotencyKey": "k1",
        "action": {"amount": 5500, "currency": "JPY"},
        "transaction": {"id": "T1", "pspReference": ""},
        "sourceObject": {"__typename": "Checkout", "id": "C1", "channel": {"slug": "jp"}},
        "data": {"method": "test", "outcome": "succeed"},
    }


def test_the_test_method_pays_on_demo_data(payload, settings):
    settings.MALL_DEMO_CHECK = f"{__name__}.is_demo"

    assert [method.code for method in queries.payment_methods(market="jp")] == ["test"]
    assert webhooks.initialize_payment(payload)["result"] == "CHARGE_SUCCESS"


def test_without_demo_data_it_is_neither_offered_nor_answered(payload, settings):
    from plugins.payments.models import TestPayment

    settings.MALL_DEMO_CHECK = f"{__name__}.is_no_demo"

    assert queries.payment_methods(market="jp") == ()
    assert webhooks.initialize_payment(payload)["result"] == "CHARGE_FAILURE"
    assert not TestPayment.objects.exists()


@pytest.mark.parametrize("data", [None, {}, {"method": "past"}, {"method": "no-such"}, {"outcome": "succeed"}])
def test_a_way_to_pay_that_is_none_is_refused(payload, settings, data):
    settings.MALL_DEMO_CHECK = f"{__name__}.is_demo"

    assert webhooks.initialize_payment({**payload, "data": data})["result"] == "CHARGE_FAILURE"
