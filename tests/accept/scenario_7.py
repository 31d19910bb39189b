"""Nothing is lost or counted twice: every event again, three times and backwards; the worker killed at every point."""

from __future__ import annotations

import base64
import os
import random
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding

from tests.accept import shopping
from tests.accept.runner import Check
from tests.accept.shopping import FORM
from tests.accept.stack import Stack
from tests.accept.visitor import FRESH

TITLE = "every delivery again, three times and reversed, the worker killed at every point: same orders, ledger, facts"
NEEDS = ("1", "2")
SIGNING_KEY = "MALL_ACCEPT_SIGNING_KEY"
"""Names the file of the private key by which a real Saleor signs (its RSA_PRIVATE_KEY); the engine's is at hand."""
SHOP = "/jp/ja/"
GOODS = ("tokyo-yakinori-zengata", "sencha-asamushi")
"""Of which there are more than this scenario and those before it buy: a real Saleor keeps what each took."""
HEADERS = ("content-type", "saleor-event", "saleor-domain", "saleor-api-url", "saleor-schema-version")
TIMES = 3
AT_THE_DOOR = "inbox.stored@3"
AGAIN_POINTS = (
    "inbox.claimed@2",
    "inbox.handled@2",
    "inbox.acknowledged-before@2",
    "outbox.claimed",
    "outbox.handled",
    "outbox.done-before-ack",
)
"""What a delivery passes whose order is known already; the other points are on the way of a new order."""
POINTS = (
    "inbox.stored",
    "inbox.claimed",
    "inbox.handled",
    "inbox.acknowledged-before",
    "outbox.claimed",
    "outbox.handled",
    "outbox.done-before-ack",
    "orders.confirmed-at-saleor",
    "orders.fulfilled-at-saleor",
    "orders.confirmed-uncommitted",
    "ledger.entry-uncommitted",
)
AT_THE_DOOR_ALONE = ("inbox.stored",)
"""A real Saleor delivers to the web process, never to a worker; there `kill_the_door` passes this point."""
RANDOM_KILLS = 20
NEW_ORDERS_KILLED_AT_RANDOM = 6
WITHIN_S = 0.8
"""A random moment: between when the worker says that it looks for work and so much later."""
LONGEST_S = 90.0
QUIET_S = 3.0
"""So long nothing more may come, and a real Saleor has told all it had to."""
LOOKING = "looking for work"
COMPARED = ("orders", "ledger", "facts", "mails")


@dataclass(frozen=True)
class Delivery:
    """One delivery as Saleor would send it."""

    body: bytes
    headers: dict[str, str]


def why_not(engine: str) -> str:
    """Return why this cannot be tried, or "": a delivery that comes again in another body is signed anew."""
    if engine != "live" or os.environ.get(SIGNING_KEY):
        return ""
    return f"{SIGNING_KEY} names no file: repeated deliveries must be signed by that Saleor's own private key"


def run(stack: Stack, check: Check) -> None:
    send_again(stack, check)
    with stack.another() as own:
        own.start(worker=False)
        kill_on_new_orders(own, check)
    stack.start()


def send_again(stack: Stack, check: Check) -> None:
    """Everything received so far comes again, and is handled again: Saleor may send the same news in another body."""
    stack.command("reconcile")
    before = rest(stack)
    recorded = [delivery_of(each["detail"]) for each in kept_since(stack, stack.begun)]
    check("deliveries were recorded", len(recorded) > 20, f"{len(recorded)} since the stack began")
    stack.stop()

    stack.start(worker=False)
    begun = datetime.now(UTC)
    client = stack.visitor().client
    answers = {post(client, each).status_code for each in reversed(recorded)}
    check.equal("the very same bytes are answered 200", answers, {200})
    check.equal("… and stored no second time", len(kept_since(stack, begun)), 0)
    forged = Delivery(recorded[0].body + b" ", recorded[0].headers)
    check("one byte more under the old signature is refused", post(client, forged).status_code in (400, 401, 403))

    again = [each for turn in range(TIMES) for each in redelivered(stack, recorded, turn)]
    portions = cut(again, 1 + len(AGAIN_POINTS) + RANDOM_KILLS)
    kill_the_door(stack, check, portions[0])
    stack.start(worker=False)
    kill_the_worker(stack, check, portions[1:])
    stack.command("work", "--once")
    after = rest(stack)
    stored = len(kept_since(stack, begun))
    check.equal("each came three times in a body of its own", stored, TIMES * len(recorded))
    check.equal(
        "… and all were handled", (after["work"]["inbox"], after["work"]["parked"]), (0, before["work"]["parked"])
    )
    for name in COMPARED:
        same = after[name] == before[name]
        check(
            f"handled three times more, reversed, killed in between: same {name}", same, "" if same else "they differ"
        )
    listings = next(each for each in stack.command("reconcile")["results"] if each["name"] == "listings")
    check("… and the same listings", listings["detail"].endswith("equal"), listings["detail"])
    stack.stop()


