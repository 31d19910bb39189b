"""The marketer's answer against raw orders: an oracle that shares no line with the pool recomputes and attacks it."""

from __future__ import annotations

import csv
import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from infra.demo import history
from infra.supervisor import TOO_OFTEN
from tests.accept import oracle, raw, shopping
from tests.accept.runner import Check
from tests.accept.stack import ROOT, Stack
from tests.accept.visitor import Visitor

TITLE = "the marketer's answer equals an oracle over raw orders; what is hidden cannot be estimated within 15 %"
FILLS_SALEOR = True
SHARES = {"period": 0.5, "week": 0.25}
WEEKS = int(os.environ.get("MALL_DEMO_WEEKS", history.WEEKS))
"""How many the ward has."""
LINES_A_WEEK = 77
LOADED_WITHIN_S = 6 * 3600.0
"""A real Saleor takes seconds to enter an order."""
GAVE_UP = f"mall: history ended {TOO_OFTEN} times"
BUILT_WITHIN_S = 300.0
"""The running worker may have begun the pool's build before us."""
YEN = {"JPY": Fraction(1), "USD": Fraction(150)}
"""Yen for one unit: the demo's made-up rate, stated on the pool's pages."""
POOLED = {"paper-toys": "tools"}
"""Categories whose sales are pooled under another one; the rest stand for themselves."""
WARD, TOKYO = ("130", "131"), range(100, 209)
JAPAN = ZoneInfo("Asia/Tokyo")


def run(stack: Stack, check: Check) -> None:
    if stack.blueprint.engine != "live":
        judge(stack, check)
        return
    stack.stop()
    with stack.another(is_whole=True) as own:
        own.start()
        shopping.until(lambda: is_loaded(own) or GAVE_UP in own.log_tail(), bool, LOADED_WITHIN_S)
        if check("the history was entered at Saleor", is_loaded(own), f"{WEEKS} weeks"):
            own.command("reconcile")  # Saleor holds the orders of the scenarios before, too
            judge(own, check)


def is_loaded(stack: Stack) -> bool:
    return "history" in json.loads((stack.data / "demo.json").read_text("utf-8"))


def judge(stack: Stack, check: Check) -> None:
    stack.command("work", "--once")
    marketer = stack.visitor("ja")
    shopping.enter(marketer, "marketer@example.com")
    figures = shopping.until(lambda: published(marketer, "sales"), bool, BUILT_WITHIN_S)
    weeks = {figure.time for figure in figures if "-W" in figure.time}
    check.equal("every whole week of the ward is published", len(weeks), WEEKS)
    sales = list(read_sales(stack))
    in_weeks = [sale for sale in sales if sale.kind == "sale" and oracle.week_code(sale.day) in weeks]
    least = LINES_A_WEEK * WEEKS
    check("raw orders were read from Saleor", len(in_weeks) > least, f"{len(in_weeks)} lines sold in {WEEKS} weeks")

    report = oracle.check_pool(sales, figures)
    found = report.doubts[:5] or f"{len(figures)} cells, {report.bounds} upper bounds of hidden ones high enough"
    check("every published figure is what raw orders say, and none gives an owner away", not report.doubts, found)
    if not is_short():
        check_usefulness(check, report)
    check_refunds(check, sales, published(marketer, "refunds"))
    compare_page(marketer, check, figures)
    refuse_others(stack, check)


def check_usefulness(check: Check, report: oracle.Report) -> None:
    """The whole history shows enough to be of use, and hides for every reason there is."""
    for grain, least in SHARES.items():
        share = report.shares.get(grain, 0.0)
        check(f"{grain} cells show at least {least:.0%} of the yen", share >= least, f"{share:.1%}")
    check.equal("every reason hides a cell", {reason for reason in report.reasons if report.reasons[reason]},
                oracle.REASONS)  # fmt: skip


def check_refunds(check: Check, sales: list[oracle.RawSale], figures: list[oracle.Figure]) -> None:
    """Refunds are a measure of their own, in the week of the refund, and are shown only where it is safe too."""
    report = oracle.check_pool(sales, figures, measure="refunds")
    shown = [figure for figure in figures if figure.value]
    found = report.doubts[:5] or f"{len(shown)} of {len(figures)} cells shown"
    is_some = bool(shown) or is_short()
    check("refunds are a measure of their own, each in its own week", is_some and not report.doubts, found)
    sold_in = {sale.order: oracle.week_code(sale.day) for sale in sales if sale.kind == "sale"}
    moved = [sale for sale in sales if sale.kind == "refund" and oracle.week_code(sale.day) != sold_in[sale.order]]
    check("some came back in a later week than they were sold", moved or is_short(), f"{len(moved)} lines")


def is_short() -> bool:
    """Whether the ward has fewer weeks than it is made for, so that its cells are too thin to be of use."""
    return WEEKS < history.WEEKS


def published(marketer: Visitor, measure: str) -> list[oracle.Figure]:
    """Return every cell of a measure at both grains, from the files a marketer downloads."""
    files = [marketer.get("/pool/cells.csv", measure=measure, grain=grain) for grain in ("week", "period")]
    return [figure for page in files if page.status == 200 for figure in oracle.read_csv(page.body)]


