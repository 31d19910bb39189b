"""Listing, search and product pages, computed fresh and from the page cache, beside a bare Django view.

Every server is granian with two workers on this machine; the client is wrk, one thread, eight connections. Servers are
measured in turn, three rounds, so that a change of the machine's load meets all of them; medians are compared.

Three ways to a page: `cold`, with nothing kept from any request before; `fresh`, the page computed, with what one
process keeps as long as it is unchanged (cards as drawn, rows as read, the ward's choices, counts of categories);
`cached`, the whole page kept in front of Django.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from statistics import median
from typing import Any
from urllib.parse import quote

import django

from infra.postgres import free_port

ROUNDS = 3
CONNECTIONS = 8
TARGETS = {
    "bare": "tests.bench.targets:bare",
    "cold": "tests.bench.targets:cold",
    "fresh": "tests.bench.targets:fresh",
    "cached": "infra.wsgi:application",
}
KINDS = {
    "bare": "a Django view that says hello, same middleware",
    "cold": "computed, nothing kept from requests before",
    "fresh": "computed, with cards kept as drawn until they change",
    "cached": "whole page kept in front of Django",
}
RATE = re.compile(r"Requests/sec:\s+([\d.]+)")
LATENCY = re.compile(r"^\s+(50|99)%\s+([\d.]+)(us|ms|s) *$", re.MULTILINE)
BAD = re.compile(r"Non-2xx or 3xx responses: (\d+)|Socket errors: (.*)")
IN_MS = {"us": 0.001, "ms": 1.0, "s": 1000.0}


def run(*, seconds: float) -> list[dict[str, Any]]:
    """Measure each page; `value` is requests per second, `ratio` to the bare view's, `low` and `high` its spread."""
    if shutil.which("wrk") is None:
        return [{"case": "pages", "passed": False, "detail": "wrk is not installed (Debian: apt-get install wrk)"}]
    pages = page_paths()
    cases = [("bare", "/")] + [(kind, path) for kind in ("cold", "fresh", "cached") for path in pages]
    found: dict[tuple[str, str], list[tuple[float, float, float]]] = {case: [] for case in cases}
    with contextlib.ExitStack() as stack:
        ports = {name: stack.enter_context(serving(target)) for name, target in TARGETS.items()}
        for _ in range(ROUNDS):
            for kind, path in cases:
                found[kind, path].append(measure(f"http://127.0.0.1:{ports[kind]}{path}", seconds))
    beside = median(rate for rate, _, _ in found["bare", "/"])
    return [line(kind, path, measured, beside) for (kind, path), measured in found.items()]


def line(kind: str, path: str, measured: list[tuple[float, float, float]], beside: float) -> dict[str, Any]:
    rates = sorted(rate for rate, _, _ in measured)
    return {
        "case": f"{kind} {path}",
        "detail": KINDS[kind],
        "value": round(median(rates), 1),
        "unit": "requests/s",
        "beside": round(beside, 1),
        "ratio": round(median(rates) / beside, 3),
        "low": round(rates[0] / beside, 3),
        "high": round(rates[-1] / beside, 3),
        "p50_ms": round(median(p50 for _, p50, _ in measured), 2),
        "p99_ms": round(median(p99 for _, _, p99 in measured), 2),
    }


def page_paths() -> list[str]:
    """Return a listing, a search and a product page of the data at hand."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "infra.settings")
    django.setup()
    from django.db import connection

    from marketplace.catalog import queries

    is_made = "catalog_cardrow" in connection.introspection.table_names()
    cards = queries.cards(market="jp", language="ja").cards if is_made else ()
    if not cards:
        raise SystemExit("there is nothing on sale in this data folder: run ./mall up --prepare-only first")
    return [
        f"/jp/ja/c/{cards[0].category_slug}/",
        f"/jp/ja/search/?q={quote('切子')}",
        f"/jp/ja/p/{cards[0].slug}/",
    ]


@contextlib.contextmanager
def serving(target: str) -> Iterator[int]:
    """Serve a WSGI application with two workers; yield its port."""
    port = free_port()
    command = [sys.executable, "-m", "infra", "serve", "--host", "127.0.0.1", "--port", str(port), "--workers", "2"]
    process = subprocess.Popen([*command, "--target", target], stdout=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 60
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"{target} did not serve")
            time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait(30)


def measure(url: str, seconds: float) -> tuple[float, float, float]:
    """Return requests per second, p50 and p99 in milliseconds. Raises when any answer was not a page."""
    warm = ["wrk", "-t1", f"-c{CONNECTIONS}", "-d1s", url]
    subprocess.run(warm, capture_output=True, check=True)
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{max(1, round(seconds))}s", "--latency", url]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if (bad := BAD.search(said)) is not None:
        raise RuntimeError(f"{url}: {bad.group(0)}")
    rate = RATE.search(said)
    if rate is None:
        raise RuntimeError(f"wrk said nothing of {url}:\n{said}")
    times = {share: float(number) * IN_MS[unit] for share, number, unit in LATENCY.findall(said)}
    if set(times) != {"50", "99"}:
        raise RuntimeError(f"{url} was not answered while wrk measured: is the machine busy?\n{said}")
    return float(rate.group(1)), times["50"], times["99"]
