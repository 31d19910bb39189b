"""One order of a batch, from what is said of it to rows that are not saved."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils import timezone

from infra.engine.checkout.addresses import clean_address
from infra.engine.checkout.taxes import ChannelTaxes
from infra.engine.customers.actions import check_redirect_url
from infra.engine.money import TOO_MUCH, ZERO, quantize
from infra.engine.orders.charges import set_amounts
from infra.engine.orders.delivery import kept
from infra.engine.orders.imports.known import NOTE_USER, USER, Known, Said
from infra.engine.orders.imports.lines import OVER_GROSS, TEXTS, class_texts, is_later, make_line, rate, texts
from infra.engine.orders.imports.parcels import check_status, make_parcel
from infra.engine.orders.imports.payments import make_payment
from infra.engine.orders.imports.types import MAX_NOTE, Delivery, ImportedOrder, Spoiled
from infra.engine.orders.models import Invoice, Order, OrderDiscount, OrderEvent
from infra.engine.payments.actions import ByHand
from infra.engine.products.models import Channel
from infra.engine.products.weights import GRAMS
from infra.engine.schema.errors import UserErrors


@dataclass(frozen=True, slots=True)
class Making:
    """What the making of every order of a batch needs besides what is said.

    taxes: how a (channel key, country) is taxed. payment: what is said of a transaction, of a currency, as ByHand, or
    UserErrors. references: the external references of the batch so far.
    """

    known: Known
    taxes: Any
    payment: Any
    references: set[str]
    keep_all_fields: bool = False


def make_order(said: Said, making: Making) -> ImportedOrder:
    """Return an order with all that belongs to it, not saved, and what is wrong with it."""
    made = ImportedOrder()
    try:
        _check(made, said, making)
        _make(made, said, making)
    except Spoiled:
        made.order = None
    return made


def _check(made: ImportedOrder, said: Said, making: Making) -> None:
    if is_later(said["createdAt"]):
        made.blame("created_at", "Order input contains future date.", "FUTURE_DATE")
    if said.get("redirectUrl"):
        try:
            check_redirect_url(said["redirectUrl"])
        except UserErrors as refused:
            made.blame("redirect_url", f"Invalid redirect url: {refused}.", "INVALID")
    if weight_of(said.get("weight")) < 0:
        made.blame("weight", "Order can't have negative weight.", "INVALID")
    reference = said.get("externalReference")
    if reference and (making.known.get("Order", "external_reference", reference) or reference in making.references):
        made.spoil("external_reference", f"Order with external_reference: {reference} already exists.", "UNIQUE")
    channel = making.known.get("Channel", "slug", said["channel"])
    if channel is not None and channel.currency_code.lower() != said["currency"].lower():
        text = "Currency from input doesn't match channel's currency."
        made.spoil("currency", text, "INCORRECT_CURRENCY")
    if made.is_spoiled:
        raise Spoiled("checked")
    making.references.update({reference} if reference else ())


def weight_of(said: Any) -> Decimal:
    """Return the grams of a WeightScalar, which may be below 0; what cannot be read weighs nothing."""
    value, unit = (said.get("value"), said.get("unit", "KG")) if isinstance(said, dict) else (said, "KG")
    try:
        weight = Decimal(str(value)) * GRAMS[str(unit).upper()]
    except (InvalidOperation, KeyError):
        return ZERO
    return weight.quantize(Decimal("0.001")) if weight.is_finite() and abs(weight) < 10**10 else ZERO


def _make(made: ImportedOrder, said: Said, making: Making) -> None:
    known, order = making.known, Order(number=0, origin="BULK_CREATE")
    made.order = order
    _people(made, said, making)
    order.voucher_code = None
    if said.get("voucherCode"):
        code = known.find(made, said, "VoucherCode", {"voucherCode": "code"})
        order.voucher_code, order.voucher_id = (code.code, code.voucher_id) if code is not None else (None, None)
    _cards(made, said, known)
    delivery = _delivery(made, said, known)
    if made.is_spoiled:
        raise Spoiled("people, channel or delivery")
    order.currency = order.channel.currency_code
    country = (order.shipping_address or order.billing_address or {}).get("country") or order.channel.default_country
    taxes: ChannelTaxes = making.taxes(order.channel_id, country)
    order.display_gross_prices = taxes.display_gross
    make = partial(make_line, made, known=known, with_tax=taxes.entered_with_tax)
    made.lines = _parts(made, said["lines"], lambda item, index: make(item, index=index))
    made.parcels = _parts(
        made, said.get("fulfillments") or (), lambda item, index: make_parcel(made, item, known, index)
    )
    delivery = _priced(made, said.get("deliveryMethod") or {}, delivery, known)
    _columns(made, said, delivery)
    for part in (_notes, _payments, _invoices, _discounts):
        part(made, said, making)
    if not said.get("status"):
        raise made.spoil("status", "Order status is required.", "REQUIRED")
    check_status(made, said["status"])
    order.status = said["status"]
    set_amounts(order, transactions=[item for item, _ in made.payments], granted=ZERO)


def _parts(made: ImportedOrder, said: Any, make: Any) -> list[Any]:
    """Return what `make(item, index)` gives for each. Raises Spoiled after all when it did for one."""
    parts = []
    for index, item in enumerate(said):
        try:
            parts.append(make(item, index))
        except Spoiled:
            continue
    if made.is_spoiled:
        raise Spoiled("a part")
    return parts


def _people(made: ImportedOrder, said: Said, making: Making) -> None:
    """Set customer, channel and addresses. A customer named by an address that is nobody's is a guest."""
    order, before = made.order, len(made.errors)
    order.user = making.known.find(made, said["user"], "User", USER, "user")
    email = said["user"].get("email")
    if order.user is None and email and [error.code for error in made.errors[before:]] == ["NOT_FOUND"]:
        made.errors.pop()
    order.user_email = (order.user.email if order.user is not None else email) or ""
    channel: Channel | None = making.known.find(made, said, "Channel", {"channel": "slug"})
    order.billing_address = _address(made, said["billingAddress"], "billing", making)
    if said.get("shippingAddress"):
        order.shipping_address = _address(made, said["shippingAddress"], "shipping", making)
    if channel is None or order.billing_address is None:
        made.is_spoiled = True
    else:
        order.channel = channel


