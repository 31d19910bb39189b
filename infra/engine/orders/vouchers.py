"""Vouchers on orders that are still edited: whether a code holds, what it takes off, and how its uses are counted.

A voucher for the whole order or for its delivery leaves an OrderDiscount, one for goods OrderLineDiscounts. Discounts
by hand go before a voucher: it stays on the order, and comes back when they are removed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import F, OuterRef, Q, Subquery, Sum
from django.utils import timezone

from infra.engine.discounts import voucher_usage
from infra.engine.discounts.models import Voucher, VoucherChannelListing, VoucherCode, VoucherCustomer
from infra.engine.discounts.vouchers import NotApplicable
from infra.engine.money import ZERO
from infra.engine.orders.models import Order, OrderDiscount, OrderLine, OrderLineDiscount
from infra.engine.orders.pricing import catalogue_price, set_unit_discount, subtotal_of, take_off
from infra.engine.products.models import Channel, CollectionProduct
from infra.engine.schema.errors import refuse

LINE_COLUMNS = (
    "base_unit_price",
    "unit_discount_amount",
    "unit_discount_reason",
    "unit_discount_type",
    "unit_discount_value",
)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a voucher gives on one order: by its rows now, or (of lines that change later) as it was first applied."""

    value: Decimal
    value_type: str
    name: str

    def reduce(self, price: Decimal, currency: str) -> Decimal:
        """Return what is left of `price`."""
        return take_off(price, value=self.value, value_type=self.value_type, currency=currency)


def voucher_of(order: Order) -> Voucher | None:
    """Return the order's voucher; None without one, or when it was deleted."""
    return Voucher.objects.filter(pk=order.voucher_id).first() if order.voucher_id is not None else None


def counts_drafts(channel: Channel) -> bool:
    """Return whether the channel counts a voucher as used as soon as a draft has it."""
    return bool(channel.order_settings.get("includeDraftOrderInVoucherUsage"))


def holding_code(codes: Q, channel: Channel, now: datetime, *, check_usage: bool) -> VoucherCode | None:
    """Return the first active code of those selected whose voucher holds in the channel at `now`, or None.

    check_usage: leave out vouchers all of whose codes together were used up.
    """
    rows = VoucherCode.objects.select_related("voucher").filter(
        codes, is_active=True, voucher__start_date__lte=now, voucher__channel_listings__channel=channel
    )
    rows = rows.filter(Q(voucher__end_date__isnull=True) | Q(voucher__end_date__gte=now))
    if check_usage:
        of_voucher = VoucherCode.objects.filter(voucher_id=OuterRef("voucher_id")).order_by().values("voucher_id")
        rows = rows.annotate(uses=Subquery(of_voucher.annotate(uses=Sum("used")).values("uses")))
        rows = rows.filter(Q(voucher__usage_limit__isnull=True) | Q(uses__lt=F("voucher__usage_limit")))
    return rows.first()


def is_for_lines(voucher: Voucher | None) -> bool:
    """Return whether the voucher makes goods cheaper, not the whole order or its delivery."""
    return voucher is not None and (voucher.type == "SPECIFIC_PRODUCT" or voucher.apply_once_per_order)


def apply_voucher(
    order: Order, voucher: Voucher | None, lines: Sequence[OrderLine] | None = None, *, as_applied: bool = False
) -> None:
    """Write the discounts that the order's voucher gives, or remove them; the order itself is not saved.

    `as_applied` keeps to the terms and goods of the moment when the voucher was applied. Needs the order's lock.
    """
    apply_to_order(order, voucher)
    apply_to_lines(order, voucher, list(order.lines.all()) if lines is None else lines, as_applied=as_applied)


def apply_to_order(order: Order, voucher: Voucher | None) -> None:
    """Write, or remove, the discount of a voucher for the whole order or its delivery. Needs the order's lock."""
    rows = OrderDiscount.objects.filter(order=order)
    by_hand = rows.filter(type="MANUAL").exists()
    for_order = voucher is not None and voucher.type == "ENTIRE_ORDER" and not voucher.apply_once_per_order
    for_delivery = voucher is not None and voucher.type == "SHIPPING"
    order.base_shipping = order.undiscounted_shipping
    if voucher is None or (for_order and by_hand) or not (for_order or for_delivery):
        rows.filter(type="VOUCHER").delete()
        return
    listing = VoucherChannelListing.objects.filter(voucher=voucher, channel_id=order.channel_id).first()
    if listing is None:
        return
    terms = Terms(listing.discount_value, voucher.discount_value_type, voucher.name or "")
    if for_delivery:
        order.base_shipping = terms.reduce(order.undiscounted_shipping, order.currency)
        off = order.undiscounted_shipping - order.base_shipping
    else:
        base = subtotal_of(order.lines.all())
        off = base - terms.reduce(base, order.currency)
    values = {
        "value": listing.discount_value,
        "value_type": voucher.discount_value_type,
        "amount_value": off,
        "currency": order.currency,
        "name": voucher.name or "",
        "translated_name": "",
        "reason": f"Voucher code: {order.voucher_code}",
        "voucher_code": order.voucher_code,
    }
    OrderDiscount.objects.update_or_create(order=order, type="VOUCHER", defaults=values)


