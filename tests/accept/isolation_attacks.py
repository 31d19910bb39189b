"""What somebody with bad intent tries beside asking for others' ids: every one of these must come to nothing."""

from __future__ import annotations

import re

import httpx

from tests.accept import shopping
from tests.accept.isolation import MERCHANTS, OWN, World, fill, plain, send, sights
from tests.accept.runner import Check
from tests.accept.shopping import FORM, Placed
from tests.accept.visitor import Page, Visitor

SHOP = "/jp/ja/"
GLASS, NORI = "edo-kiriko-nanako-rocks", "tokyo-yakinori-zengata"
ELSEWHERE = "https://evil.example"
SCRIPT = "<script>alert('x')</script>"
OUTSIDE = (
    "/files/../mall.sqlite3",
    "/files/%2e%2e/mall.sqlite3",
    "/files/..%2fsecrets/django",
    "/files//etc/passwd",
    "/media/%2e%2e/keys/signing.pem",
    "/media/..%2f..%2fsecrets/django",
    "/static/../mall.sqlite3",
    "/static/%2e%2e/secrets/django",
)
WARD_FORMS = ("/ward/features/", "/ward/listings/1/withdraw/", "/ward/listings/1/relist/", "/demo/enter/", "/demo/day/")
SHOP_FORMS = ("cart/add/", "cart/line/", "checkout/address/", "checkout/confirm/", "account/sign-in/")


def try_all(world: World, check: Check, buyer: Visitor, single: Placed) -> None:
    """Try them with the world of the scenario; `single`: an order of the third merchant alone, not sent yet."""
    take_from_another_cart(world, check)
    refuse_anothers_line(world, check)
    send_forms_from_elsewhere(world, check)
    read_files_outside(world, check)
    read_pages_kept_for_others(world, check)
    write_markup(world, check, buyer, single)


def take_from_another_cart(world: World, check: Check) -> None:
    """A line's id from another cart does what an id that is none does: nothing."""
    owner, thief = world.stack.visitor("ja"), world.stack.visitor("ja")
    shopping.put_in_cart(owner, SHOP, GLASS)
    shopping.put_in_cart(thief, SHOP, NORI)
    line = str(owner.get(f"{SHOP}cart/").select("input[name=line]")[0]["value"])
    pages = []
    for wanted in (line, line[:-6] + "AAAA=="):
        for fields in ({"remove": "1"}, {"quantity": "9"}):
            thief.get(f"{SHOP}cart/")
            page = thief.post(f"{SHOP}cart/line/", {"line": wanted, **fields}, origin=f"{thief.base}{SHOP}cart/")
            pages.append((page.status, shopping.path_of(page)))
    check.equal("another cart's line answers as one that is none", pages[:2], pages[2:])
    check.equal("… and stays where it is", shopping.cart_lines(owner, SHOP), [GLASS])
    check.equal("… nor comes into one's own", shopping.cart_lines(thief, SHOP), [NORI])
    page = owner.get(f"{SHOP}cart/")
    check("the cart's own quantity is as it was", "9" not in quantities(page), quantities(page))


def quantities(page: Page) -> list[str]:
    return [str(field.get("value")) for field in page.select("input[name=quantity], select[name=quantity]")]


def refuse_anothers_line(world: World, check: Check) -> None:
    """In an order of two merchants each line is its own merchant's to refuse."""
    ours, theirs = MERCHANTS[0], MERCHANTS[1]
    path = f"/counter/{ours}/orders/{world.ids[ours]['number']}/"
    foreign = [str(box["value"]) for box in part_page(world, theirs).select("input[name=line]")]
    check("the other merchant has lines to try with", foreign, foreign)
    before = sights(world)
    answers = []
    for line in (foreign[0], "T3JkZXJMaW5lOjAwMDAwMDAwLTAwMDAtNDAwMC04MDAwLTAwMDAwMDAwMDAwMA=="):
        fields = {"line": line, "reason": "isolation"}
        answers.append(plain(send(world.people[ours], "post", f"{path}refuse/", fields), path))
    check.equal("another's line in one's own order is as one that is none", answers[0], answers[1])
    check("… which is not found", answers[0][0] in (404, 422), answers[0][0])
    check("… and nothing changed", sights(world) == before)


def part_page(world: World, code: str) -> Page:
    return world.people[code].get(f"/counter/{code}/orders/{world.ids[code]['number']}/")


def send_forms_from_elsewhere(world: World, check: Check) -> None:
    """Another site's page sends forms with the cookies of whoever looks at it: no token, a strange origin."""
    before = sights(world)
    taken = []
    for code in MERCHANTS:
        for route, rule in OWN.items():
            path = fill(route, world.ids[code])
            if rule.method == "post" and _from_elsewhere(world.people[code], path, rule.fields).status_code != 403:
                taken.append(path)
    for path in WARD_FORMS:
        if _from_elsewhere(world.people["ward_desk"], path, {"email": "shopper@example.com"}).status_code != 403:
            taken.append(path)
    shopper = world.people["shopper"]
    shopping.put_in_cart(shopper, SHOP, GLASS)
    for path in SHOP_FORMS:
        if _from_elsewhere(shopper, SHOP + path, {"variant": "x", "nonce": "x"}).status_code != 403:
            taken.append(path)
    check.equal("no form sent by another site is taken", taken, [])
    check("… and nothing changed", sights(world) == before)
    check.equal("… nor did the cart", shopping.cart_lines(shopper, SHOP), [GLASS])


