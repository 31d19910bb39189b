"""What people do on the mall's pages by clicking and typing, as the scenarios need it."""

from __future__ import annotations

import re
import secrets
from datetime import date
from decimal import Decimal

from tests.accept.shopping import HOME, SINGAPORE, amount
from tests.e2e.reader import Reader

GLASS, CHOPSTICK_RESTS = "edo-kiriko-nanako-rocks", "kiriko-hashioki"
NORI, NORI_CAN = "tokyo-yakinori-zengata", "tokyo-ajinori-kan"
YOKAN = "neri-yokan-ogura"
NAMES = {
    CHOPSTICK_RESTS: {"ja": "切子の箸置き", "en": "Cut-Glass Chopstick Rests"},
    NORI: {"ja": "東京湾の焼海苔 全形十枚", "en": "Tokyo Bay Toasted Nori, Ten Sheets"},
    NORI_CAN: {"ja": "味付海苔 缶", "en": "Seasoned Nori, Tin"},
    YOKAN: {"ja": "練り羊羹 小倉", "en": "Ogura Yokan"},
}
"""How the goods are called in an order, in the language it was placed in (how their names begin)."""
ADD = "form[action$='/cart/add/'] button"
GO_ON = "main form[method=post] button.btn.wide"
STEPS = ("address", "delivery", "payment", "confirm")
PERSON = ("family_name", "given_name", "street1", "phone")


def new_email() -> str:
    return f"e2e-{secrets.token_hex(4)}@example.com"


def shop_of(reader: Reader, market: str = "jp") -> str:
    return f"/{market}/{reader.language}/"


def search(reader: Reader, words: str) -> None:
    """Type words into the field at the top of the shop, and press its button."""
    reader.page.fill("#q", words)
    reader.press("form[role=search] button")


def open_product(reader: Reader, slug: str) -> None:
    """Follow the link to a product from the page where one is."""
    reader.press(f"main a[href$='/p/{slug}/'] >> nth=0")


def buy(buyer: Reader, shop: str, slugs: tuple[str, ...], email: str) -> str:
    """Put goods into the cart from their own pages and pay; return the order's number."""
    for slug in slugs:
        buyer.go(f"{shop}p/{slug}/")
        buyer.press(ADD)
    buyer.press("main a[href$='/checkout/address/']")
    fill_in_home(buyer, email)
    for step in STEPS:
        assert buyer.path() == f"{shop}checkout/{step}/", buyer.text()
        buyer.press(GO_ON)
    return number_on(buyer)


def fill_in_home(buyer: Reader, email: str) -> None:
    """Fill in an address in the ward, prefecture and city by the postal code, and check what came."""
    page = buyer.page
    page.fill("input[name=email]", email)
    page.fill("input[name=postal_code]", "1310045")
    with_script = page.evaluate("document.querySelector('script[src*=postal]') !== null") if runs_scripts(buyer) else 0
    if with_script:
        page.click("#lookup")
        page.wait_for_function("document.querySelector('input[name=city]').value !== ''")
    else:
        buyer.press("#lookup")
    assert (page.input_value("select[name=area]"), page.input_value("input[name=city]")) == ("東京都", "墨田区")
    for field in PERSON:
        page.fill(f"input[name={field}]", HOME[field])


def runs_scripts(reader: Reader) -> bool:
    return not reader.folder.name.startswith("noscript")


def fill_in_abroad(buyer: Reader, country: str, **more: str) -> None:
    """Fill in an address in another country: `more` are fields by name, those not named are emptied or Singapore's."""
    page = buyer.page
    page.select_option("select[name=country]", country)
    fields = {field: SINGAPORE[field] for field in ("email", *PERSON)} | {"area": "", "postal_code": ""} | more
    for field, value in fields.items():
        page.fill(f"input[name={field}]", value)


def number_on(buyer: Reader) -> str:
    """Return the number of the order whose page this is."""
    assert "/o/" in buyer.path(), buyer.text()
    found = re.search(r"\d+", buyer.text("main h1"))
    assert found, buyer.text("main h1")
    return found.group()


def amounts(reader: Reader, selector: str) -> list[Decimal]:
    """Return the one amount in each element."""
    return [amount(text) for text in reader.page.locator(selector).all_inner_texts()]


def enter(reader: Reader, email: str) -> None:
    """Enter as a persona by the demo's button, and choose one's language at the head of the page if it is another."""
    reader.go("/demo/")
    reader.press(f"form:has(input[value='{email}']) button")
    if reader.page.get_attribute("html", "lang") != reader.language:
        reader.press(f"header button[name=language][value={reader.language}]")


def enter_counter(member: Reader, code: str) -> None:
    enter(member, f"{code}@example.com")
    assert member.path() == f"/counter/{code}/"


def open_order(member: Reader, code: str, number: str) -> None:
    """Wait at the counter until the order is there, as it is once confirmed, and open it."""
    link = f"main a[href*='/orders/{number}/'] >> nth=0"
    member.reload_until(lambda: member.page.locator(link).count())
    member.press(link)


def today_in(reader: Reader) -> date:
    """Return the mall's day, as the demo's page names it to somebody who reads Japanese."""
    reader.go("/demo/")
    found = re.search(r"(\d{4})/(\d{1,2})/(\d{1,2})", reader.text("section:has(#day)"))
    assert found, reader.text()
    year, month, day = found.groups()
    return date(int(year), int(month), int(day))


def let_a_day_pass(reader: Reader) -> None:
    reader.go("/demo/")
    reader.press("form#day button")


def open_mail(reader: Reader, email: str, words: str) -> None:
    """Open the newest kept mail to an address whose text holds `words`; it is written by the worker, so wait for it."""
    reader.go(f"/demo/mail/?to={email}")

    def found() -> bool:
        links = reader.page.locator("main a[href*='/demo/mail/']")
        for place in range(links.count()):
            reader.press(f"main a[href*='/demo/mail/'] >> nth={place}")
            if words in reader.text():
                return True
            reader.page.go_back(wait_until="load")
        return False

    reader.reload_until(found)
