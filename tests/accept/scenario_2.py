"""Each merchant sees its own part only; one ships, one refuses a line; the buyer gets exactly that back."""

from __future__ import annotations

import re
import secrets
from decimal import Decimal
from urllib.parse import unquote

from tests.accept import isolation, isolation_api, isolation_attacks, isolation_engine, isolation_saleor, shopping
from tests.accept.isolation import MERCHANTS, World
from tests.accept.runner import Check
from tests.accept.shopping import Placed
from tests.accept.stack import Stack
from tests.accept.visitor import Page, Visitor

TITLE = "each merchant sees its own part only; one ships, one refuses a line; the refund is exact"
SHOP = "/jp/ja/"
SHIPS, REFUSES, OTHER = MERCHANTS
SHARED = (("edo-kiriko-nanako-rocks", 1), ("tokyo-yakinori-zengata", 2), ("tokyo-ajinori-kan", 1))
SINGLE = (("neri-yokan-ogura", 1),)
REASON = "缶がへこんでいたため、お送りできません。"
TRACKING = "1234-5678-9012"
SENT = "発送済み"


def run(stack: Stack, check: Check) -> None:
    buyer = stack.visitor("ja")
    email = f"buyer-{secrets.token_hex(4)}@example.com"
    shared = shopping.read_order(shopping.buy(buyer, SHOP, SHARED, {**shopping.HOME, "email": email}))
    single = shopping.read_order(shopping.buy(buyer, SHOP, SINGLE, {**shopping.HOME, "email": "x" + email}))
    world = make_world(stack, buyer, email, shared, single)
    see_own_part(world, check, shared, single)
    isolation.try_pages(world, check)
    isolation_api.try_fields(world, check)
    if stack.blueprint.engine == "embedded":  # a real Saleor's own schema is Saleor's to guard
        isolation_engine.try_signs(world, check)
        isolation_engine.try_fields(world, check)
    else:
        isolation_saleor.try_operations(world, check)
    isolation_attacks.try_all(world, check, buyer, single)
    ship(world, check, buyer, shared)
    refuse(world, check, buyer, shared)
    read_mails(buyer, check, email)


def make_world(stack: Stack, buyer: Visitor, email: str, shared: Placed, single: Placed) -> World:
    people = isolation.meet(stack)
    ids = {}
    for code in MERCHANTS:
        number = single.number if code == OTHER else shared.number
        path = f"/counter/{code}/orders/{number}/"
        shopping.until(lambda c=code, p=path: people[c].get(p), lambda seen: seen.status == 200)  # type: ignore[misc]
        ids[code] = {"code": code, "number": number, "listing_id": isolation.first_listing(people[code], code)}
    told = [mail for to in (email, "x" + email) for mail in shopping.mails_to(buyer, to)]
    saleor = {found.group(1) for mail in told if (found := re.search(r"order:([^:]+):", unquote(mail.url)))}
    return World(stack=stack, people=people, ids=ids, secrets=(email, *saleor), hidden=tuple(saleor))


def see_own_part(world: World, check: Check, shared: Placed, single: Placed) -> None:
    check.equal("the mall has Saleor's ids of both orders from its mails", len(world.hidden), 2)
    for code, placed, names in (
        (SHIPS, shared, ("江戸切子 魚子文 ロックグラス",)),
        (REFUSES, shared, ("東京湾の焼海苔 全形十枚", "味付海苔 缶")),
        (OTHER, single, ("練り羊羹 小倉",)),
    ):
        page = part_page(world, code)
        rows = [row.select_one("td") for row in page.select("main table tbody tr")]
        shown = [next(cell.stripped_strings) for cell in rows if cell is not None]
        check.equal(f"{code} sees its own lines and no other", tuple(shown[: len(names)]), names)
        check.equal(f"{code}: nothing but those, delivery and the sum", len(rows), len(names) + 2)
        total = Decimal(str(page.select("[data-total]")[0]["data-total"]))
        check.equal(f"{code} reads its part as the buyer does", total, placed.parts[code])
        leaked = [each for each in world.hidden if each in page.body]
        check(f"{code} is not shown the key that opens the whole order", not leaked, leaked)


def part_page(world: World, code: str) -> Page:
    return world.people[code].get(f"/counter/{code}/orders/{world.ids[code]['number']}/")


def again(buyer: Visitor, placed: Placed) -> Placed:
    return shopping.read_order(buyer.get(shopping.path_of(placed.page)))


def state_of(order: Placed, code: str) -> str:
    tag = order.page.soup.select_one(f"section.parcel[data-merchant={code}] .tag")
    return tag.get_text(strip=True) if tag else ""