def _from_elsewhere(visitor: Visitor, path: str, fields: dict[str, str]) -> httpx.Response:
    headers = {"Origin": ELSEWHERE, "Referer": f"{ELSEWHERE}/page", "Sec-Fetch-Site": "cross-site"}
    return visitor.client.post(path, data=fields, headers=headers, follow_redirects=False)


def read_files_outside(world: World, check: Check) -> None:
    found = {}
    for path in OUTSIDE:
        # a raw target: a client would tidy the dots away
        with httpx.Client(trust_env=False, timeout=60) as client:
            url = httpx.URL(world.stack.url).copy_with(raw_path=path.encode())
            answer = client.get(url, follow_redirects=False)
        if answer.status_code == 200:
            found[path] = answer.content[:40]
    check.equal("no file outside what is served is read", found, {})


def read_pages_kept_for_others(world: World, check: Check) -> None:
    """What one reader was shown of his own is in no answer to the next one."""
    shopper = world.people["shopper"]
    paths = (SHOP, f"{SHOP}p/{GLASS}/", f"{SHOP}search/?q=%E5%88%87%E5%AD%90", f"{SHOP}cart/", f"{SHOP}account/")
    kept = []
    for path in paths:
        own = shopper.client.get(path)
        if "public" in own.headers.get("cache-control", "") or own.headers.get("x-page-cache"):
            kept.append(path)
        seen = world.stack.visitor("ja").client.get(path)
        if "shopper@example.com" in seen.text or any(secret in seen.text for secret in world.secrets):
            kept.append(f"{path} (seen)")
    check.equal("no page of a reader with cookies is kept for others", kept, [])
    first = world.stack.visitor("ja").client.get(SHOP)
    again = world.stack.visitor("ja").client.get(SHOP)
    check("the same page without cookies is kept, and sets none", not again.cookies and again.text == first.text)


def write_markup(world: World, check: Check, buyer: Visitor, single: Placed) -> None:
    """What a merchant or a buyer types is shown as typed, never as markup: on pages and in mails."""
    code = MERCHANTS[2]
    member = world.people[code]
    member.submit(part_page(world, code), "form[action$='/accept/']")
    member.submit(part_page(world, code), "form[action$='/ship/']", tracking_number=SCRIPT[:60])
    order = shopping.until(lambda: buyer.get(shopping.path_of(single.page)), lambda page: "alert" in page.body)
    guest = world.stack.visitor("ja")
    shopping.put_in_cart(guest, SHOP, GLASS)
    typed = {**shopping.HOME, "family_name": SCRIPT, "street2": f'"onmouseover="x {SCRIPT}'}
    last = shopping.to_last_page(guest, SHOP, {**typed, "email": "markup@example.com"})
    placed = guest.submit(last, FORM)
    glass = shopping.until(lambda: world.people[MERCHANTS[0]].get(f"/counter/{MERCHANTS[0]}/"), lambda page: page)
    links = glass.links(f"/counter/{MERCHANTS[0]}/orders/")
    pages = {
        "the buyer's order": order,
        "the last page": last,
        "the order placed": placed,
        "the merchant's": part_page(world, code),
    }
    pages |= {f"the counter {number}": world.people[MERCHANTS[0]].get(link) for number, link in enumerate(links[:3])}
    pages["a search"] = guest.get(f"{SHOP}search/", q=SCRIPT)
    pages["a page that is none"] = guest.get(f"{SHOP}p/{SCRIPT}/")
    for number, mail in enumerate(shopping.mails_to(buyer, "markup@example.com")):
        pages[f"mail {number}"] = mail
    wrong = [name for name, page in pages.items() if raw_markup(page)]
    check.equal("nothing typed is shown as markup", wrong, [])
    shown = [name for name, page in pages.items() if "alert(" in page.text or "alert(" in page.body]
    check("… and it was shown, as text", {"the buyer's order", "the last page", "a search"} <= set(shown), shown)


def raw_markup(page: Page) -> list[str]:
    scripts = [each.get_text() for each in page.select("script") if "alert(" in each.get_text()]
    handlers = [str(each) for each in page.select("[onmouseover]")]
    framed = [str(each) for each in page.select("[srcdoc]") if re.search(r"<script>alert", str(each["srcdoc"]))]
    in_json = [each for each in scripts if "</script" in each or "<script" in each]
    return handlers + framed + (in_json or [each for each in scripts if not each.lstrip().startswith(("{", "["))])
