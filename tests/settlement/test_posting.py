"""The ledger's arithmetic: balanced after any events, exact to the yen, and undone by whole refunds."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.kernel.money import allocate
from marketplace.orders.types import LineView, OrderSums, PartView, RefundLineView, RefundView
from marketplace.settlement import posting
from marketplace.settlement.rules import commission_on, rule_on, tax_on
from marketplace.settlement.types import PAYABLE, PENDING, CommissionRule, Posting, RuleMissing, Unbalanced
from plugins.api import Money

RULE = CommissionRule(Decimal("0.10"), Decimal("0.10"), date(2020, 1, 1), None, "demo", "test")
MOMENT = datetime(2026, 11, 22, tzinfo=UTC)


def make_part(merchant, line_yen, delivery, currency="JPY", rate=1):
    lines = tuple(
        LineView(
            id=f"{merchant}-{n}",
            product_id="p",
            sku="",
            name="n",
            variant_name="",
            quantity=1,
            total=Money(Decimal(yen) / rate, currency),
            yen=yen,
            tax_rate=Decimal("0.1"),
            category="c",
            is_refused=False,
            refunded_quantity=0,
            image_url="",
        )
        for n, yen in enumerate(line_yen)
    )
    return PartView(
        order_id="o",
        number="1",
        merchant_id=merchant,
        merchant_code=merchant,
        merchant_name={"ja": merchant},
        state="new",
        lines=lines,
        goods=Money(Decimal(sum(line_yen)) / rate, currency),
        shipping=Money(Decimal(delivery) / rate, currency),
        shipping_yen=delivery,
        placed_at=MOMENT,
        confirmed_at=None,
        accepted_at=None,
        shipped_at=None,
        carrier="",
        tracking_number="",
    )


def make_order(parts, currency="JPY", rate=1):
    total = sum((part.total for part in parts), Money.zero(currency))
    yen = sum(line.yen for part in parts for line in part.lines) + sum(part.shipping_yen for part in parts)
    return OrderSums("o", "1", "jp", "confirmed", date(2026, 11, 22), total, yen, Decimal(rate), False, tuple(parts))


def make_refund(part, yen_by_line, shipping=0):
    rate = 1 if part.goods.currency == "JPY" else 128
    currency = part.goods.currency
    lines = tuple(
        RefundLineView(key, "n", 1, Money(Decimal(yen) / rate, currency), yen) for key, yen in yen_by_line.items()
    )
    yen = sum(yen_by_line.values()) + shipping
    return RefundView(
        key="r",
        merchant_id=part.merchant_id,
        amount=Money(Decimal(yen) / rate, currency),
        shipping=Money(Decimal(shipping) / rate, currency),
        yen=yen,
        shipping_yen=shipping,
        reason={"ja": ""},
        state="made",
        lines=lines,
        asked_at=MOMENT,
        made_at=MOMENT,
        day=date(2026, 11, 22),
    )


def owed(lines, merchant):
    own = [each for each in lines if each.merchant_id == merchant and each.account in (PENDING, PAYABLE)]
    return -int(sum(each.amount.amount for each in own))


def test_the_worked_example_of_two_merchants():
    """Goods 11,000 + delivery 880 and goods 5,400 + 900, commission 10 %, and its tax; then B's goods are refunded."""
    a, b = make_part("a", [11000], 880), make_part("b", [5400], 900)

    lines = posting.payment(make_order([a, b]), RULE)

    assert (owed(lines, "a"), owed(lines, "b")) == (11880 - 1100 - 110, 6300 - 540 - 54)
    lines += posting.refund(b, make_refund(b, {"b-0": 5400}), refunded={}, rule=RULE, account=PENDING)
    posting.check_balanced(lines)
    assert (owed(lines, "a"), owed(lines, "b")) == (11880 - 1100 - 110, 900)


def test_commission_is_cut_per_line_and_its_tax_once_per_part():
    part = make_part("a", [199, 199, 199], 0)

    lines = posting.payment(make_order([part]), RULE)

    commissions = [int(each.amount.amount) for each in lines if each.what == "commission" and each.merchant_id]
    assert commissions == [19, 19, 19]
    assert [int(each.amount.amount) for each in lines if each.what == "commission_tax" and each.merchant_id] == [5]


def test_an_entry_that_does_not_balance_is_refused():
    with pytest.raises(Unbalanced):
        posting.check_balanced([Posting("a", Money(1, "JPY"), "x"), Posting("b", Money(-1, "USD"), "x")])


def test_rules_are_dated():
    assert rule_on(day=date(2026, 11, 22)).rate == Decimal("0.10")
    with pytest.raises(RuleMissing):
        rule_on(day=date(1999, 12, 31))


@st.composite
def days(draw):
    """An order of some merchants in yen or dollars, and refunds of pieces of its lines in any order."""
    currency, rate = draw(st.sampled_from([("JPY", 1), ("USD", 128)]))
    parts = [
        make_part(
            str(n),
            draw(st.lists(st.integers(0, 99_999), min_size=1, max_size=4)),
            draw(st.integers(0, 2000)),
            currency,
            rate,
        )
        for n in range(draw(st.integers(1, 4)))
    ]
    refunds = []
    for part in parts:
        for line in part.lines:
            shares = allocate(Money(line.yen, "JPY"), [1] * draw(st.integers(1, 3)))
            refunds += [(part, line.id, int(share.amount)) for share in shares]
    shuffled = draw(st.permutations(refunds))
    return make_order(parts, currency, rate), shuffled, draw(st.integers(0, len(shuffled))), draw(st.booleans())


@settings(max_examples=150, deadline=None)
@given(days())
def test_after_any_refunds_the_books_balance_and_commission_is_that_of_the_rest(day):
    order, refunds, count, was_shipped = day
    lines = posting.payment(order, RULE)
    refunded = Counter()
    for part, line_id, yen in refunds[:count]:
        account = PAYABLE if was_shipped else PENDING
        lines += posting.refund(part, make_refund(part, {line_id: yen}), refunded=refunded, rule=RULE, account=account)
        refunded[line_id] += yen
        posting.check_balanced(lines)

    for part in order.parts:
        rest = [line.yen - refunded[line.id] for line in part.lines]
        commissions = [commission_on(each, RULE) for each in rest]
        expected = sum(rest) + part.shipping_yen - sum(commissions) - tax_on(commissions, RULE)
        assert owed(lines, part.merchant_id) == expected


@settings(max_examples=60, deadline=None)
@given(days())
def test_when_everything_is_refunded_every_account_is_empty(day):
    order, _, _, _ = day
    lines = posting.payment(order, RULE)
    for part in order.parts:
        whole = {line.id: line.yen for line in part.lines}
        given_back = make_refund(part, whole, part.shipping_yen)
        lines += posting.refund(part, given_back, refunded={}, rule=RULE, account=PENDING)

    sums = Counter()
    for each in lines:
        sums[(each.account, each.merchant_id, each.amount.currency)] += each.amount.amount
    assert set(sums.values()) <= {Decimal(0)}
