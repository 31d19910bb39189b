"""The embedded engine beside a real Saleor: the same goods, the same documents, the same client.

Both stand on PostgreSQL and are served by two workers; the engine's are started here, a Saleor's where it runs. The
client is wrk with eight connections. Cases: `listing`, 24 products; `detail`, one product with its variants and
attributes; `order`, from cart to paid order in five requests (order.lua). Servers are measured in turn, three rounds.

Without a Saleor the two queries are put beside a bare Django view, and orders stand alone.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from infra import postgres
from tests.bench.bench_pages import BAD, CONNECTIONS, RATE, ROUNDS, serving
from tests.bench.shop import ADDRESS, Owner, Shop, make_shop

HERE = Path(__file__).resolve().parent
ORDERS_S = 15.0
"""How long orders are measured at least: a slow engine takes seconds for one."""
CASES = ("listing", "detail", "order")
EMAIL, PASSWORD = "bench@example.com", "a password of the bench"
MAKE_OWNER = f"""
import django
django.setup()
from infra.engine.bootstrap import ensure_superuser
ensure_superuser({EMAIL!r}, {PASSWORD!r})
"""
ORDERS = re.compile(r"Orders: (\d+) in ([\d.]+) s, failed (\d+)\n(.*)")


@dataclass(frozen=True, slots=True)
class Target:
    """A served engine: the address of its GraphQL and the shop made there."""

    url: str
    shop: Shop


def run(*, seconds: float, saleor: str = "") -> list[dict[str, Any]]:
    """Measure the cases; `value` is the engine's rate, `beside` the Saleor's, `ratio` the one by the other.

    Arguments: `saleor`, the address of a Saleor's GraphQL; SALEOR_EMAIL and SALEOR_PASSWORD name a superuser there.
    """
    missing = [name for name in ("wrk",) if shutil.which(name) is None]
    missing += [] if postgres.find_tools() else ["postgresql"]
    if missing:
        return [{"case": "engine", "passed": False, "detail": f"not installed: {', '.join(missing)}"}]
    with contextlib.ExitStack() as stack:
        targets = {"engine": stack.enter_context(embedded())}
        if saleor:
            owner = Owner(saleor, os.environ["SALEOR_EMAIL"], os.environ["SALEOR_PASSWORD"])
            targets["saleor"] = Target(saleor, make_shop(owner, f"bench-{secrets.token_hex(3)}"))
        else:
            port = stack.enter_context(serving("tests.bench.targets:bare"))
            targets["bare"] = Target(f"http://127.0.0.1:{port}/", targets["engine"].shop)
        found = measure_all(targets, seconds)
    return [line(case, found, "saleor" if saleor else "bare") for case in CASES]


def measure_all(targets: dict[str, Target], seconds: float) -> dict[tuple[str, str], list[float]]:
    """Return the rates of every (target, case), one for each round; a bare view takes no orders."""
    found: dict[tuple[str, str], list[float]] = {}
    for _ in range(ROUNDS):
        for case in CASES:
            for name, target in targets.items():
                if (name, case) != ("bare", "order"):
                    rate = orders(target, seconds) if case == "order" else queries(target, case, seconds, name)
                    found.setdefault((name, case), []).append(rate)
    return found


def line(case: str, found: dict[tuple[str, str], list[float]], other: str) -> dict[str, Any]:
    rates = sorted(found["engine", case])
    beside = median(found[other, case]) if (other, case) in found else None
    return {
        "case": case,
        "value": round(median(rates), 1),
        "unit": "orders/s" if case == "order" else "requests/s",
        "beside": round(beside, 1) if beside else None,
        "ratio": round(median(rates) / beside, 2) if beside else None,
        "low": round(rates[0] / beside, 2) if beside else rates[0],
        "high": round(rates[-1] / beside, 2) if beside else rates[-1],
        "detail": f"beside {'a real Saleor' if other == 'saleor' else 'a bare Django view'}",
    }


@contextlib.contextmanager
def embedded() -> Iterator[Target]:
    """Serve the engine, with two workers and databases of its own on PostgreSQL, and the shop in it."""
    with postgres.server() as server, tempfile.TemporaryDirectory(prefix="mall-bench-") as folder:
        base = server.rpartition("/")[0]
        given = {"DATABASE_URL": f"{base}/mall", "ENGINE_DATABASE_URL": f"{base}/engine", "MALL_DATA": folder}
        given |= {"DJANGO_SETTINGS_MODULE": "infra.settings", "SALEOR_API_URL": ""}
        with environment(given):
            with psycopg.connect(server, autocommit=True) as connection:
                for name in ("mall", "engine"):
                    connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
            for alias in ("default", "engine"):
                ours("-m", "django", "migrate", "--database", alias, "--verbosity", "0")
            ours("-c", MAKE_OWNER)
            with serving("infra.wsgi:application") as port:
                url = f"http://127.0.0.1:{port}/graphql/"
                yield Target(url, make_shop(Owner(url, EMAIL, PASSWORD), f"bench-{secrets.token_hex(3)}"))


def ours(*arguments: str) -> None:
    subprocess.run([sys.executable, *arguments], check=True, cwd=HERE.parent.parent)


@contextlib.contextmanager
def environment(values: dict[str, str]) -> Iterator[None]:
    """Set variables for the processes started meanwhile."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name)
            else:
                os.environ[name] = value


