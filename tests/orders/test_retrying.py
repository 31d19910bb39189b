"""What the ward desk does with orders: ask again for a refund, read the day's rows."""

from __future__ import annotations

import pytest

from marketplace.orders import queries
from marketplace.orders.actions import refuse_line, retry_refund
from marketplace.orders.types import OrderMissing
from tests.orders.conftest import three_parts
from tests.orders.fake_saleor import make_line, make_order
from tests.orders.test_flow import bring_in, yen

pytestmark = pytest.mark.django_db


def test_the_ward_asks_again_for_a_refund_that_failed_and_the_buyer_is_paid_once(saleor, three, work):
    saleor.refund_outcome = "FAILURE"
    bring_in(saleor, work, three_parts())
    refuse_line(order_id="o1", merchant_id=three["nori"], line_id="l2", reason="品切れ", actor="user:1")
    work()
    (problem,) = queries.open_problems()

    assert retry_refund(problem_id=problem.id, actor="user:9")
    work()
    still = [each.code for each in queries.open_problems()]
    saleor.refund_outcome = "SUCCESS"
    assert retry_refund(problem_id=problem.id, actor="user:9")
    assert not retry_refund(problem_id=problem.id, actor="user:9")
    work()

    assert still == [problem.code]
    assert queries.open_problems() == []
    assert saleor.orders["o1"].refunded == sum((each.amount for each in saleor.orders["o1"].granted_refunds), yen(0))
    assert [each.state for each in queries.order_for_buyer(token=queries.link_token(order_id="o1")).refunds] == ["made"]
    assert saleor.calls["grant"] == 1
    with pytest.raises(OrderMissing):
        retry_refund(problem_id=problem.id + 1000, actor="user:9")


def test_the_days_orders_cost_the_same_statements_for_one_and_for_five(saleor, three, work, django_assert_num_queries):
    for number in range(5):
        goods = (("glass", "kiriko"), ("nori", "nori"))
        lines = [make_line(f"{name}{number}", product=name, merchant=code, total=1100) for name, code in goods]
        bring_in(saleor, work, make_order(f"o{number + 1}", lines=lines, shipping=1000))
    day = next(iter(queries.list_order_sums())).day_sold

    with django_assert_num_queries(5):
        one = queries.orders_of_day(day=day, limit=1)
    with django_assert_num_queries(5):
        five = queries.orders_of_day(day=day, limit=5)

    assert [each.order_id for each in one] == ["o5"]
    assert five == [queries.order_sums(order_id=f"o{number}") for number in (5, 4, 3, 2, 1)]
    with django_assert_num_queries(6):  # and one that finds no more of them
        assert [*queries.list_order_sums()] == five[::-1]
