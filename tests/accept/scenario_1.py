"""A shopper finds three merchants' goods by search and story, pays once, and gets one order number."""

from __future__ import annotations

import re
import secrets
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from tests.accept import shopping
from tests.accept.runner import Check
from tests.accept.shopping import FORM
from tests.accept.stack import Stack
from tests.accept.visitor import Page, Visitor

RUN = secrets.token_hex(3)  # so that one data folder may be walked twice
TITLE = "three merchants' goods by search and story, one payment, one order number, totals to the yen"
SHOP = "/jp/ja/"
BUYER = f"kaimono-{RUN}@example.com"
GLASS = "edo-kiriko-nanako-rocks"
NORI = "tokyo-yakinori-zengata"
STORY = "yokan-no-rokujikan"
MERCHANTS = ("soramame-glass", "minato-nori", "tsukimi-wagashi")
# Specified Commercial Transactions Act Art. 12-6, in force 2022-06-01: quantity and price stand in the tables, these
# four beside them for every seller.
ITEMS = ("支払", "引渡|お届け|届|配送", "期間", "返品|解除|キャンセル")


def run(stack: Stack, check: Check) -> None:
    shopper = stack.visitor("ja")
    wanted = find_goods(shopper, check)
    fill_cart(shopper, check, wanted)
    last_page = walk_to_last_page(shopper, check)
    read_last_page(last_page, check)
    placed = place_order(shopper, check, last_page)
    compare_totals(stack, check, placed)
    keep_link_secret(stack, check, placed)
    pay_badly(stack, check)
    pay_with_question(stack, check)
    pay_late(stack, check)


def find_goods(shopper: Visitor, check: Check) -> list[str]:
    """Find the glass by kanji, kana and romaji, the nori by its kana, the sweets by a story."""
    for words in ("切子", "えどきりこ", "キリコ", "edo kiriko"):
        found = shopping.find(shopper, SHOP, words)
        check(f"「{words}」 finds cut glass", GLASS in found, found)
    found = shopping.find(shopper, SHOP, "やきのり")
    check("「やきのり」 finds the nori of its maker", NORI in found, found)
    story = shopper.get(f"{SHOP}s/{STORY}/")
    check.equal("the story opens", story.status, 200)
    told = shopping.slugs(story)
    check("the story leads to its goods", told, told)
    wanted = [GLASS, NORI, told[0]]
    makers = [shopping.maker(shopper.get(f"{SHOP}p/{slug}/")) for slug in wanted]
    check.equal("the goods are of three merchants", tuple(makers), MERCHANTS)
    return wanted


def fill_cart(shopper: Visitor, check: Check, wanted: list[str]) -> None:
    for slug in wanted:
        page = shopping.put_in_cart(shopper, SHOP, slug, 2 if slug == NORI else 1)
        check(f"{slug} goes into the cart", shopping.path_of(page) == f"{SHOP}cart/", page.url)
    cart = shopper.get(f"{SHOP}cart/")
    check.equal("the cart has one parcel per merchant", len(cart.select("section.parcel")), 3)
    check.equal("the cart holds what was put in", sorted(shopping.cart_lines(shopper, SHOP)), sorted(wanted))


def walk_to_last_page(shopper: Visitor, check: Check) -> Page:
    """One page per step, as a guest; the postal code fills the address in, without any script."""
    page = shopper.get(f"{SHOP}checkout/address/")
    asked = {"email": BUYER, "postal_code": "1310045", "lookup": "1"}
    filled = shopper.submit(page, FORM, **asked)
    chosen = filled.soup.select_one("select[name=area] option[selected]")
    city = filled.soup.select_one("input[name=city]")
    check.equal("the postal code fills in the prefecture", chosen and chosen["value"], "東京都")
    check.equal("… and the ward", city and city["value"], "墨田区")
    unknown = shopper.submit(page, FORM, **{**asked, "postal_code": "0000000"})
    check("an unknown postal code is said to be unknown", unknown.select("main [role=alert]"), unknown.text[:200])
    rest = {key: shopping.HOME[key] for key in ("family_name", "given_name", "street1", "phone")}
    page = shopper.submit(filled, FORM, **rest)
    check("the address leads to delivery", shopping.path_of(page) == f"{SHOP}checkout/delivery/", page.text[:300])
    page = shopping.choose_delivery(shopper, page)
    check("delivery leads to payment", shopping.path_of(page) == f"{SHOP}checkout/payment/", page.text[:300])
    page = shopping.choose_payment(shopper, page)
    check("payment leads to the last page", shopping.path_of(page) == f"{SHOP}checkout/confirm/", page.text[:300])
    return page


