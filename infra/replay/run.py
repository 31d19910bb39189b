"""The replay: real invoices as orders through the contract, then four readers of what came of them."""

from __future__ import annotations

import logging
import time
from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from infra import past_sales
from infra.replay import goods
from infra.replay.rows import PENCE, Invoice, Refused, Row, read_invoices
from marketplace.catalog import actions as catalog
from marketplace.kernel import clock
from marketplace.kernel.jobs import actions as jobs
from marketplace.kernel.jobs import queries, worker
from marketplace.orders import actions as orders
from marketplace.orders import queries as order_queries
from marketplace.saleor import orders as saleor_orders
from marketplace.saleor.types import Address
from marketplace.settlement import queries as settlement
from plugins.api import Money
from plugins.runtime import hooks

log = logging.getLogger(__name__)
HOLD = "replay"
BATCH = 20
SETTLED_WITHIN_S = 150
LOOK_AGAIN_S = 0.5
CURRENCY = "GBP"
ADDRESS = Address(
    country="GB",
    postal_code="SW1A 2AA",
    city="London",
    street1="10 Downing Street",
    first_name="Sample",
    last_name="Buyer",
)


@dataclass
class Matched:
    """Pieces of one earlier purchase that a cancellation takes back."""

    invoice: str
    position: int
    quantity: int


@dataclass
class Plan:
    """What the rows amount to before anything is sent: purchases, refunds found, cancellations not found."""

    purchases: list[Invoice] = field(default_factory=list)
    refunds: list[tuple[Row, list[Matched]]] = field(default_factory=list)
    unmatched: list[Row] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    rows_read: int = 0

    @property
    def total(self) -> Decimal:
        sold = sum((row.amount for invoice in self.purchases for row in invoice.rows), Decimal(0))
        back = sum((row.amount for row, _ in self.refunds), Decimal(0))
        return sold - back


def replay_uci(*, file: Path | None, invoices: int | None, start: int) -> dict[str, Any]:
    """Replay invoices and compare what was read with orders, ledger and pool, all in pounds.

    Killed and called again it goes on, for an invoice is found by its number. What was read now is compared with all
    that was ever replayed on this data, so that other rows under known numbers, or fewer rows than before, show as
    differences. `orders_per_second` counts the orders of this call. Raises `UnreadableFile`, or what Saleor refuses.
    """
    plan = make_plan(file, invoices, start)
    for each in plan.refused:
        log.warning("row %s of invoice %s refused: %s", each.line, each.invoice, each.reason)
    for reason, rows in sorted(Counter(each.reason for each in plan.refused).items()):
        log.warning("%d rows refused: %s", rows, reason)
    for row in plan.unmatched:
        log.warning("row %s of invoice %s: no purchase found for this cancellation", row.line, row.invoice)
    jobs.hold_open(name=HOLD)
    variants = goods.ensure_goods(row.code for invoice in plan.purchases for row in invoice.rows)
    begun = time.monotonic()
    done, made = _sell(plan, variants)
    _refund(plan, done)
    seconds = time.monotonic() - begun
    jobs.release(name=HOLD)
    totals = _totals(plan)
    differences = {name: in_pounds(totals[name] - totals["input"]) for name in ("orders", "ledger", "pool")}
    return {
        "name": "uci",
        "passed": all(totals[name] == totals["input"] for name in totals),
        "rows_read": plan.rows_read,
        "rows_refused": len(plan.refused),
        "orders": len(plan.purchases),
        "refunds": len(plan.refunds),
        "unmatched_cancellations": len(plan.unmatched),
        "totals": {name: in_pounds(value) for name, value in totals.items()},
        "differences": differences,
        "orders_per_second": round(made / seconds, 2) if made else 0.0,
    }


def make_plan(file: Path | None, invoices: int | None, start: int) -> Plan:
    """Read the rows and find for each cancellation the purchase it takes back: the same customer, stock code and
    price, the newest first, and enough pieces left, or it is unmatched."""
    plan = Plan()
    bought: dict[tuple[str, str, Decimal], list[Matched]] = defaultdict(list)
    for invoice in read_invoices(file, start=start, count=invoices):
        plan.rows_read += invoice.read
        plan.refused += invoice.refused
        if invoice.is_cancellation:
            for row in invoice.rows:
                matched = _take(bought[row.customer, row.code, row.price], -row.quantity) if row.customer else []
                if matched:
                    plan.refunds.append((row, matched))
                else:
                    plan.unmatched.append(row)
        elif invoice.rows:
            plan.purchases.append(invoice)
            for position, row in enumerate(invoice.rows):
                bought[row.customer, row.code, row.price].append(Matched(invoice.number, position, row.quantity))
    return plan


