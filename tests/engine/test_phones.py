"""Telephone numbers: refused and written as Saleor 3.24 does it (asked on 2026-11-23)."""

from __future__ import annotations

import pytest

from infra.engine.checkout.addresses import clean_address
from infra.engine.schema.errors import UserErrors
from tests.engine.desk import TOKYO

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