def _address(made: ImportedOrder, said: Said, kind: str, making: Making) -> dict[str, Any] | None:
    try:
        return clean_address(said, address_type=kind.upper(), keep_all_fields=making.keep_all_fields)
    except UserErrors:
        made.blame(f"{kind}_address", f"Invalid {kind} address.", "INVALID")
        return None


def _cards(made: ImportedOrder, said: Said, known: Known) -> None:
    """Note the gift cards that once paid for the order; nothing is taken from them."""
    for index, code in enumerate(dict.fromkeys(said.get("giftCards") or ())):
        card = known.get("GiftCard", "code", code)
        if card is None:
            made.blame(f"gift_cards.{index}", f"Gift card with code {code} doesn't exist.", "NOT_FOUND")
        else:
            made.cards.append(card)


def _delivery(made: ImportedOrder, said: Said, known: Known) -> Delivery:
    """Return how the order is sent, not yet priced; an order of which something is shipped must say so."""
    if not any(line["isShippingRequired"] for line in said["lines"]):
        return Delivery()
    path, asked = "delivery_method", said.get("deliveryMethod") or {}
    point = method = None
    if asked.get("warehouseId") and asked.get("shippingMethodId"):
        made.blame(path, "Can't provide both warehouse and shipping method IDs.", "TOO_MANY_IDENTIFIERS")
    if asked.get("warehouseId"):
        point = known.find(made, asked, "Warehouse", {"warehouseId": "pk"}, f"{path}.warehouse_id")
    if asked.get("shippingMethodId"):
        method = known.find(made, asked, "ShippingMethod", {"shippingMethodId": "pk"}, f"{path}.shipping_method_id")
        known.find(made, asked, "TaxClass", {"shippingTaxClassId": "pk"}, f"{path}.shipping_tax_class_id")
    if point is None and method is None:
        made.spoil(path, "No delivery method provided.", "REQUIRED")
    return Delivery(method=method, point=None if method is not None else point)


def _priced(made: ImportedOrder, said: Said, delivery: Delivery, known: Known) -> Delivery:
    """Return the delivery with its price: the one said, else the method's in the channel, taken as net."""
    tax_rate, currency = said.get("shippingTaxRate") or ZERO, made.order.currency
    if delivery.method is None:
        return Delivery(point=delivery.point, tax_rate=rate(tax_rate, ZERO, ZERO))
    if said.get("shippingPrice"):
        net, gross = (quantize(min(said["shippingPrice"][name], TOO_MUCH), currency) for name in ("net", "gross"))
        tax_rate = rate(None, net, gross)
        if gross >= TOO_MUCH:
            raise made.spoil("delivery_method.shipping_price", "Price is too high.", "PRICE_ERROR")
        if gross < net:
            raise made.spoil("delivery_method.shipping_price", OVER_GROSS, "PRICE_ERROR")
    else:
        net = known.listings.get((delivery.method.pk, made.order.channel_id)) or ZERO
        tax_rate = rate(tax_rate, ZERO, ZERO)
        gross = quantize(net * (1 + tax_rate), currency)
    return Delivery(delivery.method, delivery.point, net, gross, tax_rate)


