"""Refusing lines and paying back. A refund has a name of its own that is written into Saleor's grant, so that it is
found again after a crash and never asked for twice."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import Sum

from marketplace.kernel import clock
from marketplace.kernel.audit.actions import record as audit
from marketplace.kernel.jobs.actions import enqueue
from marketplace.kernel.jobs.crash import crash_point
from marketplace.kernel.money import round_down
from marketplace.kernel.scope import all_merchants, merchant_scope
from marketplace.orders import kinds
from marketplace.orders.actions import facts, fulfilling, mails
from marketplace.orders.actions.problems import close_problem, open_problem
from marketplace.orders.models import MerchantOrder, MerchantOrderLine, OrderRecord, Refund, RefundLine
from marketplace.orders.types import OrderMissing, UnableToRefund, UnableToRefuse
from marketplace.saleor import orders as door
from marketplace.saleor import payments
from marketplace.saleor.types import SaleorGrantedRefund, SaleorOrder
from plugins.api import types as api
from plugins.api.money import Money
from plugins.runtime import hooks

State = MerchantOrder.State


def refuse_line(*, order_id: str, merchant_id: str, line_id: str, reason: str, actor: str) -> str:
    """Refuse one line: see `refuse_lines`."""
    return refuse_lines(order_id=order_id, merchant_id=merchant_id, line_ids=[line_id], reason=reason, actor=actor)


def refuse_lines(*, order_id: str, merchant_id: str, line_ids: Sequence[str], reason: str, actor: str) -> str:
    """Refuse whole lines of a part that is not yet sent; returns the refund's key. The same lines again change nothing.

    The buyer gets back exactly what the lines cost, with the part's delivery when nothing of the part is left. A job
    takes the lines out of the parcel at Saleor and asks for the money.
    Raises `OrderMissing` for another merchant's order or line, `UnableToRefuse` for an empty reason or a part that is
    on its way.
    """
    if not reason.strip():
        raise UnableToRefuse("say why")
    key = f"refuse:{order_id}:{merchant_id}:{_digest(line_ids)}"
    with transaction.atomic(), merchant_scope(merchant_id):
        part = get_part(order_id)
        if Refund.objects.filter(key=key).exists():
            return key
        lines = _lines(part, line_ids)
        if part.order.state != OrderRecord.State.CONFIRMED or part.state not in (State.NEW, State.ACCEPTED):
            raise UnableToRefuse("the part is not waiting to be sent")
        if any(line.is_refused for line in lines):
            raise UnableToRefuse("a line was refused before")
        part.lines.filter(pk__in=[line.pk for line in lines]).update(is_refused=True)
        is_last = not part.lines.filter(is_refused=False).exists()
        if is_last:
            MerchantOrder.objects.filter(pk=part.pk).update(state=State.REFUSED)
        pieces = {line: line.quantity for line in lines}
        words = {"ja": reason, "en": reason}
        refund = _create(part, key, key, pieces, words, with_shipping=is_last, is_refusal=True)
        enqueue(kind=kinds.REFUND, key=key, payload={"grant_key": key})
        mails.write_refused(refund=refund, has_rest=not is_last)
        detail = {"lines": list(line_ids), "reason": reason}
        audit(actor=actor, action="orders.line.refused", subject=f"order:{order_id}", detail=detail)
    return key


def refund_lines(
    *,
    order_id: str,
    merchant_id: str,
    quantities: Mapping[str, int],
    reason: str,
    key: str,
    actor: str,
    on_date: date | None = None,
) -> str:
    """Pay back pieces of a confirmed part that came back or were faulty; returns the refund's key.

    Arguments: `quantities`, pieces by line id; `key`, the caller's name of this wish: the same again changes nothing;
    `on_date`, the day in Japan it counts for (None: when it is made). Delivery is not paid back.
    Raises `OrderMissing`, or `UnableToRefund` for more pieces than are left.
    """
    key = f"return:{order_id}:{merchant_id}:{key}"
    with transaction.atomic(), merchant_scope(merchant_id):
        part = get_part(order_id)
        if Refund.objects.filter(key=key).exists():
            return key
        if part.order.state != OrderRecord.State.CONFIRMED:
            raise UnableToRefund("the order is not confirmed")
        pieces = {line: quantities[line.line_id] for line in _lines(part, list(quantities))}
        for line, quantity in pieces.items():
            if not 0 < quantity <= line.quantity - _refunded(line):
                raise UnableToRefund(f"{quantity} pieces of {line.line_id} are not there to be paid back")
        words = {"ja": reason, "en": reason}
        _create(part, key, key, pieces, words, with_shipping=False, is_refusal=False, on_date=on_date)
        enqueue(kind=kinds.REFUND, key=key, payload={"grant_key": key})
        audit(actor=actor, action="orders.line.refunded", subject=f"order:{order_id}", detail=dict(quantities))
    return key


def whole_key(order_id: str) -> str:
    """Return the name of the one grant by which a cancelled order is paid back."""
    return f"cancel:{order_id}"


def refund_whole_order(*, record: OrderRecord, reasons: Sequence[Mapping[str, str]]) -> None:
    """Write down one refund per part of an order that is being cancelled; `carry_out` asks for the money once."""
    words = {code: " ".join(each.get(code, each["ja"]) for each in reasons) for code in ("ja", "en")}
    for part in MerchantOrder.objects.filter(order=record).order_by("position"):
        pieces = {line: line.quantity for line in part.lines.order_by("position")}
        part.lines.update(is_refused=True)
        MerchantOrder.objects.filter(pk=part.pk).update(state=State.REFUSED)
        key = f"{whole_key(record.order_id)}:{part.merchant_id}"
        _create(part, key, whole_key(record.order_id), pieces, words, with_shipping=True, is_refusal=True)


def carry_out(*, grant_key: str) -> None:
    """Do at Saleor what a refund asks for, from wherever a former attempt ended, and note what came of it."""
    with all_merchants("a refund is carried out by its key"):
        rows = list(Refund.objects.filter(grant_key=grant_key).select_related("part__order").order_by("pk"))
        pieces = {
            each.line.line_id: each.quantity
            for each in RefundLine.objects.filter(refund__in=rows).select_related("line").order_by("pk")
        }
    record = rows[0].part.order
    is_refusal = rows[0].is_refusal
    if is_refusal:
        _take_out_of_parcel(record, {each.part.warehouse_id for each in rows}, set(pieces))
    _ask_for_money(record, grant_key, rows, pieces)
    if is_refusal and record.state == OrderRecord.State.CONFIRMED:
        fulfilling.fulfill_rest(record=record, order=_read(record.order_id))
        crash_point("refund.fulfilled-rest")
        _cancel_when_empty(record)
    note_refunds(order=_read(record.order_id))


def note_refunds(*, order: SaleorOrder) -> None:
    """Note which refunds Saleor says were made or failed. A refund is noted as made once."""
    for grant in order.granted_refunds:
        grant_key = key_in(grant)
        if grant_key and grant.status == "SUCCESS":
            _note_made(grant_key)
        elif grant_key and grant.status == "FAILURE":
            _note_failed(order, grant_key)


def key_in(grant: SaleorGrantedRefund) -> str:
    """Return the key that this mall wrote into a grant's reason, or ""."""
    _, bracket, rest = grant.reason.rpartition("[")
    return rest.removesuffix("]") if bracket and rest.endswith("]") else ""


