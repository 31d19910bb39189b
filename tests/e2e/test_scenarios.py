"""Scenarios 1 to 3 in Chromium, on a phone and on a desktop, in Japanese and in English; every page is looked at."""

from __future__ import annotations

import secrets
import shutil

import pytest

from tests.accept import shopping
from tests.accept.visitor import Visitor
from tests.e2e.conftest import DESKTOP, PHONE, Open, Reader

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not shutil.which("chromium"), reason="needs Chromium")]
SIZES = {PHONE: "phone", DESKTOP: "desktop"}
GLASS = "edo-kiriko-nanako-rocks"
NORI = "tokyo-yakinori-zengata"
STORY = "yokan-no-rokujikan"
ADD = "form[action$='/cart/add/'] button.btn"
GO_ON = "main form[method=post] button.btn.wide"
FIELDS = ("family_name", "given_name", "street1", "phone")


def name_of(scenario: str, width: int, language: str) -> str:
    return f"{scenario}-{SIZES[width]}-{language}"


def find_three(shopper: Reader, shop: str) -> None:
    """Look at the first page, a search, a product, a story, and put three merchants' goods in the cart."""
    page = shopper.page
    shopper.go(shop)
    shopper.see("home")
    page.fill("#q", "えどきりこ")
    shopper.press("form.find button")
    shopper.see("search")
    shopper.press(f"main a[href$='/p/{GLASS}/'] >> nth=0")
    shopper.see("product")
    shopper.press(ADD)
    shopper.go(f"{shop}c/food/")
    shopper.see("category")
    shopper.go(f"{shop}p/{NORI}/")
    shopper.press(ADD)
    shopper.go(f"{shop}s/{STORY}/")
    shopper.see("story")
    shopper.press("main ul.goods a >> nth=0")
    shopper.press(ADD)
    shopper.see("cart")
    assert page.locator("section.parcel").count() == 3


def check_out(shopper: Reader, shop: str, *, script: bool = True) -> str:
    """Go from the cart to the order; return its number."""
    page = shopper.page
    shopper.go(f"{shop}checkout/address/")
    page.fill("input[name=email]", f"e2e-{secrets.token_hex(4)}@example.com")
    page.fill("input[name=postal_code]", "1310045")
    if script:
        page.click("#lookup")
        page.wait_for_function("document.querySelector('input[name=city]').value !== ''")
    else:
        shopper.press("#lookup")
    assert page.input_value("select[name=area]") == "東京都"
    for field in FIELDS:
        page.fill(f"input[name={field}]", shopping.HOME[field])
    for step in ("address", "delivery", "payment", "confirm"):
        assert shopper.path() == f"{shop}checkout/{step}/"
        if script:
            shopper.see(step)
        shopper.press(GO_ON)
    assert "/o/" in shopper.path(), page.inner_text("main")
    if script:
        shopper.see("order")
    return "".join(filter(str.isdigit, page.inner_text("main h1")))


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_a_shopper_buys_of_three_merchants(reader: Open, width: int, language: str) -> None:
    shopper = reader(name=name_of("1-shopper", width, language), width=width, language=language)
    shop = f"/jp/{language}/"

    find_three(shopper, shop)
    number = check_out(shopper, shop)

    order = shopper.page.content()
    parts = shopper.page.locator("section.parcel[data-merchant]").count()
    assert number
    assert parts == 3
    assert number in order


