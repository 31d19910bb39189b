"""A merchant accepts its part and hands it to a carrier."""

from __future__ import annotations

from django.db import transaction

from marketplace.kernel import clock
from marketplace.kernel.audit.actions import record as audit
from marketplace.kernel.jobs.actions import enqueue
from marketplace.kernel.jobs.crash import crash_point
from marketplace.kernel.scope import all_merchants, merchant_scope
from marketplace.orders import kinds
from marketplace.orders.actions import fulfilling, mails
from marketplace.orders.actions.refunds import get_part
from marketplace.orders.models import MerchantOrder, OrderRecord
from marketplace.orders.types import OrderMissing, UnableToShip
from marketplace.saleor import orders as door
from marketplace.saleor.types import SaleorOrder, SaleorRefused
from plugins.api.types import ParcelShipped
from plugins.runtime import hooks

State = MerchantOrder.State


def accept_parcel(*, order_id: str, merchant_id: str, actor: str) -> None:
    """The merchant has seen its part and will send it. Again changes nothing.

    Raises `OrderMissing` for another merchant's order, `UnableToShip` when the part is refused or not confirmed.
    """
    with transaction.atomic(), merchant_scope(merchant_id):
        part = _open_part(order_id)
        if part.state != State.NEW:
            return
        MerchantOrder.objects.filter(pk=part.pk).update(state=State.ACCEPTED, accepted_at=clock.now())
        mails.write_accepted(part=part)
        audit(actor=actor, action="orders.parcel.accepted", subject=f"order:{order_id}")


def ship_parcel(*, order_id: str, merchant_id: str, carrier: str, tracking_number: str, actor: str) -> None:
    """The merchant has handed its part to a carrier; a job tells Saleor, the buyer, the ledger and plugins.

    Before the job has run, another number replaces the first; afterwards the same call changes nothing.
    Raises `OrderMissing` for another merchant's order, `UnableToShip` without a tracking number, or when the part is
    refused, not confirmed, or sent under another number.
    """
    number = tracking_number.strip()
    if not number:
        raise UnableToShip("the tracking number is missing")
    with transaction.atomic(), merchant_scope(merchant_id):
        part = _open_part(order_id)
        if part.state == State.SHIPPED:
            if part.tracking_number != number:
                raise UnableToShip(f"it was sent under {part.tracking_number}")
            return
        MerchantOrder.objects.filter(pk=part.pk).update(
            state=State.SHIPPING,
            accepted_at=part.accepted_at or clock.now(),
            carrier=carrier.strip(),
            tracking_number=number,
        )
        enqueue(kind=kinds.SHIP, key=order_id, payload={"order_id": order_id}, again=True)
        detail = {"carrier": carrier, "tracking_number": number}
        audit(actor=actor, action="orders.parcel.shipped", subject=f"order:{order_id}", detail=detail)


def tell_shipments(*, order_id: str) -> None:
    """Approve each parcel of an order that was handed over, set its tracking number, tell buyer, ledger and plugins.

    Repeatable. The order is read once for all its parcels; one that cannot be told keeps none of the others back, and
    the first reason is raised after them.
    """
    with all_merchants("the parcels of an order are told together"):
        rows = MerchantOrder.objects.select_related("order").filter(order__order_id=order_id, state=State.SHIPPING)
        parts = list(rows.order_by("position"))
    if not parts:
        return
    order = door.get_order(order_id=order_id)
    if order is None:
        raise OrderMissing(order_id)
    problems: list[Exception] = []
    for part in parts:
        try:
            _tell_shipment(part, order)
        except (UnableToShip, SaleorRefused) as problem:
            problems.append(problem)
    if problems:
        raise problems[0]


def _tell_shipment(part: MerchantOrder, order: SaleorOrder) -> None:
    found = fulfilling.of_warehouse(order, part.warehouse_id)
    if not found:
        raise UnableToShip("Saleor has no parcel of this merchant yet")
    for each in found:
        if each.status == fulfilling.WAITING:
            door.approve_fulfillment(fulfillment_id=each.id)
            crash_point("parcel.approved")
        if each.tracking_number != part.tracking_number:
            door.set_tracking(fulfillment_id=each.id, tracking_number=part.tracking_number)
            crash_point("parcel.tracked")
    _note_shipped(part)


def _note_shipped(part: MerchantOrder) -> None:
    now = clock.now()
    order, merchant = part.order.order_id, str(part.merchant_id)
    with transaction.atomic(), all_merchants("a shipment is told"):
        waiting = MerchantOrder.objects.filter(pk=part.pk, state=State.SHIPPING, tracking_number=part.tracking_number)
        if not waiting.update(state=State.SHIPPED, shipped_at=now):
            return
        enqueue(
            kind=kinds.POST_SHIPMENT, key=f"{order}:{merchant}", payload={"order_id": order, "merchant_id": merchant}
        )
        hooks.notify("parcel_shipped", event=ParcelShipped(order, merchant, part.carrier, part.tracking_number, now))
        mails.write_shipped(part=part)
        crash_point("parcel.noted-uncommitted")


def _open_part(order_id: str) -> MerchantOrder:
    part = get_part(order_id)
    if part.order.state != OrderRecord.State.CONFIRMED:
        raise UnableToShip("the order is not confirmed")
    if part.state == State.REFUSED:
        raise UnableToShip("the part was refused")
    return part
