"""Who sees and does what; what is not one's own answers as what does not exist, and nothing changes."""

from __future__ import annotations

import pytest
from django.test import Client

from marketplace.orders import queries as orders
from marketplace.orders.actions import project_order
from tests.orders.conftest import three_parts

pytestmark = pytest.mark.django_db
PART = "query($code: String!) { merchant(code: $code) { code orders { number } listings { id } earnings { number } } }"
ORDER = "query($code: String!, $number: String!) { merchant(code: $code) { order(number: $number) { number state } } }"
SHIP = """mutation($code: String!, $number: String!) {
  shipParcel(merchant: $code, number: $number, carrier: "EMS", trackingNumber: "X1") { part { state } errors { code } }
}"""
REFUSE = """mutation($code: String!, $number: String!, $lines: [ID!]!) {
  refuseLines(merchant: $code, number: $number, lines: $lines, reason: "x") { part { state } errors { code } } }"""
NOTHING = {"part": None, "errors": [{"code": "NOT_FOUND"}]}


@pytest.fixture
def order(saleor, three, work):
    """One order of three merchants, confirmed; returns its number."""
    saleor.orders["o1"] = three_parts()
    project_order(order_id="o1")
    work()
    return saleor.orders["o1"].number


def test_an_owner_sees_all_of_his_own_merchant(ask, someone, three, order):
    _status, answer = ask(someone("k@example.com", merchant=three["kiriko"]), PART, code="kiriko")

    seen = answer["data"]["merchant"]
    assert [each["number"] for each in seen["orders"]] == [order]
    assert len(seen["earnings"]) == 2


def test_staff_of_a_merchant_sees_orders_and_no_earnings(ask, someone, three, order):
    client = someone("s@example.com", merchant=three["kiriko"], role="staff")

    _status, answer = ask(client, PART, code="kiriko")

    seen = answer["data"]["merchant"]
    assert [each["number"] for each in seen["orders"]] == [order]
    assert seen["earnings"] is None


def test_the_ward_desk_sees_every_merchants_orders_and_no_earnings(ask, someone, three, order):
    _status, answer = ask(someone("w@example.com", roles=("ward_desk",)), PART, code="nori")

    assert answer["data"]["merchant"]["orders"] == [{"number": order}]
    assert answer["data"]["merchant"]["earnings"] is None


@pytest.mark.parametrize("who", ["nobody", "another merchant", "marketer"])
def test_for_others_a_merchant_is_as_one_that_does_not_exist(ask, someone, three, order, who):
    client = {
        "nobody": lambda: Client(),
        "another merchant": lambda: someone("o@example.com", merchant=three["other"]),
        "marketer": lambda: someone("m@example.com", roles=("marketer",)),
    }[who]()

    for query in (PART, ORDER):
        variables = {"number": order} if query is ORDER else {}
        foreign = ask(client, query, code="kiriko", **variables)
        assert foreign == ask(client, query, code="no-such", **variables) == (200, {"data": {"merchant": None}})


def test_a_merchant_of_the_same_order_can_do_nothing_to_anothers_part(ask, someone, three, order):
    client = someone("n@example.com", merchant=three["nori"])
    before = [orders.merchant_order(merchant_id=three[code], number=order) for code in ("kiriko", "nori", "washi")]

    shipped = ask(client, SHIP, code="kiriko", number=order)[1]["data"]["shipParcel"]
    refused = ask(client, REFUSE, code="nori", number=order, lines=["l1"])[1]["data"]["refuseLines"]
    made_up = ask(client, REFUSE, code="nori", number=order, lines=["no-such-line"])[1]["data"]["refuseLines"]

    assert shipped == refused == made_up == NOTHING
    after = [orders.merchant_order(merchant_id=three[code], number=order) for code in ("kiriko", "nori", "washi")]
    assert after == before


def test_the_ward_desk_reads_and_does_not_ship(ask, someone, three, order):
    client = someone("w@example.com", roles=("ward_desk",))

    _status, answer = ask(client, SHIP, code="kiriko", number=order)

    assert answer["data"]["shipParcel"] == NOTHING
    assert orders.merchant_order(merchant_id=three["kiriko"], number=order).part.state == "new"


def test_a_member_who_left_is_out_at_once(ask, someone, three, order):
    from marketplace.merchants.models import Member

    client = someone("k@example.com", merchant=three["kiriko"])
    Member.objects.all().delete()

    assert ask(client, PART, code="kiriko") == (200, {"data": {"merchant": None}})


def test_a_bearer_token_is_nobody_here(ask, someone, three, order):
    client = Client(headers={"Authorization": "Bearer " + "e30." * 3})

    assert ask(client, "{ viewer { email } }") == (200, {"data": {"viewer": None}})


def test_another_site_cannot_ask_with_a_members_cookies(someone, three, order):
    client = Client(enforce_csrf_checks=True)
    client.cookies = someone("k@example.com", merchant=three["kiriko"]).cookies
    body = {"query": SHIP, "variables": {"code": "kiriko", "number": order}}

    answer = client.post(
        "/api/graphql/", body, content_type="application/json", headers={"Origin": "https://x.example"}
    )

    assert answer.status_code == 403
    assert orders.merchant_order(merchant_id=three["kiriko"], number=order).part.state == "new"
