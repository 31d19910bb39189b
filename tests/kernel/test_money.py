from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.kernel.money import allocate, format_money, minor_units, quantum, round_down, sum_money
from plugins.api import Money

CURRENCIES = st.sampled_from(["JPY", "USD", "KWD"])
WEIGHTS = st.lists(st.one_of(st.integers(0, 10**9), st.decimals(0, 10**6, places=3)), min_size=1, max_size=12)


@st.composite
def amounts(draw):
    currency = draw(CURRENCIES)
    return Money(quantum(currency) * draw(st.integers(-(10**10), 10**10)), currency)


@given(amounts(), WEIGHTS)
def test_parts_sum_to_the_whole(total, weights):
    assert sum_money(allocate(total, weights), total.currency) == total


@given(amounts(), WEIGHTS)
def test_a_part_is_within_one_unit_of_its_share(total, weights):
    base = weights if any(weights) else [1] * len(weights)
    whole = sum(Decimal(w) for w in base)
    for part, weight in zip(allocate(total, weights), base, strict=True):
        assert abs(part.amount * whole - total.amount * weight) < quantum(total.currency) * whole


@given(amounts(), WEIGHTS)
def test_the_same_split_twice_is_the_same(total, weights):
    assert allocate(total, weights) == allocate(total, list(weights))


def test_the_earlier_part_takes_the_odd_yen():
    assert [part.amount for part in allocate(Money(100, "JPY"), [1, 1, 1])] == [34, 33, 33]
    assert [part.amount for part in allocate(Money(-100, "JPY"), [1, 1, 1])] == [-34, -33, -33]


def test_the_coupon_of_the_tax_agencys_example_is_split_by_rate():
    assert [part.amount for part in allocate(Money(500, "JPY"), [11880, 2160])] == [423, 77]


@pytest.mark.parametrize("weights", [[], [1, -1]])
def test_what_cannot_be_split_is_refused(weights):
    with pytest.raises(ValueError):
        allocate(Money(100, "JPY"), weights)


def test_a_total_finer_than_its_currency_is_refused():
    with pytest.raises(ValueError):
        allocate(Money(Decimal("0.5"), "JPY"), [1])


def test_currencies_have_their_own_decimals():
    assert [minor_units(code) for code in ("JPY", "USD", "GBP", "KWD")] == [0, 2, 2, 3]


def test_rounding_down_is_towards_zero():
    assert round_down(Money(Decimal("10.99"), "JPY")) == Money(10, "JPY")
    assert round_down(Money(Decimal("-10.999"), "USD")) == Money(Decimal("-10.99"), "USD")


@pytest.mark.parametrize(
    ("amount", "currency", "ja", "en"),
    [
        ("14300", "JPY", "14,300円", "¥14,300"),
        ("-550", "JPY", "-550円", "-¥550"),
        ("12.5", "USD", "12.50米ドル", "US$12.50"),
        ("1.2345", "KWD", "KWD1.234", "KWD1.234"),
    ],
)
def test_money_is_written_as_its_reader_writes_it(amount, currency, ja, en):
    money = Money(Decimal(amount), currency)

    assert (format_money(money, "ja"), format_money(money, "en")) == (ja, en)
    assert format_money(money, "en-GB") == en