def read_last_page(page: Page, check: Check) -> None:
    """Quantity, price with delivery, payment, time of delivery, period and returns: six items for each seller."""
    parts = page.select("section.parcel[data-merchant]")
    check.equal("the last page shows three sellers", {part["data-merchant"] for part in parts}, set(MERCHANTS))
    for part in parts:
        code = part["data-merchant"]
        cells = [[cell.get_text(strip=True) for cell in row.select("td")] for row in part.select("tbody tr")]
        goods, delivery = cells[:-1], cells[-1]
        check(f"{code}: quantity of each line", goods and all(row[1].isdigit() for row in goods), cells)
        check(f"{code}: price of each line and delivery", all(shopping.amount(row[2]) for row in cells), delivery)
        facts = [(dt.get_text(strip=True), dt.find_next_sibling("dd")) for dt in part.select("dl.facts dt")]
        for item in ITEMS:
            said = [dd.get_text(strip=True) for label, dd in facts if dd is not None and re.search(item, label)]
            check(f"{code}: {item} is stated", said and all(said), said or facts)
    total = sum(shopping.amount(cell.get_text()) for cell in page.select("section.parcel tbody td.num:last-child"))
    button = page.soup.select_one("main form[method=post] button")
    check.equal("the button names the sum of all of it", button and shopping.amount(button.get_text()), total)


def place_order(shopper: Visitor, check: Check, last_page: Page) -> shopping.Placed:
    page = shopper.submit(last_page, FORM)
    placed = shopping.read_order(page)
    check("there is one order number", re.fullmatch(r"\d+", placed.number), placed.number)
    again = shopper.submit(last_page, FORM)
    check(
        "the same page sent again makes no second order",
        again.url in (page.url, f"{shopper.base}{SHOP}cart/"),
        again.url,
    )
    check.equal("… and leaves the cart empty", shopping.cart_lines(shopper, SHOP), [])
    told = shopping.until(lambda: shopping.mails_to(shopper, BUYER), bool)
    numbers = {number for mail in told for number in re.findall(r"ご注文\D{0,3}(\d+)", mail.text)}
    check.equal("every mail to the buyer names this one number", numbers, {placed.number})
    return placed


def compare_totals(stack: Stack, check: Check, placed: shopping.Placed) -> None:
    """Each merchant reads its part on its own page; the parts sum to the charge."""
    check.equal("the order has three parts", set(placed.parts), set(MERCHANTS))
    check.equal("the parts on the order's page sum to the charge", sum(placed.parts.values()), placed.charged)
    on_counters = {}
    for code in MERCHANTS:
        on_counters[code] = read_part(stack, code, placed.number)
    check.equal("each merchant's page states the same part", on_counters, placed.parts)
    check.equal("… to the yen", sum(on_counters.values()), placed.charged)


def read_part(stack: Stack, code: str, number: str) -> Decimal:
    """Return the total that a merchant's counter shows of its part of an order; it appears once confirmed."""
    member = stack.visitor("ja")
    shopping.enter(member, f"{code}@example.com")
    shopping.until(lambda: member.get(f"/counter/{code}/orders/{number}/"), lambda seen: seen.status == 200)
    page = member.get(f"/counter/{code}/")
    for link in page.links(f"/counter/{code}/orders/"):
        part = member.get(link)
        heading = part.soup.select_one("h1")
        if heading and re.search(rf"\b{number}$", heading.get_text(strip=True)):
            return Decimal(str(part.select("[data-total]")[0]["data-total"]))
    raise LookupError(f"{code} does not see order {number}: {page.text[:400]}")


