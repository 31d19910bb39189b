"""Rows of orders into the dataclasses of `types`. Used by queries only; the caller has opened a scope."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, cast

from django.db.models import Prefetch, QuerySet

from marketplace.kernel.money import round_down
from marketplace.merchants import queries as merchants
from marketplace.merchants.types import Merchant
from marketplace.orders import models
from marketplace.orders.types import LineView, PartState, PartView, RefundLineView, RefundView
from plugins.api.money import Money

Names = dict[str, Merchant]


def with_all(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Load parts with their order, lines and refunds in a constant number of statements."""
    refund_lines = Prefetch("lines", models.RefundLine.objects.select_related("line").order_by("pk"))
    refunds = models.Refund.objects.order_by("pk").prefetch_related(refund_lines)
    lines = models.MerchantOrderLine.objects.order_by("position")
    return rows.select_related("order").prefetch_related(Prefetch("lines", lines), Prefetch("refunds", refunds))


def names_of(parts: Iterable[models.MerchantOrder]) -> Names:
    """Return the merchants of parts, in one statement."""
    return merchants.merchants_by_id(ids={str(part.merchant_id) for part in parts})


def amount_of(amount: Decimal, record: models.OrderRecord) -> Money:
    """Return a stored amount without the column's trailing zeros."""
    return round_down(Money(amount, record.currency))


def part_view(part: models.MerchantOrder, names: Names) -> PartView:
    """Return one merchant's part. Its lines and refunds were loaded by `with_all`."""
    record = part.order
    merchant = names[str(part.merchant_id)]
    refunds = tuple(refund_view(each, part) for each in part.refunds.all())
    back: dict[str, int] = {}
    for line in (line for each in refunds for line in each.lines):
        back[line.line_id] = back.get(line.line_id, 0) + line.quantity
    return PartView(
        order_id=record.order_id,
        number=record.number,
        merchant_id=str(part.merchant_id),
        merchant_code=merchant.code,
        merchant_name=merchant.name,
        state=cast(PartState, part.state),
        lines=tuple(_line(each, record, back) for each in part.lines.all()),
        goods=amount_of(part.goods, record),
        shipping=amount_of(part.shipping, record),
        shipping_yen=part.shipping_yen,
        placed_at=record.placed_at,
        confirmed_at=record.confirmed_at,
        accepted_at=part.accepted_at,
        shipped_at=part.shipped_at,
        carrier=part.carrier,
        tracking_number=part.tracking_number,
        promise=part.promise,
        refunds=refunds,
    )


def refund_view(refund: models.Refund, part: models.MerchantOrder) -> RefundView:
    """Return one refund with its lines."""
    record = part.order
    return RefundView(
        key=refund.key,
        merchant_id=str(part.merchant_id),
        amount=amount_of(refund.amount, record),
        shipping=amount_of(refund.shipping, record),
        yen=refund.yen,
        shipping_yen=refund.shipping_yen,
        reason=refund.reason,
        state=refund.state,
        lines=tuple(
            RefundLineView(each.line.line_id, each.line.name, each.quantity, amount_of(each.amount, record), each.yen)
            for each in refund.lines.all()
        ),
        asked_at=refund.asked_at,
        made_at=refund.made_at,
        day=refund.day,
    )


def _line(line: models.MerchantOrderLine, record: models.OrderRecord, back: dict[str, int]) -> LineView:
    return LineView(
        id=line.line_id,
        product_id=line.product_id,
        sku=line.sku,
        name=line.name,
        variant_name=line.variant_name,
        quantity=line.quantity,
        total=amount_of(line.total, record),
        yen=line.yen,
        tax_rate=line.tax_rate.normalize(),
        category=line.category,
        is_refused=line.is_refused,
        refunded_quantity=back.get(line.line_id, 0),
        image_url=line.image_url,
    )