def compare_page(marketer: Visitor, check: Check, figures: list[oracle.Figure]) -> None:
    """What stands on the page is what stands in the file."""
    page = marketer.get("/pool/")
    check.equal("the marketer's page opens", page.status, 200)
    shown = [f"{figure.value:,}" for figure in figures if figure.value is not None]
    on_page = [cell.get_text(" ", strip=True) for cell in page.select("main table td")]
    numbers = [text for text in on_page if any(figure in text for figure in shown)]
    check("the page shows published figures", numbers, f"{len(numbers)} of {len(on_page)} cells of the table")


def refuse_others(stack: Stack, check: Check) -> None:
    member = stack.visitor("ja")
    shopping.enter(member, "soramame-glass@example.com")
    check.equal("a merchant is refused", member.get("/pool/cells.csv").status, 403)
    check("nobody gets it without signing in", "/pool/" not in shopping.path_of(stack.visitor().get("/pool/")))


def read_sales(stack: Stack) -> Iterator[oracle.RawSale]:
    """Yield every line sold or paid back, worked out from Saleor's orders by rules stated here again."""
    owners = owners_by_merchant()
    orders = [each for each in raw.orders(stack) if each["status"] not in ("UNCONFIRMED", "DRAFT", "EXPIRED")]
    days = days_back(stack)
    products = {line["variant"]["product"]["id"] for order in orders for line in order["lines"]}
    categories = raw.categories(stack, sorted(products))
    for order in orders:
        merchants = [raw.value(line["variant"]["product"]["metadata"], "mall.merchant") for line in order["lines"]]
        key = raw.value(order["privateMetadata"], "mall.key")
        back = paid_back(order)
        for line, merchant, yen in zip(order["lines"], merchants, yen_of_lines(order, merchants), strict=True):
            category = categories[line["variant"]["product"]["id"]]
            sale = oracle.RawSale(
                kind="sale",
                order=order["id"],
                day=day_sold(order),
                owner=owners[merchant],
                category=POOLED.get(category, category),
                area=area(order["shippingAddress"]),
                yen=yen,
            )
            yield sale
            if line["id"] in back and key:
                if back[line["id"]] != line["quantity"]:
                    raise ValueError(f"the demo ward pays back whole lines only, not {line['id']}")
                yield replace(sale, kind="refund", day=days[key, line["variant"]["sku"]])


def paid_back(order: dict[str, Any]) -> Counter[str]:
    """Return how many pieces of each line Saleor says were paid back."""
    made = [grant for grant in order["grantedRefunds"] if grant["status"] == "SUCCESS"]
    pieces: Counter[str] = Counter()
    for grant in made:
        for line in grant["lines"]:
            pieces[line["orderLine"]["id"]] += line["quantity"]
    return pieces


def days_back(stack: Stack) -> dict[tuple[str, str], date]:
    """Return the day on which each line (order's key, stock code) of the simulated history came back.

    Saleor keeps when a refund was made, which for the history is the day of loading; the day it stands for is what the
    history says.
    """
    loaded_on = date.fromisoformat(json.loads((stack.data / "demo.json").read_text("utf-8"))["loaded_on"])
    return {
        (order.key, line.slug): line.refunded_on
        for order in history.orders(before=loaded_on)
        for line in order.lines
        if line.refunded_on is not None
    }


def owners_by_merchant() -> dict[str, str]:
    """Return which owner each merchant of the demo ward belongs to, from the ward's own data file."""
    with (ROOT / "infra" / "demo" / "data" / "merchants.tsv").open(encoding="utf-8", newline="") as file:
        return {row["code"]: row["owner"] for row in csv.DictReader(file, delimiter="\t")}


def day_sold(order: dict[str, Any]) -> date:
    kept = raw.value(order["privateMetadata"], "mall.sold_on")
    return date.fromisoformat(kept) if kept else datetime.fromisoformat(order["created"]).astimezone(JAPAN).date()


def area(address: dict[str, Any]) -> str:
    if address["country"]["code"] != "JP":
        return "overseas"
    code = address["postalCode"].replace("-", "")
    if code.startswith(WARD) or address["city"].startswith("墨田区"):
        return "ward"
    return "tokyo" if int(code[:3]) in TOKYO else "japan"


def yen_of_lines(order: dict[str, Any], merchants: list[str]) -> list[int]:
    """Return whole yen of each line: the charge in yen is shared by lines and deliveries, the largest remainder first.

    A delivery is one merchant's, as the delivery method's breakdown states it.
    """
    total = Fraction(raw.gross(order["total"])) * YEN[order["total"]["gross"]["currency"]]
    charge = int(total + Fraction(1, 2))
    lines = [Fraction(raw.gross(line["totalPrice"])) for line in order["lines"]]
    return shared(charge, lines + deliveries(order, list(dict.fromkeys(merchants))))[: len(lines)]


def deliveries(order: dict[str, Any], merchants: list[str]) -> list[Fraction]:
    method = order["deliveryMethod"] or {}
    stated = {
        each["merchant"]: each for each in json.loads(raw.value(method.get("metadata") or [], "mall.parcels") or "[]")
    }
    return [
        Fraction(Decimal(stated[merchant]["amount"])) if merchant in stated else Fraction(0) for merchant in merchants
    ]


def shared(whole: int, weights: Iterable[Fraction]) -> list[int]:
    """Share whole yen in proportion: everyone gets the floor, the rest goes one by one to the largest remainders."""
    parts = list(weights)
    exact = [whole * part / sum(parts) for part in parts]
    found = [int(each) for each in exact]
    for place in sorted(range(len(parts)), key=lambda place: (found[place] - exact[place], place))[
        : whole - sum(found)
    ]:
        found[place] += 1
    return found
