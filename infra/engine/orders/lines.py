"""Lines of drafts and unconfirmed orders: added, changed, removed. Prices follow when they are next read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from infra.engine.checkout.lines import variant_title
from infra.engine.orders import lock_objects, promotions, vouchers
from infra.engine.orders.history import record
from infra.engine.orders.models import Order, OrderLine, OrderLineDiscount
from infra.engine.orders.pricing import set_unit_discount
from infra.engine.orders.promised import free
from infra.engine.orders.settling import mark, price_fixed_until, selling_for
from infra.engine.products.models import (
    ProductChannelListing,
    ProductVariant,
    Translation,
    VariantChannelListing,
)
from infra.engine.schema.context import Requestor
from infra.engine.schema.errors import refuse
from infra.engine.schema.ids import to_global_id
from infra.engine.warehouses.actions import allocate, release
from infra.engine.warehouses.models import Allocation
from infra.engine.warehouses.types import InsufficientStock, Wanted


@dataclass(slots=True)
class LineWish:
    """Pieces of a variant to add; `price` is one piece's price in place of the channel's."""

    variant_id: int
    quantity: int
    price: Decimal | None = None
    force_new_line: bool = False


def check_editable(order: Order) -> None:
    """Raise UserErrors(NOT_EDITABLE) for an order that is neither a draft nor unconfirmed."""
    if not order.is_editable:
        raise refuse("id", "Only draft and unconfirmed orders can be edited.", "NOT_EDITABLE")


def sold_variants(variant_ids: Sequence[int], channel_id: int, *, field: str) -> dict[int, ProductVariant]:
    """Return the variants that an order of the channel may have, by key. Raises UserErrors for any that it may not."""
    rows = ProductVariant.objects.select_related("product__product_type__tax_class", "product__tax_class")
    variants = {row.pk: row for row in rows.filter(pk__in=variant_ids)}
    if missing := [pk for pk in variant_ids if pk not in variants]:
        ids = [to_global_id("ProductVariant", pk) for pk in missing]
        raise refuse("variantId", f"Could not resolve to a node with the global id list of '{ids}'.", "GRAPHQL_ERROR")
    now = timezone.now()
    published = set(
        ProductChannelListing.objects.filter(
            product_id__in={row.product_id for row in variants.values()}, channel_id=channel_id, is_published=True
        )
        .exclude(published_at__gt=now)
        .values_list("product_id", flat=True)
    )
    hidden = [to_global_id("ProductVariant", pk) for pk, row in variants.items() if row.product_id not in published]
    if hidden:
        message = "Can't add product variant that are not published in the channel associated with this draft order."
        raise refuse(field, message, "PRODUCT_NOT_PUBLISHED", variants=hidden)
    listed = VariantChannelListing.objects.filter(
        variant_id__in=list(variants), channel_id=channel_id, price_amount__isnull=False
    )
    unlisted = set(variants) - set(listed.values_list("variant_id", flat=True))
    if unlisted:
        ids = [to_global_id("ProductVariant", pk) for pk in variant_ids if pk in unlisted]
        raise refuse(field, "Cannot add lines with unavailable variants.", "NOT_AVAILABLE_IN_CHANNEL", variants=ids)
    return variants


def grouped(wishes: Sequence[LineWish], existing: Sequence[OrderLine]) -> list[tuple[LineWish, OrderLine | None]]:
    """Return the wishes with those of one variant put together, and the line each goes into (None: a new one).

    A variant that stands in several lines gets another. New lines that were forced come first.
    """
    by_variant: dict[int, list[OrderLine]] = {}
    for line in existing:
        by_variant.setdefault(line.variant_id or 0, []).append(line)
    forced: list[tuple[LineWish, OrderLine | None]] = []
    merged: dict[int, tuple[LineWish, OrderLine | None]] = {}
    for wish in wishes:
        own = by_variant.get(wish.variant_id, [])
        if wish.force_new_line or len(own) > 1:
            forced.append((wish, None))
        elif wish.variant_id in merged:
            kept = merged[wish.variant_id][0]
            kept.quantity, kept.price = kept.quantity + wish.quantity, wish.price
        else:
            merged[wish.variant_id] = (wish, own[0] if own else None)
    return [*forced, *merged.values()]


def add_lines(*, order_id: UUID, wishes: Sequence[LineWish], requestor: Requestor) -> tuple[Order, list[OrderLine]]:
    """Add pieces to a draft or unconfirmed order; of the latter their stock is promised.

    Raises UserErrors as `orderLinesCreate` shows them; then nothing was added.
    """
    with transaction.atomic("engine"):
        order = lock_objects.order(order_id)
        check_editable(order)
        existing = list(OrderLine.objects.filter(order=order))
        if bad := [wish for wish in wishes if wish.quantity <= 0]:
            ids = [to_global_id("ProductVariant", wish.variant_id) for wish in bad]
            raise refuse("quantity", "Variants quantity must be greater than 0.", "ZERO_QUANTITY", variants=ids)
        variants = sold_variants([wish.variant_id for wish in wishes], order.channel_id, field="input")
        lines = store_wishes(order, grouped(wishes, existing), variants)
        tell_lines(order, "ADDED_PRODUCTS", lines, requestor)
        mark(order)
        tell_change(order)
        return order, lines


def store_wishes(
    order: Order, plan: Sequence[tuple[LineWish, OrderLine | None]], variants: dict[int, ProductVariant]
) -> list[OrderLine]:
    """Store new lines, enlarge those that are there, and let the voucher follow. Needs the order's lock."""
    listings = {
        row.variant_id: row
        for row in VariantChannelListing.objects.filter(variant_id__in=list(variants), channel_id=order.channel_id)
    }
    rules = promotions.rules_of(listings.values())
    position = (OrderLine.objects.filter(order=order).aggregate(last=Max("position"))["last"] or 0) + 1
    lines = []
    for index, (wish, line) in enumerate(plan):
        listing = listings[wish.variant_id]
        rule = rules.get(listing.pk)
        if line is None:
            line = new_line(order, variants[wish.variant_id], wish, listing, position + index)
            line.save(force_insert=True)
            if rule is not None:
                promotions.refresh_line(line, rule, order.language_code)
                set_unit_discount(line, list(OrderLineDiscount.objects.filter(line=line)))
                line.save()
            _promise(order, line, wish.quantity)
        else:
            if wish.price is not None:
                line.is_price_overridden, line.price_fixed_until = True, None
                line.undiscounted_base_unit_price = line.base_unit_price = wish.price
            set_quantity(order, line, line.quantity + wish.quantity)
        lines.append(line)
    _follow_voucher(order)
    return lines


