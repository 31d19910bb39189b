"""Who may see which page: every address of the mall, tried as every role with the ids of two other merchants.

The addresses come from Django's own resolver. One without an expectation here fails, so a new page states who may see
it. What is another merchant's must answer exactly as what does not exist: same status, same body but for the path and
the form's token.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field

import httpx

from tests.accept import shopping
from tests.accept.runner import Check
from tests.accept.stack import ROOT, Stack
from tests.accept.visitor import Visitor

MERCHANTS = ("soramame-glass", "minato-nori", "tsukimi-wagashi")
ROLES = ("anonymous", "shopper", *MERCHANTS, "ward_desk", "marketer")
NOBODY = {"code": "no-such-merchant", "number": "999999999", "listing_id": "999999999"}
STRANGERS = ("anonymous", "shopper")  # shoppers sign in at Saleor: to the mall's own pages they are nobody
EVERYBODY = frozenset(ROLES)
WARD = frozenset({"ward_desk"})
POOL = frozenset({"ward_desk", "marketer"})
ROUTES = """
import json, django
django.setup()
from django.urls import get_resolver
def walk(patterns, before=""):
    for each in patterns:
        route = before + str(each.pattern)
        if hasattr(each, "url_patterns"):
            yield from walk(each.url_patterns, route)
        else:
            yield route
print(json.dumps(sorted(set(walk(get_resolver().url_patterns)))))
"""


@dataclass(frozen=True)
class Own:
    """A page below a merchant's code. `also`: roles of the ward that may see it for every merchant."""

    method: str = "get"
    also: frozenset[str] = frozenset()
    fields: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Open:
    """A page that answers every role in `who` with `status`; others get 404, and strangers the way to sign in."""

    path: str
    status: int = 200
    who: frozenset[str] = EVERYBODY
    method: str = "get"
    hidden: int = 404
    fields: dict[str, str] = field(default_factory=dict)


