"""A question that asks too much is refused before anything is read; what is allowed costs the same for 2 and for 20."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from graphql import get_introspection_query, parse

from marketplace.api.limits import COSTLIEST, DEEPEST, ROOT_COST, cost_of
from marketplace.orders.actions import project_order
from tests.orders.fake_saleor import make_line, make_order

pytestmark = pytest.mark.django_db
EVERYTHING = """query($code: String!) {
  viewer { email name roles merchants { code name } } merchant(code: $code) { code name
  orders { number state lines { id sku name quantity total { amount currency } isRefused refundedQuantity }
    goods { amount currency } shipping { amount currency } total { amount currency }
    refunds { amount { amount currency } reason state } carrier trackingNumber placedAt }
  listings { id slug name state markets }
  earnings { number day lineId name saleYen delivery refund commission commissionTax net } } }"""
SEARCH = 'a%d: search(market: "jp", language: "ja", q: "x") { total }'


def statements(ask, client, query, **variables):
    with CaptureQueriesContext(
        connection,
    ) as seen:
        status, answer = ask(client, query, **variables)
    assert status == 200 and "errors" not in answer
    return len(seen), answer["data"]


def bring_in(saleor, work, numbers):
    for number in numbers:
        lines = [make_line(f"l{number}-{part}", product="glass", merchant="kiriko", total=1000) for part in (1, 2)]
        lines.append(make_line(f"l{number}-3", product="nori", merchant="nori", total=500))
        order = make_order(f"o{number}", lines=lines, shipping=1000, number=str(number))
        saleor.orders[order.id] = order
        project_order(order_id=order.id)
    work()


def test_2_orders_and_20_cost_the_same_statements(ask, someone, saleor, three, work):
    client = someone("k@example.com", merchant=three["kiriko"])
    bring_in(saleor, work, range(1, 3))
    ask(client, EVERYTHING, code="kiriko")  # warms what is kept per process
    few, seen_few = statements(ask, client, EVERYTHING, code="kiriko")

    bring_in(saleor, work, range(3, 21))
    many, seen_many = statements(ask, client, EVERYTHING, code="kiriko")

    assert len(seen_few["merchant"]["orders"]) == 2 and len(seen_many["merchant"]["orders"]) == 20
    assert len(seen_few["merchant"]["earnings"]) == 4 and len(seen_many["merchant"]["earnings"]) == 40
    assert many == few


def test_2_workplaces_and_20_cost_the_same_statements(ask, someone, three):
    from marketplace.accounts.models import User
    from marketplace.merchants.actions import add_member
    from marketplace.merchants.models import Merchant

    client = someone("k@example.com", merchant=three["kiriko"])
    user_id = User.objects.get().pk
    add_member(merchant_id=three["nori"], user_id=user_id, role="staff", actor="test")
    few, _seen = statements(ask, client, EVERYTHING, code="kiriko")

    for number in range(18):
        made = Merchant.objects.get(code="washi")
        made.pk, made.code = None, f"more-{number}"
        made.save()
        add_member(merchant_id=str(made.pk), user_id=user_id, role="staff", actor="test")
    many, seen = statements(ask, client, EVERYTHING, code="kiriko")

    assert len(seen["viewer"]["merchants"]) == 20
    assert many == few


def test_a_page_asks_everything_and_stays_below_the_limit():
    assert cost_of(parse(EVERYTHING)) < COSTLIEST


@pytest.mark.parametrize(
    ("query", "cost"),
    [
        ("{ viewer { email } }", ROOT_COST + 1 + 1),
        ('{ merchant(code: "x") { orders(first: 3) { number state } } }', ROOT_COST + 1 + 1 + 3 * 2),
        ('{ merchant(code: "x") { orders(first: 3000) { number } } }', ROOT_COST + 1 + 1 + 100),
        ('query($n: Int) { merchant(code: "x") { orders(first: $n) { number } } }', ROOT_COST + 1 + 1 + 100),
        ("query A { viewer { email } } query B { viewer { email name } }", ROOT_COST + 1 + 2),
        ("{ ...All ... on Query { viewer { name } } } fragment All on Query { viewer { email } }", 2 * (ROOT_COST + 2)),
        ("{ __schema { types { fields { name } } } }", 0),
    ],
)
def test_cost_counts_what_could_come_back(query, cost):
    assert cost_of(parse(query)) == cost


@pytest.mark.parametrize(
    "query",
    [
        "{" + " ".join(SEARCH % number for number in range(COSTLIEST // ROOT_COST + 1)) + "}",
        "{ a: viewer { email } "
        + "".join(f'b{n}: merchant(code: "x") {{ orders {{ lines {{ id }} }} }} ' for n in range(19))
        + "}",
        "{ viewer { merchants { email } } }",
        "{ ...A } fragment A on Query { ...A }",
        "{ __schema " + "{ types { fields { type " * 4 + "{ name }" + " } } }" * 4 + " }",
        "{" * 5000,
        "{ viewer { email }",
    ],
)
def test_what_asks_too_much_or_makes_no_sense_is_refused_unread(ask, someone, three, query, django_assert_num_queries):
    with django_assert_num_queries(0):
        status, answer = ask(Client(), query)

    assert status == 400
    assert "data" not in answer and answer["errors"]


def test_deeper_than_allowed_is_refused(ask):
    from graphql import build_schema

    from marketplace.api.limits import problems_of

    schema = build_schema("type Query { self: Query name: String }")
    at_limit = "{ " + "self { " * DEEPEST + "name" + " }" * (DEEPEST + 1)

    assert problems_of(schema, parse(at_limit)) == []
    assert problems_of(schema, parse(at_limit.replace("name", "self { name }")))


@pytest.mark.parametrize(
    "body", ["[]", "{}", '{"query": 1}', '{"query": "{a}", "variables": []}', "x" * 30_000, "[" * 9000]
)
def test_a_body_that_is_no_question_is_refused(body):
    answer = Client().post("/api/graphql/", body, content_type="application/json")

    assert answer.status_code == 400


def test_tools_may_read_the_schema(ask):
    status, answer = ask(Client(), get_introspection_query())

    assert status == 200
    assert answer["data"]["__schema"]["queryType"]["name"] == "Query"
