"""Drafts: orders that staff or an app writes for somebody, and what turns them into real ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import transaction

from infra.engine.customers.models import User
from infra.engine.discounts.models import VoucherCode
from infra.engine.discounts.voucher_usage import lock_voucher
from infra.engine.money import ZERO
from infra.engine.orders import delivery, lock_objects, settling, vouchers
from infra.engine.orders.addresses import keep_addresses
from infra.engine.orders.charges import FULLY, tell_charged
from infra.engine.orders.checks import check_draft
from infra.engine.orders.history import record
from infra.engine.orders.lines import (
    LineWish,
    check_editable,
    grouped,
    sold_variants,
    store_wishes,
    tell_change,
    tell_lines,
)
from infra.engine.orders.models import Order, OrderLine, OrderNumber
from infra.engine.payments.models import TransactionItem
from infra.engine.products.models import Channel
from infra.engine.schema.context import Requestor
from infra.engine.schema.errors import MutationError, UserErrors, refuse
from infra.engine.schema.ids import to_global_id
from infra.engine.shipping.models import ShippingMethod
from infra.engine.warehouses.actions import allocate
from infra.engine.warehouses.types import InsufficientStock, Wanted


@dataclass(slots=True)
class DraftChange:
    """What is said of a draft: `columns` of the order as they are to be; delivery and voucher only when `*_said`.

    `code` is the voucher's code found to hold in the channel; None takes the voucher away. `metadata` and
    `private_metadata` are merged into what is there.
    """

    columns: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, str] = field(default_factory=dict)
    private_metadata: dict[str, str] = field(default_factory=dict)
    method_said: bool = False
    method: ShippingMethod | None = None
    voucher_said: bool = False
    code: VoucherCode | None = None
    code_text: str | None = None


def create_draft(*, channel: Channel, change: DraftChange, wishes: Sequence[LineWish], requestor: Requestor) -> Order:
    """Store a draft with its lines. Raises UserErrors as `draftOrderCreate` shows them; then nothing was stored."""
    from infra.engine.deliveries import emit

    variants = sold_variants([wish.variant_id for wish in wishes], channel.pk, field="lines") if wishes else {}
    if any(wish.quantity <= 0 for wish in wishes):
        raise refuse("quantity", "Ensure this value is greater than 0.", "ZERO_QUANTITY")
    with transaction.atomic("engine"):
        order = Order(
            number=OrderNumber.objects.create().pk,
            status="DRAFT",
            origin="DRAFT",
            channel=channel,
            currency=channel.currency_code,
            should_refresh_prices=True,
        )
        _set(order, change)
        order.save(force_insert=True)
        if wishes:
            lines = store_wishes(order, grouped(wishes, []), variants)
            tell_lines(order, "ADDED_PRODUCTS", lines, requestor)
        _set_delivery(order, change)
        _set_voucher(order, change, had=None)
        order.save()
        record(order, "DRAFT_CREATED", requestor)
        emit(event="DRAFT_ORDER_CREATED", obj=order)
        return order


def update_draft(*, order_id: UUID, change: DraftChange, requestor: Requestor) -> Order:
    """Change a draft. Raises UserErrors as `draftOrderUpdate` shows them; then nothing was changed."""
    from infra.engine.deliveries import emit

    with transaction.atomic("engine"):
        order = lock_objects.order(order_id)
        check_draft_status(order, "Provided order id belongs to non-draft order. Use `orderUpdate` mutation instead.")
        before = _state(order)
        _set(order, change)
        _set_delivery(order, change)
        _set_voucher(order, change, had=before["voucher_code"])
        priced = change.method_said or change.voucher_said
        if priced or {"shipping_address", "billing_address"} & change.columns.keys():
            order.should_refresh_prices = True
        order.save()
        after = _state(order)
        changed = {name for name in after if after[name] != before[name]} - {"metadata", "private_metadata"}
        if changed or priced:
            emit(event="DRAFT_ORDER_UPDATED", obj=order)
        return order


def _state(order: Order) -> dict[str, Any]:
    return {item.attname: getattr(order, item.attname) for item in Order._meta.fields if item.name != "updated_at"}


def check_draft_status(order: Order, message: str) -> None:
    """Raise UserErrors(INVALID) unless the order is a draft."""
    if order.status != "DRAFT":
        raise refuse("id", message, "INVALID")


def _set(order: Order, change: DraftChange) -> None:
    reference = change.columns.get("external_reference")
    taken = Order.objects.filter(external_reference=reference).exclude(pk=order.pk)
    if reference and taken.exists():
        raise refuse("externalReference", "Order with this External reference already exists.", "UNIQUE")
    for name, value in change.columns.items():
        setattr(order, name, value)
    order.metadata = order.metadata | change.metadata
    order.private_metadata = order.private_metadata | change.private_metadata


def _set_delivery(order: Order, change: DraftChange) -> None:
    if not change.method_said:
        return
    if change.method is None:
        delivery.clear_method(order)
    else:
        lines = list(OrderLine.objects.filter(order=order).select_related("variant__product__product_type"))
        delivery.choose_method(order, lines, change.method, check=False)


def _set_voucher(order: Order, change: DraftChange, *, had: str | None) -> None:
    if not change.voucher_said:
        return
    code = change.code
    order.voucher_id = code.voucher_id if code is not None else None
    order.voucher_code = change.code_text or code.code if code is not None else None
    vouchers.apply_voucher(order, code.voucher if code is not None else None)
    if not vouchers.counts_drafts(order.channel):
        return
    if code is not None:
        vouchers.count_use(code)
    elif had is not None:
        vouchers.free_use(had)


def delete_draft(*, order_id: UUID, requestor: Requestor) -> Order:
    """Delete a draft without payments; a use of its voucher is taken back. Returns it as it was."""
    from infra.engine.deliveries import emit

    with transaction.atomic("engine"):
        order = lock_objects.order(order_id)
        check_draft_status(order, "Provided order id belongs to non-draft order.")
        if TransactionItem.objects.filter(order=order).exists():
            message = "Cannot delete order with payments or transactions attached to it."
            raise refuse("id", message, "INVALID")
        if order.voucher_code and vouchers.counts_drafts(order.channel):
            vouchers.free_use(order.voucher_code, email=vouchers.customer_email(order))
        pk = order.pk
        emit(event="DRAFT_ORDER_DELETED", obj=order)
        order.delete()
        order.pk = pk
        return order


def delete_drafts(*, order_ids: Iterable[UUID], requestor: Requestor) -> int:
    """Delete several drafts, all or none; return how many. Raises UserErrors(CANNOT_DELETE) for other orders."""
    wanted = list(order_ids)
    others = Order.objects.filter(pk__in=wanted).exclude(status="DRAFT")
    if others.exists():
        raise UserErrors(
            [
                MutationError.of(to_global_id("Order", pk), "Cannot delete non-draft orders.", "CANNOT_DELETE")
                for pk in others.values_list("pk", flat=True)
            ]
        )
    with transaction.atomic("engine"):
        for pk in wanted:
            delete_draft(order_id=pk, requestor=requestor)
    return len(wanted)


def complete_draft(*, order_id: UUID, requestor: Requestor) -> Order:
    """Turn a draft into an order: check it, promise its stock, tell it.

    Raises UserErrors as `draftOrderComplete` shows them; then nothing was changed.
    """
    order = Order.objects.select_related("channel", "user").get(pk=order_id)
    settling.settle([order], force=order.tax_error is not None)
    if order.tax_error is not None:
        raise refuse(None, "Configured Tax App returned invalid response.", "TAX_ERROR")
    with transaction.atomic("engine"):
        order = lock_objects.order(order_id)
        check_draft_status(order, "The order is not draft.")
        if order.voucher_id is not None:
            lock_voucher(order.voucher_id)
        lines = list(OrderLine.objects.filter(order=order).select_related("variant__product__product_type"))
        check_draft(order, lines)
        _set_customer(order)
        confirmed = order.channel.order_settings.get("automaticallyConfirmAllNewOrders", True)
        order.status = "UNFULFILLED" if confirmed else "UNCONFIRMED"
        if not delivery.needs_shipping(lines):
            order.delivery, order.shipping_address = None, None
            order.shipping_net = order.shipping_gross = ZERO
        voucher = vouchers.voucher_of(order)
        if voucher is not None:
            vouchers.use_at_completion(order, voucher)
        keep_addresses(
            order.user,
            billing=order.billing_address if order.draft_save_billing_address else None,
            shipping=order.shipping_address if order.draft_save_shipping_address else None,
        )
        order.draft_save_billing_address = order.draft_save_shipping_address = None
        order.save()
        OrderLine.objects.filter(order=order).update(price_fixed_until=None)
        _promise(order, lines)
        _tell(order, requestor, confirmed=confirmed)
        return order


def _set_customer(order: Order) -> None:
    if order.user is not None:
        order.user_email = order.user.email
    elif order.user_email:
        order.user = User.objects.filter(email=order.user_email.lower()).first()


def _promise(order: Order, lines: Sequence[OrderLine]) -> None:
    wanted = [
        Wanted(line.pk, line.variant.pk, line.quantity)
        for line in lines
        if line.variant is not None and line.variant.track_inventory
    ]
    try:
        allocate(wanted=wanted, channel_id=order.channel_id, selling=settling.selling_for(order))
    except InsufficientStock as short:
        raise UserErrors(
            [
                MutationError.of(
                    "lines",
                    "Insufficient product stock.",
                    "INSUFFICIENT_STOCK",
                    order_lines=[to_global_id("OrderLine", item.line_id)],
                )
                for item in short.shortages
            ]
        ) from None


def _tell(order: Order, requestor: Requestor, *, confirmed: bool) -> None:
    from infra.engine.deliveries import emit

    record(order, "PLACED_FROM_DRAFT", requestor)
    emit(event="ORDER_CREATED", obj=order)
    if order.charge_status in FULLY:
        tell_charged(order)
    if confirmed:
        record(order, "CONFIRMED", requestor)
        emit(event="ORDER_CONFIRMED", obj=order)


def update_order(*, order_id: UUID, change: DraftChange, requestor: Requestor) -> Order:
    """Change addresses, customer or data of an order that is no draft.

    Raises UserErrors as `orderUpdate` shows them; then nothing was changed.
    """
    from infra.engine.deliveries import emit

    with transaction.atomic("engine"):
        order = lock_objects.order(order_id)
        if order.status == "DRAFT":
            message = "Provided order id belongs to draft order. Use `draftOrderUpdate` mutation instead."
            raise refuse("id", message, "INVALID")
        before = _state(order)
        _set(order, change)
        if {"shipping_address", "billing_address"} & change.columns.keys():
            order.should_refresh_prices = True
        order.save()
        after = _state(order)
        changed = {name for name in after if after[name] != before[name]}
        if changed - {"metadata", "private_metadata"}:
            emit(event="ORDER_UPDATED", obj=order)
        if changed & {"metadata", "private_metadata"}:
            emit(event="ORDER_METADATA_UPDATED", obj=order)
        return order


def update_shipping(*, order_id: UUID, method: ShippingMethod | None, requestor: Requestor) -> Order:
    """Choose one of the shop's own methods for a draft or unconfirmed order, or take the delivery away (None).

    Raises UserErrors as `orderUpdateShipping` shows them; then nothing was changed.
    """
    with transaction.atomic("engine"):
        order = lock_objects.order(order_id)
        check_editable(order)
        lines = list(OrderLine.objects.filter(order=order).select_related("variant__product__product_type"))
        if method is None:
            if order.status != "DRAFT" and delivery.needs_shipping(lines):
                message = "Shipping method is required for this order."
                raise refuse("shippingMethod", message, "SHIPPING_METHOD_REQUIRED")
            delivery.clear_method(order)
        else:
            delivery.choose_method(order, lines, method, check=order.status != "DRAFT")
        settling.mark(order, *delivery.COLUMNS)
        tell_change(order)
        return order
