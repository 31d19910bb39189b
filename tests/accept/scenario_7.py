"""Nothing is lost or counted twice: every event again, three times and backwards; the worker killed at every point."""

from __future__ import annotations

import base64
import random
import signal
import time
from decimal import Decimal
from typing import Any

from tests.accept import shopping
from tests.accept.runner import Check
from tests.accept.shopping import FORM
from tests.accept.stack import Stack

TITLE = "every delivery again, three times and reversed, the worker killed at every point: same orders, ledger, facts"
NEEDS = ("1", "2")
ENGINES = ("embedded",)
SHOP = "/jp/ja/"
GOODS = ("tokyo-yakinori-zengata", "neri-yokan-ogura")
HEADERS = (
    "content-type",
    "saleor-event",
    "saleor-domain",
    "saleor-api-url",
    "saleor-signature",
    "saleor-schema-version",
)
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
RANDOM_KILLS = 20
LONGEST_S = 60.0


def run(stack: Stack, check: Check) -> None:
    send_again(stack, check)
    stack.stop()
    with stack.another() as own:
        own.start(worker=False)
        kill_everywhere(own, check)
        kill_at_random(own, check)
    stack.start()


def send_again(stack: Stack, check: Check) -> None:
    """The same bodies, headers and signatures to the same address, newest first, three times over."""
    before = rest(stack)
    kept = stack.command("books", "--deliveries", stack.begun.isoformat())["results"]
    check("deliveries were recorded", len(kept) > 20, f"{len(kept)} since the stack began")
    client = stack.visitor().client
    answers = set()
    for each in [*reversed(kept)] * 3:
        headers = {key: value for key, value in each["detail"]["headers"].items() if key.lower() in HEADERS}
        body = base64.b64decode(each["detail"]["body"])
        answers.add(client.post("/saleor/webhooks", content=body, headers=headers).status_code)
    check.equal("each is answered 200, for its signature still holds", answers, {200})
    compare(check, "sent three times and reversed", rest(stack), before)
    forged = client.post("/saleor/webhooks", content=body + b" ", headers=headers).status_code
    check("one byte more is refused", forged in (400, 401, 403), forged)


def kill_everywhere(own: Stack, check: Check) -> None:
    """One order per point: the worker dies there by SIGKILL, the next one goes on; then all orders are alike."""
    before = books(own)
    numbers = []
    for point in POINTS:
        numbers.append(buy(own, f"{point}@example.com"))
        killed = own.command("work", "--once", crash_point=point, expect=None)
        check.equal(f"killed at {point}", killed, {})
        own.command("work", "--once")
    judge(own, check, before, numbers)


def kill_at_random(own: Stack, check: Check) -> None:
    """The worker is killed at moments drawn from a seed, each while it works on a new order."""
    rng = random.Random(20261123)
    before = books(own)
    numbers = []
    for number in range(RANDOM_KILLS):
        numbers.append(buy(own, f"random{number}@example.com"))
        process = own.spawn("work", "--once")
        time.sleep(rng.uniform(0.8, 3.0))
        process.send_signal(signal.SIGKILL)
        process.wait(60)
    judge(own, check, before, numbers)


def judge(own: Stack, check: Check, before: dict[str, Any], numbers: list[str]) -> None:
    """Everything moved by exactly as much as that many equal orders move it."""
    own.command("work", "--once")
    after = rest(own)
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
    own.command("reconcile")


def moved(before: dict[str, Any], after: dict[str, Any], account: str) -> int:
    def total(side: dict[str, Any]) -> int:
        rows = [row.split(" ") for row in side["ledger"]["accounts"]]
        return sum(int(float(row[2])) for row in rows if row[0] == account and row[3] == "JPY")

    return total(after) - total(before)


PRICES: dict[str, tuple[int, int]] = {}
"""What one of the orders costs, and its goods alone, by the stack's address."""


def buy(own: Stack, email: str) -> str:
    """Buy one of each; return the order's number."""
    shopper = own.visitor("ja")
    for slug in GOODS:
        shopping.put_in_cart(shopper, SHOP, slug)
    last = shopping.to_last_page(shopper, SHOP, {**shopping.HOME, "email": email})
    placed = shopping.read_order(shopper.submit(last, FORM))
    PRICES[own.url] = (int(placed.charged), int(placed.charged - placed.shipping))
    return placed.number


def books(stack: Stack) -> dict[str, Any]:
    return {each["name"]: each["detail"] for each in stack.command("books")["results"]}


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


def compare(check: Check, what: str, after: dict[str, Any], before: dict[str, Any]) -> None:
    for name in before:
        check(f"{what}: same {name}", after[name] == before[name], "" if after[name] == before[name] else "they differ")