ORDER = "counter/<slug:code>/orders/<str:number>/"
LISTING = "counter/<slug:code>/listings/<int:listing_id>/"
LEGAL = {f"{name}.{lang}": "x" for name in ("seller_name", "returns") for lang in ("ja", "en")}
OWN: dict[str, Own] = {
    "counter/<slug:code>/": Own(also=WARD),
    ORDER: Own(also=WARD),
    ORDER + "accept/": Own("post"),
    ORDER + "ship/": Own("post", fields={"carrier": "EMS", "tracking_number": "ISOLATION-1"}),
    ORDER + "refuse/": Own("post", fields={"reason": "isolation", "line": "T3JkZXJMaW5lOjE="}),
    "counter/<slug:code>/earnings/": Own(),
    "counter/<slug:code>/permits/": Own(also=WARD),
    "counter/<slug:code>/legal/": Own("post", fields=LEGAL),
    "counter/<slug:code>/listings/": Own(also=WARD),
    "counter/<slug:code>/listings/new/": Own("post", fields={"name.ja": "x", "category": "food", "price.jp": "100"}),
    LISTING: Own("post", fields={"name.ja": "isolation", "category": "food", "price.jp": "1"}),
    LISTING + "publish/": Own("post"),
    LISTING + "withdraw/": Own("post", also=WARD),
}
SHOP = "<slug:market>/<slug:language>/"
OPEN: dict[str, Open] = {
    "": Open("", 302),
    "saleor/manifest": Open("saleor/manifest"),
    "saleor/register": Open("saleor/register", 403, method="post"),
    "saleor/webhooks": Open("saleor/webhooks", 401, method="post"),
    ".well-known/jwks.json": Open(".well-known/jwks.json"),
    "graphql/": Open("graphql/", 400, method="post"),  # each field of it: isolation_engine
    "api/graphql/": Open("api/graphql/", 400, method="post"),  # each field of it: isolation_api
    "^(?:media|thumbnail)/.+$": Open("media/nothing.jpg", 404),
    "files/<path:path>": Open("files/nothing.jpg", 404),
    "ward/": Open("ward/", who=WARD),
    "ward/day/<str:what>/": Open("ward/day/orders/", who=WARD),
    "ward/problems/<int:problem_id>/retry/": Open("ward/problems/999999/retry/", 404, WARD, "post"),
    "ward/work/<slug:table>/<int:row_id>/retry/": Open("ward/work/outbox/999999999/retry/", 404, WARD, "post"),
    "ward/merchants/": Open("ward/merchants/", who=WARD),
    "ward/merchants/<slug:code>/": Open("ward/merchants/soramame-glass/", who=WARD),
    "ward/features/": Open("ward/features/", who=WARD),
    "ward/features/<int:feature_id>/end/": Open("ward/features/999999/end/", 404, WARD, "post"),
    "ward/listings/": Open("ward/listings/", who=WARD),
    "ward/listings/<int:listing_id>/withdraw/": Open("ward/listings/1/withdraw/", 422, WARD, "post"),
    "ward/listings/<int:listing_id>/relist/": Open("ward/listings/999999/relist/", 404, WARD, "post"),
    "pool/": Open("pool/", who=POOL, hidden=403),
    "pool/cells.csv": Open("pool/cells.csv", who=POOL, hidden=403),
    "pool/rules/": Open("pool/rules/", who=POOL, hidden=403),
    "language/": Open("language/", 302, method="post"),
    "demo/": Open("demo/"),
    "demo/enter/": Open("demo/enter/", 404, method="post"),
    "demo/day/": Open("demo/day/", 405),
    "demo/mail/": Open("demo/mail/"),
    "demo/mail/<path:key>": Open("demo/mail/nothing", 404),
    SHOP: Open("jp/ja/"),
    SHOP + "c/<slug:slug>/": Open("jp/ja/c/food/"),
    SHOP + "search/": Open("jp/ja/search/"),
    SHOP + "p/<slug:slug>/": Open("jp/ja/p/tokyo-yakinori-zengata/"),
    SHOP + "m/": Open("jp/ja/m/"),
    SHOP + "m/<slug:slug>/": Open("jp/ja/m/minato-nori/"),
    SHOP + "s/<slug:slug>/": Open("jp/ja/s/nori-no-asa/"),
    SHOP + "about/<slug:slug>/": Open("jp/ja/about/privacy/"),
    SHOP + "cart/": Open("jp/ja/cart/"),
    SHOP + "cart/add/": Open("jp/ja/cart/add/", 405),
    SHOP + "cart/line/": Open("jp/ja/cart/line/", 405),
    SHOP + "checkout/address/": Open("jp/ja/checkout/address/", 303),
    SHOP + "checkout/postal/": Open("jp/ja/checkout/postal/?code=1310045"),
    SHOP + "checkout/delivery/": Open("jp/ja/checkout/delivery/", 303),
    SHOP + "checkout/payment/": Open("jp/ja/checkout/payment/", 303),
    SHOP + "checkout/confirm/": Open("jp/ja/checkout/confirm/", 303),
    SHOP + "checkout/action/": Open("jp/ja/checkout/action/", 303),
    SHOP + "checkout/wait/": Open("jp/ja/checkout/wait/", 303),
    SHOP + "o/<str:token>/": Open(f"jp/ja/o/{'A' * 43}/", 404),
    SHOP + "account/": Open("jp/ja/account/"),
    SHOP + "account/sign-in/": Open("jp/ja/account/sign-in/", 303),
    SHOP + "account/register/": Open("jp/ja/account/register/", 303),
    SHOP + "account/confirm/": Open("jp/ja/account/confirm/", 303),
    SHOP + "account/forgotten/": Open("jp/ja/account/forgotten/"),
    SHOP + "account/password/": Open("jp/ja/account/password/", 303),  # without the mailed token
    SHOP + "account/sign-out/": Open("jp/ja/account/sign-out/", 405),
}
# Pages of two libraries, which hold nothing of a merchant: allauth's are about whoever is signed in; Wagtail's open to
# story editors alone, but for those through which one gets in.
PERSONAL = "accounts/"
EDITORS = "cms/"
DOORS = re.compile(
    r"cms/(login|logout|password_reset(/.*)?|jsi18n|sprite|sprite-.*|icons.*)/$|cms/jsi18n/$|cms/sprite/"
)


