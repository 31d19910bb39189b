"""Posting to the ledger: each event of an order once, under its domain key; again changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import Sum

from marketplace.kernel import clock
from marketplace.kernel.jobs.crash import crash_point
from marketplace.orders import queries as orders
from marketplace.orders.types import OrderSums, PartView
from marketplace.settlement import posting, rules
from marketplace.settlement.models import Entry, EntryLine
from marketplace.settlement.types import PAYABLE, PENDING, Posting


def post_payment(*, order_id: str) -> bool:
    """Post that an order was paid, at the rates of its day of sale. Returns false when it was posted before."""
    order = orders.order_sums(order_id=order_id)
    lines = posting.payment(order, rules.rule_on(day=order.day_sold))
    return _post(_payment_key(order_id), "payment", order, order.day_sold, lines)


def post_shipment(*, order_id: str, merchant_id: str) -> bool:
    """Post that a merchant's part left: what stands for it as pending becomes payable. False when posted before."""
    paid = Entry.objects.filter(key=_payment_key(order_id)).first()
    if paid is None:
        post_payment(order_id=order_id)
        paid = Entry.objects.get(key=_payment_key(order_id))
    with transaction.atomic():
        lines = posting.shipment(merchant_id, _pending(order_id, merchant_id))
        return _post(_shipment_key(order_id, merchant_id), "shipment", paid, clock.today(), lines)


def post_refund(*, refund_key: str) -> bool:
    """Post that a refund was made. Returns false when it was posted before, or is not made yet."""
    order_id = orders.order_of_refund(key=refund_key)
    given = orders.refund(key=refund_key)
    if given.day is None or given.state != "made":
        return False
    post_payment(order_id=order_id)
    order = orders.order_sums(order_id=order_id)
    part = _part(order, given.merchant_id)
    with transaction.atomic():
        shipped = Entry.objects.filter(key=_shipment_key(order_id, part.merchant_id)).exists()
        lines = posting.refund(
            part,
            given,
            refunded=_refunded(part),
            rule=rules.rule_on(day=order.day_sold),
            account=PAYABLE if shipped else PENDING,
        )
        return _post(f"refund:{refund_key}", "refund", order, given.day, lines)


def _post(key: str, kind: str, order: OrderSums | Entry, day: date, lines: Sequence[Posting]) -> bool:
    posting.check_balanced(lines)
    with transaction.atomic():
        fields = {
            "kind": kind,
            "order_id": order.order_id,
            "market": order.market,
            "day": day,
            "posted_at": clock.now(),
            "is_simulated": order.is_simulated,
        }
        entry, is_new = Entry.objects.get_or_create(key=key, defaults=fields)
        if not is_new:
            return False
        crash_point("ledger.entry-uncommitted")
        EntryLine.objects.bulk_create(
            EntryLine(
                entry=entry,
                account=each.account,
                merchant_id=each.merchant_id,
                line_id=each.line_id,
                what=each.what,
                currency=each.amount.currency,
                amount=each.amount.amount,
            )
            for each in lines
            if each.amount
        )
    return True


def _payment_key(order_id: str) -> str:
    return f"payment:{order_id}"


def _shipment_key(order_id: str, merchant_id: str) -> str:
    return f"shipment:{order_id}:{merchant_id}"


def _part(order: OrderSums, merchant_id: str) -> PartView:
    return next(part for part in order.parts if part.merchant_id == merchant_id)


def _pending(order_id: str, merchant_id: str) -> int:
    rows = EntryLine.objects.filter(entry__order_id=order_id, merchant_id=merchant_id, account=PENDING)
    return -int(rows.aggregate(sum=Sum("amount"))["sum"] or Decimal(0))


def _refunded(part: PartView) -> dict[str, int]:
    rows = EntryLine.objects.filter(line_id__in=[line.id for line in part.lines], what="refund")
    return {row["line_id"]: int(row["sum"]) for row in rows.values("line_id").annotate(sum=Sum("amount"))}
