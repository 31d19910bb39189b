"""The rows an order is made of, written in the transaction in which its checkout disappears."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from infra.engine.checkout.freezing import freeze_discounts, line_columns
from infra.engine.checkout.lines import variant_title
from infra.engine.checkout.models import Checkout, CheckoutDelivery, CheckoutLine
from infra.engine.checkout.pricing import PricedCheckout, PricedLine
from infra.engine.checkout.reservations import selling_for
from infra.engine.checkout.taxes import ChannelTaxes
from infra.engine.customers.models import User
from infra.engine.giftcards.actions import use_at_completion
from infra.engine.money import ZERO, TaxedMoney, apply_flat_rate
from infra.engine.orders.addresses import keep_addresses
from infra.engine.orders.charges import FULLY, set_amounts, tell_charged
from infra.engine.orders.history import record
from infra.engine.orders.models import Order, OrderLine, OrderNumber
from infra.engine.payments.gift_cards import charge_order
from infra.engine.payments.models import TransactionItem
from infra.engine.prepared import PreparedRows, in_bulk
from infra.engine.prepared_writes import delete_where, insert_all, update_where
from infra.engine.products.models import TaxClass, Translation
from infra.engine.schema.context import Requestor
from infra.engine.schema.ids import parse_global_id, to_global_id
from infra.engine.warehouses.actions import allocate, free
from infra.engine.warehouses.types import Wanted


def write_order(
    priced: PricedCheckout, transactions: list[TransactionItem], requestor: Requestor, *, delete: bool = True
) -> Order:
    """Write the order of a checked and locked checkout, promise its stock, take over its payments, delete it.

    `delete` false keeps the checkout, without its payments and gift cards. Needs an open
    transaction on `engine`. Raises InsufficientStock.
    """
    checkout = priced.checkout
    order = _order(priced, _customer(checkout, requestor), transactions)
    lines = _lines(priced, order)
    order.undiscounted_total_net = (
        sum((line.undiscounted_total_net for line in lines), ZERO) + priced.shipping_undiscounted
    )
    order.undiscounted_total_gross = (
        sum((line.undiscounted_total_gross for line in lines), ZERO) + priced.shipping_undiscounted
    )
    set_amounts(order, transactions=transactions, granted=ZERO)
    order.number = OrderNumber.objects.create().pk
    order.save(force_insert=True)
    insert_all(lines)
    freeze_discounts(priced, order, lines)
    counted = [line for line, item in zip(lines, priced.lines, strict=True) if item.line.variant.track_inventory]
    wanted = [Wanted(line.pk, line.variant_id, line.quantity) for line in counted if line.variant_id is not None]
    allocate(wanted=wanted, channel_id=checkout.channel_id, selling=selling_for(checkout, promised=True))
    if transactions:
        update_where(TransactionItem, "checkout", checkout.pk, order=order.pk, checkout=None)
    due = priced.full_total.gross.amount
    use_at_completion(checkout=checkout, order=order, total=due, requestor=requestor)
    if delete:
        _delete(checkout)
    else:
        checkout.is_ordered, checkout.has_gift_cards = True, False
        kept = ("is_ordered", "has_gift_cards", "is_voucher_usage_increased", "metadata", "private_metadata")
        checkout.save(update_fields=[*kept, "updated_at"])
    keep_addresses(
        checkout.user,
        billing=checkout.billing_address if checkout.save_billing_address else None,
        shipping=checkout.shipping_address if checkout.save_shipping_address else None,
    )
    _tell(order, requestor, has_bought_cards=any(line.is_gift_card for line in lines))
    if any(row.gift_card_id for row in transactions) and order.status != "UNCONFIRMED":
        charge_order(order=order, requestor=requestor)
    return order


def _customer(checkout: Checkout, requestor: Requestor) -> User | None:
    """Return whose order it is: a guest with the e-mail of an active customer orders as that customer."""
    if checkout.user_id is not None:
        return checkout.user
    if requestor.user is not None and not requestor.has_perm("IMPERSONATE_USER"):
        return None
    return next(iter(_CUSTOMERS([(checkout.email or "").lower()])), None)


_CUSTOMERS = PreparedRows(
    User._meta.get_field("email"),
    lambda emails: User.objects.filter(email__in=emails, is_active=True).order_by("pk"),
)


def _order(priced: PricedCheckout, user: User | None, transactions: list[TransactionItem]) -> Order:
    checkout, total, subtotal, shipping = priced.checkout, priced.total, priced.subtotal, priced.shipping
    settings = checkout.channel.order_settings
    confirmed = settings.get("automaticallyConfirmAllNewOrders", True) and bool(transactions)
    return Order(
        number=0,
        status="UNFULFILLED" if confirmed else "UNCONFIRMED",
        channel=checkout.channel,
        user=user,
        user_email=checkout.email or "",
        language_code=checkout.language_code,
        currency=checkout.currency,
        billing_address=checkout.billing_address,
        shipping_address=checkout.shipping_address,
        delivery=_delivery(checkout.assigned_delivery) if priced.is_shipping_required else None,
        shipping_tax_class_id=checkout.assigned_delivery.tax_class_id if checkout.assigned_delivery else None,
        **_collection(checkout),
        shipping_tax_rate=priced.shipping_tax_rate / 100,
        shipping_net=shipping.net.amount,
        shipping_gross=shipping.gross.amount,
        undiscounted_shipping=priced.shipping_undiscounted,
        base_shipping=priced.shipping_base,
        subtotal_net=subtotal.net.amount,
        subtotal_gross=subtotal.gross.amount,
        total_net=total.net.amount,
        total_gross=total.gross.amount,
        voucher_code=checkout.voucher_code,
        voucher_id=priced.voucher.voucher.pk if priced.voucher is not None else None,
        checkout_token=None if checkout.is_ordered else checkout.pk,
        customer_note=checkout.customer_note,
        redirect_url=checkout.redirect_url,
        display_gross_prices=priced.taxes.display_gross,
        metadata=checkout.metadata,
        private_metadata=checkout.private_metadata | _method_mark(checkout, priced),
    )


def _collection(checkout: Checkout) -> dict[str, Any]:
    """Return the order's columns of where the goods are collected; none when they are shipped."""
    if checkout.collection_point is None:
        return {}
    return {"collection_point": checkout.collection_point, "collection_point_name": checkout.collection_point.name}


