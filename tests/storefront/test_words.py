"""Translations are complete, styles are fresh, postal codes and the law's items are read rightly."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from django.utils import translation

from marketplace.merchants.types import LegalNotice
from plugins.api.money import Money
from storefront.jinja import day_text, money_text
from storefront.shop.legal import last_page_terms
from storefront.shop.postal import find_area

STOREFRONT = Path(__file__).resolve().parents[2] / "storefront"
METHODS = [("shop/**.py", "python"), ("templates/shop/**.html", "jinja2")]
STAFF_PAGES = ("counter", "demo", "pool", "staff", "ward")
TRANSLATED = re.compile(r"""\{%-?\s*translate\s+(["'])(.*?)\1""")
KEYWORDS = {"_": None, "_g": None, "gettext": None, "ngettext": (1, 2)}


def test_every_message_of_the_shop_is_in_japanese() -> None:
    with (STOREFRONT / "locale/ja/LC_MESSAGES/django.po").open("rb") as file:
        catalogue = read_po(file, locale="ja")
    used = {
        entry[2][0] if isinstance(entry[2], tuple) else entry[2]
        for entry in extract_from_dir(
            STOREFRONT, METHODS, {"templates/shop/**.html": {"trimmed": "true"}}, keywords=KEYWORDS
        )
    }
    missing = [key for key in used if not (message := catalogue.get(key)) or not message.string]

    assert len(used) > 150
    assert missing == []


def test_every_message_of_the_staff_pages_is_in_japanese() -> None:
    said: set[str] = set()
    for path in STOREFRONT.glob("**/locale/ja/LC_MESSAGES/django.po"):
        with path.open("rb") as file:
            said |= {str(message.id) for message in read_po(file, locale="ja") if message.string and not message.fuzzy}
    methods = [(f"{folder}/**.py", "python") for folder in STAFF_PAGES]
    used = {str(entry[2]) for entry in extract_from_dir(STOREFRONT, methods, keywords={"_": None, "gettext": None})}
    for folder in STAFF_PAGES:
        for path in (STOREFRONT / "templates" / folder).rglob("*.html"):
            used |= {found[2] for found in TRANSLATED.finditer(path.read_text())}

    assert len(used) > 150
    assert sorted(used - said) == []


def test_built_styles_are_fresh() -> None:
    done = subprocess.run(
        [sys.executable, STOREFRONT / "assets-src/build.py", "--check"], capture_output=True, text=True
    )

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("amount", "currency", "ja", "en"),
    [
        ("12100", "JPY", "12,100円", "¥12,100"),
        ("98.5", "USD", "98.50米ドル", "US$98.50"),
        ("1.2345", "KWD", "KWD1.234", "KWD1.234"),
    ],
)
def test_money_is_written_as_shops_write_it(amount: str, currency: str, ja: str, en: str) -> None:
    with translation.override("ja"):
        assert money_text(Money(Decimal(amount), currency)) == ja
    with translation.override("en"):
        assert money_text(Money(Decimal(amount), currency)) == en


def test_days_are_written_in_the_readers_language() -> None:
    with translation.override("ja"):
        assert day_text(date(2026, 11, 22)) == "2026年11月22日（日）"
    with translation.override("en"):
        assert day_text(date(2026, 11, 22)) == "Sun, 22 November 2026"


def test_a_postal_code_fills_in_prefecture_city_and_quarter() -> None:
    found = find_area("〒１３１－００４５")

    assert found is not None
    assert (found.postal_code, found.prefecture, found.city, found.quarter) == ("131-0045", "東京都", "墨田区", "押上")
    assert find_area("131-004") is None
    assert find_area("000-0000") is None


def make_notice(**overrides: dict[str, str]) -> LegalNotice:
    said = {"ja": "あり", "en": "yes"}
    codes = LegalNotice.__dataclass_fields__
    fields = {code: said for code in codes if code not in ("merchant_id", "email", "licences")}
    return LegalNotice(merchant_id="1", **{**fields, **overrides})


@pytest.mark.parametrize("item", ["payment", "delivery", "application_period", "returns"])
def test_a_merchant_with_an_empty_item_may_not_take_an_order(item: str) -> None:
    assert last_page_terms("a", make_notice()).is_complete
    assert not last_page_terms("a", make_notice(**{item: {}})).is_complete
    assert not last_page_terms("a", make_notice(**{item: {"ja": "", "en": ""}})).is_complete
    assert not last_page_terms("a", None).is_complete
