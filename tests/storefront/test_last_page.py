"""The last page before the order, when some goods cannot be had any more: it names them and offers the way out."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from marketplace.checkout import actions, queries
from marketplace.checkout.types import Address, Cart, CartGroup, CartLine, say
from plugins.api.money import Money
from plugins.api.types import PaymentMethod
from storefront.shop import session
from storefront.shop.legal import LAST_PAGE, Terms
from storefront.shop.views import ordering

GONE = say("checkout.not_on_sale", "現在販売していません。", "This is not on sale.", subject="L1")
BARRED = say("crossborder.seaweed", "香港へは送れません。", "It cannot be sent to Hong Kong.", subject="listing-2")
TERMS = Terms("kiriko", (("x", {"ja": "あり", "en": "stated"}),) * len(LAST_PAGE))


def line(number: int, name: str, **more) -> CartLine:
    price = Money(1100, "JPY")
    values = {"slug": "", "variant_name": "", "merchant_code": "kiriko", "image": "", "quantity": 1}
    values |= {"listing_id": f"listing-{number}", "unit_price": price, "total": price} | more
    return CartLine(f"L{number}", f"P{number}", f"V{number}", name=name, **values)


def make_cart(*lines: CartLine, **more) -> Cart:
    total = Money(3300, "JPY")
    person = Address("Lovelace", "Ada", "SG", "238859", "", "Singapore", "1 Sample Road ")
    values = {"email": "ada@example.com", "goods_total": total, "delivery_total": Money(0, "JPY"), "tax_total": total}
    values |= {"groups": (CartGroup("kiriko", "切子", lines, total, None),), "total": total, "address": person}
    return Cart("C1", "jp", "JPY", delivery=None, **(values | more))


@pytest.fixture
def last_page(shop: Client, monkeypatch: pytest.MonkeyPatch):
    def read(cart: Cart, language: str) -> str:
        monkeypatch.setattr(queries, "cart", lambda **asked: cart)
        monkeypatch.setattr(session, "cart_id", lambda *asked: "C1")
        monkeypatch.setattr(session, "payment_choice", lambda *asked: {"method": "card"})
        way = PaymentMethod("card", {"ja": "カード", "en": "Card"}, {"ja": "", "en": ""})
        monkeypatch.setattr(queries, "payment_methods", lambda *, market: (way,))
        monkeypatch.setattr(ordering, "terms_of", lambda cart: {"kiriko": TERMS})
        answer = shop.get(f"/jp/{language}/checkout/confirm/")
        assert answer.status_code == 200
        return answer.content.decode()

    return read


@pytest.mark.parametrize(
    ("language", "told", "ways", "stops"),
    [
        ("ja", "現在販売していません。", "カートから外す", "上のご案内のとおりにしていただくと"),
        ("en", "This is not on sale.", "Remove it from the cart", "You can order as soon as"),
    ],
)
def test_goods_that_are_off_sale_are_named_with_a_way_out(last_page, language, told, ways, stops) -> None:
    page = last_page(make_cart(line(1, "Glass", problems=(GONE,)), line(2, "Nori")), language)

    notice = re.search(r'<div class="notice bad".*?</div>', page, re.DOTALL).group()
    assert "<strong>Glass</strong>" in notice
    assert "Nori" not in notice
    assert told in notice
    assert ways in notice
    assert 'name="line" value="L1"' in notice
    assert f'href="/jp/{language}/cart/"' in notice
    assert re.search(r'<button class="btn wide" disabled>', page)
    assert stops in page


def test_goods_that_a_rule_bars_are_named(last_page) -> None:
    page = last_page(make_cart(line(1, "Glass"), line(2, "Nori"), problems=(BARRED,)), "en")

    notice = re.search(r'<div class="notice bad".*?</div>', page, re.DOTALL).group()
    assert "<strong>Nori</strong>" in notice
    assert "It cannot be sent to Hong Kong." in notice
    assert "Glass" not in notice
    assert page.count("It cannot be sent to Hong Kong.") == 1


def test_a_delivery_that_changed_can_be_chosen_again(last_page) -> None:
    changed = say("checkout.delivery_changed", "変わりました。", "The delivery has changed.", field="delivery")

    page = last_page(make_cart(line(1, "Glass"), problems=(changed,)), "en")

    assert '<a class="btn" href="/jp/en/checkout/delivery/">' in page


def test_nothing_stops_an_order_without_a_problem(last_page) -> None:
    page = last_page(make_cart(line(1, "Glass")), "en")

    assert "notice bad" not in page
    assert '<button class="btn wide">' in page


def test_taking_goods_out_there_leads_back_there(shop: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = []
    monkeypatch.setattr(session, "cart_id", lambda *asked: "C1")
    monkeypatch.setattr(actions, "remove_line", lambda **asked: taken.append(asked["line_id"]))

    answer = shop.post("/jp/en/cart/line/", {"line": "L1", "remove": "1", "back": "confirm"})

    assert (answer.status_code, answer["Location"], taken) == (303, "/jp/en/checkout/confirm/", ["L1"])
