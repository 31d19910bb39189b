"""Telephone numbers at the checkout: refused at their field in the reader's language, shown as people write them."""

from __future__ import annotations

import html
import re
from types import SimpleNamespace

import pytest
from django.test import Client

from marketplace.checkout import actions, queries
from marketplace.checkout.types import Address, Cart, CartGroup
from marketplace.saleor.types import SaleorProblem, SaleorRefused
from plugins.api.money import Money
from plugins.api.types import DestinationStatus
from storefront.phones import phone_text
from storefront.shop import session
from storefront.shop.views import checkout

WRITTEN = {
    "email": "hanako@example.com",
    "family_name": "見本",
    "given_name": "花子",
    "postal_code": "131-0045",
    "area": "東京都",
    "city": "墨田区",
    "street1": "押上1-1-2",
}
SINGAPORE = {**WRITTEN, "country": "SG", "postal_code": "238859", "area": "", "city": "Singapore"}
HOME_JA = "電話番号を確かめてください。市外局番から入力します。例：03-1234-5678"
HOME_EN = "Please check the number. Write it whole with its area code, e.g. 03-1234-5678."
ABROAD_JA = "電話番号を確かめてください。国番号から入力します。例：+65 6123 4567"
ABROAD_EN = "Please check the number. Write it whole with its country code, e.g. +65 6123 4567."


@pytest.fixture
def counter(shop: Client, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """The address page with a cart, and what reached the shop's commerce of it."""
    kept = SimpleNamespace(shop=shop, sent=[], refusal=None, address=None)
    yen = Money(1100, "JPY")

    def cart(**asked: object) -> Cart:
        groups = (CartGroup("kiriko", "切子", (), yen, None),)
        return Cart("C1", "jp", "JPY", "", groups, yen, None, yen, None, kept.address, None)

    def send(*, checkout_id: str, address, token) -> None:
        if kept.refusal:
            raise SaleorRefused((kept.refusal,))
        kept.sent.append(address.phone)

    monkeypatch.setattr(queries, "cart", cart)
    monkeypatch.setattr(session, "cart_id", lambda *asked: "C1")
    monkeypatch.setattr(checkout, "destinations", lambda page: [DestinationStatus("SG", {"en": "Singapore"}, True)])
    monkeypatch.setattr(actions.door, "set_email", lambda **said: None)
    monkeypatch.setattr(actions.door, "set_shipping_address", send)
    monkeypatch.setattr(actions.door, "set_billing_address", send)
    return kept


def field_of(answer) -> str:
    page = html.unescape(answer.content.decode())
    return re.search(
        r'<div class="field"[^>]*>(?:(?!<div class="field").)*name="phone".*?</div>', page, re.DOTALL
    ).group()


@pytest.mark.parametrize(
    ("where", "written", "phone", "told"),
    [
        ("jp/ja", WRITTEN, "1234567890", HOME_JA),
        ("jp/en", WRITTEN, "03-0000-0000", HOME_EN),
        ("jp/ja", WRITTEN, "電話なし", HOME_JA),
        ("overseas/en", SINGAPORE, "03-1234-5678", ABROAD_EN),
        ("overseas/ja", SINGAPORE, "+65 123", ABROAD_JA),
    ],
)
def test_a_number_that_no_plan_knows_is_said_at_its_field_and_stays_as_it_was_typed(
    counter, where, written, phone, told
) -> None:
    answer = counter.shop.post(f"/{where}/checkout/address/", {**written, "phone": phone})

    assert answer.status_code == 200
    field = field_of(answer)
    assert told in field
    assert f'value="{phone}"' in field
    assert 'aria-invalid="true"' in field
    assert counter.sent == []


@pytest.mark.parametrize(
    ("where", "written", "phone"),
    [
        ("jp/ja", WRITTEN, "03-1234-5678"),
        ("jp/ja", WRITTEN, "０９０１２３４５６７８"),
        ("jp/en", WRITTEN, "+65 6123 4567"),
        ("overseas/en", SINGAPORE, "6123 4567"),
        ("overseas/en", SINGAPORE, "+81 3-1234-5678"),
    ],
)
def test_a_number_that_can_be_dialled_goes_on(counter, where, written, phone) -> None:
    answer = counter.shop.post(f"/{where}/checkout/address/", {**written, "phone": phone})

    assert answer.status_code == 303
    assert counter.sent == [phone, phone]


@pytest.mark.parametrize(("language", "told"), [("ja", "国番号から入力します"), ("en", "with its country code")])
def test_what_saleor_refuses_is_said_at_the_field_too(counter, language, told) -> None:
    counter.refusal = SaleorProblem("INVALID", "phone", "'03-1234-5678' is not a valid phone number.")

    answer = counter.shop.post(f"/jp/{language}/checkout/address/", {**WRITTEN, "phone": "03-1234-5678"})

    assert answer.status_code == 200
    assert told in field_of(answer)
    assert 'value="03-1234-5678"' in field_of(answer)


def test_who_comes_back_finds_the_number_as_it_is_written_at_home(counter) -> None:
    counter.address = Address("見本", "花子", "JP", "131-0045", "東京都", "墨田区", "押上1-1-2", phone="+81312345678")

    assert 'value="03-1234-5678"' in field_of(counter.shop.get("/jp/ja/checkout/address/"))


@pytest.mark.parametrize(
    ("kept", "country", "shown"),
    [
        ("+81312345678", "JP", "03-1234-5678"),
        ("+819012345678", "JP", "090-1234-5678"),
        ("+6561234567", "JP", "+65 6123 4567"),
        ("+6561234567", "SG", "+65 6123 4567"),
        ("+81312345678", "SG", "+81 3-1234-5678"),
        ("03-0000-0000", "JP", "03-0000-0000"),
        ("", "JP", ""),
        ("", "", ""),
    ],
)
def test_a_kept_number_is_shown_as_people_write_it(kept, country, shown) -> None:
    assert phone_text(kept, country) == shown
