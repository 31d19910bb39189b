"""Telephone numbers: refused and written as Saleor 3.24 does it (asked on 2026-11-23)."""

from __future__ import annotations

import pytest

from infra.engine.apps.actions import create_app
from infra.engine.checkout.addresses import clean_address
from infra.engine.customers.actions import save_address
from infra.engine.customers.models import User
from infra.engine.schema.errors import UserErrors
from infra.engine.schema.ids import to_global_id
from tests.engine.asking import ask, staff_token
from tests.engine.desk import TOKYO, Desk
from tests.engine.test_customers import make_customer, sign_in

SINGAPORE = {"country": "SG", "postalCode": "018956", "city": "Singapore", "streetAddress1": "10 Bayfront Avenue"}

KEPT = [
    ("+81312345678", "+81312345678"),
    ("03-1234-5678", "+81312345678"),
    ("0312345678", "+81312345678"),
    ("０３１２３４５６７８", "+81312345678"),
    ("090-1234-5678", "+819012345678"),
    ("0120-123-456", "+81120123456"),
    ("0570-000-000", "+81570000000"),
    ("+8150-1234-5678", "+815012345678"),
    ("+81 3 1234 5678 ext. 9", "+81312345678"),
    ("+810312345678", "+81312345678"),
    ("+6561234567", "+6561234567"),
    ("+1 202 555 0123", "+12025550123"),
    ("+44 20 7946 0958", "+442079460958"),
]


def tried(phone, *, rules=None, **more):
    return clean_address({**TOKYO, "phone": phone, **more}, address_type="SHIPPING", rules=rules)["phone"]


@pytest.mark.parametrize(("said", "kept"), KEPT)
def test_a_number_is_kept_as_it_is_dialled_from_anywhere(said, kept):
    assert tried(said) == kept


REFUSED = ["12345", "abc", "110", "1234567890123456", "+65123", "999-9999-9999", "00000000000", "03-0000-0000"]


@pytest.mark.parametrize("said", [*REFUSED, " ", "(03)1234-5678 内線9"])
def test_a_number_of_no_plan_is_refused_first_and_alone(said):
    with pytest.raises(UserErrors) as refused:
        clean_address({**TOKYO, "phone": said, "postalCode": "1", "streetAddress1": ""}, address_type="BILLING")

    problems = [(each.field, each.code, each.message, each.address_type) for each in refused.value.errors]
    assert problems == [("phone", "INVALID", f"'{said}' is not a valid phone number.", "BILLING")]


@pytest.mark.parametrize("unchecked", [{"rules": {"checkFieldsFormat": False}}, {"skipValidation": True}])
@pytest.mark.parametrize("said", REFUSED)
def test_where_formats_are_not_checked_numbers_are_all_the_same(said, unchecked):
    with pytest.raises(UserErrors) as refused:
        tried(said, **unchecked)

    assert [(each.field, each.code, each.address_type) for each in refused.value.errors] == [("phone", "INVALID", None)]


@pytest.mark.parametrize("unchecked", [{"rules": {"checkFieldsFormat": False}}, {"skipValidation": True}])
def test_where_formats_are_not_checked_numbers_are_kept_alike_and_spaces_are_none(unchecked):
    assert tried("03-1234-5678", **unchecked) == "+81312345678"
    assert tried(" ", **unchecked) == ""


def test_where_formats_are_not_checked_what_is_missing_is_said_before_the_number():
    with pytest.raises(UserErrors) as refused:
        tried("12345", rules={"checkFieldsFormat": False}, streetAddress1="")

    assert [(each.field, each.code) for each in refused.value.errors] == [("streetAddress1", "REQUIRED")]


def test_a_number_without_its_country_is_one_of_the_address_s_country():
    assert clean_address({**SINGAPORE, "phone": "6123 4567"}, address_type=None)["phone"] == "+6561234567"
    assert clean_address({**SINGAPORE, "phone": "+81 3-1234-5678"}, address_type=None)["phone"] == "+81312345678"
    with pytest.raises(UserErrors):
        clean_address({**SINGAPORE, "phone": "03-1234-5678"}, address_type=None)


@pytest.mark.parametrize("said", ["", None])
def test_no_number_is_none(said):
    assert tried(said) == ""


