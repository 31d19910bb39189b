"""The control calls of tests: who may make them, and what they leave behind."""

from __future__ import annotations

import json

import pytest
from django.urls import re_path

from infra.engine.customers import throttling
from infra.engine.handler import handle
from infra.engine.views import serve
from tests.engine.asking import ask, data_of, staff_token

pytestmark = pytest.mark.django_db(databases=["engine"])
#: the engine's own are made once, with control calls only where a process began with them
urlpatterns = [re_path(r"^__test__/.+$", serve)]
SIGN_IN = "mutation($email: String!, $password: String!){ tokenCreate(email: $email, password: $password){"
SIGN_IN += " token user { email isStaff isConfirmed firstName lastName } errors { field code } } }"
PEOPLE = {
    "admin@example.com": ("admin", True, "", ""),
    "e2e_staff_test@example.com": ("password", True, "", ""),
    "e2e_no_permission_staff_test@example.com": ("password", True, "", ""),
    "joecustomer@example.com": ("password", False, "Joe", "Saleor"),
}


@pytest.fixture(autouse=True)
def switched_on(settings, tmp_path):
    settings.ENGINE_TEST_CONTROL = True
    settings.ENGINE_DATA = tmp_path


def control(name, body=None, *, headers=None, peer="127.0.0.1", method="POST"):
    raw = json.dumps({} if body is None else body).encode()
    status, _, content = handle(method, f"/__test__/{name}", headers or {}, raw, peer)
    return status, json.loads(content)


def sign_in(email, password, *, peer=None):
    body = json.dumps({"query": SIGN_IN, "variables": {"email": email, "password": password}}).encode()
    answer = json.loads(handle("POST", "/graphql/", {}, body, peer)[2])
    return answer["data"]["tokenCreate"]


@pytest.mark.parametrize(
    ("headers", "peer"),
    [
        ({}, "192.0.2.7"),
        ({}, "10.0.0.1"),
        ({}, None),
        ({}, "nonsense"),
        ({"X-Forwarded-For": "127.0.0.1"}, "127.0.0.1"),
        ({"Forwarded": "for=127.0.0.1"}, "127.0.0.1"),
        ({"X-Forwarded-Port": "443"}, "127.0.0.1"),
        ({"X-Real-IP": "127.0.0.1"}, "127.0.0.1"),
        ({"Via": "1.1 proxy"}, "::1"),
        ({"Origin": "http://shop.example"}, "::1"),
    ],
)
def test_nobody_else_may_make_them(headers, peer):
    data_of('mutation{ categoryCreate(input:{name:"stays"}){ category { id } errors { code } } }', token=staff_token())

    status, answer = control("reset", headers=headers, peer=peer)

    assert (status, answer["ok"]) == (403, False)
    assert data_of("{ categories(first:1){ totalCount } }")["categories"]["totalCount"] == 1


def test_switched_off_they_do_not_exist(settings):
    settings.ENGINE_TEST_CONTROL = False

    assert control("reset")[0] == 404


def test_what_they_do_not_know_is_refused():
    assert control("elsewhere")[0] == 404
    assert control("reset", method="GET")[0] == 405
    assert control("reset", [])[0] == 400
    assert control("task", {"name": "format_disk"})[0] == 400
    assert control("task", {"name": "expire_orders_task", "now": "yesterday"})[0] == 400
    assert control("site", {"password_login_mode": "maybe"})[0] == 400