def kill_the_door(stack: Stack, check: Check, portion: Sequence[Delivery]) -> None:
    """The web process dies after a delivery is stored and before it is answered; the sender tries again."""
    stack.stop()
    stack.start(crash_point=AT_THE_DOOR, worker=False)
    broken = 0
    with httpx.Client(base_url=stack.url, timeout=20, trust_env=False, limits=FRESH) as client:
        for each in portion:
            broken += send_until_answered(client, each)
    check("the door was killed after storing (inbox.stored), and the sender tried again", broken > 0, f"{broken} times")
    stack.stop()


def kill_the_worker(stack: Stack, check: Check, portions: Sequence[Sequence[Delivery]]) -> None:
    """A portion comes in, the worker dies on it; the next goes on."""
    client = stack.visitor().client
    rng = random.Random(20261122)
    waiting = iter(portions)
    for point in AGAIN_POINTS:
        answers = {post(client, each).status_code for each in next(waiting)}
        killed = stack.command("work", "--once", crash_point=point, expect=None)
        check.equal(f"killed at {point}", (answers, killed), ({200}, {}))
    worked = 0
    for portion in waiting:
        assert {post(client, each).status_code for each in portion} == {200}
        worked += kill_at_random(stack, rng)
    check.equal("killed at random moments, at work or about to", worked, RANDOM_KILLS)


def kill_at_random(stack: Stack, rng: random.Random) -> bool:
    """Start a worker and kill it a moment after it began; return whether it was still alive then."""
    log = stack.folder / "log"
    seen = log.stat().st_size if log.exists() else 0
    process = stack.spawn("work")
    until = time.monotonic() + LONGEST_S
    while LOOKING.encode() not in log.read_bytes()[seen:] and time.monotonic() < until:
        time.sleep(0.02)
    time.sleep(rng.uniform(0, WITHIN_S))
    is_alive = process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.wait(60)
    return is_alive


def kill_on_new_orders(own: Stack, check: Check) -> None:
    """New orders, and the worker dies on each of them somewhere else; the next goes on; then all orders are alike."""
    rng = random.Random(20261123)
    is_live = own.blueprint.engine == "live"
    before = all_of_saleor(own)
    numbers = []
    for point in POINTS:
        if is_live and point in AT_THE_DOOR_ALONE:
            continue
        numbers.append(buy_and_wait(own, point))
        killed = own.command("work", "--once", crash_point=point, expect=None)
        check.equal(f"a new order, killed at {point}", killed, {})
    for number in range(NEW_ORDERS_KILLED_AT_RANDOM):
        numbers.append(buy_and_wait(own, f"random{number}"))
        kill_at_random(own, rng)
    judge(own, check, before, numbers)


def judge(own: Stack, check: Check, before: dict[str, Any], numbers: list[str]) -> None:
    """Everything moved by exactly as much as that many equal orders move it."""
    after = worked_off(own, lambda now: len(now["mails"]) >= len(before["mails"]) + len(numbers))
    new = set(after["orders"]) - set(before["orders"])
    check.equal("one order for each purchase, none twice", new, set(numbers))
    mails = [key for key in after["mails"] if key not in set(before["mails"])]
    check.equal("one mail for each", len(mails), len(numbers))
    check.equal("the ledger sums to zero", {float(each) for each in after["ledger"]["left"].values()}, {0.0})
    charged, goods = PRICES[own.url]
    came_in = moved(before, after, "psp_clearing")
    check.equal("what came in is what these orders cost", came_in, len(numbers) * charged)
    sold = int(Decimal(after["facts"]["jp"]["sale"]) - Decimal(before["facts"]["jp"].get("sale", "0")))
    check.equal("the pool got each line once", sold, len(numbers) * goods)
    check.equal("nothing is parked", after["work"]["parked"], before["work"]["parked"])
    own.command("reconcile")
    check.equal("reading everything again at Saleor changes nothing", compared(books(own)), compared(after))