def test_everything_works_without_a_script(reader: Open) -> None:
    shopper = reader(name="1-noscript", width=PHONE, script=False)
    shop, page = "/jp/ja/", shopper.page
    for slug in (GLASS, NORI):
        shopper.go(f"{shop}p/{slug}/")
        shopper.press(ADD)
    number = check_out(shopper, shop, script=False)

    assert number
    assert page.locator("section.parcel[data-merchant]").count() == 2


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_one_merchant_ships_and_one_refuses(reader: Open, mall_url: str, width: int, language: str) -> None:
    buyer = Visitor(mall_url, language)
    address = {**shopping.HOME, "email": f"e2e-{secrets.token_hex(4)}@example.com"}
    wanted = ((GLASS, 1), (NORI, 1), ("tokyo-ajinori-kan", 1))
    placed = shopping.read_order(shopping.buy(buyer, f"/jp/{language}/", wanted, address))
    name = name_of("2-counter", width, language)

    ships = open_counter(reader(name=f"{name}-ships", width=width, language=language), "soramame-glass", placed.number)
    ships.press("form[action$='/accept/'] button")
    ships.page.fill("#tracking_number", "1234-5678-9012")
    ships.press("form[action$='/ship/'] button")
    ships.see("sent")
    ships.go(f"/counter/soramame-glass/earnings/?lang={language}")
    ships.see("earnings")
    refuses = open_counter(reader(name=f"{name}-refuses", width=width, language=language), "minato-nori", placed.number)
    refuses.page.check("input[name=line] >> nth=1")
    refuses.page.fill("#reason", "缶がへこんでいました。")
    refuses.press("form[action$='/refuse/'] button")
    refuses.see("refused")

    path = shopping.path_of(placed.page)
    seen = shopping.until(lambda: shopping.read_order(buyer.get(path)), lambda order: order.refunded)
    told = reader(name=f"{name}-buyer", width=width, language=language)
    told.go(path)
    told.see("order")
    assert seen.refunded > 0
    assert "1234-5678-9012" in told.page.content()
    assert "缶がへこんでいました。" in told.page.content()


def open_counter(member: Reader, code: str, number: str) -> Reader:
    """Enter as a merchant by the demo's button and open the order, which appears once it is confirmed."""
    language = "?lang=en" if member.name.rsplit("-", 2)[-2] == "en" else ""
    member.go(f"/demo/{language}")
    member.see("demo")
    member.press(f"form:has(input[value='{code}@example.com']) button")
    shopping.until(
        lambda: member.go(f"/counter/{code}/") or member.page.inner_text("main"), lambda text: number in text
    )
    member.go(f"/counter/{code}/{language}")
    member.see("todo")
    member.go(f"/counter/{code}/orders/{number}/{language}")
    member.see("order")
    return member


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_an_overseas_shopper_pays_dollars_and_is_told_what_is_barred(reader: Open, width: int) -> None:
    shopper = reader(name=name_of("3-overseas", width, "en"), width=width, language="en")
    page, shop = shopper.page, "/overseas/en/"
    shopper.go("/")
    assert shopper.path() == shop
    shopper.see("home")
    shopper.go(f"{shop}p/{NORI}/")
    shopper.see("barred-product")
    assert "cfs.gov.hk" in page.content()
    shopper.press(ADD)
    fill_abroad(shopper, shop, country="HK", area="Kowloon", city="Tsim Sha Tsui", phone="+852 5123 4567")
    shopper.press(GO_ON)
    shopper.see("barred-delivery")
    assert page.locator("input[name=delivery]:not([disabled])").count() == 0
    fill_abroad(shopper, shop, country="SG", city="Singapore", postal_code="238859", phone="+65 6123 4567")
    shopper.see("address")
    for step in ("address", "delivery", "payment", "confirm"):
        assert shopper.path() == f"{shop}checkout/{step}/"
        shopper.press(GO_ON)
    shopper.see("order")
    assert "$" in page.inner_text("main")


def fill_abroad(shopper: Reader, shop: str, **more: str) -> None:
    shopper.go(f"{shop}checkout/address/")
    shopper.page.select_option("select[name=country]", more.pop("country"))
    for field in ("area", "postal_code"):
        shopper.page.fill(f"input[name={field}]", "")
    known = {field: shopping.SINGAPORE[field] for field in ("email", *FIELDS)}
    for field, value in {**known, **more}.items():
        shopper.page.fill(f"input[name={field}]", value)
