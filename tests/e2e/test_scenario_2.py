"""Scenario 2 in Chromium: three merchants each see their part; one ships, one refuses a line; the refund is exact."""

from __future__ import annotations

import shutil
from decimal import Decimal

import pytest

from tests.accept.shopping import amount
from tests.e2e import walks
from tests.e2e.conftest import Open
from tests.e2e.reader import DESKTOP, PHONE, Reader
from tests.e2e.walks import CHOPSTICK_RESTS, NAMES, NORI, NORI_CAN, YOKAN

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not shutil.which("chromium"), reason="needs Chromium")]
SOLD_BY = {"soramame-glass": (CHOPSTICK_RESTS,), "minato-nori": (NORI, NORI_CAN), "tsukimi-wagashi": (YOKAN,)}
SHIPS, REFUSES, THIRD = SOLD_BY
TRACKING, REST_TRACKING = "1234-5678-9012", "9876-5432-1098"
REASON = "缶がへこんでいたため、お送りできません。"


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_three_merchants_see_their_part_and_the_buyer_reads_the_refund(reader: Open, width: int, language: str) -> None:
    buyer = reader("buyer", width=width, language=language)
    email = walks.new_email()
    number = walks.buy(buyer, walks.shop_of(buyer), (CHOPSTICK_RESTS, NORI, NORI_CAN, YOKAN), email)
    members = {code: reader(code, width=width, language=language) for code in SOLD_BY}

    for code, member in members.items():
        walks.enter_counter(member, code)
        walks.open_order(member, code, number)
        reads_own_part(member, buyer, code)
    ship(members[SHIPS], TRACKING)
    members[SHIPS].see("sent")
    price = refuse_the_can(members[REFUSES])
    members[REFUSES].see("refused")
    ship(members[REFUSES], REST_TRACKING)

    buyer.reload_until(lambda: all(each in buyer.text() for each in (TRACKING, REASON, REST_TRACKING)))
    buyer.reload_until(lambda: walks.amounts(buyer, "dl.sum dd")[-1] == price)
    reads_what_happened(buyer, price)
    walks.open_mail(buyer, email, REASON)
    assert f"{price:,}" in buyer.text()
    buyer.see("mail-of-the-refund")
    reads_earnings(members[REFUSES], number, price)


def reads_own_part(member: Reader, buyer: Reader, code: str) -> None:
    """The merchant reads its own goods and its own sum, and nothing of the other two."""
    member.see("order")
    for owner, slugs in SOLD_BY.items():
        for slug in slugs:
            assert (NAMES[slug][member.language] in member.text("main table")) == (owner == code), (code, slug)
    part = f"section.parcel[data-merchant={code}] tr:last-child td.num:last-child"
    assert walks.amounts(member, "[data-total]") == walks.amounts(buyer, part)


def ship(member: Reader, tracking: str) -> None:
    accept = "form[action$='/accept/'] button"
    if member.page.locator(accept).count():
        member.press(accept)
    member.page.fill("#tracking_number", tracking)
    member.press("form[action$='/ship/'] button")
    assert tracking in member.text()


def refuse_the_can(member: Reader) -> Decimal:
    """Refuse one of two lines, first without saying why; return its price."""
    row = member.page.locator("main table tbody tr", has_text=NAMES[NORI_CAN][member.language]).first
    price = amount(row.locator("td").last.inner_text())
    member.page.get_by_label(NAMES[NORI_CAN][member.language]).check()
    member.press("form[action$='/refuse/'] button")
    assert member.page.locator("[role=alert]").count() == 1
    member.see("asked-why")
    member.page.fill("#reason", REASON)
    member.press("form[action$='/refuse/'] button")
    assert REASON in member.text()
    return price


def reads_what_happened(buyer: Reader, price: Decimal) -> None:
    """The refund stands with the part it belongs to, and the charge stays written."""
    buyer.see("order")
    refused = buyer.page.locator(f"section.parcel[data-merchant={REFUSES}]")
    assert REASON in refused.inner_text()
    assert amount(refused.locator(".notice p").first.inner_text()) == price
    for code in (SHIPS, THIRD):
        assert REASON not in buyer.text(f"section.parcel[data-merchant={code}]")
    _delivery, charged, paid_back = walks.amounts(buyer, "dl.sum dd")
    assert (sum(walks.amounts(buyer, "section.parcel tr:last-child td.num:last-child")), paid_back) == (charged, price)


def reads_earnings(member: Reader, number: str, price: Decimal) -> None:
    """The merchant finds a row for each line, the refund in the row of the can."""
    link = member.page.locator(f"a[href*='/orders/{number}/']")
    rows = member.page.locator("main table tbody tr", has=link)
    member.go(f"/counter/{REFUSES}/earnings/")
    member.reload_until(
        lambda: f"{price:,}" in rows.filter(has_text=NAMES[NORI_CAN][member.language]).locator("td").nth(8).inner_text()
    )
    assert rows.count() == 2
    member.see("earnings")
