"""The demo's one-click doors: on demo data and for this machine alone."""

from __future__ import annotations

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db
PAGES = ("/demo/", "/demo/mail/", "/demo/mail/x")


def is_demo() -> bool:
    return True


def no_accounts() -> list:
    return []


@pytest.fixture(autouse=True)
def demo(settings):
    settings.MALL_DEMO_CHECK = f"{__name__}.is_demo"
    settings.MALL_DEMO_ACCOUNTS = f"{__name__}.no_accounts"
    settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", "mall.example"]


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1:8000", "[::1]:8000", "localhost"])
def test_it_opens_on_this_machine(host):
    assert Client().get("/demo/", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "mall.example"},
        {"host": "evil.example"},
        {"host": "localhost", "x-forwarded-for": "203.0.113.5"},
        {"host": "localhost", "x-forwarded-for": ""},
        {"host": "localhost", "x-forwarded-host": "mall.example"},
        {"host": "localhost", "x-forwarded-proto": "https"},
        {"host": "localhost", "forwarded": "for=203.0.113.5"},
        {"host": "localhost", "x-real-ip": "203.0.113.5"},
        {"host": "localhost", "via": "1.1 proxy"},
        {"host": "localhost", "cf-connecting-ip": "203.0.113.5"},
    ],
    ids=str,
)
def test_it_does_not_exist_for_who_comes_through_a_proxy_or_asks_for_another_name(headers):
    for path in PAGES:
        assert Client().get(path, headers=headers).status_code in (400, 404)
    for path in ("/demo/enter/", "/demo/day/"):
        assert Client().post(path, {"email": "ward-desk@example.com"}, headers=headers).status_code in (400, 404)


def test_it_does_not_exist_for_another_machine():
    for path in PAGES:
        assert Client(REMOTE_ADDR="192.0.2.7").get(path, headers={"host": "localhost"}).status_code == 404


def test_it_does_not_exist_without_demo_data(settings):
    settings.MALL_DEMO_CHECK = "tests.storefront.test_demo_door.is_no_demo"

    assert Client().get("/demo/", headers={"host": "localhost"}).status_code == 404


def is_no_demo() -> bool:
    return False


def test_another_site_cannot_enter_as_a_persona():
    client = Client(enforce_csrf_checks=True)

    answer = client.post(
        "/demo/enter/",
        {"email": "ward-desk@example.com"},
        headers={"host": "localhost", "origin": "https://evil.example"},
    )

    assert answer.status_code == 403
    assert "sessionid" not in answer.cookies