def new_line(
    order: Order, variant: ProductVariant, wish: LineWish, listing: VariantChannelListing, position: int
) -> OrderLine:
    """Return a line, not yet stored, at the channel's price or the one wished for; taxes are not in it yet."""
    price = wish.price if wish.price is not None else listing.price_amount
    product = variant.product
    tax_class = product.tax_class or product.product_type.tax_class
    names = _translated_names(order, variant)
    return OrderLine(
        order=order,
        position=position,
        variant=variant,
        product_name=product.name,
        variant_name=variant_title(variant),
        translated_product_name=names.get("Product", ""),
        translated_variant_name=names.get("ProductVariant", ""),
        product_sku=variant.sku,
        product_variant_id=to_global_id("ProductVariant", variant.pk),
        is_shipping_required=product.product_type.is_shipping_required,
        is_gift_card=product.product_type.kind == "GIFT_CARD",
        quantity=wish.quantity,
        currency=order.currency,
        base_unit_price=price,
        undiscounted_base_unit_price=price,
        tax_class=tax_class,
        tax_class_name=tax_class.name if tax_class else None,
        is_price_overridden=wish.price is not None,
        price_fixed_until=None
        if wish.price is not None
        else price_fixed_until(order.channel, order.status, timezone.now()),
    )


def _translated_names(order: Order, variant: ProductVariant) -> dict[str, str]:
    rows = Translation.objects.filter(
        kind__in=("Product", "ProductVariant"),
        object_id__in=(variant.product_id, variant.pk),
        language_code=order.language_code,
    )
    ids = {"Product": variant.product_id, "ProductVariant": variant.pk}
    return {row.kind: row.fields["name"] for row in rows if row.fields.get("name") and ids[row.kind] == row.object_id}