@dataclass
class World:
    """People, and the real ids of each merchant: of an order the first two share, of one that is the third's alone."""

    stack: Stack
    people: dict[str, Visitor]
    ids: dict[str, dict[str, str]]
    secrets: tuple[str, ...]  # what only the buyer and the merchants of the order may read
    hidden: tuple[str, ...]  # what no merchant may read: Saleor's ids of the orders


def meet(stack: Stack) -> dict[str, Visitor]:
    """Return somebody signed in for every role."""
    people = {role: stack.visitor("ja") for role in ROLES}
    emails = {code: f"{code}@example.com" for code in MERCHANTS}
    emails |= {
        "shopper": "shopper@example.com",
        "ward_desk": "ward-desk@example.com",
        "marketer": "marketer@example.com",
    }
    for role, visitor in people.items():
        if role in emails:
            shopping.enter(visitor, emails[role])
        visitor.get("/accounts/login/")  # for the token that forms need
    return people


def routes(stack: Stack) -> list[str]:
    """Return every address pattern of the mall, as Django resolves them."""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "infra.settings", "MALL_DATA": str(stack.data)}
    done = subprocess.run(
        [sys.executable, "-c", ROUTES], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    found: list[str] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def send(visitor: Visitor, method: str, path: str, fields: dict[str, str] | None = None) -> httpx.Response:
    """Ask as this visitor's browser would, without following redirects."""
    if method == "get":
        return visitor.client.get(path, follow_redirects=False)
    data = {**(fields or {}), "csrfmiddlewaretoken": visitor.client.cookies.get("csrftoken", "")}
    headers = {"Referer": visitor.base + "/", "Origin": visitor.base}
    return visitor.client.post(path, data=data, headers=headers, follow_redirects=False)


def plain(answer: httpx.Response, path: str) -> tuple[int, str, str]:
    """Return status, target and body without what must differ: the form's token, and the path that was asked."""
    body = re.sub(r'(name="csrfmiddlewaretoken" value=")[^"]*', r"\1", answer.text)
    target = answer.headers.get("location", "")
    for text in (path, path.replace("/", "%2F")):
        body, target = body.replace(text, "PATH"), target.replace(text, "PATH")
    return answer.status_code, target, body


def try_pages(world: World, check: Check) -> None:
    """Try every address as every role. One check per address; its detail names who saw what they must not."""
    before = sights(world)
    for route in sorted(routes(world.stack), key=lambda each: each.startswith((PERSONAL, EDITORS))):
        wrong = list(_wrong(world, route))
        check(f"page /{route}", not wrong, wrong[:3])
    after = sights(world)
    changed = [name for name in before if before[name] != after[name]]
    check("no refused write changed anything", not changed, changed)


def _wrong(world: World, route: str) -> Iterator[str]:
    if route in OWN:
        yield from _wrong_own(world, route, OWN[route])
    elif route in OPEN:
        yield from _wrong_open(world, OPEN[route])
    elif route == "counter/":
        yield from _wrong_choice(world)
    elif route.startswith(PERSONAL):
        yield from _wrong_library(world, route, EVERYBODY)
    elif route.startswith(EDITORS):
        yield from _wrong_library(world, route, EVERYBODY if DOORS.search(route) else WARD)
    else:
        yield "no expectation"


def _wrong_own(world: World, route: str, rule: Own) -> Iterator[str]:
    for role, visitor in world.people.items():
        for code in MERCHANTS:
            if role == code:  # another's ids below one's own code
                for other in MERCHANTS:
                    if other != code and "<" in route.replace("<slug:code>", ""):
                        foreign = {**world.ids[other], "code": code}
                        if foreign["number"] != world.ids[code]["number"] or "listing_id" in route:
                            yield from _differ(visitor, role, route, rule, foreign, {**NOBODY, "code": code})
            elif role in rule.also:
                if rule.method == "get":
                    path = fill(route, world.ids[code])
                    status = send(visitor, "get", path).status_code
                    if status != 200:
                        yield f"{role} {path}: {status}"
            else:
                yield from _differ(visitor, role, route, rule, world.ids[code], NOBODY)


def _differ(
    visitor: Visitor, role: str, route: str, rule: Own, foreign: dict[str, str], nothing: dict[str, str]
) -> Iterator[str]:
    for method in dict.fromkeys(("get", rule.method)):
        there, nowhere = fill(route, foreign), fill(route, nothing)
        seen = plain(send(visitor, method, there, rule.fields), there)
        expected = plain(send(visitor, method, nowhere, rule.fields), nowhere)
        if seen != expected:
            yield f"{role} {method} {there}: {seen[0]} {seen[2][:80]!r}, for nothing {expected[0]} {expected[2][:80]!r}"
        if seen[0] not in (302, 404, 405):
            yield f"{role} {method} {there}: {seen[0]}"


def _wrong_open(world: World, rule: Open) -> Iterator[str]:
    for role, visitor in world.people.items():
        answer = send(visitor, rule.method, f"/{rule.path}", rule.fields)
        expected = rule.status if role in rule.who else 302 if role in STRANGERS else rule.hidden
        if answer.status_code != expected:
            yield f"{role} /{rule.path}: {answer.status_code}, expected {expected}"
        if role not in WARD and not rule.path.startswith("demo/"):
            yield from (f"{role} /{rule.path} shows {each}" for each in world.secrets if each in answer.text)


def _wrong_choice(world: World) -> Iterator[str]:
    """The counter's own first page leads a member to its merchant, and is nothing for those without one."""
    for role, visitor in world.people.items():
        answer = send(visitor, "get", "/counter/")
        expected = "/accounts/login/?next=/counter/" if role == "anonymous" else f"/counter/{role}/"
        target = answer.headers.get("location", "")
        is_right = target == expected if role == "anonymous" or role in MERCHANTS else answer.status_code in (302, 404)
        if not is_right or (role not in MERCHANTS and "/counter/" in target.partition("?")[0]):
            yield f"{role}: {answer.status_code} {target}"


def _wrong_library(world: World, route: str, who: frozenset[str]) -> Iterator[str]:
    path = "/" + fill(route, {"pk": "1"}).lstrip("/")
    for role, visitor in world.people.items():
        if "logout" in route or route == "cms/failwhale/":
            continue  # the one would end the role itself, the other is Wagtail's page that fails on purpose
        answer = send(visitor, "get", path)
        if answer.status_code >= 500 or (role not in who and answer.status_code < 300):
            yield f"{role} {path}: {answer.status_code}"
        yield from (f"{role} {path} shows {each}" for each in world.secrets if each in answer.text)


def fill(route: str, ids: dict[str, str]) -> str:
    """Return an address of a pattern; what `ids` does not name gets any value of its kind."""
    text = re.sub(r"\(\?P<(\w+)>[^()]*(?:\([^()]*\))?[^()]*\)", r"<str:\1>", route.replace("\\Z", "").strip("^$"))
    made = re.sub(r"<(?:(\w+):)?(\w+)>", lambda found: ids.get(found[2], "1" if found[1] == "int" else "x"), text)
    made = re.sub(r"[\^$\\?*+]|\[[^\]]*\]", "", made)
    return made if made.startswith("/") or not ids else f"/{made}"


def sights(world: World) -> dict[str, str]:
    """Return what every owner sees of its own: orders, listings, permits, notice, earnings. The state, as pages."""
    found = {}
    for code in MERCHANTS:
        for route in (*OWN, "counter/<slug:code>/"):
            if route.endswith(("accept/", "ship/", "refuse/", "publish/", "withdraw/", "new/")):
                continue
            path = fill(route, world.ids[code])
            status, _target, found[path] = plain(send(world.people[code], "get", path), path)
            assert status == 200, f"{code} cannot open its own {path}: {status}"
    return found


def first_listing(visitor: Visitor, code: str) -> str:
    """Return the id of a listing of the merchant, from its own page."""
    page = visitor.get(f"/counter/{code}/listings/")
    found = (re.search(r"/listings/(\d+)/", link) for link in page.links("/listings/"))
    return next(match.group(1) for match in found if match)