def _take(left: list[Matched], wanted: int) -> list[Matched]:
    if sum(each.quantity for each in left) < wanted:
        return []
    taken = []
    for each in reversed(left):
        pieces = min(each.quantity, wanted)
        if pieces:
            taken.append(Matched(each.invoice, each.position, pieces))
            each.quantity -= pieces
            wanted -= pieces
        if not wanted:
            break
    return taken


def _sell(plan: Plan, variants: dict[str, str]) -> tuple[dict[str, str], int]:
    """Enter every purchase that is not there yet; return order ids by invoice number, and how many were made now."""
    done = dict(past_sales.recorded(channels=(goods.CHANNEL,)))
    made = 0
    for start in range(0, len(plan.purchases), BATCH):
        missing = [each for each in plan.purchases[start : start + BATCH] if each.number not in done]
        done |= past_sales.record_all([_sale(invoice, variants) for invoice in missing])
        made += len(missing)
        worker.work_once(now=clock.now())
    settle([done[invoice.number] for invoice in plan.purchases])
    return done, made


def _sale(invoice: Invoice, variants: dict[str, str]) -> past_sales.PastSale:
    return past_sales.PastSale(
        key=invoice.number,
        channel=goods.CHANNEL,
        sold_on=invoice.rows[0].day,
        address=ADDRESS,
        lines=[past_sales.PastLine(variants[row.code], row.quantity, row.price) for row in invoice.rows],
        needs_delivery=False,
    )


def _refund(plan: Plan, done: dict[str, str]) -> None:
    for number, (row, taken) in enumerate(plan.refunds, 1):
        for each in taken:
            order_id = done[each.invoice]
            line_id, merchant_id = _line_at(order_id, each.position)
            orders.refund_lines(
                order_id=order_id,
                merchant_id=merchant_id,
                quantities={line_id: each.quantity},
                reason=f"cancelled by {row.invoice}",
                key=f"{row.invoice}:{row.line}:{each.invoice}:{each.position}",
                actor="system:replay",
                on_date=row.day,
            )
        if number % BATCH == 0:
            worker.work_once(now=clock.now())
    settle(list(dict.fromkeys(done[each.invoice] for _, taken in plan.refunds for each in taken)))


def settle(order_ids: Collection[str]) -> None:
    """Do all work that is due until these orders are confirmed and their refunds made, for at most `SETTLED_WITHIN_S`.

    Waits for what another worker holds or a failure has put off. An order whose event is late (whoever was delivering
    it was killed and holds it for a while) is read again instead: an event is only a hint.
    """
    until = time.monotonic() + SETTLED_WITHIN_S
    worker.work_once(now=clock.now())
    catalog.hasten_projections()
    while time.monotonic() < until:
        late = order_queries.unfinished(order_ids=order_ids)
        if not late and not any(queries.count_pending().values()):
            return
        for order_id in late:
            orders.project_order(order_id=order_id)
        worker.work_once(now=clock.now())
        catalog.hasten_projections()
        time.sleep(LOOK_AGAIN_S)
    log.error(
        "not everything settled within %d s: the differences below may be of work still waiting", SETTLED_WITHIN_S
    )


def _line_at(order_id: str, position: int) -> tuple[str, str]:
    """Return (line id, merchant id) of the line that stands at a position of the invoice."""
    order = saleor_orders.get_order(order_id=order_id)
    if order is None:
        raise LookupError(order_id)
    line_id = order.lines[position].id
    for part in order_queries.order_sums(order_id=order_id).parts:
        if any(line.id == line_id for line in part.lines):
            return line_id, part.merchant_id
    raise LookupError(f"line {position} of {order_id} belongs to no merchant")


def _totals(plan: Plan) -> dict[str, Decimal]:
    return {"input": plan.total, "orders": orders_total(), "ledger": ledger_total(), "pool": pool_total()}


def in_pounds(amount: Decimal) -> str:
    """Return an amount with two decimals, or with all it has when they are not whole pence."""
    pence = amount.quantize(PENCE)
    return str(pence if pence == amount else amount)


def orders_total() -> Decimal:
    """Return what Saleor says was sold in the channel, less what was paid back."""
    found = saleor_orders.list_orders(channel=goods.CHANNEL)
    return sum((order.total.gross.amount - order.refunded.amount for order in found), Decimal(0))


def ledger_total() -> Decimal:
    """Return what the ledger says came in by payments of the channel, less what went back."""
    return sum((money.amount for money in settlement.charged(market=goods.CHANNEL).values()), Decimal(0))


def pool_total() -> Decimal:
    """Return what the pool's facts of the channel sum to: sales less refunds."""
    found = hooks.first("pool_sums", market=goods.CHANNEL) or {}
    zero = Money.zero(CURRENCY)
    return (found.get("sale", zero) - found.get("refund", zero)).amount