def get_part(order_id: str) -> MerchantOrder:
    """Return the part of the merchant in scope, locked. Raises `OrderMissing`."""
    part = (
        MerchantOrder.objects.select_for_update(of=("self",))
        .select_related("order")
        .filter(order__order_id=order_id)
        .first()
    )
    if part is None:
        raise OrderMissing(order_id)
    return part


def _take_out_of_parcel(record: OrderRecord, warehouses: set[str], refused: set[str]) -> None:
    """Cancelling a waiting fulfillment deletes it whole; what is not refused gets a new one afterwards."""
    order = _read(record.order_id)
    for warehouse_id in sorted(warehouses):
        for each in fulfilling.of_warehouse(order, warehouse_id):
            if each.status == fulfilling.WAITING and refused & set(each.lines):
                door.cancel_fulfillment(fulfillment_id=each.id, warehouse_id=warehouse_id)
                crash_point("refund.cancelled-fulfillment")


def _ask_for_money(record: OrderRecord, grant_key: str, rows: list[Refund], pieces: dict[str, int]) -> None:
    order = _read(record.order_id)
    grant = next((each for each in order.granted_refunds if key_in(each) == grant_key), None)
    if grant is None:
        amount = Money(sum((each.amount for each in rows), Decimal(0)), record.currency)
        grant = door.grant_refund(
            order_id=record.order_id,
            transaction_id=record.transaction_id,
            amount=amount,
            lines=pieces,
            reason=f"{rows[0].reason['ja']} [{grant_key}]",
        )
        crash_point("refund.granted")
    is_asked_again = grant.status == "FAILURE" and any(each.state == Refund.State.ASKED for each in rows)
    if grant.status == "NONE" or is_asked_again:
        payments.request_refund(granted_refund_id=grant.id)
        crash_point("refund.asked")


def _cancel_when_empty(record: OrderRecord) -> None:
    with all_merchants("an order of which nothing is left is cancelled"):
        if MerchantOrderLine.objects.filter(part__order=record, is_refused=False).exists():
            return
    order = _read(record.order_id)
    if order.status != "CANCELED" and all(each.status == fulfilling.CANCELED for each in order.fulfillments):
        door.cancel_order(order_id=record.order_id)


