"""A merchant's day at the counter, in the merchant's words."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from marketplace.catalog import models as catalog
from marketplace.orders.actions import project_order
from marketplace.orders.models import MerchantOrder
from marketplace.settlement import queries as settlement
from tests.orders.conftest import three_parts
from tests.orders.fake_saleor import SUMIDA, make_line, make_order

pytestmark = pytest.mark.django_db
COUNTER = "/counter/kiriko/"


def bring_in(saleor, work, order):
    saleor.orders[order.id] = order
    project_order(order_id=order.id)
    work()


def one_line(number):
    line = make_line(f"x{number}", product="glass", merchant="kiriko", total=1100)
    return make_order(f"n{number}", lines=[line], shipping=500)


def statements(client, path, counter):
    with counter as seen:
        assert client.get(path).status_code == 200
    return len(seen)


def described(page, name):
    """Return the text of the elements that an input says describe it."""
    tag = re.search(rf'<(?:input|select|textarea)[^>]* name="{re.escape(name)}"[^>]*>', page).group()
    ids = re.search(r'aria-describedby="([^"]*)"', tag).group(1).split()
    return " ".join(re.search(rf'id="{re.escape(each)}"[^>]*>([^<]*)', page).group(1) for each in ids)


def number_of(client):
    return re.search(r'data-order="([^"]+)"', client.get(COUNTER).content.decode()).group(1)


def test_i_accept_and_send_an_order_and_it_leaves_the_list(saleor, three, work, member):
    bring_in(saleor, work, three_parts())
    me = member("kiriko")
    number = number_of(me)

    me.post(f"{COUNTER}orders/{number}/accept/")
    sent = me.post(f"{COUNTER}orders/{number}/ship/", {"carrier": "EMS", "tracking_number": "JP-1"}, follow=True)
    work()

    assert "JP-1" in sent.content.decode()
    page = me.get(COUNTER).content.decode()
    waiting, _, done = page.partition("<section>")
    assert '<span class="count">0</span>' in waiting
    assert f'data-order="{number}"' not in waiting
    assert f'data-order="{number}"' in done


def test_the_telephone_number_is_written_as_on_the_label_and_dials(saleor, three, work, member):
    bring_in(saleor, work, three_parts(shipping_address=replace(SUMIDA, phone="+81312345678")))
    me = member("kiriko")

    page = me.get(f"{COUNTER}orders/{number_of(me)}/").content.decode()

    assert '<a class="link" href="tel:+81312345678">03-1234-5678</a>' in page


def test_a_forgotten_number_is_said_beside_its_field_and_nothing_is_lost(saleor, three, work, member):
    bring_in(saleor, work, three_parts())
    me = member("kiriko")
    number = number_of(me)

    page = me.post(f"{COUNTER}orders/{number}/ship/", {"carrier": "佐川急便", "tracking_number": " "})

    assert page.status_code == 422
    assert "番号" in described(page.content.decode(), "tracking_number")
    assert "<option selected>佐川急便" in page.content.decode()
    assert me.get(f"{COUNTER}orders/{number}/").content.decode().count('data-state="new"') == 1


def test_a_refusal_without_a_reason_keeps_what_i_ticked(saleor, three, work, member):
    bring_in(saleor, work, three_parts())
    me = member("kiriko")
    number = number_of(me)

    page = me.post(f"{COUNTER}orders/{number}/refuse/", {"line": ["l4"], "reason": ""})
    text = page.content.decode()

    assert page.status_code == 422
    assert "理由" in described(text, "reason")
    assert re.search(r'value="l4"[^>]* checked', text)
    assert saleor.orders["o1"].granted_refunds == ()


def test_after_a_refusal_i_read_what_is_left_of_the_order_as_my_sale(saleor, three, work, member):
    bring_in(saleor, work, three_parts())
    me = member("kiriko")
    number = number_of(me)
    assert "data-kept" not in me.get(f"{COUNTER}orders/{number}/").content.decode()

    me.post(f"{COUNTER}orders/{number}/refuse/", {"line": ["l4"], "reason": "割れていました"})
    work()

    page = me.get(f"{COUNTER}orders/{number}/").content.decode()
    assert '<td class="num" data-total="4550">4,550円</td>' in page
    assert '<td class="num">−700円</td>' in page
    assert '<td class="num" data-kept="3850"><strong>3,850円</strong></td>' in page
    assert '<span class="amount">3,850円</span>' in me.get(COUNTER).content.decode()


def test_goods_are_called_as_i_call_them_whatever_the_buyer_reads(saleor, three, work, member):
    bring_in(saleor, work, three_parts())
    category = catalog.Category.objects.create(slug="glass", names={"ja": "硝子"}, pool_category="glass")
    moment = MerchantOrder._base_manager.first().order.placed_at
    catalog.Listing.objects.create(
        merchant_id=three["kiriko"],
        merchant_code="kiriko",
        product_id="glass",
        slug="glass",
        names={"ja": "切子の盃", "en": "Cut glass"},
        category=category,
        created_at=moment,
        updated_at=moment,
    )
    me = member("kiriko")
    number = number_of(me)

    for path in (COUNTER, f"{COUNTER}orders/{number}/", f"{COUNTER}earnings/"):
        assert "切子の盃" in me.get(path).content.decode(), path
    me.cookies["django_language"] = "en"
    assert "Cut glass" in me.get(f"{COUNTER}orders/{number}/").content.decode()


def test_the_chosen_language_stays_when_i_go_on(saleor, three, work, member):
    me = member("kiriko")

    chosen = me.post("/language/", {"language": "en", "next": f"{COUNTER}earnings/"}, follow=True)

    assert 'lang="en"' in chosen.content.decode()
    assert "To do" in me.get(COUNTER).content.decode()
    assert "やること" in me.get(f"{COUNTER}?lang=ja").content.decode()


@pytest.mark.parametrize("path", [COUNTER, f"{COUNTER}earnings/", f"{COUNTER}listings/", f"{COUNTER}permits/"])
def test_a_list_costs_the_same_for_one_row_and_for_many(
    saleor, three, work, member, path, django_assert_max_num_queries
):
    me = member("kiriko")
    bring_in(saleor, work, one_line(0))
    me.get(path)
    one = statements(me, path, django_assert_max_num_queries(60))
    for number in range(1, 6):
        bring_in(saleor, work, one_line(number))

    assert statements(me, path, django_assert_max_num_queries(60)) == one


def test_earnings_are_read_page_by_page_and_every_row_adds_up(saleor, three, work, member):
    for number in range(32):
        bring_in(saleor, work, one_line(number))
    me = member("kiriko")

    first = me.get(f"{COUNTER}earnings/").content.decode()
    second = me.get(f"{COUNTER}earnings/?page=2").content.decode()

    assert (first.count('data-label="点数"'), second.count('data-label="点数"')) == (30, 2)
    assert 'href="?page=2"' in first
    rows = settlement.earnings(merchant_id=three["kiriko"])
    assert sum(row.net for row in rows) == settlement.earnings_total(merchant_id=three["kiriko"]).net
