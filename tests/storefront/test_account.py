"""A forgotten password and a payment that is answered late: both lead the shopper on."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from infra.engine.customers.models import User
from marketplace.kernel import clock
from marketplace.kernel.jobs import worker
from marketplace.messages.queries import list_mail
from marketplace.orders import queries as orders
from marketplace.saleor.provisioning import provision
from storefront.shop.views import ordering

pytestmark = pytest.mark.skipif(bool(settings.SALEOR_API_URL), reason="SALEOR_API_URL names a Saleor instead")
EMAIL = "hanako@example.com"
OLD, NEW = "an old password 1", "a new password 2"


@pytest.fixture
def account(transactional_db, monkeypatch):
    from django.contrib.auth.hashers import make_password

    provision()
    return User.objects.create(
        email=EMAIL, password=make_password(OLD), is_confirmed=True, language_code="JA", date_joined=timezone.now()
    )


def drain() -> None:
    for _ in range(6):
        worker.work_once(now=clock.now())


@pytest.mark.django_db(transaction=True, databases=["default", "engine"])
def test_a_forgotten_password_is_replaced_by_the_link_of_a_letter(account):
    client = Client()

    asked = client.post("/jp/ja/account/forgotten/", {"email": EMAIL})
    drain()
    (letter,) = list_mail(to=EMAIL)
    link = re.search(r"https?://[^/\s]+(/\S+)", letter.text)[1].replace("&amp;", "&")
    form = client.get(link).content.decode()
    token = re.search(r'name="token" value="([^"]+)"', form)[1]
    short = client.post("/jp/ja/account/password/", {"email": EMAIL, "token": token, "password": "short"})
    done = client.post("/jp/ja/account/password/", {"email": EMAIL, "token": token, "password": NEW})
    again = client.post("/jp/ja/account/password/", {"email": EMAIL, "token": token, "password": "a third one 3"})

    assert (asked.status_code, letter.subject) == (200, "新しいパスワードの設定")
    assert short.status_code == 422
    assert done["Location"] == "/jp/ja/account/"
    assert again["Location"] == "/jp/ja/account/forgotten/"
    entered = [
        Client().post("/jp/ja/account/sign-in/", {"email": EMAIL, "password": word}).status_code for word in (OLD, NEW)
    ]
    assert entered == [422, 303]


@pytest.mark.django_db(transaction=True, databases=["default", "engine"])
def test_asking_for_an_unknown_address_says_the_same_and_writes_to_nobody(account):
    answer = Client().post("/jp/ja/account/forgotten/", {"email": "stranger@example.com"})
    drain()

    assert answer.status_code == 200
    assert "stranger@example.com" in answer.content.decode()
    assert list_mail() == []


def test_a_link_without_a_token_leads_to_asking_for_one(client, db):
    assert client.get("/jp/ja/account/password/")["Location"] == "/jp/ja/account/forgotten/"


def test_a_late_payment_leads_to_the_order_as_soon_as_it_has_a_page(shop, monkeypatch):
    tokens = iter([None, None, "secret-token"])
    monkeypatch.setattr(orders, "link_token", lambda *, order_id: next(tokens))
    monkeypatch.setattr(ordering.order_actions, "project_order", lambda *, order_id: None)
    monkeypatch.setattr(
        ordering.actions, "finish", lambda *, checkout_id: ordering.CompletedOrder(order_id="O1", number="17")
    )
    session = shop.session
    session["cart.jp"] = "C1"
    session.save()

    first = shop.get("/jp/ja/checkout/wait/")
    waiting = shop.get("/jp/ja/checkout/wait/")
    then = shop.get("/jp/ja/checkout/wait/")

    assert first["Location"] == "/jp/ja/checkout/wait/"
    assert "17" in waiting.content.decode()
    assert 'http-equiv="refresh"' in waiting.content.decode()
    assert then["Location"] == "/jp/ja/o/secret-token/"
