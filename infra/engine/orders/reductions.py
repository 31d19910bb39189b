"""Reductions by hand: of a whole order, or of one of its lines. Each takes the place of other discounts there."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from infra.engine.money import quantize
from infra.engine.orders import lock_objects, pricing, promotions, settling, vouchers
from infra.engine.orders.history import record
from infra.engine.orders.models import Order, OrderDiscount, OrderLine, OrderLineDiscount
from infra.engine.orders.types import Reduction
from infra.engine.schema.context import Requestor
from infra.engine.schema.errors import refuse


def _check_order(order: Order) -> None:
    if not order.is_editable:
        raise refuse("orderId", "Only draft and unconfirmed order can be modified.", "CANNOT_DISCOUNT")


def _check_value(most: Decimal, said: Reduction, currency: str) -> None:
    if said.value_type == "FIXED" and said.value > most:
        raise refuse("value", f"The value ({said.value}) cannot be higher than {most} {currency}", "INVALID")
    if said.value_type == "PERCENTAGE" and said.value > 100:
        raise refuse("value", f"The percentage value ({said.value}) cannot be higher than 100.", "INVALID")


def add_reduction(*, order_id: UUID, said: Reduction, requestor: Requestor) -> Order:
    """Reduce an order by hand; its promotion, gift and voucher for the whole order give way.

    Raises UserErrors: CANNOT_DISCOUNT for a finished order or a second reduction, INVALID for a value too high.
    """
    _settle(order_id)
    with transaction.atomic("engine"):
        order = lock_objects.order(order_id)
        _check_order(order)
        if OrderDiscount.objects.filter(order=order, type="MANUAL").exists():
            raise refuse("orderId", "Order already has assigned discount.", "CANNOT_DISCOUNT")
        _check_value(order.undiscounted_total_gross, said, order.currency)
        lines = list(OrderLine.objects.filter(order=order))
        voucher = vouchers.voucher_of(order)
        others = OrderDiscount.objects.filter(order=order)
        if voucher is not None and voucher.type == "SHIPPING":
            others = others.exclude(type="VOUCHER")
        others.delete()
        promotions.remove_gifts(order, lines)
        before = pricing.subtotal_of(lines) + order.base_shipping
        after = pricing.take_off(before, value=said.value, value_type=said.value_type, currency=order.currency)
        row = OrderDiscount.objects.create(
            order=order,
            type="MANUAL",
            value_type=said.value_type,
            value=said.value,
            reason=said.reason,
            amount_value=quantize(before - after, order.currency),
            currency=order.currency,
        )
        record(order, "ORDER_DISCOUNT_ADDED", requestor, discount=_told(row))
        settling.mark(order)
        return order


def update_reduction(*, discount: OrderDiscount, said: Reduction, requestor: Requestor) -> Order:
    """Change a reduction. Raises UserErrors as `add_reduction` does."""
    _settle(discount.order_id)
    with transaction.atomic("engine"):
        order = lock_objects.order(discount.order_id)
        _check_order(order)
        _check_value(order.undiscounted_total_gross, said, order.currency)
        before = _told(discount)
        changed = (discount.value, discount.value_type) != (said.value, said.value_type)
        discount.value, discount.value_type = said.value, said.value_type
        if said.reason_said:
            discount.reason = said.reason
        discount.save()
        settling.mark(order)
        if changed:
            record(order, "ORDER_DISCOUNT_UPDATED", requestor, discount=_told(discount, before))
        return order


def delete_reduction(*, discount: OrderDiscount, requestor: Requestor) -> Order:
    """Remove a reduction; a voucher that had to give way comes back. Raises UserErrors(CANNOT_DISCOUNT)."""
    with transaction.atomic("engine"):
        order = lock_objects.order(discount.order_id)
        _check_order(order)
        told = _told(discount)
        discount.delete()
        voucher = vouchers.voucher_of(order)
        if voucher is not None:
            vouchers.apply_to_order(order, voucher)
        record(order, "ORDER_DISCOUNT_DELETED", requestor, discount=told)
        settling.mark(order, "base_shipping")
        return order


def reduce_line(*, line: OrderLine, said: Reduction, requestor: Requestor) -> OrderLine:
    """Reduce one piece's price of a line by hand, in place of its promotion and voucher.

    Raises UserErrors: CANNOT_DISCOUNT for a finished order, INVALID for a value too high.
    """
    _settle(line.order_id)
    with transaction.atomic("engine"):
        order = lock_objects.order(line.order_id)
        line = lock_objects.lines([line.pk])[line.pk]
        line.order = order
        _check_order(order)
        _check_value(line.undiscounted_unit_gross, said, order.currency)
        before = {"value": line.unit_discount_value, "value_type": line.unit_discount_type}
        OrderLineDiscount.objects.filter(line=line).exclude(type="MANUAL").delete()
        row = OrderLineDiscount.objects.filter(line=line, type="MANUAL").first()
        row = row or OrderLineDiscount(line=line, type="MANUAL", currency=order.currency)
        row.value, row.value_type = said.value, said.value_type
        if said.reason is not None:
            row.reason = said.reason
        settling.apply_by_hand(line, row)
        pricing.set_unit_discount(line, [row])
        line.save()
        if before != {"value": row.value, "value_type": row.value_type}:
            items = [_told_line(line, row)]
            record(order, "ORDER_LINE_DISCOUNT_UPDATED", requestor, lines=items)
        settling.mark(order)
        return line


def restore_line(*, line: OrderLine, requestor: Requestor) -> OrderLine:
    """Remove every discount of a line; a voucher for goods comes back. Raises UserErrors(CANNOT_DISCOUNT)."""
    with transaction.atomic("engine"):
        order = lock_objects.order(line.order_id)
        line = lock_objects.lines([line.pk])[line.pk]
        line.order = order
        _check_order(order)
        OrderLineDiscount.objects.filter(line=line).delete()
        kind = line.unit_discount_type
        pricing.set_unit_discount(line, [])
        line.base_unit_price = line.undiscounted_base_unit_price
        line.save()
        voucher = vouchers.voucher_of(order)
        if vouchers.is_for_lines(voucher):
            vouchers.apply_to_lines(order, voucher, list(OrderLine.objects.filter(order=order)), as_applied=False)
        # the contract's reference shows no discount of a restored line, not even the voucher's, but keeps its kind
        line.refresh_from_db(fields=["base_unit_price"])
        line.unit_discount_type = kind
        line.save(update_fields=vouchers.LINE_COLUMNS)
        record(order, "ORDER_LINE_DISCOUNT_REMOVED", requestor, lines=[_told_line(line, None)])
        settling.mark(order)
        return line


def _settle(order_id: UUID) -> None:
    settling.settle(Order.objects.select_related("channel", "user").filter(pk=order_id))


def _told(row: OrderDiscount, before: dict[str, Any] | None = None) -> dict[str, Any]:
    told = {
        "value": str(row.value),
        "amount_value": str(row.amount_value),
        "currency": row.currency,
        "value_type": row.value_type,
        "reason": row.reason,
    }
    if before is not None:
        told |= {f"old_{name}": before[name] for name in ("value", "amount_value", "value_type")}
    return told


def _told_line(line: OrderLine, row: OrderLineDiscount | None) -> dict[str, Any]:
    told: dict[str, Any] = {"quantity": line.quantity, "line_pk": str(line.pk), "item": str(line)}
    if row is not None:
        told["discount"] = {"value": str(row.value), "value_type": row.value_type, "reason": row.reason}
    return told
