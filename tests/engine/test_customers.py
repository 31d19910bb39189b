"""Accounts: tokens, confirmation, passwords, addresses, and what nobody may learn about whom."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from infra.engine import bootstrap
from infra.engine.apps.keys import b64url, from_b64url, key_path, public_jwk
from infra.engine.customers import actions, tokens
from infra.engine.customers.models import User
from infra.engine.handler import handle
from infra.engine.products.models import ShopSettings
from tests.engine.asking import ask, data_of, staff_token
from tests.engine.commerce import make_channel

pytestmark = pytest.mark.django_db(databases=["engine"])
PASSWORD = "correct horse battery"
SIGN_IN = """mutation($email: String!, $password: String!) { tokenCreate(email: $email, password: $password) {
  token refreshToken user { id email } errors { field code } } }"""
REGISTER = """mutation($input: AccountRegisterInput!) { accountRegister(input: $input) {
  requiresConfirmation user { id email } errors { field code } } }"""
ADDRESS = {
    "firstName": "花子",
    "lastName": "見本",
    "streetAddress1": "吾妻橋1-23-20",
    "city": "墨田区",
    "postalCode": "130-8640",
    "country": "JP",
    "countryArea": "東京都",
}


def make_customer(email="hanako@example.com", **fields):
    from django.contrib.auth.hashers import make_password

    return User.objects.create(email=email, password=make_password(PASSWORD), **fields)


def sign_in(email="hanako@example.com", password=PASSWORD):
    return ask(SIGN_IN, {"email": email, "password": password})["data"]["tokenCreate"]


def test_token_is_signed_by_the_published_key_and_names_its_issuer(settings):
    make_customer()

    session = sign_in()

    head, payload = (json.loads(from_b64url(part)) for part in session["token"].split(".")[:2])
    assert head == {"alg": "RS256", "kid": public_jwk()["kid"], "typ": "JWT"}
    assert payload["iss"] == f"{settings.ENGINE_PUBLIC_URL}/graphql/"
    assert payload["exp"] - payload["iat"] == 300
    refresh = json.loads(from_b64url(session["refreshToken"].split(".")[1]))
    assert (refresh["type"], refresh["exp"] - refresh["iat"]) == ("refresh", 30 * 86400)
    assert data_of("{ me { email } }", token=session["token"])["me"] == {"email": "hanako@example.com"}


def test_private_key_is_readable_by_its_owner_alone():
    public_jwk()

    assert key_path().stat().st_mode & 0o777 == 0o600


def test_unknown_address_and_wrong_password_are_answered_alike():
    make_customer()

    wrong, unknown = sign_in(password="nope"), sign_in(email="nobody@example.com")

    assert wrong == unknown
    assert wrong["errors"] == [{"field": "email", "code": "INVALID_CREDENTIALS"}]


def test_expired_token_is_an_error_that_clients_know():
    user = make_customer()
    old = tokens.access_token(user, now=datetime.now(UTC) - timedelta(minutes=6))

    answer = ask("{ me { email } }", token=old)

    assert answer["errors"][0]["extensions"]["exception"]["code"] == "ExpiredSignatureError"


@pytest.mark.parametrize("change", ["signature", "payload", "alg"])
def test_forged_token_opens_nothing(change):
    user = make_customer(is_staff=True, is_superuser=True)
    head, payload, signature = tokens.access_token(user).split(".")
    if change == "signature":
        signature = b64url(bytes(256))
    elif change == "payload":
        payload = b64url(json.dumps({**json.loads(from_b64url(payload)), "exp": 9999999999}).encode())
    else:
        head = b64url(json.dumps({"alg": "none"}).encode())

    answer = ask("{ me { email } }", token=f"{head}.{payload}.{signature}")

    assert "data" not in answer
    assert answer["errors"]


def test_refresh_token_is_no_access_token_but_gives_one():
    make_customer()
    session = sign_in()

    refused = ask("{ me { email } }", token=session["refreshToken"])
    renewed = data_of(
        "mutation($t: String!) { tokenRefresh(refreshToken: $t) { token user { email } errors { code } } }",
        {"t": session["refreshToken"]},
    )["tokenRefresh"]

    assert refused["errors"][0]["extensions"]["exception"]["code"] == "InvalidTokenError"
    assert data_of("{ me { email } }", token=renewed["token"])["me"]["email"] == "hanako@example.com"


def test_new_password_ends_every_older_session():
    user = make_customer()
    old = sign_in()["token"]
    token = actions.password_tokens.make_token(user)
    change = """mutation($e: String!, $t: String!, $p: String!) { setPassword(email: $e, token: $t, password: $p) {
      token errors { field code } } }"""

    first = data_of(change, {"e": user.email, "t": token, "p": "another long one"})["setPassword"]
    second = ask(change, {"e": user.email, "t": token, "p": "a third long one"})["data"]["setPassword"]

    assert first["token"]
    assert second["errors"] == [{"field": "token", "code": "INVALID"}]
    assert "errors" in ask("{ me { email } }", token=old)
    assert sign_in(password="another long one")["token"]


def test_registration_is_confirmed_by_the_token_an_app_is_told(app_double):
    from infra.engine.deliveries.worker import run_due
    from tests.engine.test_deliveries import make_webhook, soon

    channel = make_channel()
    query = "subscription { event { ... on AccountConfirmationRequested { token redirectUrl user { email } } } }"
    make_webhook("ACCOUNT_CONFIRMATION_REQUESTED", query=query, permissions=("MANAGE_USERS",))
    given = {
        "email": "Taro@Example.com",
        "password": PASSWORD,
        "redirectUrl": "http://localhost:8000/confirm",
        "channel": channel.slug,
    }

    answer = data_of(REGISTER, {"input": given})["accountRegister"]
    again = data_of(REGISTER, {"input": given})["accountRegister"]
    refused = sign_in(email="taro@example.com")
    run_due(soon())
    told = app_double.bodies("/hook")
    confirm = """mutation($e: String!, $t: String!) { confirmAccount(email: $e, token: $t) {
      user { isConfirmed } errors { code } } }"""
    confirmed = data_of(confirm, {"e": "taro@example.com", "t": told[0]["token"]})["confirmAccount"]

    assert (
        answer
        == again
        == {
            "requiresConfirmation": True,
            "user": {"id": "", "email": "taro@example.com"},
            "errors": [],
        }
    )
    assert refused["errors"] == [{"field": "email", "code": "ACCOUNT_NOT_CONFIRMED"}]
    assert [body["user"]["email"] for body in told] == ["taro@example.com"]
    assert confirmed["user"] == {"isConfirmed": True}
    assert sign_in(email="taro@example.com")["token"]
    assert User.objects.count() == 1


def test_short_password_is_refused_and_nothing_is_written():
    ShopSettings.objects.create(data={"enableAccountConfirmationByEmail": False})

    answer = ask(REGISTER, {"input": {"email": "a@example.com", "password": "short"}})["data"]["accountRegister"]

    assert answer["errors"] == [{"field": "password", "code": "PASSWORD_TOO_SHORT"}]
    assert not User.objects.exists()


def test_address_book_is_its_owners_alone():
    make_customer()
    make_customer(email="jiro@example.com")
    own, other = sign_in()["token"], sign_in(email="jiro@example.com")["token"]
    create = """mutation($i: AddressInput!) { accountAddressCreate(input: $i, type: SHIPPING) {
      address { id city isDefaultShippingAddress country { code country } } errors { field code } } }"""
    delete = "mutation($id: ID!) { accountAddressDelete(id: $id) { address { id } errors { field code } } }"

    made = data_of(create, {"i": ADDRESS}, token=own)["accountAddressCreate"]["address"]
    foreign = ask(delete, {"id": made["id"]}, token=other)["data"]["accountAddressDelete"]
    unknown = ask(delete, {"id": "QWRkcmVzczo5OTk5OTk="}, token=other)["data"]["accountAddressDelete"]
    book = data_of("{ me { addresses { id isDefaultShippingAddress } } }", token=own)["me"]["addresses"]

    assert made["country"] == {"code": "JP", "country": "Japan"}
    assert foreign == unknown == {"address": None, "errors": [{"field": "id", "code": "NOT_FOUND"}]}
    assert book == [{"id": made["id"], "isDefaultShippingAddress": True}]
    data_of(delete, {"id": made["id"]}, token=own)
    assert data_of("{ me { addresses { id } } }", token=own)["me"]["addresses"] == []


def test_permissions_of_staff_come_from_their_groups():
    bootstrap.ensure_superuser("boss@example.com", PASSWORD)
    boss = sign_in(email="boss@example.com")["token"]
    group = data_of(
        """mutation { permissionGroupCreate(input: {name: "desk", addPermissions: [MANAGE_USERS]}) {
          group { id permissions { code } } errors { code } } }""",
        token=boss,
    )["permissionGroupCreate"]["group"]
    data_of(
        """mutation($g: [ID!]) { staffCreate(input: {email: "desk@example.com", addGroups: $g}) {
          user { id } errors { code } } }""",
        {"g": [group["id"]]},
        token=boss,
    )
    desk = User.objects.get(email="desk@example.com")
    actions.change_password(desk, PASSWORD)
    token = sign_in(email="desk@example.com")["token"]

    seen = ask("{ customers(first: 5) { totalCount } staffUsers(first: 5) { totalCount } }", token=token)

    assert group["permissions"] == [{"code": "MANAGE_USERS"}]
    assert seen["data"] == {"customers": {"totalCount": 0}, "staffUsers": None}
    assert seen["errors"][0]["extensions"]["exception"]["code"] == "PermissionDenied"


def test_addresses_of_many_customers_cost_the_statements_of_one():
    token = staff_token()
    text = "{ customers(first: 20) { edges { node { email addresses { city } defaultShippingAddress { city } } } } }"
    counts = []
    for number in range(12):
        user = make_customer(email=f"c{number}@example.com")
        actions.save_address(user=user, kept={"city": "墨田区", "country": "JP"}, kind="SHIPPING")
        if number in (0, 11):
            with CaptureQueriesContext(connections["engine"]) as seen:
                data = data_of(text, token=token)
            counts.append(len(seen))

    assert len(data["customers"]["edges"]) == 12
    assert counts[0] == counts[1]


def test_get_and_unreadable_bodies_are_answered_by_status():
    assert handle("GET", "/graphql/", {}, b"")[0] == 405
    assert handle("POST", "/graphql/", {}, b"{")[0] == 400
    assert handle("POST", "/graphql/", {}, b'{"query": "{ nonsense }"}')[0] == 400
    assert handle("POST", "/graphql/", {}, b'{"query": " "}')[0] == 400
    assert handle("GET", "/elsewhere", {}, b"")[0] == 404
