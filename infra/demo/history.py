"""Thirteen whole weeks of simulated sales of the demo ward: drawn from a seed, the same for the same week.

Tuned so that the pool can show something (infra/decisions/0007): sales crowd in two or three categories, are spread
over many owners of like size, and leave some cells thin, as a young ward mall would.
"""

from __future__ import annotations

import hashlib
import math
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from infra.demo.ward import DemoListing, listings

WEEKS = 13
ORDERS_A_WEEK = 100
REFUND_SHARE = 0.04
GIFT_WEEK, GIFT = 6, ("kumiko-andon", 22)
CATEGORY_WEIGHTS = {
    "tea-sweets": 0.30,
    "food": 0.26,
    "tableware": 0.20,
    "textiles": 0.14,
    "tools": 0.06,
    "paper-toys": 0.04,
}
AREA_WEIGHTS = {"ward": 0.32, "tokyo": 0.30, "japan": 0.32, "overseas": 0.06}
PLACES = {
    "ward": (
        ("JP", "130-0001", "東京都", "墨田区", "吾妻橋1-1-1"),
        ("JP", "131-0033", "東京都", "墨田区", "向島1-1-1"),
    ),
    "tokyo": (
        ("JP", "111-0032", "東京都", "台東区", "浅草1-1-1"),
        ("JP", "150-0001", "東京都", "渋谷区", "神宮前1-1-1"),
    ),
    "japan": (
        ("JP", "530-0001", "大阪府", "大阪市北区", "梅田1-1-1"),
        ("JP", "460-0008", "愛知県", "名古屋市中区", "栄1-1-1"),
        ("JP", "060-0001", "北海道", "札幌市中央区", "北一条西1-1"),
        ("JP", "812-0011", "福岡県", "福岡市博多区", "博多駅前1-1-1"),
    ),
    "overseas": (
        ("SG", "018956", "", "Singapore", "10 Bayfront Avenue"),
        ("HK", "", "Hong Kong Island", "Central", "1 Connaught Place"),
    ),
}
BARRED = {"SG": ("2203", "2206", "2208"), "HK": ("1212", "2008", "2501", "0305", "2203", "2206", "2208")}


@dataclass(frozen=True, slots=True)
class PastLine:
    slug: str
    quantity: int
    refunded_on: date | None


@dataclass(frozen=True, slots=True)
class PastOrder:
    """One simulated order. `key` is stable for the week and its place in it; nobody's name is in it."""

    key: str
    day: date
    market: str
    place: tuple[str, str, str, str, str]
    lines: tuple[PastLine, ...]


def whole_weeks_before(day: date, weeks: int = WEEKS) -> list[date]:
    """Return the Mondays of the last `weeks` whole weeks (Monday to Sunday, Japan) before `day`, oldest first."""
    this_monday = day - timedelta(days=day.weekday())
    return [this_monday - timedelta(weeks=number) for number in range(weeks, 0, -1)]


def orders(*, before: date) -> list[PastOrder]:
    """Return every simulated order of the thirteen whole weeks before a day, oldest first."""
    mondays = whole_weeks_before(before)
    found = [order for monday in mondays for order in _week(monday, before)]
    return sorted([*found, _gift(mondays[GIFT_WEEK])], key=lambda order: order.day)


def sold(*, before: date) -> Counter[str]:
    """Return how many pieces of each listing (by slug) the history sells, so that enough can be put in stock."""
    counted: Counter[str] = Counter()
    for order in orders(before=before):
        for line in order.lines:
            counted[line.slug] += line.quantity
    return counted


def _gift(monday: date) -> PastOrder:
    """One company buys a present for every guest: the one sale large enough that the pool hides it as dominant."""
    lines = (PastLine(*GIFT, None),)
    return PastOrder(f"{monday.isoformat()}-gift", monday + timedelta(days=2), "jp", PLACES["japan"][0], lines)


def _week(monday: date, before: date) -> Iterator[PastOrder]:
    rng = random.Random(f"machiichi {monday.isoformat()}")
    number = max(1, round(rng.gauss(ORDERS_A_WEEK, ORDERS_A_WEEK / 15)))
    days = sorted(monday + timedelta(days=rng.randrange(7)) for _ in range(number))
    for index, day in enumerate(days):
        yield _order(rng, f"{monday.isoformat()}-{index:03d}", day, before)


def _order(rng: random.Random, key: str, day: date, before: date) -> PastOrder:
    area = rng.choices(list(AREA_WEIGHTS), list(AREA_WEIGHTS.values()))[0]
    place = rng.choice(PLACES[area])
    market = "overseas" if area == "overseas" else "jp"
    chosen: dict[str, PastLine] = {}
    for _ in range(rng.choices((1, 2, 3, 4), (0.30, 0.36, 0.22, 0.12))[0]):
        listing = _pick(rng, place[0])
        if listing.slug not in chosen:
            chosen[listing.slug] = PastLine(listing.slug, rng.choices((1, 2, 3), (0.72, 0.2, 0.08))[0], None)
    lines = tuple(_maybe_refunded(rng, line, day, before) for line in chosen.values())
    return PastOrder(key=key, day=day, market=market, place=place, lines=lines)


def _maybe_refunded(rng: random.Random, line: PastLine, day: date, before: date) -> PastLine:
    back = day + timedelta(days=rng.randrange(1, 10))
    if rng.random() >= REFUND_SHARE or back >= before:
        return line
    return PastLine(line.slug, line.quantity, back)


def _pick(rng: random.Random, country: str) -> DemoListing:
    category = rng.choices(list(CATEGORY_WEIGHTS), list(CATEGORY_WEIGHTS.values()))[0]
    able = [
        each
        for each in listings()
        if each.category == category and not each.hs_code.startswith(BARRED.get(country, ("-",)))
    ]
    return rng.choices(able, [_popularity(each.slug) / math.sqrt(float(each.prices["jp"].amount)) for each in able])[0]


@cache
def _popularity(slug: str) -> float:
    draw = int.from_bytes(hashlib.sha256(slug.encode()).digest()[:4], "big") / 2**32
    return 0.6 + 0.8 * draw