ADD = """mutation($i: AddressInput!, $c: ID) { accountAddressCreate(input: $i, customerId: $c) {
  address { phone postalCode } errors { field code addressType } } }"""
CHANGE = """mutation($id: ID!, $i: AddressInput!) { accountAddressUpdate(id: $id, input: $i) {
  address { firstName lastName phone city } errors { field code addressType } } }"""
ACCOUNT = """mutation($i: AccountInput!) { accountUpdate(input: $i) { user { email } errors { field code } } }"""
CUSTOMER = """mutation($i: UserCreateInput!) { customerCreate(input: $i) { user { email } errors { field code } } }"""
DRAFT = """mutation($i: DraftOrderCreateInput!) { draftOrderCreate(input: $i) {
  order { billingAddress { phone postalCode } } errors { field code addressType } } }"""
BADLY = {**TOKYO, "postalCode": "1", "phone": "03-1234-5678", "skipValidation": True}


@pytest.mark.django_db(databases=["engine"])
def test_no_shopper_skips_the_validation_of_an_address():
    hanako, token = make_customer(), sign_in()["token"]

    for answer in (
        ask(ADD, {"i": BADLY}, token=token),
        ask(ACCOUNT, {"i": {"defaultBillingAddress": BADLY}}, token=token),
        ask(CHANGE, {"id": _own(hanako), "i": BADLY}, token=token),
    ):
        (error,) = answer["errors"]
        assert error["extensions"]["exception"]["code"] == "PermissionDenied"

    assert [each.postal_code for each in hanako.addresses.all()] == ["130-8640"]


@pytest.mark.django_db(databases=["engine"])
def test_an_app_that_may_act_for_customers_skips_it():
    hanako = make_customer()
    token = create_app(name="desk", permissions=["IMPERSONATE_USER"], identifier="desk")[1]

    said = {"i": BADLY, "c": to_global_id("User", hanako.pk)}
    added = ask(ADD, said, token=token)["data"]["accountAddressCreate"]

    assert added == {"address": {"phone": "+81312345678", "postalCode": "1"}, "errors": []}


@pytest.mark.django_db(databases=["engine"])
def test_a_customer_is_not_made_with_an_address_nobody_checked():
    answer = ask(CUSTOMER, {"i": {"email": "new@example.com", "defaultBillingAddress": BADLY}}, token=staff_token())

    assert answer["data"]["customerCreate"] == {
        "user": None,
        "errors": [{"field": "skipValidation", "code": "INVALID"}],
    }
    assert not User.objects.filter(email="new@example.com").exists()


@pytest.mark.django_db(databases=["engine"])
def test_whoever_manages_orders_skips_it_in_drafts_and_numbers_are_checked_all_the_same():
    desk = Desk()

    def draft(**address):
        channel = to_global_id("Channel", desk.channel.pk)
        return desk.do(DRAFT, i={"channelId": channel, "lines": [], "billingAddress": {**BADLY, **address}})

    assert draft()["order"]["billingAddress"] == {"phone": "+81312345678", "postalCode": "1"}
    assert draft(phone="12345")["errors"] == [{"field": "phone", "code": "INVALID", "addressType": None}]
    refused = draft(phone="12345", skipValidation=False)
    assert refused == {"order": None, "errors": [{"field": "phone", "code": "INVALID", "addressType": "BILLING"}]}


@pytest.mark.django_db(databases=["engine"])
def test_an_address_is_written_anew_and_what_is_not_said_is_gone():
    hanako, token = make_customer(), sign_in()["token"]
    gid = _own(hanako)

    alone = ask(CHANGE, {"id": gid, "i": {"firstName": "又"}}, token=token)["data"]["accountAddressUpdate"]
    assert [(each["field"], each["code"]) for each in alone["errors"]] == [("country", "REQUIRED")]
    assert hanako.addresses.get().phone == "+81312345678"
    less = {name: value for name, value in TOKYO.items() if name != "lastName"}
    changed = ask(CHANGE, {"id": gid, "i": less}, token=token)["data"]["accountAddressUpdate"]
    assert changed["address"] == {"firstName": "花子", "lastName": "", "phone": "", "city": ""}


def _own(customer):
    """Give the customer an address with a telephone number and return its id."""
    kept = clean_address({**TOKYO, "phone": "03-1234-5678"}, address_type=None)
    return to_global_id("Address", save_address(user=customer, kept=kept).pk)