def ship(world: World, check: Check, buyer: Visitor, placed: Placed) -> None:
    member = world.people[SHIPS]
    page = member.submit(part_page(world, SHIPS), "form[action$='/accept/']")
    check("accepting leads back to the order", page.url.endswith(f"/orders/{placed.number}/"), page.url)
    refused = member.submit(page, "form[action$='/ship/']", tracking_number="")
    check.equal("without a tracking number nothing is sent", refused.status, 422)
    page = member.submit(part_page(world, SHIPS), "form[action$='/ship/']", tracking_number=TRACKING)
    check("the merchant is told that it is sent", page.status == 200 and TRACKING in page.text, page.text[:300])
    seen = shopping.until(lambda: again(buyer, placed), lambda order: state_of(order, SHIPS) == SENT)
    check.equal("the buyer reads that it is sent", state_of(seen, SHIPS), SENT)
    check("the buyer reads the tracking number", TRACKING in seen.page.text, seen.page.text[:600])
    check.equal("what was charged stays", (seen.charged, sum(seen.parts.values())), (placed.charged, placed.charged))
    others = part_page(world, REFUSES).body
    check("the other merchant is not told the number", TRACKING not in others)


def refuse(world: World, check: Check, buyer: Visitor, placed: Placed) -> None:
    """One of two lines: exactly its price goes back, the delivery stays, for the rest is still sent."""
    member = world.people[REFUSES]
    page = part_page(world, REFUSES)
    line = next(box for box in page.select("input[name=line]") if "缶" in box.parent.get_text())  # type: ignore[union-attr]
    price = next(
        shopping.amount(row.select("td")[-1].get_text())
        for row in page.select("main table tbody tr")
        if "缶" in row.get_text()
    )
    silent = member.submit(page, "form[action$='/refuse/']", line=str(line["value"]), reason="")
    check.equal("without a reason nothing is refused", silent.status, 422)
    page = member.submit(page, "form[action$='/refuse/']", line=str(line["value"]), reason=REASON)
    check("the merchant sees the refusal", REASON in page.text, page.text[:400])
    seen = shopping.until(
        lambda: again(buyer, placed), lambda order: order.refunded and "返金しました" in order.page.text
    )
    check.equal("exactly the line's price is paid back", seen.refunded, price)
    check("the buyer reads the reason", REASON in seen.page.text, seen.page.text[:800])
    check.equal("what was charged stays written", seen.charged, placed.charged)
    part = seen.page.soup.select_one(f"section.parcel[data-merchant={REFUSES}]")
    check("the line is marked", part is not None and "1点" in part.get_text(), part and part.get_text(" ", strip=True))
    member.submit(part_page(world, REFUSES), "form[action$='/ship/']", tracking_number="9876-5432-1098")
    seen = shopping.until(lambda: again(buyer, placed), lambda order: state_of(order, REFUSES) == SENT)
    check.equal("the rest is sent", state_of(seen, REFUSES), SENT)
    check("… under its own number", "9876-5432-1098" in seen.page.text)
    check("the other merchant reads nothing of it", REASON not in part_page(world, SHIPS).body)
    check_earnings(world, check, placed, price)


def check_earnings(world: World, check: Check, placed: Placed, price: Decimal) -> None:
    """The merchant's earnings page has a row per line; the refused one came back in full."""
    page = shopping.until(
        lambda: world.people[REFUSES].get(f"/counter/{REFUSES}/earnings/"),
        lambda seen: f"{price:,}" in " ".join(row.get_text(" ") for row in rows_of(seen, placed.number)),
    )
    rows = rows_of(page, placed.number)
    check.equal("one row per line on the earnings page", len(rows), 2)
    refunds = [shopping.amount(row.select("td")[8].get_text()) for row in rows]
    check.equal("the refund stands in its row", sorted(refunds), [Decimal(0), price])


def rows_of(page: Page, number: str) -> list:  # type: ignore[type-arg]
    found = page.select("main table tbody tr")
    return [row for row in found if (link := row.select_one("a")) and link.get_text(strip=True) == number]


def read_mails(buyer: Visitor, check: Check, email: str) -> None:
    def texts() -> str:
        return "\n".join(mail.text for mail in shopping.mails_to(buyer, email))

    told = shopping.until(texts, lambda text: TRACKING in text and REASON in text)
    check("a mail names the tracking number", TRACKING in told)
    check("a mail states the refund and its reason", REASON in told)
    urls = [mail.url for mail in shopping.mails_to(buyer, email)]
    check.equal("no step is told twice", len(urls), len(set(urls)))
