"""Writing listings at the counter, in the merchant's words."""

from __future__ import annotations

import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from marketplace.accounts.actions import create_user
from marketplace.accounts.models import User
from marketplace.catalog import actions, models, queries
from marketplace.merchants.actions import add_member
from marketplace.saleor import catalogue as door
from marketplace.saleor.types import NotInstalled, SaleorUnavailable
from tests.catalog.conftest import saleor as catalogue
from tests.catalog.factories import ACTOR, make_live, make_merchant

__all__ = ["catalogue"]
LISTINGS = "/counter/soramame-glass/listings/"
GLASS = {
    "name.ja": "藍の小鉢",
    "category": "tableware",
    "price.jp": "３，３００円",
    "stock": "１２",
    "weight_g": "400",
    "tax_class": "standard",
}


@pytest.fixture
def merchant(catalogue):
    return make_merchant()


@pytest.fixture
def me(merchant):
    person = create_user(email="owner@work.test", name="店主", actor="test")
    add_member(merchant_id=merchant.id, user_id=person.id, role="owner", actor="test")
    client = Client()
    client.force_login(User.objects.get(pk=person.id))
    return client


def photo(name="hachi.jpg"):
    kept = io.BytesIO()
    Image.new("RGB", (40, 50), "navy").save(kept, "JPEG")
    return SimpleUploadedFile(name, kept.getvalue(), content_type="image/jpeg")


