"""From paid to confirmed or cancelled: jobs, each repeatable at any point."""

from __future__ import annotations

from django.db import transaction

from marketplace.catalog import queries as catalog
from marketplace.kernel import clock
from marketplace.kernel.jobs.actions import enqueue
from marketplace.kernel.jobs.crash import crash_point
from marketplace.kernel.scope import all_merchants
from marketplace.merchants import queries as merchants
from marketplace.orders import kinds
from marketplace.orders.actions import facts, fulfilling, mails, refunds
from marketplace.orders.models import MerchantOrderLine, OrderRecord
from marketplace.saleor import orders as door
from marketplace.saleor.types import SaleorOrder
from plugins.api import types as api
from plugins.api.money import Money
from plugins.runtime import hooks

State = OrderRecord.State


def check_order(*, order_id: str) -> None:
    """Ask plugins whether a paid order may be confirmed, and ask for its confirmation or its cancellation.

    Nothing happens for an order that was decided before.
    """
    record = OrderRecord.objects.get(order_id=order_id)
    if record.state != State.PAID:
        return
    problems = hooks.gather("check_order", order=as_plugins_see(record), on_date=record.day_sold)
    reasons = [dict(each.message) for each in problems if each.blocks]
    with transaction.atomic():
        if reasons:
            undecided = OrderRecord.objects.filter(pk=record.pk, state=State.PAID)
            undecided.update(state=State.CANCELLING, cancel_reasons=reasons)
            with all_merchants("a cancelled order is refunded whole"):
                refunds.refund_whole_order(record=record, reasons=reasons)
        enqueue(kind=kinds.CANCEL if reasons else kinds.CONFIRM, key=order_id, payload={"order_id": order_id})


def confirm_order(*, order_id: str) -> None:
    """Confirm at Saleor, ask for one parcel per merchant there, then tell merchants' pages, plugins and the buyer."""
    record = OrderRecord.objects.get(order_id=order_id)
    if record.state != State.PAID:
        return
    order = _read(order_id)
    if order.status == "UNCONFIRMED":
        door.confirm_order(order_id=order_id)
        crash_point("orders.confirmed-at-saleor")
    fulfilling.fulfill_rest(record=record, order=order)
    crash_point("orders.fulfilled-at-saleor")
    with transaction.atomic(), all_merchants("a confirmed order is told to all its merchants"):
        unconfirmed = OrderRecord.objects.filter(pk=record.pk, state=State.PAID)
        if not unconfirmed.update(state=State.CONFIRMED, confirmed_at=clock.now()):
            return
        record.refresh_from_db()
        if hooks.has_receivers("order_paid"):
            hooks.notify("order_paid", event=api.OrderPaid(as_plugins_see(record)))
        facts.record_sales(record=record)
        mails.write_paid(record=record)
        crash_point("orders.confirmed-uncommitted")


def cancel_order(*, order_id: str) -> None:
    """Refund a refused order whole, cancel it at Saleor and tell the buyer why."""
    record = OrderRecord.objects.get(order_id=order_id)
    if record.state != State.CANCELLING:
        return
    refunds.carry_out(grant_key=refunds.whole_key(order_id))
    if _read(order_id).status != "CANCELED":
        door.cancel_order(order_id=order_id)
        crash_point("orders.cancelled-at-saleor")
    with transaction.atomic():
        open_rows = OrderRecord.objects.filter(pk=record.pk, state=State.CANCELLING)
        if open_rows.update(state=State.CANCELLED, cancelled_at=clock.now()):
            mails.write_cancelled(record=record)


def as_plugins_see(record: OrderRecord) -> api.Order:
    """Return a stored order without any person, as hooks get it.

    Goods of a sale made elsewhere (a replay) that were never a listing here are left out: no rule of the mall is about
    them. In an order made here such goods stay, so that nothing slips past a check by being unknown.
    """
    with all_merchants("plugins check the whole order"):
        lines = list(
            MerchantOrderLine.objects.filter(part__order=record)
            .select_related("part")
            .order_by("part__position", "position")
        )
    listings = _listings(lines, record)
    return api.Order(
        id=record.order_id,
        number=record.number,
        market=record.market,
        destination=api.Destination(
            country=record.country,
            channel=record.market,
            area=record.country_area,
            postal_code=record.address.get("postal_code", ""),
        ),
        lines=tuple(
            api.OrderLine(each.line_id, listings[each.product_id], each.quantity, Money(each.total, record.currency))
            for each in lines
            if each.product_id in listings
        ),
        paid_at=record.paid_at,
    )


def _listings(lines: list[MerchantOrderLine], record: OrderRecord) -> dict[str, api.Listing]:
    """What was sold, as the catalogue knows it; goods of a real order that it does not know with what the line says."""
    found = catalog.listing_views(product_ids=[each.product_id for each in lines], on_date=record.day_sold)
    if record.is_simulated:
        return found
    unknown = [each for each in lines if each.product_id not in found]
    ids = {str(each.part.merchant_id) for each in unknown}
    owners = merchants.merchants_for_plugins(ids=ids, on_date=record.day_sold) if ids else {}
    for each in unknown:
        found[each.product_id] = api.Listing(
            id="",
            product_id=each.product_id,
            slug="",
            merchant=owners[str(each.part.merchant_id)],
            name={"ja": each.name},
            description={"ja": ""},
            category=each.category,
            is_food=False,
            tax_class="",
            hs_code="",
            origin_country="",
            origin_area="",
            weight_g=0,
            markets=(record.market,),
            answers={},
        )
    return found


def _read(order_id: str) -> SaleorOrder:
    order = door.get_order(order_id=order_id)
    if order is None:
        raise LookupError(f"Saleor no longer has the order {order_id}")
    return order
