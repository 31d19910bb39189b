"""The demo's door: who each persona is, and a day that passes where one can see it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from marketplace.accounts.actions import create_user
from marketplace.catalog import actions
from marketplace.kernel import clock
from marketplace.merchants.actions import add_member
from marketplace.merchants.queries import get_merchant
from marketplace.messages.actions import send_mail
from tests.catalog.conftest import saleor as catalogue
from tests.catalog.factories import make_live, make_merchant

__all__ = ["catalogue"]
ACCOUNTS = [
    {
        "name": "merchant soramame-glass",
        "role": "merchant",
        "email": "soramame-glass@example.test",
        "password": "x",
        "page": "/counter/soramame-glass/",
    },
    {"name": "ward_desk", "role": "ward_desk", "email": "desk@ward.test", "password": "x", "page": "/ward/"},
]


def accounts():
    return ACCOUNTS


def is_demo():
    return True


@pytest.fixture
def demo(settings, catalogue, client):
    settings.MALL_DEMO_CHECK = f"{__name__}.is_demo"
    settings.MALL_DEMO_ACCOUNTS = f"{__name__}.accounts"
    client.defaults["SERVER_NAME"] = "localhost"
    merchant = make_merchant()
    person = create_user(email="soramame-glass@example.test", name="空豆 透", actor="test")
    add_member(merchant_id=merchant.id, user_id=person.id, role="owner", actor="test")
    create_user(email="desk@ward.test", name="市場係", roles=("ward_desk",), actor="test")
    return client


def test_each_persona_says_who_it_is_and_what_to_try(demo):
    page = demo.get("/demo/", headers={"Accept-Language": "ja"}).content.decode()

    assert "そら豆硝子 (空豆 透)" in page
    assert "区役所の二、三人の窓口です" in page
    assert page.count('action="/demo/enter/"') == 2


def test_a_persona_is_entered_in_the_language_of_the_page(demo):
    answer = demo.post(
        "/demo/enter/",
        {"email": "soramame-glass@example.test"},
        headers={"Accept-Language": "en"},
        follow=True,
    )

    assert answer.request["PATH_INFO"] == "/counter/soramame-glass/"
    assert "Soramame Glass" in answer.content.decode()
    assert "To do" in answer.content.decode()


def test_a_day_passes_and_the_page_shows_it(demo):
    day = clock.today()

    answer = demo.post("/demo/day/", headers={"Accept-Language": "ja"}, follow=True)
    tomorrow = day + timedelta(days=1)

    assert f"今日は{tomorrow.year}年{tomorrow.month}月{tomorrow.day}日" in answer.content.decode()
    assert clock.today() == tomorrow


def test_what_happened_lately_names_the_goods_and_the_reason(demo):
    listing = make_live(get_merchant(code="soramame-glass"))
    reason = {"ja": "許可の期限が切れました", "en": "The permit ran out"}
    actions.withdraw_listing(listing_id=listing.id, reason=reason, actor="system:check", by="check")

    page = demo.get("/demo/", headers={"Accept-Language": "en"}).content.decode()

    assert "Taken off sale: Edo Kiriko Nanako Rocks Glass – The permit ran out" in page


def test_letters_are_read_page_by_page_at_one_price(demo, django_assert_max_num_queries):
    def write(count, start=0):
        for number in range(start, start + count):
            context = {"link": f"http://localhost/{number}"}
            send_mail(key=f"m{number}", to="a@b.test", template="password_reset", language="ja", context=context)

    write(1)
    demo.get("/demo/mail/")
    with django_assert_max_num_queries(20) as one:
        demo.get("/demo/mail/")
    write(34, start=1)
    with django_assert_max_num_queries(20) as many:
        page = demo.get("/demo/mail/").content.decode()

    assert len(one) == len(many)
    assert page.count('href="/demo/mail/m') == 30
    assert "?page=2" in page
