"""Scenario 4 in Chromium: a permit ends as a day passes and its goods are nowhere on sale; renewed, they are back."""

from __future__ import annotations

import re
import shutil
from datetime import date, timedelta

import pytest

from tests.e2e import walks
from tests.e2e.conftest import Open
from tests.e2e.reader import DESKTOP, PHONE, Reader
from tests.e2e.walks import ADD, CHOPSTICK_RESTS, GO_ON, YOKAN

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not shutil.which("chromium"), reason="needs Chromium")]
MERCHANT, CATEGORY, PERMIT = "tsukimi-wagashi", "tea-sweets", "food_business"
WORDS = {"ja": "練り羊羹", "en": "ogura yokan"}
RENEWED = "架空保第9001号"
EVERYWHERE = {"page", "search", "maker"}
GONE_WITHIN_S = 75.0
"""The worker looks at permits once a minute; a change that somebody enters is followed at once."""


def test_goods_leave_with_their_permit_and_come_back_with_its_renewal(reader: Open) -> None:
    member = reader("merchant", width=PHONE)
    buyer = reader("buyer", width=DESKTOP, language="en")
    lookers = [reader("looker", width=width, language=each) for each in WORDS for width in (PHONE, DESKTOP)]
    today = walks.today_in(member)
    walks.enter_counter(member, MERCHANT)
    for number, first_day in valid_permits(member):
        enter_permit(member, number, first_day, today)
    member.see("permit-ends-today")
    stands_at_last_page(buyer)
    for looker in lookers:
        assert sees_on_sale(looker) == EVERYWHERE

    walks.let_a_day_pass(reader("demo", width=PHONE))
    for looker in lookers:
        looker.reload_until(lambda each=looker: not sees_on_sale(each), GONE_WITHIN_S)
        looker.go(f"{walks.shop_of(looker)}p/{YOKAN}/")
        assert looker.page.locator(ADD).count() == 0
        looker.see("not-on-sale")
    cannot_order(buyer)
    member.go(f"/counter/{MERCHANT}/listings/")
    assert "期限" in member.text()
    member.see("why")

    enter_permit(member, RENEWED, today + timedelta(days=1), today + timedelta(days=2000))
    for looker in lookers:
        looker.reload_until(lambda each=looker: sees_on_sale(each) == EVERYWHERE)
        looker.go(f"{walks.shop_of(looker)}p/{YOKAN}/")
        looker.see("back")
    orders(buyer)


def valid_permits(member: Reader) -> list[tuple[str, date]]:
    """Return number and first day of every permit that is valid today, from the merchant's page."""
    member.press(f"nav a[href='/counter/{MERCHANT}/permits/']")
    rows = member.page.locator("main table tbody tr:has(.good)")
    found = [rows.nth(place).locator("td").all_inner_texts() for place in range(rows.count())]
    days = [[int(part) for part in re.findall(r"\d+", cells[2])[:3]] for cells in found]
    return [(cells[1].strip(), date(*day)) for cells, day in zip(found, days, strict=True)]


def enter_permit(member: Reader, number: str, first: date, last: date) -> None:
    member.press(f"nav a[href='/counter/{MERCHANT}/permits/']")
    member.page.select_option("#kind", PERMIT)
    member.page.fill("#number", number)
    member.page.fill("#valid_from", first.isoformat())
    member.page.fill("#valid_to", last.isoformat())
    member.press("#renew button")
    assert number in member.text("main table")


def stands_at_last_page(buyer: Reader) -> None:
    shop = walks.shop_of(buyer)
    for slug in (YOKAN, CHOPSTICK_RESTS):
        buyer.go(f"{shop}p/{slug}/")
        buyer.press(ADD)
    buyer.press("main a[href$='/checkout/address/']")
    walks.fill_in_home(buyer, walks.new_email())
    for _step in ("address", "delivery", "payment"):
        buyer.press(GO_ON)
    assert buyer.path() == f"{shop}checkout/confirm/"


def sees_on_sale(looker: Reader) -> set[str]:
    """Return where the yokan is offered: on its page, by a search for its name, on its maker's page."""
    shop, page = walks.shop_of(looker), looker.page
    link = page.locator(f"main a[href$='/p/{YOKAN}/']")
    found = set()
    looker.go(f"{shop}p/{YOKAN}/")
    if page.locator(ADD).count():
        found.add("page")
    walks.search(looker, WORDS[looker.language])
    if link.count():
        found.add("search")
    looker.go(f"{shop}m/{MERCHANT}/")
    if link.count():
        found.add("maker")
    return found


def cannot_order(buyer: Reader) -> None:
    """Press the button of the page that still stands: no order, and the cart names the goods that are in the way."""
    buyer.press(GO_ON)
    assert "/o/" not in buyer.path()
    buyer.see("cannot-be-ordered")
    buyer.go(f"{walks.shop_of(buyer)}cart/")
    assert buyer.page.locator("main .error").count() == 1
    buyer.see("cart")


def orders(buyer: Reader) -> None:
    """The same cart can be ordered now."""
    buyer.press("main a[href$='/checkout/address/']")
    for _step in walks.STEPS:
        buyer.press(GO_ON)
    assert walks.number_on(buyer)
    buyer.see("order")
