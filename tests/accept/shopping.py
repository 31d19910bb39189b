"""What shoppers do on the mall's pages, step by step, as the scenarios need it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar
from urllib.parse import urlparse

from tests.accept.visitor import Page, Visitor

FORM = "main form[method=post]"
HOME = {
    "email": "kaimono@example.com",
    "family_name": "見本",
    "given_name": "花子",
    "postal_code": "131-0045",
    "area": "東京都",
    "city": "墨田区",
    "street1": "押上1-1-2",
    "phone": "03-1234-5678",
}
SINGAPORE = {
    "email": "shopper.sg@example.com",
    "family_name": "Sample",
    "given_name": "Robin",
    "country": "SG",
    "postal_code": "238859",
    "area": "",
    "city": "Singapore",
    "street1": "1 Sample Road",
    "phone": "+65 6123 4567",
}
WAIT_S = 60.0
T = TypeVar("T")


@dataclass(frozen=True)
class Placed:
    """An order as its page under the link shows it: amounts as printed, currency signs left out."""

    page: Page
    number: str
    charged: Decimal
    shipping: Decimal
    refunded: Decimal
    parts: dict[str, Decimal]


def amount(text: str) -> Decimal:
    """Return the one amount that a text prints. Raises ValueError when there is none or more than one."""
    found = re.findall(r"\d[\d,]*(?:\.\d+)?", text)
    if len(found) != 1:
        raise ValueError(f"not one amount: {text!r}")
    return Decimal(found[0].replace(",", ""))


def path_of(page: Page) -> str:
    return urlparse(page.url).path


def find(visitor: Visitor, shop: str, words: str) -> list[str]:
    """Return the slugs of the goods that a search shows."""
    return slugs(visitor.get(f"{shop}search/", q=words))


def slugs(page: Page) -> list[str]:
    found = (re.fullmatch(r"/\w+/\w[\w-]*/p/([\w-]+)/", urlparse(link).path) for link in page.links("/p/"))
    return list(dict.fromkeys(match.group(1) for match in found if match))


def maker(page: Page) -> str:
    """Return the merchant's code that a product page names beside its goods."""
    link = page.soup.select_one(".buy a[href*='/m/']")
    assert link is not None, page.text[:300]
    return str(link["href"]).rstrip("/").rpartition("/")[2]


def put_in_cart(visitor: Visitor, shop: str, slug: str, quantity: int = 1) -> Page:
    """Open the product's page and press its button; return the page that follows."""
    return visitor.submit(visitor.get(f"{shop}p/{slug}/"), "form[action$='cart/add/']", quantity=quantity)


def give_address(visitor: Visitor, shop: str, address: dict[str, str]) -> Page:
    return visitor.submit(visitor.get(f"{shop}checkout/address/"), FORM, **address)


def choose_delivery(visitor: Visitor, page: Page) -> Page:
    return visitor.submit(page, FORM)


def choose_payment(visitor: Visitor, page: Page, outcome: str = "succeed") -> Page:
    return visitor.submit(page, FORM, method="test", outcome=outcome)


def to_last_page(visitor: Visitor, shop: str, address: dict[str, str], outcome: str = "succeed") -> Page:
    """Go from a filled cart to the page where the order is placed. Raises AssertionError where a step keeps one."""
    page = give_address(visitor, shop, address)
    assert path_of(page).endswith("checkout/delivery/"), f"{page.url}: {page.text[:600]}"
    page = choose_delivery(visitor, page)
    assert path_of(page).endswith("checkout/payment/"), f"{page.url}: {page.text[:600]}"
    page = choose_payment(visitor, page, outcome)
    assert path_of(page).endswith("checkout/confirm/"), f"{page.url}: {page.text[:600]}"
    return page


def buy(visitor: Visitor, shop: str, wanted: Iterable[tuple[str, int]], address: dict[str, str]) -> Page:
    """Buy goods with a payment that succeeds; return the page that follows (the order's, normally)."""
    for slug, quantity in wanted:
        put_in_cart(visitor, shop, slug, quantity)
    return visitor.submit(to_last_page(visitor, shop, address), FORM)


def cart_lines(visitor: Visitor, shop: str) -> list[str]:
    """Return the slugs in the cart, one per line."""
    page = visitor.get(f"{shop}cart/")
    links = (link for link in page.soup.select(".parcel .line h3 a[href]"))
    return [str(link["href"]).rstrip("/").rpartition("/")[2] for link in links]


def read_order(page: Page) -> Placed:
    """Read an order's page. Raises LookupError when the page is none."""
    heading = page.soup.select_one("main h1")
    number = re.search(r"\d+", heading.get_text()) if heading else None
    if "/o/" not in page.url or number is None:
        raise LookupError(f"no order at {page.url} ({page.status}): {page.text[:600]}")
    sums = [amount(dd.get_text()) for dd in page.soup.select("dl.sum dd")]
    parts = {}
    for part in page.soup.select("section.parcel[data-merchant]"):
        parts[str(part["data-merchant"])] = amount(part.select("table tr")[-1].select("td.num")[-1].get_text())
    refunded = sums[2] if len(sums) > 2 else Decimal(0)
    return Placed(page, number.group(), charged=sums[1], shipping=sums[0], refunded=refunded, parts=parts)


def enter(visitor: Visitor, email: str) -> Page:
    """Enter as a persona of the demo with one click."""
    page = visitor.get("/demo/", lang="en")
    for form in page.select("form[action$='/demo/enter/']"):
        field = form.select_one("input[name=email]")
        if field is not None and field["value"] == email:
            return visitor.post("/demo/enter/", {"email": email}, origin=page.url)
    raise LookupError(f"no persona {email}: {page.text[:300]}")


def mails_to(visitor: Visitor, email: str) -> list[Page]:
    """Return the kept mails to an address, newest first."""
    listed = visitor.get("/demo/mail/", to=email)
    return [visitor.get(urlparse(link).path) for link in listed.links("/demo/mail/") if urlparse(link).path[11:]]


def until(look: Callable[[], T], holds: Callable[[T], Any], timeout_s: float = WAIT_S) -> T:
    """Look again until what is seen holds, as somebody who reloads a page does; return the last sight."""
    end = time.monotonic() + timeout_s
    while True:
        seen = look()
        if holds(seen) or time.monotonic() > end:
            return seen
        time.sleep(0.3)
