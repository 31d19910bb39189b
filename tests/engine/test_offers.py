"""What apps offer as deliveries, in the forms that Saleor takes."""

from __future__ import annotations

from typing import Any

import pytest

from infra.engine.checkout.delivery import parse_method
from tests.engine.commerce import make_channel, make_checkout, make_variant, make_warehouse

pytestmark = pytest.mark.django_db(databases=["engine"])


@pytest.mark.parametrize(("said", "kept"), [("7", 7), (7, 7), (0, 0), (None, None)])
def test_days_may_be_text(said: Any, kept: int | None) -> None:
    """As in the answer of an app that Saleor's own tests keep (CORE_1652): "maximum_delivery_days": "7"."""
    channel = make_channel()
    checkout = make_checkout(channel, {make_variant(channel, stock={make_warehouse(channel): 1}): 1})
    offer = {"id": "Provider", "name": "Economy", "amount": "100", "currency": "JPY", "maximum_delivery_days": said}

    assert parse_method(offer, checkout, app_identifier="app").maximum_delivery_days == kept


@pytest.mark.parametrize("said", ["-7", "seven", "٧", "", 1.5, -1, True])
def test_days_that_are_no_number_are_refused(said: Any) -> None:
    channel = make_channel()
    checkout = make_checkout(channel, {make_variant(channel, stock={make_warehouse(channel): 1}): 1})
    offer = {"id": "Provider", "name": "Economy", "amount": "100", "currency": "JPY", "minimum_delivery_days": said}

    with pytest.raises(ValueError, match="days"):
        parse_method(offer, checkout, app_identifier="app")