def refresh_delivery_discount(order: Order, voucher: Voucher | None) -> None:
    """Work out anew what a voucher takes off the delivery, whose price has changed. Needs the order's lock."""
    order.base_shipping = order.undiscounted_shipping
    if voucher is None or voucher.type != "SHIPPING":
        return
    row = OrderDiscount.objects.filter(order=order, type="VOUCHER").first()
    if row is not None:
        order.base_shipping = take_off(
            order.undiscounted_shipping, value=row.value, value_type=row.value_type, currency=order.currency
        )
        row.amount_value = order.undiscounted_shipping - order.base_shipping
        row.save(update_fields=["amount_value"])


def apply_to_lines(order: Order, voucher: Voucher | None, lines: Sequence[OrderLine], *, as_applied: bool) -> None:
    """Write what the voucher takes off each line, remove what it no longer does, and save the lines' base prices."""
    by_line: dict[UUID, list[OrderLineDiscount]] = {line.pk: [] for line in lines}
    for row in OrderLineDiscount.objects.filter(line__in=lines):
        by_line[row.line_id].append(row)
    prices = {line.pk: catalogue_price(line, by_line[line.pk]) for line in lines}
    terms, chosen = _terms(order, voucher, lines, by_line, prices, as_applied)
    touched = []
    for line in lines:
        own = by_line[line.pk]
        given = next((row for row in own if row.type == "VOUCHER"), None)
        barred = line.is_gift or any(row.type == "MANUAL" for row in own)
        if terms is None or line.pk not in chosen or barred:
            if given is not None:
                given.delete()
                own.remove(given)
                touched.append(line)
        else:
            assert voucher is not None
            row = given or OrderLineDiscount(line=line, type="VOUCHER", currency=line.currency)
            if given is None:
                own.append(row)
            _fill(row, order, line, voucher, terms, prices[line.pk])
            touched.append(line)
    for line in touched:
        rows = by_line[line.pk]
        if not any(row.type == "MANUAL" for row in rows):
            off = sum((row.amount_value for row in rows if row.type == "VOUCHER"), ZERO)
            line.base_unit_price = max(prices[line.pk] - off / line.quantity, ZERO)
        set_unit_discount(line, rows)
    OrderLine.objects.bulk_update(touched, LINE_COLUMNS)


def _fill(
    row: OrderLineDiscount, order: Order, line: OrderLine, voucher: Voucher, terms: Terms, price: Decimal
) -> None:
    if voucher.apply_once_per_order:
        off = price - terms.reduce(price, line.currency)
    elif terms.value_type == "PERCENTAGE":
        off = price * line.quantity - terms.reduce(price * line.quantity, line.currency)
    else:
        off = (price - terms.reduce(price, line.currency)) * line.quantity
    row.value, row.value_type, row.amount_value, row.name = terms.value, terms.value_type, off, terms.name
    row.voucher_code, row.reason = order.voucher_code, f"Voucher code: {order.voucher_code}"
    row.save()


def _terms(
    order: Order,
    voucher: Voucher | None,
    lines: Sequence[OrderLine],
    by_line: dict[UUID, list[OrderLineDiscount]],
    prices: dict[UUID, Decimal],
    as_applied: bool,
) -> tuple[Terms | None, set[UUID]]:
    """Return the voucher's terms and the keys of the lines it makes cheaper; (None, nothing) when it does not."""
    if voucher is None or not is_for_lines(voucher) or not lines:
        return None, set()
    if as_applied:
        applied = [row for rows in by_line.values() for row in rows if row.type == "VOUCHER"]
        if not applied:
            return None, set()
        terms = Terms(applied[0].value, applied[0].value_type, applied[0].name or "")
        if voucher.type == "SPECIFIC_PRODUCT":
            return terms, {row.line_id for row in applied}
        return terms, _cheapest(lines, prices)
    listing = VoucherChannelListing.objects.filter(voucher=voucher, channel_id=order.channel_id).first()
    if listing is None:
        return None, set()
    own = _own_lines(voucher, lines) if voucher.type == "SPECIFIC_PRODUCT" else list(lines)
    chosen = _cheapest(own, prices) if voucher.apply_once_per_order else {line.pk for line in own}
    return Terms(listing.discount_value, voucher.discount_value_type, str(voucher.name)), chosen