def test_reset_leaves_an_empty_shop():
    token = staff_token()
    data_of('mutation{ categoryCreate(input:{name:"goes"}){ category { id } errors { code } } }', token=token)

    assert control("reset") == (200, {"ok": True})
    assert control("reset") == (200, {"ok": True})

    for email, (password, is_staff, first, last) in PEOPLE.items():
        user = sign_in(email, password)["user"]
        assert user == {"email": email, "isStaff": is_staff, "isConfirmed": True, "firstName": first, "lastName": last}
    admin = sign_in("admin@example.com", "admin")["token"]
    seen = data_of(
        "{ categories(first:1){ totalCount } apps(first:1){ edges { node { id } } } channels { id }"
        " shop { useLegacyShippingZoneStockAvailability }"
        " taxClasses(first:9){ edges { node { name countries { country { code } rate } } } } }",
        token=admin,
    )
    assert seen["categories"]["totalCount"] == 0
    assert seen["apps"]["edges"] == seen["channels"] == []
    assert seen["shop"]["useLegacyShippingZoneStockAvailability"] is True
    [tax] = [edge["node"] for edge in seen["taxClasses"]["edges"]]
    assert tax["name"] == "Default"
    rates = {row["country"]["code"]: row["rate"] for row in tax["countries"]}
    assert rates == {"DE": 19.0, "PL": 23.0}
    assert ask("{ apps(first:1){ edges { node { id } } } }", token=token)["data"]["apps"] is None


def test_the_shop_can_take_its_passwords_back():
    control("reset")
    staff = sign_in("e2e_staff_test@example.com", "password")["token"]
    customer = sign_in("joecustomer@example.com", "password")["token"]

    control("site", {"password_login_mode": "customers_only"})
    assert data_of("{ me { email isStaff userPermissions { code } } }", token=staff)["me"] == {
        "email": "e2e_staff_test@example.com",
        "isStaff": False,
        "userPermissions": [],
    }
    assert sign_in("joecustomer@example.com", "password")["errors"] == []

    control("site", {"password_login_mode": "disabled"})
    assert sign_in("joecustomer@example.com", "password")["errors"] == [
        {"field": None, "code": "DISABLED_AUTHENTICATION_METHOD"}
    ]
    refused = ask("{ me { email } }", token=customer)
    assert refused["errors"][0]["message"] == "The authentication method is disabled."

    control("site", {"password_login_mode": "enabled"})
    assert data_of("{ me { isStaff } }", token=staff)["me"]["isStaff"] is True


def test_failures_from_one_address_delay_the_next_attempt_until_they_are_forgotten(monkeypatch):
    monkeypatch.setattr(throttling, "MIN_PAUSE_S", 3600)  # no second passes by while a slow machine hashes
    control("reset")
    wrong = {"field": "email", "code": "INVALID_CREDENTIALS"}
    delayed = {"field": None, "code": "LOGIN_ATTEMPT_DELAYED"}

    assert sign_in("joecustomer@example.com", "wrong", peer="192.0.2.7")["errors"] == [wrong]
    assert sign_in("joecustomer@example.com", "password", peer="192.0.2.7")["errors"] == [delayed]
    assert sign_in("joecustomer@example.com", "password", peer="192.0.2.8")["errors"] == []
    assert control("uncache") == (200, {"ok": True})
    assert sign_in("joecustomer@example.com", "password", peer="192.0.2.7")["errors"] == []
    assert sign_in("joecustomer@example.com", "password", peer="192.0.2.7")["errors"] == []


@pytest.mark.parametrize(
    ("failures", "of_same_user", "seconds"),
    [(1, 1, 1), (2, 2, 2), (5, 5, 16), (10, 10, 3600), (11, 0, 2), (30, 0, 4), (31, 1, 8), (100, 0, 3600)],
)
def test_the_pause_after_failures_doubles(failures, of_same_user, seconds):
    assert throttling.pause_s(failures=failures, of_same_user=of_same_user) == seconds


@pytest.mark.django_db(databases=["default", "engine"])
def test_a_call_inside_the_process_is_no_call_of_this_machine(settings):
    """A webhook may name any address of the mall, and is delivered in process."""
    from infra import local
    from infra.engine.customers.models import User

    settings.ENGINE_TEST_CONTROL, settings.ROOT_URLCONF = True, __name__
    User.objects.create(email="kept@example.com", password="!")

    status, _, _ = local.call("POST", f"{settings.MALL_PUBLIC_URL}/__test__/reset", {}, b"{}")

    assert status == 403
    assert User.objects.filter(email="kept@example.com").exists()