def form_of(client, listing):
    """Return what the form of a listing would send as it is opened."""
    page = client.get(f"{LISTINGS}{listing.id}/").content.decode()
    fields = dict(re.findall(r'<input[^>]* name="([^"]+)"[^>]* value="([^"]*)"', page))
    fields |= dict(re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>([^<]*)</textarea>', page))
    for name, options in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        fields[name] = chosen.group(1) if chosen else ""
    return {key: value for key, value in fields.items() if key not in ("csrfmiddlewaretoken", "next", "language")}


def test_from_a_photo_to_on_sale_in_one_form_with_figures_as_i_type_them(merchant, me):
    page = me.post(f"{LISTINGS}new/", {**GLASS, "picture": photo(), "then": "publish"}, follow=True)

    card = queries.cards(market="jp", language="ja").cards[0]
    assert 'data-state="live"' in page.content.decode()
    assert (card.name, card.price.amount) == ("藍の小鉢", 3300)
    listing = queries.listing_records(merchant_id=merchant.id)[0]
    assert len(listing.pictures) == 1
    assert list(queries.stock_by_sku(listing_id=listing.id, merchant_id=merchant.id).values()) == [12]


def test_mistakes_are_said_in_my_language_beside_the_field_and_all_i_typed_is_kept(merchant, me):
    wrong = {**GLASS, "price.jp": "10.5", "stock": "たくさん", "category": "", "description.ja": "深い藍の色。"}

    page = me.post(f"{LISTINGS}new/", {**wrong, "picture": photo()})
    text = page.content.decode()

    assert page.status_code == 422
    for name in ("price.jp", "stock", "category", "picture"):
        tag = re.search(rf'<(?:input|select)[^>]* name="{re.escape(name)}"[^>]*>', text).group()
        assert 'aria-invalid="true"' in tag, name
        assert f"{name}-problem" in tag, name
        said = re.search(rf'id="{re.escape(name)}-problem">([^<]+)', text).group(1)
        assert re.search("[ぁ-ん]", said), name
    assert 'value="10.5"' in text
    assert 'value="たくさん"' in text
    assert "深い藍の色。" in text
    assert models.Listing.objects.count() == 0


def test_what_is_no_picture_is_refused_with_its_name(merchant, me):
    page = me.post(f"{LISTINGS}new/", {**GLASS, "picture": SimpleUploadedFile("memo.jpg", b"not a picture")})

    assert page.status_code == 422
    assert "memo.jpg" in page.content.decode()
    assert models.Listing.objects.count() == 0


@pytest.mark.parametrize(("lang", "words"), [("ja", "10 MB までの"), ("en", "of up to 10 MB")])
def test_a_picture_over_ten_megabytes_is_refused_and_all_i_typed_is_kept(merchant, me, lang, words):
    listing = make_live(merchant)
    small = photo().read()

    def big():
        return SimpleUploadedFile("large.jpg", small + bytes(10_000_001 - len(small)), content_type="image/jpeg")

    for address, fields in ((f"{LISTINGS}new/", GLASS), (f"{LISTINGS}{listing.id}/", form_of(me, listing))):
        page = me.post(f"{address}?lang={lang}", {**fields, "description.ja": "深い藍の色。", "picture": big()})
        text = page.content.decode()

        assert page.status_code == 422
        said = re.search('id="picture-problem">([^<]+)', text).group(1)
        assert "large.jpg" in said
        assert words in said
        assert "深い藍の色。" in text
    assert models.Listing.objects.count() == 1
    assert len(queries.listing_record(listing_id=listing.id).pictures) == 1


def test_the_gate_says_what_to_do_and_where(merchant, me):
    food = {**GLASS, "category": "food", "name.ja": "焼海苔"}

    page = me.post(f"{LISTINGS}new/", {**food, "then": "publish"})
    text = page.content.decode()

    assert page.status_code == 422
    assert 'href="/counter/soramame-glass/permits/"' in text.partition('role="alert"')[2]
    assert 'href="#answer.food.allergen.egg"' in text
    assert queries.listing_records(merchant_id=merchant.id)[0].state == "draft"


def test_changing_the_price_does_not_undo_what_was_sold_meanwhile(merchant, me, catalogue):
    listing = make_live(merchant)
    typed = form_of(me, listing)
    variant = catalogue.products[listing.product_id].variants[0]
    catalogue.set_stock(variant_id=variant.id, warehouse_id="W-soramame-glass", quantity=7)

    saved = me.post(f"{LISTINGS}{listing.id}/", {**typed, "price.jp": "15000"})

    assert typed["stock"] == "12"
    assert saved.status_code == 302
    assert queries.cards(market="jp", language="ja").cards[0].price.amount == 15000
    assert queries.stock_by_sku(listing_id=listing.id, merchant_id=merchant.id) == {variant.sku: 7}
    me.post(f"{LISTINGS}{listing.id}/", {**form_of(me, listing), "stock": "20"})
    assert queries.stock_by_sku(listing_id=listing.id, merchant_id=merchant.id) == {variant.sku: 20}


def test_what_i_changed_while_it_was_off_sale_is_on_sale_afterwards(merchant, me):
    listing = make_live(merchant)
    me.post(f"{LISTINGS}{listing.id}/withdraw/")

    me.post(f"{LISTINGS}{listing.id}/", {**form_of(me, listing), "price.jp": "9900", "then": "publish"})

    assert queries.cards(market="jp", language="ja").cards[0].price.amount == 9900


def test_what_the_ward_withdrew_i_cannot_put_back(merchant, me):
    listing = make_live(merchant)
    reason = {"ja": "表示に誤り", "en": "A wrong label"}
    actions.withdraw_listing(listing_id=listing.id, reason=reason, actor=ACTOR, by="ward")

    for path in ("publish/", ""):
        me.post(f"{LISTINGS}{listing.id}/{path}", {**form_of(me, listing), "then": "publish"})
    page = me.get(f"{LISTINGS}{listing.id}/").content.decode()

    assert queries.listing_record(listing_id=listing.id).withdrawn_by == "ward"
    assert "表示に誤り" in page
    assert 'value="publish"' not in page


@pytest.mark.parametrize("error", [SaleorUnavailable, NotInstalled])
def test_without_saleor_the_form_opens_and_keeps_what_i_typed(merchant, me, catalogue, monkeypatch, error):
    listing = make_live(merchant)

    def away(**arguments):
        raise error("away")

    monkeypatch.setattr(door, "get_product", away)
    typed = form_of(me, listing)
    page = me.post(f"{LISTINGS}{listing.id}/", {**typed, "description.ja": "深い藍の色。"})
    english = me.post(f"{LISTINGS}{listing.id}/?lang=en", {**typed, "description.ja": "深い藍の色。"})

    assert typed["stock"] == ""
    assert (page.status_code, english.status_code) == (503, 503)
    assert "台帳につながりません" in page.content.decode()
    assert "press the button again" in english.content.decode()
    assert "深い藍の色。" in page.content.decode()


def test_without_saleor_a_draft_is_kept_and_published_later(merchant, me, catalogue):
    catalogue.is_down = True
    page = me.post(f"{LISTINGS}new/", {**GLASS, "picture": photo(), "then": "publish"}, follow=True)
    draft = queries.listing_records(merchant_id=merchant.id)[0]

    assert page.status_code == 200
    assert "台帳につながりません" in page.content.decode()
    assert (draft.state, len(draft.pictures)) == ("draft", 1)
    catalogue.is_down = False
    me.post(f"{LISTINGS}{draft.id}/publish/")
    assert queries.listing_record(listing_id=draft.id).state == "live"