def _note_made(grant_key: str) -> None:
    now = clock.now()
    with transaction.atomic(), all_merchants("a refund was made"):
        open_rows = Refund.objects.filter(grant_key=grant_key).exclude(state=Refund.State.MADE)
        rows = list(open_rows.select_for_update(of=("self",)).select_related("part__order").order_by("pk"))
        if not rows:
            return
        record = rows[0].part.order
        for refund in rows:
            refund.state, refund.made_at = Refund.State.MADE, now
            refund.day = refund.day or record.refunded_on or clock.day_of(now)
            refund.save(update_fields=["state", "made_at", "day"])
            _tell(refund, record)
        mails.write_refund_made(refunds=rows)
        close_problem(order_id=record.order_id, code=f"orders.refund_failed:{grant_key[-24:]}")
        crash_point("refund.noted-uncommitted")


def _tell(refund: Refund, record: OrderRecord) -> None:
    enqueue(kind=kinds.POST_REFUND, key=refund.key, payload={"refund_key": refund.key})
    lines = tuple(each.line.line_id for each in refund.lines.select_related("line").order_by("pk"))
    assert refund.made_at is not None
    event = api.RefundMade(
        order_id=record.order_id,
        merchant_id=str(refund.part.merchant_id),
        line_ids=lines,
        amount=Money(refund.amount, record.currency),
        reason=refund.reason,
        refunded_at=refund.made_at,
    )
    hooks.notify("refund_made", event=event)
    if record.confirmed_at is not None:
        facts.record_refund(refund=refund, record=record)


def _note_failed(order: SaleorOrder, grant_key: str) -> None:
    with transaction.atomic(), all_merchants("a refund failed"):
        rows = Refund.objects.filter(grant_key=grant_key, state=Refund.State.ASKED)
        if rows.update(state=Refund.State.FAILED):
            open_problem(
                order_id=order.id,
                number=order.number,
                code=f"orders.refund_failed:{grant_key[-24:]}",
                detail=f"the payment provider refused the refund {grant_key}",
            )


def _create(
    part: MerchantOrder,
    key: str,
    grant_key: str,
    pieces: Mapping[MerchantOrderLine, int],
    reason: Mapping[str, str],
    *,
    with_shipping: bool,
    is_refusal: bool,
    on_date: date | None = None,
) -> Refund:
    shares = {line: _share(line, quantity, part.order.currency) for line, quantity in pieces.items()}
    shipping, shipping_yen = (part.shipping, part.shipping_yen) if with_shipping else (Decimal(0), 0)
    refund = Refund.objects.create(
        key=key,
        grant_key=grant_key,
        part=part,
        amount=sum((amount for amount, _ in shares.values()), shipping),
        shipping=shipping,
        yen=sum(yen for _, yen in shares.values()) + shipping_yen,
        shipping_yen=shipping_yen,
        reason=dict(reason),
        is_refusal=is_refusal,
        asked_at=clock.now(),
        day=on_date,
    )
    RefundLine.objects.bulk_create(
        RefundLine(refund=refund, line=line, quantity=pieces[line], amount=amount, yen=yen)
        for line, (amount, yen) in shares.items()
    )
    return refund


def _share(line: MerchantOrderLine, quantity: int, currency: str) -> tuple[Decimal, int]:
    """What `quantity` more pieces are worth: all refunds of a line together are never more or less than the line."""
    before = _refunded(line)

    def upto(pieces: int) -> tuple[Decimal, int]:
        part = round_down(Money(line.total * pieces / line.quantity, currency)).amount
        return (line.total if pieces == line.quantity else part), line.yen * pieces // line.quantity

    (amount_after, yen_after), (amount_before, yen_before) = upto(before + quantity), upto(before)
    return amount_after - amount_before, yen_after - yen_before


def _refunded(line: MerchantOrderLine) -> int:
    return RefundLine.objects.filter(line=line).aggregate(sum=Sum("quantity"))["sum"] or 0


def _lines(part: MerchantOrder, line_ids: Sequence[str]) -> list[MerchantOrderLine]:
    lines = list(part.lines.filter(line_id__in=line_ids).order_by("position"))
    if not lines or len(lines) != len(set(line_ids)):
        raise OrderMissing("no such line")
    return lines


def _digest(line_ids: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(sorted(line_ids)).encode()).hexdigest()[:16]


def _read(order_id: str) -> SaleorOrder:
    order = door.get_order(order_id=order_id)
    if order is None:
        raise LookupError(f"Saleor no longer has the order {order_id}")
    return order