def _method_mark(checkout: Checkout, priced: PricedCheckout) -> dict[str, str]:
    """Return the private metadata by which the contract's clients know an order's delivery by an app."""
    chosen = checkout.assigned_delivery
    if chosen is None or not priced.is_shipping_required or not is_of_an_app(chosen):
        return {}
    return {"external_app_shipping_id": chosen.method_id}


def is_of_an_app(chosen: CheckoutDelivery) -> bool:
    """Return whether an app offered the delivery; the shop's own methods are rows of `shipping`."""
    return parse_global_id(chosen.method_id)[0] == "app"


def _delivery(chosen: CheckoutDelivery | None) -> dict[str, Any] | None:
    if chosen is None:
        return None
    return {
        "id": chosen.method_id,
        "name": chosen.name,
        "description": chosen.description,
        "price": str(chosen.price_amount),
        "maximum_delivery_days": chosen.maximum_delivery_days,
        "minimum_delivery_days": chosen.minimum_delivery_days,
        "metadata": chosen.metadata,
        "private_metadata": chosen.private_metadata,
    }


def _lines(priced: PricedCheckout, order: Order) -> list[OrderLine]:
    names = _translated_names(priced)
    class_ids = {item.tax_class_id for item in priced.lines if item.tax_class_id is not None}
    classes = {pk: row.name for pk, row in in_bulk(TaxClass, class_ids).items()}
    return [
        _line(item, order, index, names, classes.get(item.tax_class_id or 0), priced)
        for index, item in enumerate(priced.lines)
    ]


