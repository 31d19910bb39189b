"""What the buyer is told, once per step. Nobody is written to about simulated sales, or without an address."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.conf import settings

from marketplace.kernel.money import format_money
from marketplace.merchants import queries as merchants
from marketplace.messages.actions import send_mail
from marketplace.orders.models import BuyerLink, MerchantOrder, MerchantOrderLine, OrderRecord, Refund
from marketplace.orders.types import label
from plugins.api.money import Money

Line = dict[str, Any]


def write_paid(*, record: OrderRecord) -> None:
    """The order is confirmed: its parts, delivery and total."""
    if not _has_reader(record):
        return
    language = _language(record)
    parts = MerchantOrder.objects.filter(order=record).order_by("position")
    shown = [
        {
            "merchant": _name(part, language),
            "lines": _lines(part.lines.order_by("position"), record),
            "shipping": _money(part.shipping, record),
            "total": _money(part.goods + part.shipping, record),
        }
        for part in parts
    ]
    _write(record, "paid", "order_paid", {"parts": shown, "total": _money(record.total, record)})


def write_cancelled(*, record: OrderRecord) -> None:
    """The order could not be accepted: why, and that all of it goes back."""
    language = _language(record)
    reasons = [each.get(language) or each["ja"] for each in record.cancel_reasons]
    _write(record, "cancelled", "order_cancelled", {"reasons": reasons, "refund": _money(record.total, record)})


def write_accepted(*, part: MerchantOrder) -> None:
    """A merchant packs its part."""
    record = part.order
    lines = _lines(part.lines.filter(is_refused=False).order_by("position"), record)
    context = {"merchant": _name(part, _language(record)), "lines": lines}
    _write(record, f"accepted:{part.merchant_id}", "parcel_accepted", context)


def write_shipped(*, part: MerchantOrder) -> None:
    """A parcel is on its way: carrier and tracking number."""
    record = part.order
    if not _has_reader(record):
        return
    context = {
        "merchant": _name(part, _language(record)),
        "lines": _lines(part.lines.filter(is_refused=False).order_by("position"), record),
        "carrier": part.carrier,
        "tracking_number": part.tracking_number,
    }
    _write(record, f"shipped:{part.merchant_id}", "parcel_shipped", context)


def write_refused(*, refund: Refund, has_rest: bool) -> None:
    """Lines that a merchant cannot send: the reason and the exact refund."""
    record = refund.part.order
    language = _language(record)
    lines = [each.line for each in refund.lines.select_related("line").order_by("pk")]
    context = {
        "merchant": _name(refund.part, language),
        "lines": _lines(lines, record),
        "reason": refund.reason.get(language) or refund.reason["ja"],
        "shipping": _money(refund.shipping, record) if refund.shipping else "",
        "refund": _money(refund.amount, record),
        "has_rest": has_rest,
    }
    _write(record, f"refused:{refund.key}", "line_refused", context)


def write_refund_made(*, refunds: Sequence[Refund]) -> None:
    """Money was returned: how much, for what."""
    record = refunds[0].part.order
    language = _language(record)
    amount = sum((each.amount for each in refunds), Decimal(0))
    context = {
        "merchant": _name(refunds[0].part, language) if len(refunds) == 1 else "",
        "refund": _money(amount, record),
        "reason": refunds[0].reason.get(language) or refunds[0].reason["ja"],
    }
    _write(record, f"refunded:{refunds[0].grant_key}", "refund_made", context)


def link_of(record: OrderRecord) -> str:
    """Return the address of the buyer's page of an order."""
    token = BuyerLink.objects.values_list("token", flat=True).get(order=record)
    return f"{settings.MALL_PUBLIC_URL}/{record.market}/{_language(record)}/o/{token}/"


def _write(record: OrderRecord, step: str, template: str, context: dict[str, Any]) -> None:
    if not _has_reader(record):
        return
    send_mail(
        key=f"order:{record.order_id}:{step}",
        to=record.email,
        template=template,
        language=record.language,
        context={**context, "number": record.number, "link": link_of(record)},
    )


def _has_reader(record: OrderRecord) -> bool:
    return not record.is_simulated and bool(record.email)


def _language(record: OrderRecord) -> str:
    return "ja" if record.language.lower().startswith("ja") else "en"


def _money(amount: Decimal, record: OrderRecord) -> str:
    return format_money(Money(amount, record.currency), _language(record))


def _name(part: MerchantOrder, language: str) -> str:
    merchant = merchants.get_merchant_by_id(merchant_id=str(part.merchant_id))
    return merchant.name.get(language) or merchant.name["ja"]


def _lines(lines: Iterable[MerchantOrderLine], record: OrderRecord) -> list[Line]:
    return [
        {
            "name": label(line.name, line.variant_name, line.sku),
            "quantity": line.quantity,
            "total": _money(line.total, record),
        }
        for line in lines
    ]
