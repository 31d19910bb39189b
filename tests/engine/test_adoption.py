"""Orders and gift cards of an address become its owner's when the address is proven, never before."""

from __future__ import annotations

from decimal import Decimal

import pytest

from infra.engine.customers import actions
from infra.engine.customers.models import User
from infra.engine.giftcards.models import GiftCard
from infra.engine.orders.models import Order
from infra.engine.schema.ids import to_global_id
from tests.engine.asking import data_of, staff_token
from tests.engine.commerce import make_channel

pytestmark = pytest.mark.django_db(databases=["engine"])
EMAIL = "sumi@example.com"
UPDATE = """mutation($id: ID!, $input: CustomerInput!) { customerUpdate(id: $id, input: $input) {
  user { id orders(first: 10) { totalCount } } errors { field code } } }"""


@pytest.fixture
def bought():
    channel = make_channel()
    return {
        status: Order.objects.create(
            number=index, status=status, channel=channel, currency="JPY", user_email=EMAIL, user=None
        )
        for index, status in enumerate(("UNFULFILLED", "DRAFT", "UNCONFIRMED"), 1)
    }


@pytest.fixture
def card():
    money = {"initial_balance_amount": Decimal(500), "current_balance_amount": Decimal(500), "currency": "JPY"}
    return GiftCard.objects.create(code="ABCD-EFGH-1", used_by_email=EMAIL, created_by_email=EMAIL, **money)


def somebody(**columns):
    return User.objects.create(email=EMAIL, password="!", is_confirmed=False, **columns)


def owners(bought):
    return {status: Order.objects.get(pk=order.pk).user_id for status, order in bought.items()}


def test_registering_an_address_gives_none_of_its_orders(bought, card):
    somebody()

    assert set(owners(bought).values()) == {None}
    card.refresh_from_db()
    assert (card.used_by_id, card.created_by_id) == (None, None)


def test_staff_confirming_an_account_gives_it_its_orders_and_cards(bought, card):
    user = somebody()

    gid = to_global_id("User", user.pk)
    seen = data_of(UPDATE, {"id": gid, "input": {"isConfirmed": True}}, token=staff_token())

    assert owners(bought) == {"UNFULFILLED": user.pk, "DRAFT": None, "UNCONFIRMED": None}
    assert seen["customerUpdate"]["user"]["orders"]["totalCount"] == 1
    card.refresh_from_db()
    assert (card.used_by_id, card.created_by_id) == (user.pk, user.pk)


def test_a_token_from_the_mailbox_gives_the_orders(bought):
    user = somebody()
    token = actions.confirmation_tokens.make_token(user)

    actions.confirm_account(email=EMAIL, token=token)

    assert owners(bought)["UNFULFILLED"] == user.pk


def test_a_first_password_from_the_mailbox_gives_the_orders_once(bought, card):
    user = somebody()
    token = actions.password_tokens.make_token(user)

    actions.set_password(email=EMAIL, token=token, password="a long enough one")

    assert owners(bought)["UNFULFILLED"] == user.pk
    card.refresh_from_db()
    assert card.used_by_id is None


def test_what_is_somebody_elses_stays_so(bought, card):
    other = User.objects.create(email="other@example.com", password="!")
    Order.objects.filter(pk=bought["UNFULFILLED"].pk).update(user=other)
    GiftCard.objects.filter(pk=card.pk).update(used_by=other)
    user = somebody()

    data_of(UPDATE, {"id": to_global_id("User", user.pk), "input": {"isConfirmed": True}}, token=staff_token())

    assert owners(bought)["UNFULFILLED"] == other.pk
    card.refresh_from_db()
    assert (card.used_by_id, card.created_by_id) == (other.pk, user.pk)


def test_a_changed_name_gives_nothing(bought):
    user = somebody()

    data_of(UPDATE, {"id": to_global_id("User", user.pk), "input": {"firstName": "澄"}}, token=staff_token())

    assert owners(bought)["UNFULFILLED"] is None
