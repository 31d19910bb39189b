"""A permit that runs out takes its goods from pages, search and checkout; a renewed one brings them back."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tests.accept import shopping
from tests.accept.runner import Check
from tests.accept.shopping import FORM
from tests.accept.stack import Stack
from tests.accept.visitor import Page, Visitor

TITLE = "an expired permit takes a listing from pages, search and checkout; renewing it brings it back"
SHOP = "/jp/ja/"
ABROAD = "/overseas/en/"
MERCHANT = "minato-nori"
NORI = "tokyo-yakinori-zengata"
GLASS = "edo-kiriko-nanako-rocks"
CATEGORY = "food"
WORDS = "焼海苔"
PERMIT = "food_business"
RENEWED = "架空保第9001号"
PROMISED_S = 5.0
"""How soon a change shows while the worker runs."""


def run(stack: Stack, check: Check) -> None:
    with_the_worker(stack, check)
    stack.stop()
    with stack.another() as alone:
        alone.start(worker=False)
        by_the_calendar(alone, check)
    stack.start()


def with_the_worker(stack: Stack, check: Check) -> None:
    """The permit is found to have ended yesterday, while a shopper stands at the last page with the goods."""
    shopper, member = stack.visitor("ja"), enter_merchant(stack)
    today = datetime.now(ZoneInfo("Asia/Tokyo")).date()
    check.equal("before: the nori is on sale", seen_at(shopper), EVERYWHERE)
    address = {**shopping.HOME, "email": "permit@example.com"}
    variant = variant_on(shopper.get(f"{SHOP}p/{NORI}/"))
    shopping.put_in_cart(shopper, SHOP, NORI)
    shopping.put_in_cart(shopper, SHOP, GLASS)
    last_page = shopping.to_last_page(shopper, SHOP, address)

    number, first_day = current_permit(member)
    enter_permit(member, number, first_day, (today - timedelta(days=1)).isoformat())
    gone = shopping.until(lambda: seen_at(stack.visitor("ja")), lambda seen: not seen, PROMISED_S)
    check.equal(f"within {PROMISED_S:.0f} s it is nowhere on sale", gone, set())
    check("its page says that it is not on sale", says_not_on_sale(stack.visitor("ja")))
    counter = member.get(f"/counter/{MERCHANT}/listings/").text
    check("the merchant reads why", "期限" in counter, counter[:300])

    page = shopper.submit(last_page, FORM)
    check("a cart that holds it cannot be completed", "/o/" not in page.url, page.url)
    check.equal("… and no order was made", shopping.mails_to(shopper, "permit@example.com"), [])
    cart = shopper.get(f"{SHOP}cart/")
    check("… the cart says that these goods are not on sale", "現在販売していません" in cart.text, cart.text[:400])
    refuse_by_graphql(stack, check, variant)

    enter_permit(member, RENEWED, today.isoformat(), (today + timedelta(days=2000)).isoformat())
    back = shopping.until(lambda: seen_at(stack.visitor("ja")), lambda seen: seen == EVERYWHERE, PROMISED_S)
    check.equal(f"within {PROMISED_S:.0f} s after renewing it is back", back, EVERYWHERE)
    placed = shopping.read_order(shopper.submit(shopping.to_last_page(shopper, SHOP, address), FORM))
    check("the same cart can be completed now", MERCHANT in placed.parts, sorted(placed.parts))


def by_the_calendar(stack: Stack, check: Check) -> None:
    """Nobody touches anything: the permit's last day passes."""
    shopper, member = stack.visitor("ja"), enter_merchant(stack)
    now = datetime.now(ZoneInfo("Asia/Tokyo"))
    tomorrow = (now + timedelta(days=1)).replace(hour=0, minute=5)
    number, first_day = current_permit(member)
    enter_permit(member, number, first_day, now.date().isoformat())
    stack.command("work", "--once", "--at", now.isoformat())
    check.equal("on its last day the permit still counts", seen_at(shopper), EVERYWHERE)
    shopping.put_in_cart(shopper, SHOP, NORI)
    last_page = shopping.to_last_page(shopper, SHOP, shopping.HOME)

    stack.command("work", "--once", "--at", tomorrow.isoformat())
    check.equal("the day after, it is nowhere on sale", seen_at(stack.visitor("ja")), set())
    page = shopper.submit(last_page, FORM)
    check("… and a cart that holds it cannot be completed", "/o/" not in page.url, page.url)

    enter_permit(member, RENEWED, now.date().isoformat(), "")
    stack.command("work", "--once", "--at", (tomorrow + timedelta(minutes=1)).isoformat())
    check.equal("renewed, it is back", seen_at(stack.visitor("ja")), EVERYWHERE)


