"""Pages of the shop: what every one says, in which language, at what price."""

from __future__ import annotations

import json
import re

import pytest
from django.test import Client

SLUG = "edo-kiriko-nanako-rocks"
PAGES = ("", "c/tableware/", "search/", "search/?q=切子", "search/?q=zzzz", f"p/{SLUG}/", "m/", "about/legal/")
WEIGHT_LIMIT = 100_000


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("base", ["/jp/ja/", "/jp/en/", "/overseas/en/"])
def test_every_page_is_drawn_in_its_language(shop: Client, base: str, path: str) -> None:
    response = shop.get(base + path)

    assert response.status_code == 200
    assert f'<html lang="{base.split("/")[2]}"' in response.content.decode()
    assert response["Cache-Control"] == "public, max-age=0, must-revalidate"


def test_prices_at_home_say_that_tax_is_in_them(shop: Client) -> None:
    assert "14,300円 <small>（税込）</small>" in shop.get(f"/jp/ja/p/{SLUG}/").content.decode()
    assert "¥14,300 <small>(tax incl.)</small>" in shop.get(f"/jp/en/p/{SLUG}/").content.decode()


def test_prices_abroad_are_in_dollars_and_say_nothing_of_japanese_tax(shop: Client) -> None:
    page = shop.get(f"/overseas/en/p/{SLUG}/").content.decode()

    assert "US$95.33" in page
    assert "tax incl." not in page


def test_the_makers_name_stands_beside_every_card(shop: Client) -> None:
    page = shop.get("/jp/ja/c/tableware/").content.decode()

    assert page.count('<li class="card') == page.count('<p class="maker">') == 24


def test_the_switch_keeps_the_page(shop: Client) -> None:
    page = shop.get(f"/jp/ja/p/{SLUG}/").content.decode()

    assert f'href="/jp/en/p/{SLUG}/"' in page
    assert f'href="/overseas/ja/p/{SLUG}/"' in page
    assert re.search(rf'rel="canonical" href="[^"]*/jp/ja/p/{SLUG}/"', page)
    assert 'hreflang="en-JP"' in page


def test_a_product_tells_search_engines_its_price(shop: Client) -> None:
    page = shop.get(f"/jp/ja/p/{SLUG}/").content.decode()

    record = json.loads(re.findall(r'<script type="application/ld\+json">(.*?)</script>', page)[0])

    offer = record["offers"][0]
    assert (offer["price"], offer["priceCurrency"]) == ("14300", "JPY")
    assert offer["availability"] == "https://schema.org/InStock"


def test_goods_that_a_country_bars_name_the_rule(shop: Client) -> None:
    page = shop.get("/overseas/en/p/tokyo-yakinori-zengata/").content.decode()

    assert "Hong Kong" in page
    assert "Cap. 132 Order" in page
    assert "2023-08-24" in page


def test_an_empty_search_leads_on(shop: Client) -> None:
    page = shop.get("/jp/ja/search/?q=zzzz").content.decode()

    assert "「zzzz」は見つかりませんでした" in page
    assert "/jp/ja/search/?q=%E5%88%87%E5%AD%90" in page
    assert page.count('<li class="card') == 4


@pytest.mark.parametrize("path", ["/jp/ja/p/nothing/", "/jp/ja/c/nothing/", "/jp/ja/about/nothing/", "/xx/yy/"])
def test_a_page_that_is_not_there_leads_on(shop: Client, path: str) -> None:
    response = shop.get(path)

    assert response.status_code == 404
    assert response.content.decode().count('<li class="card') == 4


def test_the_front_door_goes_by_language(shop: Client) -> None:
    assert shop.get("/")["Location"] == "/jp/ja/"
    assert shop.get("/", headers={"Accept-Language": "en-GB,en"})["Location"] == "/overseas/en/"


def test_a_page_weighs_less_than_100_kb_without_pictures(shop: Client) -> None:
    from storefront.assets_index import FOLDER

    shared = sum((FOLDER / name).stat().st_size for name in ("shop.css", "fonts/shippori-mincho.woff2", "favicon.svg"))
    for path in PAGES:
        assert shared + len(shop.get(f"/jp/ja/{path}").content) < WEIGHT_LIMIT, path


def test_text_of_listings_cannot_break_out_of_the_page(shop: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    from marketplace.catalog import queries as catalog
    from tests.storefront import sample

    evil = "</script><script>alert(1)</script>"
    found = sample.detail(market="jp", language="ja", slug=SLUG)
    detail = replace(found, card=replace(found.card, name=evil), description=evil)
    monkeypatch.setattr(catalog, "detail", lambda **_asked: detail)

    page = shop.get(f"/jp/ja/p/{SLUG}/").content.decode()

    assert "<script>alert" not in page


def test_another_site_cannot_put_things_in_the_cart(shop: Client) -> None:
    refused = shop.post("/jp/ja/cart/add/", {"variant": "x"}, headers={"Sec-Fetch-Site": "cross-site"})

    assert refused.status_code == 403
    assert "cart.jp" not in shop.session
