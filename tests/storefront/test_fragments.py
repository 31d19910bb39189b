"""Cards and choices kept in memory: whatever changes shows at once, and nothing is shown to the wrong reader."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.utils import translation

from marketplace.catalog.types import Badge
from marketplace.kernel.revision import kept_until_change, mark_pages_changed
from plugins.api.money import Money
from storefront import fragments
from storefront.jinja import environment_for
from tests.storefront.sample import make_card, rows

CHANGES = {
    "price": {"price": Money(Decimal(777), "JPY")},
    "stock": {"availability": "sold_out"},
    "name": {"name": "another name"},
    "badge": {"badges": (Badge("new", "a new badge"),)},
    "reason": {"featured_reason": "the ward says why"},
}


@pytest.fixture(autouse=True)
def _no_cards_kept() -> None:
    fragments.forget()


def draw(card, market="jp", language="ja"):
    page = SimpleNamespace(market=market, language=language, url=lambda *parts: f"/{market}/{language}/{parts[1]}/")
    with translation.override(language):
        return fragments.card_markup(environment_for(language), page, card)


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_card_that_changed_in_anything_is_drawn_anew(change):
    card = make_card(rows()[0], availability="in_stock")
    before = draw(card)

    after = draw(replace(card, **change))

    assert after != before
    assert draw(card) == before


def test_an_equal_card_is_not_drawn_again():
    first = draw(make_card(rows()[0]))

    assert draw(make_card(rows()[0])) is first


def test_a_card_is_drawn_for_its_market_and_its_language():
    card = make_card(rows()[0])

    assert "/jp/ja/" in draw(card)
    assert "（税込）" in draw(card)
    assert "(tax incl.)" in draw(card, language="en")
    assert "/overseas/ja/" in draw(card, market="overseas")


def test_no_more_cards_are_kept_than_the_limit(monkeypatch):
    monkeypatch.setattr(fragments, "LIMIT", 3)

    for row in rows()[:5]:
        draw(make_card(row))

    assert len(fragments._kept) == 3


@pytest.mark.django_db
def test_what_is_kept_is_computed_again_after_a_change(django_assert_num_queries):
    numbers = iter(range(9))

    def read() -> int:
        return kept_until_change("test", lambda: next(numbers))

    first = [read(), read()]
    mark_pages_changed()

    assert first == [0, 0]
    assert read() == 1
    with django_assert_num_queries(1):
        read()