def queries(target: Target, case: str, seconds: float, name: str) -> float:
    """Return requests per second of one document. Raises when an answer was an error."""
    variables = {"channel": target.shop.channel} | ({"slug": target.shop.slug} if case == "detail" else {})
    body = json.dumps({"query": document(case), "variables": variables})
    script = "wrk.method = 'POST'\nwrk.headers['Content-Type'] = 'application/json'\nwrk.body = " + lua(body)
    if name == "bare":
        script = ""
    else:
        check(target, body)
    said = wrk(target.url, seconds, script, threads=1)
    if (bad := BAD.search(said)) is not None:
        raise RuntimeError(f"{target.url} {case}: {bad.group(0)}")
    return float(RATE.search(said)[1])  # type: ignore[index]


def orders(target: Target, seconds: float) -> float:
    """Return paid orders per second of eight buyers. Raises with the first answer that was not the one expected."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
        parts = urlsplit(target.url)
        steps = ", ".join(lua(step) for step in order_steps(target.shop))
        file.write(f"return {{ path = {lua(parts.path)}, token = {lua(target.shop.token)}, steps = {{ {steps} }} }}")
        file.flush()
        with environment({"BENCH_ORDER": file.name}):
            script = (HERE / "order.lua").read_text(encoding="utf-8")
            said = wrk(target.url, max(seconds, ORDERS_S), script, threads=CONNECTIONS)
    found = ORDERS.search(said)
    if found is None or int(found[3]) or not int(found[1]):
        raise RuntimeError(f"{target.url}: {said}")
    return int(found[1]) / float(found[2])


def order_steps(shop: Shop) -> list[str]:
    """Return the bodies of the five requests; __ID__, __DELIVERY__ and __AMOUNT__ are filled in by the client."""
    lines = [{"variantId": shop.variants[number], "quantity": number + 1} for number in (0, 1)]
    cart: dict[str, Any] = {"channel": shop.channel, "email": "buyer@example.com", "lines": lines}
    cart |= {"shippingAddress": ADDRESS, "billingAddress": ADDRESS}
    steps: list[tuple[str, dict[str, Any]]] = [
        ("checkout_create", {"input": cart}),
        ("deliveries", {"id": "__ID__"}),
        ("choose_delivery", {"id": "__ID__", "delivery": "__DELIVERY__"}),
        ("pay", {"id": "__ID__", "amount": "__AMOUNT__"}),
        ("complete", {"id": "__ID__"}),
    ]
    bodies = [json.dumps({"query": document(name), "variables": variables}) for name, variables in steps]
    return [body.replace('"__AMOUNT__"', "__AMOUNT__") for body in bodies]


def document(name: str) -> str:
    return (HERE / "documents" / f"{name}.graphql").read_text(encoding="utf-8")


def lua(text: str) -> str:
    """Return `text` as a Lua literal; JSON escapes are kept as they are."""
    return "[==[" + text + "]==]"


def check(target: Target, body: str) -> None:
    """Ask once and raise unless the answer has data and no errors."""
    request = urllib.request.Request(target.url, body.encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as response:
        said = response.read().decode()
    answer = json.loads(said)
    if answer.get("errors") or not all(answer["data"].values()):
        raise RuntimeError(f"{target.url}: {said[:800]}")


def wrk(url: str, seconds: float, script: str, *, threads: int) -> str:
    """Run wrk with eight connections, a second to warm up first, and return what it said."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
        file.write(script)
        file.flush()
        command = ["wrk", f"-t{threads}", f"-c{CONNECTIONS}", "--timeout", "30s", "-s", file.name]
        for length in (1, max(1, round(seconds))):
            done = subprocess.run([*command, f"-d{length}s", url], capture_output=True, text=True, check=True)
    return done.stdout
