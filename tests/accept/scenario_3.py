"""An overseas shopper reads English, pays dollars, and cannot buy a barred good by any path."""

from __future__ import annotations

import re
import secrets
from typing import Any

from tests.accept import shopping
from tests.accept.runner import Check
from tests.accept.shopping import FORM
from tests.accept.stack import Stack
from tests.accept.visitor import Page, Visitor

TITLE = "an overseas shopper reads English, pays USD, and cannot buy the barred good by any path"
SHOP = "/overseas/en/"
GLASS = "edo-kiriko-nanako-rocks"
TEA = "sencha-asamushi"
NORI = "tokyo-yakinori-zengata"
SINCE = re.compile(r"2023")
SOURCE = "cfs.gov.hk"
JAPANESE = re.compile(r"[\u3041-\u30ff\u4e00-\u9fff]")
HONG_KONG = {
    **shopping.SINGAPORE,
    "country": "HK",
    "postal_code": "",
    "city": "Tsim Sha Tsui",
    "area": "Kowloon",
    "phone": "+852 5123 4567",
}
ADDRESS = {
    "firstName": "Robin",
    "lastName": "Sample",
    "streetAddress1": "1 Sample Road",
    "city": "Tsim Sha Tsui",
    "countryArea": "Kowloon",
    "country": "HK",
    "phone": "+85251234567",
}
NEW_YORK = {"country": "US", "countryArea": "NY", "city": "New York", "postalCode": "10001", "phone": "+12125550100"}
CREATE = """mutation($input: CheckoutCreateInput!) { checkoutCreate(input: $input) {
  checkout { id totalPrice { gross { amount currency } } } errors { field code message } } }"""
DELIVERIES = """mutation($id: ID!) { deliveryOptionsCalculate(id: $id) {
  deliveries { id shippingMethod { id name active message } } errors { code message } } }"""
CHOOSE = """mutation($id: ID!, $method: ID!) { checkoutDeliveryMethodUpdate(id: $id, deliveryMethodId: $method) {
  checkout { id } errors { field code message } } }"""
PAY = """mutation($id: ID!, $gateway: PaymentGatewayToInitialize!) {
  transactionInitialize(id: $id, paymentGateway: $gateway) {
  transactionEvent { type } errors { field code message } } }"""
COMPLETE = """mutation($id: ID!) { checkoutComplete(id: $id) { order { id number } errors { field code message } } }"""


def run(stack: Stack, check: Check) -> None:
    shopper = stack.visitor("en")
    read_english(shopper, check)
    pay_dollars(shopper, check)
    see_closed_country(stack, check)
    see_bar_on_page(shopper, check)
    buy_from_cart(stack, check)
    for channel in ("overseas", "jp"):
        buy_by_graphql(stack, check, channel)
    move_paid_cart(stack, check)


def read_english(shopper: Visitor, check: Check) -> None:
    home = shopper.get("/")
    check.equal("who reads English is led to the market abroad", shopping.path_of(home), SHOP)
    for path in ("", f"p/{GLASS}/", "search/?q=kiriko", "cart/", "about/delivery/"):
        page = shopper.get(SHOP + path)
        html = page.soup.select_one("html")
        check.equal(f"/{path} is in English", html and html["lang"], "en")
        for each in page.soup.select("[lang=ja], script, style, .choices-of-language, title"):
            each.decompose()
        main = page.soup.select_one("main")
        found = JAPANESE.findall(main.get_text(" ")) if main else ["no main"]
        check(f"/{path} has no Japanese left in it", not found, "".join(found)[:80])
    page = shopper.get(f"{SHOP}p/{GLASS}/")
    check("the price is in dollars", re.search(r"\$\d", page.text) and "¥" not in page.text, page.text[:300])


def pay_dollars(shopper: Visitor, check: Check) -> None:
    email = f"sg-{secrets.token_hex(4)}@example.com"
    page = shopping.buy(shopper, SHOP, ((GLASS, 1), (TEA, 1)), {**shopping.SINGAPORE, "email": email})
    placed = shopping.read_order(page)
    check("paid in dollars and cents", "$" in page.text and placed.charged == placed.charged.quantize(placed.charged))
    check.equal("two parts sum to the charge to the cent", sum(placed.parts.values()), placed.charged)
    check.equal("of two merchants", len(placed.parts), 2)
    told = shopping.until(lambda: shopping.mails_to(shopper, email), bool)
    subjects = [mail.soup.select_one("h1") for mail in told]
    check("the mail is in English", told and all(h and h["lang"] == "en" for h in subjects), subjects)


def see_closed_country(stack: Stack, check: Check) -> None:
    guest = stack.visitor("en")
    shopping.put_in_cart(guest, SHOP, GLASS)
    page = guest.get(f"{SHOP}checkout/address/")
    countries = {str(option["value"]) for option in page.select("select[name=country] option")}
    check("Singapore and Hong Kong are open", {"SG", "HK"} <= countries, countries)
    check("the United States is not among them", "US" not in countries, countries)
    closed = [row for row in page.select("dl.facts div") if "United States" in row.get_text()]
    said = closed[0].get_text(" ", strip=True) if closed else ""
    check("it is shown as closed, with the reason and its source", len(said) > 60 and closed[0].select("a"), said)
    forced = guest.submit(page, FORM, **{**shopping.SINGAPORE, "country": "US"})
    check("writing it in by hand leads nowhere", shopping.path_of(forced).endswith("/address/"), forced.url)
    options = graphql_attempt(stack, "overseas", GLASS, {**ADDRESS, **NEW_YORK})
    check("GraphQL offers no delivery there either", not options["delivery"] and not options["order"], options)