def _columns(made: ImportedOrder, said: Said, delivery: Delivery) -> None:
    order, asked = made.order, said.get("deliveryMethod") or {}
    order.created_at = said["createdAt"]
    order.language_code = said["languageCode"]
    order.external_reference = said.get("externalReference") or None
    order.customer_note = said.get("customerNote") or ""
    order.redirect_url = said.get("redirectUrl")
    order.weight_g = weight_of(said.get("weight"))
    for name, column in TEXTS.items():
        setattr(order, column, texts(made, said.get(name), column))
    order.collection_point = delivery.point
    order.collection_point_name = asked.get("warehouseName") if delivery.point or delivery.method else None
    order.shipping_class_texts = {"metadata": {}, "private_metadata": {}}
    if delivery.method is not None:
        order.delivery = kept(delivery.method, delivery.net) | {"order_name": asked.get("shippingMethodName")}
        order.shipping_tax_class = delivery.method.tax_class
        order.shipping_tax_class_name = asked.get("shippingTaxClassName")
        order.shipping_class_texts = class_texts(made, asked, "shippingTaxClass", "delivery_method")
    _sums(made, delivery)


def _sums(made: ImportedOrder, delivery: Delivery) -> None:
    order, rows = made.order, [line.row for line in made.lines]
    order.shipping_tax_rate = delivery.tax_rate
    order.shipping_net, order.shipping_gross = delivery.net, delivery.gross
    order.base_shipping = order.undiscounted_shipping = delivery.net
    order.subtotal_net = sum((row.total_net for row in rows), ZERO)
    order.subtotal_gross = sum((row.total_gross for row in rows), ZERO)
    order.total_net = order.subtotal_net + delivery.net
    order.total_gross = order.subtotal_gross + delivery.gross
    order.undiscounted_total_net = sum((row.undiscounted_total_net for row in rows), ZERO) + delivery.net
    order.undiscounted_total_gross = sum((row.undiscounted_total_gross for row in rows), ZERO) + delivery.gross


def _notes(made: ImportedOrder, said: Said, making: Making) -> None:
    for index, item in enumerate(said.get("notes") or ()):
        path, date, user, app = f"notes.{index}", item.get("date"), None, None
        if len(item["message"]) > MAX_NOTE:
            made.blame(f"{path}.message", f"Note message exceeds character limit: {MAX_NOTE}.", "NOTE_LENGTH")
            continue
        if date and is_later(date):
            made.blame(f"{path}.date", "Note input contains future date.", "FUTURE_DATE")
            date = None
        if any(item.get(name) for name in NOTE_USER):
            user = making.known.find(made, item, "User", NOTE_USER, path)
        if item.get("appId"):
            app = making.known.find(made, item, "App", {"appId": "pk"}, path)
        if user and app:
            user = app = None
            made.blame(path, "Note input contains both user and app identifier.", "TOO_MANY_IDENTIFIERS")
        parameters, date = {"message": item["message"]}, date or timezone.now()
        row = OrderEvent(order=made.order, date=date, type="NOTE_ADDED", user=user, app=app, parameters=parameters)
        made.notes.append(row)


def _payments(made: ImportedOrder, said: Said, making: Making) -> None:
    for index, item in enumerate(said.get("transactions") or ()):
        try:
            wanted: ByHand = making.payment(item, None, made.order.currency)
        except UserErrors as refused:
            for error in refused.errors:
                made.blame(f"transactions.{index}", error.message, error.code)
            continue
        payment, events = make_payment(wanted, currency=made.order.currency)
        payment.order = made.order
        made.payments.append((payment, events))


def _invoices(made: ImportedOrder, said: Said, making: Making) -> None:
    for index, item in enumerate(said.get("invoices") or ()):
        path, date, url = f"invoices.{index}", item["createdAt"], item.get("url")
        if is_later(date):
            made.blame(f"{path}.created_at", "Invoice input contains future date.", "FUTURE_DATE")
            date = timezone.now()
        try:
            URLValidator()(url) if url else None
        except ValidationError:
            made.blame(f"{path}.url", "Invalid URL format.", "INVALID")
            url = None
        words = {column: texts(made, item.get(name), f"{path}.{column}") for name, column in TEXTS.items()}
        row = Invoice(order=made.order, created_at=date, number=item.get("number"), external_url=url, **words)
        made.invoices.append(row)


def _discounts(made: ImportedOrder, said: Said, making: Making) -> None:
    """Note what was taken off the whole order; the totals that were said have it in them already."""
    for index, item in enumerate(said.get("discounts") or ()):
        value, total = item["value"], made.order.undiscounted_total_gross
        if value > (total if item["valueType"] == "FIXED" else 100):
            value = min(value, TOO_MUCH)
            made.blame(f"discounts.{index}", f"The value ({value}) cannot be higher than the price.", "INVALID")
        words = {"value_type": item["valueType"], "value": value, "reason": item.get("reason")}
        made.discounts.append(OrderDiscount(order=made.order, currency=made.order.currency, **words))