def _columns(name: str, amount: TaxedMoney) -> dict[str, Decimal]:
    return {f"{name}_net": amount.net.amount, f"{name}_gross": amount.gross.amount}


def _line(
    item: PricedLine,
    order: Order,
    position: int,
    names: dict[tuple[str, int], str],
    tax_class_name: str | None,
    priced: PricedCheckout,
) -> OrderLine:
    line, variant, unit, total = item.line, item.line.variant, item.unit, item.total
    taxes = priced.taxes
    plain_unit = _undiscounted(item.unit_base, unit, item, taxes)
    plain_total = _undiscounted(item.unit_base * line.quantity, total, item, taxes)
    return OrderLine(
        order=order,
        position=position,
        variant=variant,
        product_name=variant.product.name,
        variant_name=variant_title(variant),
        translated_product_name=names.get(("Product", variant.product_id), ""),
        translated_variant_name=names.get(("ProductVariant", variant.pk), ""),
        product_sku=variant.sku,
        product_variant_id=to_global_id("ProductVariant", variant.pk),
        is_shipping_required=variant.product.product_type.is_shipping_required,
        is_gift_card=variant.product.product_type.kind == "GIFT_CARD",
        quantity=line.quantity,
        currency=order.currency,
        **_columns("unit", unit),
        **_columns("total", total),
        **_columns("undiscounted_unit", plain_unit),
        **_columns("undiscounted_total", plain_total),
        tax_rate=item.tax_rate / 100,
        tax_class_id=item.tax_class_id,
        tax_class_name=tax_class_name,
        **line_columns(item, priced, unit=unit, undiscounted=plain_unit),
        is_price_overridden=line.price_override is not None,
        price_override_reason=line.price_override_reason,
        metadata=line.metadata,
        private_metadata=line.private_metadata,
    )


def _undiscounted(base: Decimal, taxed: TaxedMoney, item: PricedLine, taxes: ChannelTaxes) -> TaxedMoney:
    """Return the price before discounts: the very same one when nothing was taken off."""
    compared = taxed.gross.amount if taxes.entered_with_tax else taxed.net.amount
    if compared == base:
        return taxed
    if taxes.by_app:
        return apply_flat_rate(base, item.tax_rate, taxed.currency, entered_with_tax=taxes.entered_with_tax)
    return taxes.apply(base, item.tax_class_id, taxed.currency)[0]


_NAMES = PreparedRows(
    Translation._meta.get_field("object_id"),
    lambda ids, language: Translation.objects.filter(
        kind__in=("Product", "ProductVariant"), object_id__in=ids, language_code=language
    ),
)


def _translated_names(priced: PricedCheckout) -> dict[tuple[str, int], str]:
    variants = [item.line.variant for item in priced.lines]
    ids = {variant.pk for variant in variants} | {variant.product_id for variant in variants}
    rows = _NAMES(ids, priced.checkout.language_code)
    return {(row.kind, row.object_id): row.fields["name"] for row in rows if row.fields.get("name")}


def _delete(checkout: Checkout) -> None:
    """Delete the checkout's rows without the look-ups of a cascade; nothing else points at them by now."""
    if checkout.channel.reserves_stock:
        free(checkout_id=checkout.pk)
    delete_where(CheckoutLine, "checkout", checkout.pk)
    delete_where(CheckoutDelivery, "checkout", checkout.pk)
    delete_where(Checkout, "id", checkout.pk)


def _tell(order: Order, requestor: Requestor, *, has_bought_cards: bool) -> None:
    from infra.engine.deliveries import emit

    record(order, "PLACED", requestor)
    emit(event="ORDER_CREATED", obj=order)
    if order.charge_status in FULLY:
        tell_charged(order, has_bought_cards=has_bought_cards)
    if order.channel.order_settings.get("automaticallyConfirmAllNewOrders", True):
        record(order, "CONFIRMED", requestor)
        emit(event="ORDER_CONFIRMED", obj=order)