def see_bar_on_page(shopper: Visitor, check: Check) -> None:
    page = shopper.get(f"{SHOP}p/{NORI}/")
    heading = next((h for h in page.select(".buy h2") if "Cannot be sent" in h.get_text()), None)
    said = heading.find_parent("div") if heading else None
    text = said.get_text(" ", strip=True) if said else page.text[:500]
    check("the product page says that it cannot go to Hong Kong", "Hong Kong" in text, text)
    check("… since when", SINCE.search(text), text)
    links = [str(link["href"]) for link in said.select("a[href]")] if said else []
    check("… and by which source", any(SOURCE in link for link in links), links)


def buy_from_cart(stack: Stack, check: Check) -> None:
    """The cart link takes it (it may go to Singapore), the address stops it, and no page further on lets it by."""
    guest = stack.visitor("en")
    shopping.put_in_cart(guest, SHOP, NORI)
    shopping.put_in_cart(guest, SHOP, GLASS)
    page = shopping.give_address(guest, SHOP, HONG_KONG)
    text = guest.get(f"{SHOP}checkout/delivery/").text
    check("delivery to Hong Kong is not offered", not page.select("input[name=delivery]:not([disabled])"), page.url)
    check("… and the page says why and since when", "Hong Kong" in text and SINCE.search(text), text[:800])
    for step in ("payment", "confirm"):
        page = guest.get(f"{SHOP}checkout/{step}/")
        check(f"the {step} page is not reached", not shopping.path_of(page).endswith(f"/{step}/"), page.url)
    pressed = guest.post(f"{SHOP}checkout/confirm/", {"nonce": "by-hand"})
    check("pressing the last button by hand makes no order", "/o/" not in pressed.url, pressed.url)
    cart = guest.get(f"{SHOP}cart/")
    check("the cart says it too", SOURCE in cart.body and "Hong Kong" in cart.text, cart.text[:600])


def page_variant(stack: Stack, channel: str, slug: str) -> str:
    """Return the variant's id as the product page sends it to the cart."""
    page: Page = stack.visitor("en").get(f"/{channel}/en/p/{slug}/")
    return str(page.select("[name=variant]")[0]["value"])


def graphql_attempt(stack: Stack, channel: str, slug: str, address: dict[str, str]) -> dict[str, Any]:
    """Try to buy as anybody can, with nothing but the public GraphQL; return what came of each step."""
    anybody = stack.visitor("en")
    wanted = {
        "channel": channel,
        "email": "anybody@example.com",
        "lines": [{"variantId": page_variant(stack, channel, slug), "quantity": 1}],
        "shippingAddress": address,
        "billingAddress": address,
    }
    made = anybody.graphql(CREATE, {"input": wanted})["data"]["checkoutCreate"]
    if made["checkout"] is None:
        raise LookupError(f"no cart to try with: {made['errors']}")
    key = made["checkout"]["id"]
    offered = anybody.graphql(DELIVERIES, {"id": key})["data"]["deliveryOptionsCalculate"]
    usable = [each for each in offered["deliveries"] or [] if each["shippingMethod"]["active"]]
    for each in usable:
        anybody.graphql(CHOOSE, {"id": key, "method": each["id"]})
    gateway = {"id": "machiichi.mall", "data": {"method": "test", "outcome": "succeed"}}
    paid = anybody.graphql(PAY, {"id": key, "gateway": gateway})["data"]["transactionInitialize"]
    done = anybody.graphql(COMPLETE, {"id": key})["data"]["checkoutComplete"]
    event = (paid["transactionEvent"] or {}).get("type")
    return {"delivery": usable, "payment": event, "order": done["order"], "errors": paid["errors"] + done["errors"]}


def buy_by_graphql(stack: Stack, check: Check, channel: str) -> None:
    found = graphql_attempt(stack, channel, NORI, ADDRESS)
    check.equal(f"{channel}: GraphQL offers no delivery of nori to Hong Kong", found["delivery"], [])
    check(f"{channel}: … takes no payment for it", found["payment"] in (None, "CHARGE_FAILURE"), found)
    check.equal(f"{channel}: … and makes no order", found["order"], None)


def move_paid_cart(stack: Stack, check: Check) -> None:
    """Choosing the delivery for an address that is allowed, then moving it to Hong Kong, does not help."""
    guest = stack.visitor("en")
    shopping.put_in_cart(guest, SHOP, NORI)
    last_page = shopping.to_last_page(guest, SHOP, shopping.SINGAPORE)
    shopping.give_address(guest, SHOP, HONG_KONG)
    page = guest.submit(last_page, FORM)
    check("a page kept from before the move makes no order", "/o/" not in page.url, page.url)
