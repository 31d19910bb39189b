"""Sales of the past: several at once where Saleor has processes of its own, and the same whatever way they came in."""

from __future__ import annotations

import threading

import pytest
from django.conf import settings

from infra import past_sales


@pytest.fixture
def a_real_saleor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "SALEOR_API_URL", "http://saleor.invalid/graphql/")


def test_the_embedded_engine_is_asked_one_thing_after_the_other_in_this_thread():
    threads = past_sales.side_by_side(lambda _: threading.current_thread(), range(3))

    assert threads == [threading.current_thread()] * 3


@pytest.mark.usefixtures("a_real_saleor")
def test_a_real_saleor_is_asked_several_things_at_once_and_the_answers_keep_their_order():
    all_there = threading.Barrier(past_sales.AT_ONCE, timeout=20)

    def do(number: int) -> int:
        all_there.wait()
        return number * 10

    assert past_sales.side_by_side(do, range(past_sales.AT_ONCE)) == [0, 10, 20, 30]


@pytest.mark.usefixtures("a_real_saleor")
def test_the_others_are_finished_before_a_failure_is_told():
    done: list[int] = []

    def do(number: int) -> None:
        if number == 0:
            raise LookupError("no delivery")
        done.append(number)

    with pytest.raises(LookupError, match="no delivery"):
        past_sales.side_by_side(do, range(6))

    assert sorted(done) == [1, 2, 3, 4, 5]


def test_sales_are_found_by_their_keys(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(past_sales, "record", lambda sale: f"order of {sale.key}")
    sales = [
        past_sales.PastSale(key=key, channel="jp", sold_on=None, address=None, lines=[])  # type: ignore[arg-type]
        for key in "ab"
    ]

    assert past_sales.record_all(sales) == {"a": "order of a", "b": "order of b"}