def worked_off(own: Stack, is_there: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """Work until everything is there. What a killed process was sending is sent again when its minute is over."""
    until = time.monotonic() + LONGEST_S
    while True:
        own.command("work", "--once")
        now = books(own)
        if is_there(now) or time.monotonic() > until:
            return now
        time.sleep(5)


def moved(before: dict[str, Any], after: dict[str, Any], account: str) -> int:
    def total(side: dict[str, Any]) -> int:
        rows = [row.split(" ") for row in side["ledger"]["accounts"]]
        return sum(int(float(row[2])) for row in rows if row[0] == account and row[3] == "JPY")

    return total(after) - total(before)


PRICES: dict[str, tuple[int, int]] = {}
"""What one of the orders costs, and its goods alone, by the stack's address."""


def buy_and_wait(own: Stack, name: str) -> str:
    begun = datetime.now(UTC)
    number = buy(own, f"{name}@example.com")
    wait_for_news(own, begun)
    return number


def buy(own: Stack, email: str) -> str:
    """Buy one of each; return the order's number."""
    shopper = own.visitor("ja")
    for slug in GOODS:
        shopping.put_in_cart(shopper, SHOP, slug)
    last = shopping.to_last_page(shopper, SHOP, {**shopping.HOME, "email": email})
    placed = shopping.read_order(shopper.submit(last, FORM))
    PRICES[own.url] = (int(placed.charged), int(placed.charged - placed.shipping))
    return placed.number


def kept_since(stack: Stack, moment: datetime) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = stack.command("books", "--deliveries", moment.isoformat())["results"]
    return found


def delivery_of(detail: dict[str, Any]) -> Delivery:
    """Return what was received as it could be sent: the old signature fits the old bytes only."""
    wanted = (*HEADERS, "saleor-signature")
    headers = {key.lower(): value for key, value in detail["headers"].items() if key.lower() in wanted}
    return Delivery(base64.b64decode(detail["body"]), headers)


def redelivered(stack: Stack, recorded: Sequence[Delivery], turn: int) -> Iterator[Delivery]:
    """Yield all of it backwards, in bodies that say the same with other white space, signed by Saleor's own key.

    As when Saleor builds a payload anew: nothing at the door can tell it from news, so that it is handled again.
    """
    key = serialization.load_pem_private_key(signing_key(stack).read_bytes(), password=None)
    for each in reversed(recorded):
        body = each.body + b"\n" * (turn + 1)
        head = each.headers["saleor-signature"].partition(".")[0]
        signed = key.sign(head.encode() + b"." + body, padding.PKCS1v15(), hashes.SHA256())  # type: ignore[union-attr, call-arg, arg-type]
        tail = base64.urlsafe_b64encode(signed).rstrip(b"=").decode()
        yield Delivery(body, {**each.headers, "saleor-signature": f"{head}..{tail}"})


def signing_key(stack: Stack) -> Path:
    if stack.blueprint.engine == "live":
        return Path(os.environ[SIGNING_KEY])
    return stack.data / "engine" / "keys" / "signing.pem"


def post(client: httpx.Client, delivery: Delivery) -> httpx.Response:
    return client.post("/saleor/webhooks", content=delivery.body, headers=delivery.headers)


def send_until_answered(client: httpx.Client, delivery: Delivery) -> int:
    """Send until the answer is 200, as Saleor does; return how often no answer came."""
    until = time.monotonic() + LONGEST_S
    broken = 0
    while True:
        try:
            if post(client, delivery).status_code == 200:
                return broken
        except httpx.HTTPError:
            broken += 1
        if time.monotonic() > until:
            raise TimeoutError("the door stays shut")
        time.sleep(0.3)


def cut(things: list[Delivery], count: int) -> list[list[Delivery]]:
    """Return `count` portions in the same order, as equal as can be."""
    places = [len(things) * number // count for number in range(count + 1)]
    return [things[start:end] for start, end in zip(places, places[1:], strict=False)]


def books(stack: Stack) -> dict[str, Any]:
    return {each["name"]: each["detail"] for each in stack.command("books")["results"]}


def compared(side: dict[str, Any]) -> dict[str, Any]:
    return {name: side[name] for name in COMPARED}


def all_of_saleor(stack: Stack) -> dict[str, Any]:
    """Return the books once they hold all that Saleor does: a real one holds the first mall's orders too."""
    if stack.blueprint.engine == "live":
        stack.command("reconcile")
        stack.command("work", "--once")
    return books(stack)


def wait_for_news(stack: Stack, since: datetime) -> None:
    """Wait until the events of an order made since the moment have come. A real Saleor sends them from its own worker.

    The embedded engine's are waiting already: whoever works sends them.
    """
    if stack.blueprint.engine != "live":
        return
    until = time.monotonic() + LONGEST_S
    seen = -1
    while time.monotonic() < until:
        events = [each["name"] for each in kept_since(stack, since)]
        if "ORDER_CREATED" in events and len(events) == seen:
            return
        seen = len(events)
        time.sleep(QUIET_S)
    raise TimeoutError(f"no event of the new order came, only {seen} others")


def rest(stack: Stack) -> dict[str, Any]:
    """Return the books once they have stopped moving."""
    until = time.monotonic() + LONGEST_S
    last = books(stack)
    while time.monotonic() < until:
        time.sleep(1)
        now = books(stack)
        if now == last:
            return now
        last = now
    return last