def _cheapest(lines: Sequence[OrderLine], prices: dict[UUID, Decimal]) -> set[UUID]:
    return {min(lines, key=lambda line: prices[line.pk]).pk} if lines else set()


def _own_lines(voucher: Voucher, lines: Sequence[OrderLine]) -> list[OrderLine]:
    """Return the lines whose goods the voucher names; one that names none is for all."""
    variants = set(voucher.variants.values_list("pk", flat=True))
    products = set(voucher.products.values_list("pk", flat=True))
    categories = set(voucher.categories.values_list("pk", flat=True))
    collections = set(voucher.collections.values_list("pk", flat=True))
    if not (variants or products or categories or collections):
        return list(lines)
    rows = CollectionProduct.objects.filter(collection_id__in=collections)
    products |= set(rows.values_list("product_id", flat=True))
    own = []
    for line in lines:
        variant = line.variant
        if variant is None or line.is_gift:
            continue
        if variant.pk in variants or variant.product_id in products or variant.product.category_id in categories:
            own.append(line)
    return own


def customer_email(order: Order) -> str:
    """Return by whose e-mail a voucher's uses are counted: the customer's before the order's."""
    return (order.user.email if order.user is not None else order.user_email) or ""


def count_use(code: VoucherCode) -> None:
    """Count one use of the code by a draft, whose customer is counted when it becomes an order.

    Raises UserErrors(INVALID_VOUCHER) when the voucher's limit is reached, and nothing is counted. Needs an open
    transaction on `engine`.
    """
    try:
        voucher_usage.count_use(code=code.code, email=None, with_customer=False)
    except NotApplicable:
        raise refuse("voucher", "Voucher code has been reached its usage limit.", "INVALID_VOUCHER") from None


def free_use(text: str | None, *, email: str | None = None) -> None:
    """Take one use of the code `text` back, and the customer's with it when `email` is given."""
    if text:
        voucher_usage.release_use(code=text, email=email)


def check_for_order(order: Order, voucher: Voucher, lines: Sequence[OrderLine]) -> str | None:
    """Return why the voucher does not fit the finished order, or None: least spent, pieces, customer, staff."""
    listing = VoucherChannelListing.objects.filter(voucher=voucher, channel_id=order.channel_id).first()
    if listing is not None and listing.min_spent_amount is not None and order.subtotal_gross < listing.min_spent_amount:
        return f"This offer is only valid for orders over {listing.min_spent_amount} {order.currency}."
    if sum(line.quantity for line in lines) < (voucher.min_checkout_items_quantity or 0):
        return f"This offer is only valid for orders with a minimum of {voucher.min_checkout_items_quantity} items."
    used = VoucherCustomer.objects.filter(voucher_code__voucher=voucher, customer_email=customer_email(order))
    if voucher.apply_once_per_customer and used.exists():
        return "This offer is only valid once per customer."
    if voucher.only_for_staff and not (order.user is not None and order.user.is_staff):
        return "This offer is valid only for staff customers."
    return None


def use_at_completion(order: Order, voucher: Voucher, now: datetime | None = None) -> None:
    """Count what a draft's voucher was not yet counted for, when the draft becomes an order. Needs its lock."""
    code = VoucherCode.objects.filter(code=order.voucher_code).first()
    if code is None:
        return
    if voucher.apply_once_per_customer and counts_drafts(order.channel):
        VoucherCustomer.objects.get_or_create(voucher_code=code, customer_email=customer_email(order))
    if voucher.single_use and code.is_active:
        code.is_active = False
        code.save(update_fields=["is_active"])


def code_of(voucher_pk: int | None, text: str | None, channel: Channel) -> VoucherCode | None:
    """Return the code that a draft's input names, by voucher or by its text; None when it names none that holds."""
    selected = Q(voucher_id=voucher_pk) if voucher_pk is not None else Q(code=text)
    return holding_code(selected, channel, timezone.now(), check_usage=counts_drafts(channel))