def change_quantity(*, line_id: UUID, order_id: UUID, quantity: int, requestor: Requestor) -> OrderLine:
    """Set how many pieces a line has. Raises UserErrors as `orderLineUpdate` shows them; then nothing was changed."""
    try:
        with transaction.atomic("engine"):
            order = lock_objects.order(order_id)
            line = lock_objects.lines([line_id])[line_id]
            line.order = order
            check_editable(order)
            if quantity <= 0:
                raise refuse("quantity", "Ensure this value is greater than 0.", "ZERO_QUANTITY")
            if line.is_gift:
                raise refuse("id", "Order line marked as gift can't be edited.", "NON_EDITABLE_GIFT_LINE")
            more = quantity - line.quantity
            set_quantity(order, line, quantity)
            if more:
                name = "ADDED_PRODUCTS" if more > 0 else "REMOVED_PRODUCTS"
                tell_lines(order, name, [line], requestor, quantity=abs(more))
            _follow_voucher(order)
            mark(order)
            tell_change(order)
            return line
    except InsufficientStock:
        message = "Cannot set new quantity because of insufficient stock."
        raise refuse(None, message, "INSUFFICIENT_STOCK") from None


def set_quantity(order: Order, line: OrderLine, quantity: int) -> None:
    """Set and store a line's quantity, what its promotion takes off, and the stock promised to it."""
    more, line.quantity = quantity - line.quantity, quantity
    row = OrderLineDiscount.objects.filter(line=line, type="PROMOTION").first()
    by_hand = OrderLineDiscount.objects.filter(line=line, type="MANUAL").first()
    if row is not None:
        row.amount_value = (line.undiscounted_base_unit_price - line.base_unit_price) * quantity
        row.save(update_fields=["amount_value"])
    if by_hand is not None:
        by_hand.amount_value = (line.undiscounted_base_unit_price - line.base_unit_price) * quantity
        by_hand.save(update_fields=["amount_value"])
    line.save()
    _promise(order, line, more)


def _promise(order: Order, line: OrderLine, more: int) -> None:
    """Promise `more` pieces to the line of an unconfirmed order, or free some (below 0). Raises InsufficientStock."""
    if order.status != "UNCONFIRMED" or line.variant is None or not line.variant.track_inventory or not more:
        return
    if more < 0:
        free(line_id=line.pk, quantity=-more)
        return
    held = sum(Allocation.objects.filter(order_line=line).values_list("quantity", flat=True))
    release(line_ids=[line.pk])
    Allocation.objects.filter(order_line=line).delete()
    wanted = [Wanted(line.pk, line.variant.pk, held + more)]
    allocate(wanted=wanted, channel_id=order.channel_id, selling=selling_for(order))


def delete_line(*, line_id: UUID, order_id: UUID, requestor: Requestor) -> tuple[Order, OrderLine]:
    """Remove a line; its stock is free again. Raises UserErrors as `orderLineDelete` shows them."""
    with transaction.atomic("engine"):
        order = lock_objects.order(order_id)
        line = lock_objects.lines([line_id])[line_id]
        check_editable(order)
        if line.is_gift:
            raise refuse("id", "Order line marked as gift can't be deleted.", "NON_REMOVABLE_GIFT_LINE")
        release(line_ids=[line.pk])
        pk = line.pk
        line.delete()
        line.pk, line.order = pk, order
        rest = OrderLine.objects.filter(order=order)
        fields = []
        if not rest.filter(is_shipping_required=True).exists():
            # the price stays, as in the contract's reference: completing the draft takes it off if nothing is shipped
            order.delivery = None
            fields = ["delivery"]
        tell_lines(order, "REMOVED_PRODUCTS", [line], requestor)
        mark(order, *fields)
        tell_change(order)
        return order, line


def _follow_voucher(order: Order) -> None:
    """Let a voucher for goods follow lines that changed, by the terms on which it was applied."""
    voucher = vouchers.voucher_of(order)
    if vouchers.is_for_lines(voucher):
        vouchers.apply_voucher(order, voucher, as_applied=True)


def tell_lines(
    order: Order, type_: str, lines: Sequence[OrderLine], requestor: Requestor, *, quantity: int | None = None
) -> None:
    """Write into the history which lines were added or removed, and how many pieces of each."""
    items = [{"quantity": quantity or line.quantity, "line_pk": str(line.pk), "item": str(line)} for line in lines]
    record(order, type_, requestor, lines=items)


def tell_change(order: Order) -> None:
    """Queue DRAFT_ORDER_UPDATED or ORDER_UPDATED, by the order's status. Needs an open transaction on `engine`."""
    from infra.engine.deliveries import emit

    emit(event="DRAFT_ORDER_UPDATED" if order.status == "DRAFT" else "ORDER_UPDATED", obj=order)
