"""Scenario 5 in Chromium: a story comes at its time on its product in both languages, and goes when withdrawn."""

from __future__ import annotations

import secrets
import shutil
from datetime import datetime, timedelta

import pytest

from marketplace.kernel.clock import JAPAN
from tests.e2e import editor, walks
from tests.e2e.conftest import Open
from tests.e2e.reader import DESKTOP, PHONE, Reader
from tests.e2e.walks import NORI, NORI_CAN

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not shutil.which("chromium"), reason="needs Chromium")]
MERCHANT = "minato-nori"
WORDS = {
    "ja": ("朝の干し場", "日の出前に始まる、一枚の海苔の一日。", "一枚ずつ、風の向きを見て並べます。"),
    "en": ("The drying yard at dawn", "A sheet of nori begins before sunrise.", "Each sheet is laid out by the wind."),
}
AHEAD = timedelta(hours=6)


def test_a_story_comes_at_its_time_and_goes_when_withdrawn(reader: Open) -> None:
    slug = f"asa-no-hiroba-{secrets.token_hex(3)}"
    now = datetime.now(JAPAN)
    begins = datetime.combine(walks.today_in(reader("clock", width=PHONE)), now.time()) + AHEAD
    writers = {"ja": reader("writer", width=DESKTOP), "en": reader("writer", width=PHONE, language="en")}
    shoppers = [reader("shopper", width=width, language=each) for each in WORDS for width in (PHONE, DESKTOP)]
    for language, writer in writers.items():
        title, teaser, heading = WORDS[language]
        editor.write_story(
            writer,
            title=title,
            teaser=teaser,
            heading=heading,
            slug=slug,
            merchant=MERCHANT,
            placed_on=NORI,
            begins=begins,
        )
    for shopper in shoppers:
        assert not sees_on_product(shopper, slug)
        assert status_of_story(shopper, slug) == 404

    walks.let_a_day_pass(shoppers[0])
    for shopper in shoppers:
        finds_the_story(shopper, slug)
    overseas = reader("overseas", width=PHONE, language="en")
    overseas.go(f"/overseas/en/p/{NORI}/")
    overseas.reload_until(lambda: WORDS["en"][0] in overseas.text())

    for language, writer in writers.items():
        editor.withdraw_story(writer, WORDS[language][0])
    for shopper in shoppers:
        shopper.go(f"{walks.shop_of(shopper)}p/{NORI}/")
        shopper.reload_until(lambda each=shopper: not link_to(each, slug).count())
        assert status_of_story(shopper, slug) == 404
        shopper.see("gone")


def link_to(shopper: Reader, slug: str):  # type: ignore[no-untyped-def]
    return shopper.page.locator(f"main a[href$='/s/{slug}/']")


def sees_on_product(shopper: Reader, slug: str, product: str = NORI) -> bool:
    shopper.go(f"{walks.shop_of(shopper)}p/{product}/")
    return link_to(shopper, slug).count() > 0


def status_of_story(shopper: Reader, slug: str) -> int:
    answer = shopper.page.goto(f"{shopper.url}{walks.shop_of(shopper)}s/{slug}/", wait_until="load")
    assert answer is not None
    return answer.status


def finds_the_story(shopper: Reader, slug: str) -> None:
    """See it on its product and not on another of its maker, and read it in one's own language."""
    title, teaser, heading = WORDS[shopper.language]
    assert not sees_on_product(shopper, slug, NORI_CAN)
    shopper.go(f"{walks.shop_of(shopper)}p/{NORI}/")
    shopper.reload_until(lambda: link_to(shopper, slug).count())
    assert title in shopper.text() and teaser in shopper.text()
    shopper.see("product")
    shopper.press(f"main a[href$='/s/{slug}/'] >> nth=0")
    assert title in shopper.text("h1") and heading in shopper.text()
    shopper.see("story")
    assert shopper.page.locator(f"main a[href$='/p/{NORI}/']").count()