def keep_link_secret(stack: Stack, check: Check, placed: shopping.Placed) -> None:
    path = shopping.path_of(placed.page)
    token = path.rstrip("/").rpartition("/")[2]
    check("the link cannot be guessed", len(token) >= 40, len(token))
    check.equal("whoever has the link reads the order", stack.visitor().get(path).status, 200)
    wrong = token[:-1] + ("A" if token[-1] != "A" else "B")
    check.equal("one letter off there is nothing", stack.visitor().get(path.replace(token, wrong)).status, 404)
    check.equal("the number is no link", stack.visitor().get(f"{SHOP}o/{placed.number}/").status, 404)
    check("no cache may keep it", "no-store" in placed.page.headers["cache-control"])


def start(stack: Stack, outcome: str) -> tuple[Visitor, Page]:
    """Return a new guest with one glass, after pressing the last button with a payment of this outcome."""
    guest = stack.visitor("ja")
    shopping.put_in_cart(guest, SHOP, GLASS)
    address = {**shopping.HOME, "email": f"{outcome}-{RUN}@example.com"}
    return guest, guest.submit(shopping.to_last_page(guest, SHOP, address, outcome), FORM)


def pay_badly(stack: Stack, check: Check) -> None:
    guest, page = start(stack, "fail")
    check("a declined payment leads back to the ways to pay", shopping.path_of(page).endswith("/payment/"), page.url)
    check("… says that nothing was charged", "請求" in page.text or "いただいて" in page.text, page.text[:400])
    check.equal("… keeps the cart", shopping.cart_lines(guest, SHOP), [GLASS])
    check.equal("… and makes no order", shopping.mails_to(guest, f"fail-{RUN}@example.com"), [])
    placed = shopping.read_order(guest.submit(shopping.choose_payment(guest, page), FORM))
    check("trying again with another way makes the order", placed.number, placed.number)


def pay_with_question(stack: Stack, check: Check) -> None:
    guest, page = start(stack, "action")
    check("a bank that asks is answered on a page", shopping.path_of(page).endswith("/action/"), page.url)
    refused = guest.submit(page, FORM, refuse="1")
    check("refusing leads back, the cart kept", shopping.cart_lines(guest, SHOP) == [GLASS], refused.url)
    again = guest.submit(shopping.choose_payment(guest, guest.get(f"{SHOP}checkout/payment/"), "action"), FORM)
    placed = shopping.read_order(guest.submit(again, FORM, confirm="1"))
    check("confirming makes the order", placed.number, placed.number)


def pay_late(stack: Stack, check: Check) -> None:
    """The provider answers half a minute later: the order waits, is nobody's work yet, and goes on by itself."""
    guest, page = start(stack, "late")
    check("a late answer is waited for on a page", shopping.path_of(page).endswith("/wait/"), page.url)
    number = re.search(r"ご注文(?:番号)?\s*(\d+)", page.text)
    check("… which names the order", number, page.text[:300])
    check.equal("… of which nobody is told yet", shopping.mails_to(guest, f"late-{RUN}@example.com"), [])
    later = datetime.now(ZoneInfo("Asia/Tokyo")) + timedelta(minutes=10)
    stack.command("work", "--once", "--at", later.isoformat())
    told = shopping.until(lambda: shopping.mails_to(guest, f"late-{RUN}@example.com"), bool)
    links = [link for mail in told for link in mail.links("/o/")]
    if check("once paid, a mail leads to the order", links, [mail.text for mail in told]):
        placed = shopping.read_order(guest.get(links[0]))
        check.equal("… the same order", placed.number, number and number.group(1))
        check.equal("… paid in full", sum(placed.parts.values()), placed.charged)
