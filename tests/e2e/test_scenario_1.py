"""Scenario 1 in Chromium: goods of three merchants by search and by story, one payment, one number, exact totals."""

from __future__ import annotations

import shutil
from decimal import Decimal

import pytest

from tests.accept.shopping import amount
from tests.e2e import walks
from tests.e2e.conftest import Open
from tests.e2e.reader import DESKTOP, PHONE, Reader
from tests.e2e.walks import ADD, GLASS, GO_ON, NORI, STEPS, YOKAN

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not shutil.which("chromium"), reason="needs Chromium")]
STORY = "yokan-no-rokujikan"
WORDS = {"ja": ("えどきりこ", "やきのり", "ようかん"), "en": ("edo kiriko", "nori", "yokan")}
MERCHANTS = {"soramame-glass", "minato-nori", "tsukimi-wagashi"}


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_a_shopper_buys_of_three_merchants_and_pays_once(reader: Open, width: int, language: str) -> None:
    shopper = reader("shopper", width=width, language=language)
    shop, email = walks.shop_of(shopper), walks.new_email()

    find_three(shopper, shop)
    price = check_out(shopper, shop, email)
    number = walks.number_on(shopper)
    shopper.see("order")

    parts = shopper.page.locator("section.parcel[data-merchant]")
    codes = [parts.nth(place).get_attribute("data-merchant") for place in range(parts.count())]
    sums = walks.amounts(shopper, "section.parcel[data-merchant] tr:last-child td.num:last-child")
    assert (len(codes), set(codes)) == (3, MERCHANTS)
    assert sum(sums) == price
    assert price in walks.amounts(shopper, "dl.sum dd")
    walks.open_mail(shopper, email, number)
    shopper.see("mail")
    shopper.press("main a[href*='/o/']")
    assert walks.number_on(shopper) == number


def find_three(shopper: Reader, shop: str) -> None:
    """Find a glass and nori by words, sweets by the story told of them, and put all three into the cart."""
    glass, nori, yokan = WORDS[shopper.language]
    shopper.go(shop)
    shopper.see("home")
    walks.search(shopper, glass)
    shopper.see("search")
    walks.open_product(shopper, GLASS)
    shopper.see("product")
    shopper.press(ADD)
    shopper.press("nav.cats a[href$='/c/food/']")
    shopper.see("category")
    walks.search(shopper, nori)
    walks.open_product(shopper, NORI)
    shopper.press(ADD)
    walks.search(shopper, yokan)
    walks.open_product(shopper, YOKAN)
    shopper.press(f"main a[href$='/s/{STORY}/'] >> nth=0")
    shopper.see("story")
    shopper.press("main a[href*='/p/'] >> nth=0")
    shopper.press("main p a[href*='/m/'] >> nth=0")
    shopper.see("maker")
    walks.open_product(shopper, YOKAN)
    shopper.press(ADD)
    assert shopper.path() == f"{shop}cart/"
    shopper.see("cart")
    assert shopper.page.locator("section.parcel").count() == 3


def check_out(shopper: Reader, shop: str, email: str) -> Decimal:
    """Go from the cart to the order; return the price that the last button names."""
    page = shopper.page
    shopper.press("main a[href$='/checkout/address/']")
    shopper.press(GO_ON)
    assert page.locator("[data-invalid]").count() > 0
    shopper.see("address-empty")
    walks.fill_in_home(shopper, email)
    for step in STEPS:
        assert shopper.path() == f"{shop}checkout/{step}/", shopper.text()
        shopper.see(step)
        price = page.inner_text(GO_ON)
        shopper.press(GO_ON)
    return amount(price)


def test_checkout_works_without_a_script(reader: Open) -> None:
    shopper = reader("noscript", width=PHONE, script=False)

    number = walks.buy(shopper, "/jp/ja/", (GLASS, NORI), walks.new_email())

    assert number in shopper.text()
    assert shopper.page.locator("section.parcel[data-merchant]").count() == 2
    shopper.page.screenshot(path=shopper.folder / "01-order.jpg", type="jpeg", quality=82, full_page=True)
