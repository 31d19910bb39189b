"""A purchase with nothing but the keyboard: Tab, Enter, Space and typing, and the focus can always be seen."""

from __future__ import annotations

import shutil

import pytest

from tests.accept.shopping import HOME
from tests.e2e import walks
from tests.e2e.conftest import Open
from tests.e2e.reader import DESKTOP, Reader
from tests.e2e.walks import ADD, GLASS, GO_ON, PERSON, STEPS

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not shutil.which("chromium"), reason="needs Chromium")]
MOST_TABS = 120
SCROLLED_WITHIN_MS = 5000
HAS_FOCUS = "(selector) => document.activeElement !== null && document.activeElement.matches(selector)"
FOCUS_IS_SEEN = """() => {
  const at = document.activeElement, style = getComputedStyle(at), box = at.getBoundingClientRect();
  const isRinged = (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== 'none';
  return isRinged && box.bottom > 0 && box.top < innerHeight;
}"""


def test_a_purchase_by_keyboard_alone(reader: Open) -> None:
    shopper = reader("keyboard", width=DESKTOP)
    shop, keyboard = "/jp/ja/", shopper.page.keyboard
    shopper.go(shop)
    keyboard.press("Tab")
    assert shopper.page.evaluate(HAS_FOCUS, "a.skip")
    tab_to(shopper, "#q")
    keyboard.type("edo kiriko")
    enter(shopper)
    tab_to(shopper, f"main a[href$='/p/{GLASS}/']")
    enter(shopper)
    tab_to(shopper, ADD)
    shopper.see("focus-on-the-button")
    enter(shopper)
    tab_to(shopper, "main a[href$='/checkout/address/']")
    enter(shopper)
    fill_in_by_keyboard(shopper)
    for step in STEPS:
        assert shopper.path() == f"{shop}checkout/{step}/", shopper.text()
        if step in ("delivery", "payment"):
            tab_to(shopper, "main input[type=radio]")
            keyboard.press("Space")
        tab_to(shopper, GO_ON)
        enter(shopper)
    assert walks.number_on(shopper)
    shopper.see("order")


def tab_to(shopper: Reader, selector: str) -> None:
    """Press Tab until the focus is on what is wanted, and assert that it can be seen there."""
    for _tab in range(MOST_TABS):
        shopper.page.keyboard.press("Tab")
        if shopper.page.evaluate(HAS_FOCUS, selector):
            shopper.page.wait_for_function(FOCUS_IS_SEEN, timeout=SCROLLED_WITHIN_MS)
            return
    raise AssertionError(f"{selector} is not reached by {MOST_TABS} tabs at {shopper.page.url}")


def enter(shopper: Reader) -> None:
    with shopper.page.expect_navigation(wait_until="load"):
        shopper.page.keyboard.press("Enter")


def fill_in_by_keyboard(shopper: Reader) -> None:
    keyboard = shopper.page.keyboard
    typed = {"email": walks.new_email(), **{field: HOME[field] for field in PERSON}}
    for field in ("email", "family_name", "given_name"):
        tab_to(shopper, f"input[name={field}]")
        keyboard.type(typed[field])
    tab_to(shopper, "input[name=postal_code]")
    keyboard.type("1310045")
    tab_to(shopper, "#lookup")
    keyboard.press("Enter")
    shopper.page.wait_for_function("document.activeElement.name === 'street1'")
    keyboard.press("Control+A")
    keyboard.type(typed["street1"])
    tab_to(shopper, "input[name=phone]")
    keyboard.type(typed["phone"])
