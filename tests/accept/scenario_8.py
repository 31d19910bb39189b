"""Real invoices through the contract: killed midway and continued, they end as orders, ledger and pool say alike."""

from __future__ import annotations

import contextlib
import csv
import gzip
import os
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.accept import raw
from tests.accept.runner import Check
from tests.accept.stack import ROOT, Stack

TITLE = "the replay of 300 invoices ends with all differences zero; a row spoilt on purpose shows"
FILLS_SALEOR = True
FILE = ROOT / "infra" / "replay" / "data" / "uci_first_300_invoices.csv.gz"
WHOLE = {"rows_read": 5017, "rows_refused": 12, "orders": 259, "refunds": 5, "unmatched_cancellations": 65}
"""What the file holds, counted apart from the replay: see `infra/replay/data/NOTICE.md` for where it comes from."""
EARLY = 21
"""Where it is killed on a real Saleor, before which one process works alone: in the second batch."""
READERS = ("orders", "ledger", "pool")


def run(stack: Stack, check: Check) -> None:
    with stack.another() as own:
        if own.blueprint.engine == "live":
            own.start(worker=False)  # a Saleor of its own needs a door to knock at; the replay does the worker's part
        wanted = ["--invoices", os.environ["MALL_ACCEPT_INVOICES"]] if "MALL_ACCEPT_INVOICES" in os.environ else []
        limit = int(wanted[1]) if wanted else None
        place = max(2, (limit or WHOLE["orders"]) // 3)
        if own.blueprint.engine == "live":
            place = min(place, EARLY)
        killed = own.command("replay", "uci", *wanted, crash_point=f"orders.divided@{place}", expect=None)
        check.equal(f"killed with SIGKILL at the {place}th order", killed, {})

        with a_second_worker(own):
            done = own.command("replay", "uci", *wanted, expect=None)["results"][0]
        check.equal("continued, it ends with all differences zero", done["differences"], dict.fromkeys(READERS, "0.00"))
        check("… and says so", done["passed"], done)
        if not wanted:
            check.equal("rows, orders and refunds are the file's", {key: done[key] for key in WHOLE}, WHOLE)
        bought = purchases(limit)
        check.equal("orders are the purchases of the file", done["orders"], len(bought))
        check(
            "its speed is told", limit or done["orders_per_second"] > 0, f"{done['orders_per_second']} orders a second"
        )

        again = own.command("replay", "uci", *wanted)["results"][0]
        check.equal("a third run adds nothing", again["totals"], done["totals"])
        spoil_a_row(own, check, wanted, done)
        look_at_orders(own, check, bought)


@contextlib.contextmanager
def a_second_worker(own: Stack) -> Iterator[None]:
    """A real Saleor has more than one process, which one worker alone would leave idle."""
    if own.blueprint.engine != "live":
        yield
        return
    helper = own.spawn("work")
    try:
        yield
    finally:
        helper.terminate()
        helper.wait(60)


def purchases(limit: int | None) -> dict[str, Decimal]:
    """Return the pounds of each purchase in the file, read apart from the replay: rows of it that are a sale."""
    found: dict[str, Decimal] = {}
    seen: dict[str, None] = {}
    with gzip.open(FILE, "rt", encoding="utf-8-sig", newline="") as text:
        for row in csv.DictReader(text):
            seen[row["InvoiceNo"]] = None
            if limit is not None and len(seen) > limit:
                break
            quantity, price = int(row["Quantity"]), Decimal(row["UnitPrice"])
            if not row["InvoiceNo"].startswith("C") and quantity > 0 and price > 0:
                found[row["InvoiceNo"]] = found.get(row["InvoiceNo"], Decimal(0)) + quantity * price
    return found


def spoil_a_row(own: Stack, check: Check, wanted: list[str], done: dict[str, Any]) -> None:
    """One price in a copy of the file is a penny too high: every reader must differ by that penny times the pieces."""
    spoilt, missing = spoilt_copy(own.folder)
    result = own.command("replay", "uci", str(spoilt), *wanted, expect=1)["results"][0]
    check.equal(
        "one row spoilt on purpose shows as a difference", result["differences"], dict.fromkeys(READERS, str(-missing))
    )
    check.equal("… and changes nothing that is stored", *({name: each["totals"][name] for name in READERS}
                                                          for each in (result, done)))  # fmt: skip


def spoilt_copy(folder: Path) -> tuple[Path, Decimal]:
    """Write a copy of the file with a penny added to its first price; return it and the pounds added in all."""
    with gzip.open(FILE, "rt", encoding="utf-8-sig", newline="") as text:
        reader = csv.DictReader(text)
        columns, rows = list(reader.fieldnames or ()), list(reader)
    rows[0]["UnitPrice"] = str(Decimal(rows[0]["UnitPrice"]) + Decimal("0.01"))
    path = folder / "spoilt.csv"
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, columns)
        writer.writeheader()
        writer.writerows(rows)
    return path, int(rows[0]["Quantity"]) * Decimal("0.01")


def look_at_orders(own: Stack, check: Check, bought: dict[str, Decimal]) -> None:
    """Ask Saleor itself for the channel's orders: one per invoice, each of the invoice's amount."""
    own.ensure_running(worker=False)
    found = [order for order in raw.orders(own) if order["channel"]["slug"] == "uk"]
    amounts = {raw.value(order["privateMetadata"], "mall.key"): raw.gross(order["total"]) for order in found}
    check.equal("Saleor holds one order per purchase, none twice", len(found), len(bought))
    wrong = {
        key: (amounts.get(key), bought.get(key)) for key in amounts | bought if amounts.get(key) != bought.get(key)
    }
    check.equal("… each of its invoice's amount", wrong, {})
    lines = [len({line["variant"]["product"]["id"] for line in order["lines"]}) for order in found]
    check("they are orders of several merchants", max(lines, default=0) > 1, f"up to {max(lines, default=0)} products")
