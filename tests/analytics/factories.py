"""Made-up sales of a market, of the size and shape that the pool is tuned for."""

from __future__ import annotations

import hashlib
import math
import random
from datetime import date, timedelta

from plugins.api import Money
from plugins.api.types import SaleFact

AREAS = ("ward", "tokyo", "japan", "overseas")
AREA_WEIGHTS = (0.31, 0.30, 0.33, 0.06)
CATEGORIES = ("sweets", "crafts", "tea", "textiles", "pantry")
CATEGORY_WEIGHTS = (0.30, 0.25, 0.20, 0.16, 0.09)
MONDAY = date(2026, 8, 24)


def make_fact(**overrides: object) -> SaleFact:
    values: dict[str, object] = {
        "id": "f" * 32,
        "kind": "sale",
        "day": MONDAY,
        "merchant_id": "1",
        "owner_key": "owner-1",
        "category": "sweets",
        "area": "ward",
        "quantity": 1,
        "amount": Money(1000, "JPY"),
        "yen": 1000,
        "order_token": "t1",
        "market": "jp",
    }
    values.update(overrides)
    if "yen" in overrides and "amount" not in overrides:
        values["amount"] = Money(int(overrides["yen"]), "JPY")
    return SaleFact(**values)


def make_merchants(rng: random.Random, *, merchants: int, categories: int, sigma: float) -> list[dict]:
    """Merchants with an owner (every tenth belongs to its neighbour's), a size and one to three categories."""
    weights = CATEGORY_WEIGHTS[:categories]
    made = []
    for number in range(merchants):
        count = rng.choices((1, 2, 3), (0.35, 0.45, 0.20))[0]
        owner = number - 1 if number % 10 == 9 else number
        made.append(
            {
                "id": str(number),
                "owner": f"owner-{owner}",
                "size": math.exp(rng.gauss(0, sigma)),
                "categories": set(rng.choices(CATEGORIES[:categories], weights, k=count)),
            }
        )
    return made


def make_market(
    *,
    seed: int = 1,
    weeks: int = 13,
    orders_a_week: int = 100,
    merchants: int = 40,
    categories: int = 5,
    sigma: float = 0.5,
    refund_share: float = 0.04,
    first_monday: date = MONDAY,
) -> list[SaleFact]:
    """Facts of `weeks` whole weeks: orders of 1-4 lines over merchants, lognormal prices, refunds days later."""
    rng = random.Random(seed)
    people = make_merchants(rng, merchants=merchants, categories=categories, sigma=sigma)
    facts = []
    for week in range(weeks):
        for _ in range(max(1, round(rng.gauss(orders_a_week, orders_a_week / 15)))):
            day = first_monday + timedelta(days=7 * week + rng.randrange(7))
            facts += make_order(rng, people, day, len(facts), categories, refund_share)
    return facts


def make_order(
    rng: random.Random, people: list[dict], day: date, number: int, categories: int, refund_share: float
) -> list[SaleFact]:
    area = rng.choices(AREAS, AREA_WEIGHTS)[0]
    token = hashlib.sha256(f"order {number}".encode()).hexdigest()[:32]
    facts = []
    for line in range(rng.choices((1, 2, 3, 4), (0.35, 0.35, 0.2, 0.1))[0]):
        category = rng.choices(CATEGORIES[:categories], CATEGORY_WEIGHTS[:categories])[0]
        able = [person for person in people if category in person["categories"]] or people
        seller = rng.choices(able, [person["size"] for person in able])[0]
        quantity = rng.choices((1, 2, 3), (0.7, 0.2, 0.1))[0]
        yen = quantity * max(300, round(math.exp(rng.gauss(8.0, 0.5)) / 10) * 10)
        fact = make_fact(
            id=hashlib.sha256(f"{number} {line}".encode()).hexdigest()[:32],
            day=day,
            merchant_id=seller["id"],
            owner_key=seller["owner"],
            category=category,
            area=area,
            quantity=quantity,
            yen=yen,
            order_token=token,
            simulated=True,
        )
        facts.append(fact)
        if rng.random() < refund_share:
            facts.append(make_refund(fact, day + timedelta(days=rng.randrange(2, 9))))
    return facts


def make_refund(fact: SaleFact, day: date, **overrides: object) -> SaleFact:
    values = {name: getattr(fact, name) for name in SaleFact.__slots__}
    return SaleFact(**{**values, "kind": "refund", "id": f"r{fact.id[1:]}", "day": day, **overrides})