EVERYWHERE = {"page", "page abroad", "category", "merchant", "search", "GraphQL"}


def seen_at(visitor: Visitor) -> set[str]:
    """Return where the nori is offered: on which kinds of page, and to who asks Saleor as anybody may."""
    page = visitor.get(f"{SHOP}p/{NORI}/")
    abroad = visitor.get(f"{ABROAD}p/{NORI}/")
    asked = 'query($slug: String!) { product(slug: $slug, channel: "jp") { isAvailableForPurchase } }'
    found = (visitor.graphql(asked, {"slug": NORI})["data"] or {}).get("product")
    looks = {
        "page": page.select("form[action$='cart/add/']"),
        "page abroad": abroad.select("form[action$='cart/add/']"),
        "category": NORI in category(visitor),
        "merchant": NORI in shopping.slugs(visitor.get(f"{SHOP}m/{MERCHANT}/")),
        "search": NORI in shopping.find(visitor, SHOP, WORDS),
        "GraphQL": found and found["isAvailableForPurchase"],
    }
    return {name for name, is_there in looks.items() if is_there}


def category(visitor: Visitor) -> list[str]:
    """Return the slugs on all pages of the category."""
    found: list[str] = []
    for number in range(1, 20):
        more = [each for each in shopping.slugs(visitor.get(f"{SHOP}c/{CATEGORY}/", page=number)) if each not in found]
        if not more:
            break
        found += more
    return found


def says_not_on_sale(visitor: Visitor) -> bool:
    page = visitor.get(f"{SHOP}p/{NORI}/")
    return page.status in (404, 410) or not page.select("form[action$='cart/add/']")


def variant_on(page: Page) -> str:
    """Return Saleor's id of the variant that a product page puts into the cart."""
    return str(page.select("form[action$='cart/add/'] input[name=variant]")[0]["value"])


def refuse_by_graphql(stack: Stack, check: Check, variant: str) -> None:
    """Somebody goes round the pages: a new checkout with the goods, straight at Saleor."""
    create = """mutation($lines: [CheckoutLineInput!]!) { checkoutCreate(input: {channel: "jp", lines: $lines}) {
        checkout { id } errors { code field } } }"""
    answer = stack.visitor().graphql(create, {"lines": [{"variantId": variant, "quantity": 1}]})
    made = answer["data"]["checkoutCreate"]
    check("Saleor takes them into no new checkout", made["checkout"] is None and made["errors"], made)


def enter_merchant(stack: Stack) -> Visitor:
    member = stack.visitor("ja")
    shopping.enter(member, f"{MERCHANT}@example.com")
    return member


def current_permit(member: Visitor) -> tuple[str, str]:
    """Return number and first day (ISO) of the first permit on the merchant's page."""
    page = member.get(f"/counter/{MERCHANT}/permits/")
    cells = [cell.get_text(" ", strip=True) for cell in page.select("table tbody tr")[0].select("td")]
    digits = [int(part) for part in "".join(c if c.isdigit() else " " for c in cells[2].split("–")[0]).split()]
    return cells[1], f"{digits[0]:04}-{digits[1]:02}-{digits[2]:02}"


def enter_permit(member: Visitor, number: str, valid_from: str, valid_to: str) -> None:
    page = member.get(f"/counter/{MERCHANT}/permits/")
    saved = member.submit(page, "#renew", kind=PERMIT, number=number, valid_from=valid_from, valid_to=valid_to)
    if saved.status != 200 or number not in saved.text:
        raise LookupError(f"the permit was not saved ({saved.status}): {saved.text[:600]}")
