"""Scenario 3 in Chromium: overseas in English and dollars; what is barred there says so, and cannot be bought."""

from __future__ import annotations

import shutil

import pytest

from tests.e2e import walks
from tests.e2e.conftest import Open
from tests.e2e.reader import DESKTOP, PHONE
from tests.e2e.walks import ADD, GO_ON, NORI, STEPS

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not shutil.which("chromium"), reason="needs Chromium")]
HONG_KONG = {"area": "Kowloon", "city": "Tsim Sha Tsui", "phone": "+852 5123 4567"}
SINGAPORE = {"city": "Singapore", "postal_code": "238859", "phone": "+65 6123 4567"}
SOURCE = "cfs.gov.hk"


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_an_overseas_shopper_pays_dollars_and_cannot_send_what_is_barred(reader: Open, width: int) -> None:
    shopper = reader("shopper", width=width, language="en")
    page, shop = shopper.page, walks.shop_of(shopper, "overseas")
    shopper.go("/")
    assert shopper.path() == shop
    shopper.see("home")
    walks.search(shopper, "nori")
    walks.open_product(shopper, NORI)
    shopper.see("product")
    assert page.locator(f"main a[href*='{SOURCE}']").count() > 0
    shopper.press(ADD)
    shopper.see("cart")

    shopper.press("main a[href$='/checkout/address/']")
    assert page.locator("select[name=country] option[value=US]").count() == 0
    assert "United States" in page.inner_text("main dl.facts")
    shopper.see("address")
    walks.fill_in_abroad(shopper, "HK", **HONG_KONG)
    shopper.press(GO_ON)
    assert shopper.path() == f"{shop}checkout/delivery/"
    assert page.locator(f"main a[href*='{SOURCE}']").count() > 0
    assert page.locator("input[name=delivery]:not([disabled])").count() == 0
    shopper.see("barred")
    shopper.go(f"{shop}checkout/confirm/")
    assert shopper.path() != f"{shop}checkout/confirm/"

    shopper.go(f"{shop}checkout/address/")
    walks.fill_in_abroad(shopper, "SG", **SINGAPORE)
    for step in STEPS:
        assert shopper.path() == f"{shop}checkout/{step}/", shopper.text()
        if step != "address":
            shopper.see(step)
        shopper.press(GO_ON)
    assert walks.number_on(shopper)
    assert "$" in page.inner_text("dl.sum")
    assert "￥" not in page.inner_text("main") and "¥" not in page.inner_text("main")
    shopper.see("order")
