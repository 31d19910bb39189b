"""Scenario 6 in Chromium: the marketer asks the pool, reads figures and reasons, and gets the same in a file."""

from __future__ import annotations

import csv
import re
import shutil
from decimal import Decimal
from pathlib import Path

import pytest

from tests.e2e import walks
from tests.e2e.conftest import Open
from tests.e2e.reader import DESKTOP, PHONE, Reader

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not shutil.which("chromium"), reason="needs Chromium")]
BUILT_WITHIN_S = 300.0
"""The worker may have begun to build the pool just before."""
WEEKS, PERIODS = 13, 3
SHOW = "form.ask button"


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_the_marketer_asks_the_pool_and_reads_it(reader: Open, width: int, language: str) -> None:
    marketer = reader("marketer", width=width, language=language)
    walks.enter(marketer, "marketer@example.com")
    assert marketer.path() == "/pool/"
    marketer.reload_until(lambda: marketer.page.locator("table.pool").count(), BUILT_WITHIN_S)
    marketer.see("weeks")
    rows = marketer.page.locator("table.pool tbody tr:not(.total)")
    assert rows.count() == WEEKS

    ask(marketer, grain="period", rows="category", columns="area")
    marketer.see("category-and-area")
    compare_with_file(marketer)
    ask(marketer, measure="refunds", grain="period", rows="time", columns="category")
    assert rows.count() == PERIODS
    marketer.see("refunds")
    ask(marketer, measure="sales", grain="week", rows="category", columns="area")
    hidden = marketer.page.locator("table.pool td:has(.veiled)")
    assert hidden.locator(".pool-note").first.inner_text()
    marketer.press("table.pool td a.pool-note >> nth=0")
    assert marketer.page.locator("table.pool .value").count() > 0
    marketer.see("figure-above-a-hidden-one")
    marketer.press("main a[href$='/pool/rules/'] >> nth=0")
    marketer.see("rules")


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_merchant_is_not_let_into_the_pool(reader: Open, language: str) -> None:
    member = reader("merchant", width=PHONE, language=language)
    walks.enter_counter(member, "soramame-glass")

    answer = member.page.goto(f"{member.url}/pool/")

    assert answer is not None and answer.status == 403
    assert member.page.locator("table.pool").count() == 0
    member.see("refused")


def ask(marketer: Reader, **question: str) -> None:
    if not marketer.page.is_visible(SHOW):
        marketer.page.click("details.question summary")
    for name, value in question.items():
        marketer.page.select_option(f"#ask-{name}", value)
    marketer.press(SHOW)
    assert marketer.page.locator("#refusal").count() == 0, marketer.text()


def compare_with_file(marketer: Reader) -> None:
    """What stands in the table stands in the file, hidden cells too, and the file holds every period."""
    with marketer.page.expect_download() as downloading:
        marketer.page.click("main a[href*='.csv']")
    path = Path(downloading.value.path())
    with path.open(encoding="utf-8-sig", newline="") as file:
        cells = list(csv.DictReader(file))
    newest = max(cell["time"] for cell in cells if cell["time"] != "all")
    asked = [cell for cell in cells if cell["time"] == newest]
    shown = sorted(whole(text) for text in marketer.page.locator("table.pool .value").all_inner_texts())
    assert sorted(Decimal(cell["value_yen"]) for cell in asked if cell["flag"] == "exact") == shown
    assert marketer.page.locator("table.pool .veiled").count() == sum(cell["flag"] == "hidden" for cell in asked)
    assert len({cell["time"] for cell in cells} - {"all"}) == PERIODS


def whole(text: str) -> Decimal:
    return Decimal(re.sub(r"\D", "", text))
