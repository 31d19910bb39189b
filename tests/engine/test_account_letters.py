"""Letters to accounts, and what their answers tell: nothing of who has an account, and not many in a row."""

from __future__ import annotations

from datetime import timedelta

import pytest

from infra.engine.apps.actions import create_app
from infra.engine.customers.actions import LETTER_PAUSE
from infra.engine.customers.models import Address, User
from infra.engine.deliveries.models import EventDelivery
from infra.engine.schema.ids import to_global_id
from tests.engine.asking import ask, data_of
from tests.engine.commerce import make_channel
from tests.engine.test_customers import ADDRESS, make_customer, sign_in
from tests.engine.test_deliveries import make_webhook
from tests.engine.test_staff import make_staff

pytestmark = pytest.mark.django_db(databases=["engine"])
RESET = """mutation($e: String!, $c: String) { requestPasswordReset(
  email: $e, redirectUrl: "http://localhost:8000/reset", channel: $c) { errors { field code } } }"""
CONFIRM = """mutation($e: String!, $t: String!) { confirmAccount(email: $e, token: $t) {
  user { email } errors { field code } } }"""
QUERY = "subscription { event { ... on AccountSetPasswordRequested { token } } }"
STAFF_QUERY = "subscription { event { ... on StaffSetPasswordRequested { token } } }"
UPDATE = """mutation($id: ID!, $i: AddressInput!) { accountAddressUpdate(id: $id, input: $i) {
  address { streetAddress1 } user { email } errors { field code } } }"""
DELETE = """mutation($id: ID!) { accountAddressDelete(id: $id) {
  address { streetAddress1 } user { email } errors { field code } } }"""


def letters(event="ACCOUNT_SET_PASSWORD_REQUESTED"):
    return EventDelivery.objects.filter(event_type=event).count()


@pytest.fixture
def webhook():
    return make_webhook("ACCOUNT_SET_PASSWORD_REQUESTED", query=QUERY, permissions=("MANAGE_USERS",))


def test_a_second_letter_within_a_quarter_of_an_hour_is_not_sent_and_not_told(webhook):
    user, slug = make_customer(), make_channel().slug
    answers = [data_of(RESET, {"e": user.email, "c": slug}) for _ in range(3)]
    first = letters()

    User.objects.filter(pk=user.pk).update(password_letter_at=_ago(user, LETTER_PAUSE - timedelta(seconds=5)))
    early = data_of(RESET, {"e": user.email, "c": slug})
    still = letters()
    User.objects.filter(pk=user.pk).update(password_letter_at=_ago(user, LETTER_PAUSE + timedelta(seconds=5)))
    late = data_of(RESET, {"e": user.email, "c": slug})

    assert answers == [{"requestPasswordReset": {"errors": []}}] * 3 == [early, early, late]
    assert (first, still, letters()) == (1, 1, 2)


def _ago(user, time):
    user.refresh_from_db()
    return user.password_letter_at - time


@pytest.mark.parametrize("channel", ["jp", "nowhere", None])
@pytest.mark.parametrize("who", ["nobody", "inactive", "customer"])
def test_an_address_is_answered_alike_whoever_has_it(webhook, who, channel):
    make_channel(slug="jp")
    make_channel(slug="us")
    make_customer(is_active=who == "customer")
    email = "nobody@example.com" if who == "nobody" else "hanako@example.com"

    assert ask(RESET, {"e": email, "c": channel}) == {"data": {"requestPasswordReset": {"errors": []}}}
    assert letters() == (1 if who == "customer" else 0)


def test_staff_are_written_to_as_staff():
    make_staff("clerk@example.com")
    make_webhook("STAFF_SET_PASSWORD_REQUESTED", query=STAFF_QUERY, permissions=("MANAGE_STAFF",))

    data_of(RESET, {"e": "clerk@example.com", "c": make_channel().slug})

    assert (letters(), letters("STAFF_SET_PASSWORD_REQUESTED")) == (0, 1)


@pytest.mark.parametrize("who", ["nobody", "confirmed", "inactive", "waiting"])
def test_a_wrong_token_confirms_nobody_and_tells_nothing(who):
    make_customer(is_confirmed=who == "confirmed", is_active=who != "inactive")
    email = "nobody@example.com" if who == "nobody" else "hanako@example.com"

    payload = ask(CONFIRM, {"e": email, "t": "garbled"})["data"]["confirmAccount"]

    assert payload == {"user": None, "errors": [{"field": "token", "code": "INVALID"}]}


@pytest.fixture
def book():
    """An address of a customer and one of a clerk."""
    customer, (clerk, _) = make_customer(), make_staff("clerk@example.com")
    theirs, clerks = (Address.objects.create(city=city, street_address_1="1", country="JP") for city in ("A", "B"))
    customer.addresses.add(theirs)
    clerk.addresses.add(clerks)
    return theirs, clerks


@pytest.mark.parametrize("kind", ["app", "staff"])
def test_who_manages_customers_changes_their_addresses(book, kind):
    app = create_app(name="an app", permissions=["MANAGE_USERS"])[1]
    token = app if kind == "app" else make_staff("boss@example.com", "MANAGE_USERS")[1]
    gid = to_global_id("Address", book[0].pk)

    changed = data_of(UPDATE, {"id": gid, "i": ADDRESS}, token=token)["accountAddressUpdate"]
    deleted = data_of(DELETE, {"id": gid}, token=token)["accountAddressDelete"]

    assert changed["user"] == deleted["user"] == {"email": "hanako@example.com"}
    assert changed["address"] == {"streetAddress1": ADDRESS["streetAddress1"]}
    assert not Address.objects.filter(pk=book[0].pk).exists()


@pytest.mark.parametrize("document", [UPDATE, DELETE])
def test_addresses_of_staff_are_their_own(book, document):
    app = create_app(name="an app", permissions=["MANAGE_USERS"])[1]
    gids = [to_global_id("Address", pk) for pk in (book[1].pk, 999_999)]

    answers = [next(iter(ask(document, {"id": gid, "i": ADDRESS}, token=app)["data"].values())) for gid in gids]

    assert answers[0] == answers[1]
    assert [each["code"] for each in answers[0]["errors"]] == ["NOT_FOUND"]
    assert Address.objects.get(pk=book[1].pk).city == "B"


@pytest.mark.parametrize("document", [UPDATE, DELETE])
@pytest.mark.parametrize("permission", ["MANAGE_ORDERS", "MANAGE_STAFF"])
def test_other_permissions_open_no_address(book, document, permission):
    app = create_app(name="an app", permissions=[permission])[1]

    answer = ask(document, {"id": to_global_id("Address", book[0].pk), "i": ADDRESS}, token=app)

    assert answer["errors"][0]["extensions"]["exception"]["code"] == "PermissionDenied"
    assert sign_in()["token"] and Address.objects.get(pk=book[0].pk).city == "A"
