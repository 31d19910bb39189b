"""Ways of delivery: the shop's own and those the apps offer, kept per checkout, chosen by the buyer.

Apps are asked outside any transaction; what they answered is stored afterwards, if the checkout still has the delivery
it had, and has not changed nor got other offers meanwhile: these may be for another address. An offer that changes
keeps its id unless the buyer had chosen it and refreshing must not change their choice.
"""

from __future__ import annotations

import base64
import logging
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import transaction
from django.utils import timezone

from infra.engine.checkout import collection, lock_objects
from infra.engine.checkout.lines import tell
from infra.engine.checkout.models import Checkout, CheckoutDelivery
from infra.engine.checkout.pricing import PricedCheckout, price_checkouts
from infra.engine.checkout.settling import settle_discounts
from infra.engine.money import TOO_MUCH, ZERO, quantize
from infra.engine.prepared import PreparedRows
from infra.engine.schema.errors import refuse
from infra.engine.schema.ids import InvalidId, parse_global_id, to_global_id
from infra.engine.shipping.models import ShippingMethodListing
from infra.engine.shipping.queries import Parcel, applicable_listings

logger = logging.getLogger(__name__)
#: how long offered deliveries hold unless the checkout changes
OPTIONS_LIVE = timedelta(hours=24)
#: what the column of days holds
MOST_DAYS = 2**31 - 1
LONGEST_ID = 1024
FIELDS = (
    "name",
    "description",
    "price_amount",
    "currency",
    "maximum_delivery_days",
    "minimum_delivery_days",
    "tax_class_id",
    "metadata",
    "private_metadata",
    "active",
    "message",
)


def options(checkout: Checkout, *, fresh: bool = False, keep_choice: bool = False) -> list[CheckoutDelivery]:
    """Return the valid deliveries of the checkout, asking the apps when they are stale (or `fresh`).

    keep_choice: a chosen delivery whose price or name changed stays as it was, marked invalid, beside the new offer;
    otherwise it is overwritten.
    """
    now = timezone.now()
    if not fresh and checkout.deliveries_stale_at is not None and checkout.deliveries_stale_at > now:
        return [row for row in _DELIVERIES([checkout.pk]) if row.is_valid]
    offered = _own(checkout) + _ask(checkout)
    _exclude(checkout, offered)
    return _store(checkout, offered, now, keep_choice=keep_choice)


def _own(checkout: Checkout) -> list[CheckoutDelivery]:
    """Return the shop's own methods for the checkout, the cheapest first; none before there is an address."""
    if not checkout.channel.has_shipping_methods or not checkout.shipping_address:
        return []
    priced = getattr(checkout, "_priced", None) or price_checkouts([checkout])[checkout.pk]
    if not priced.is_shipping_required:
        return []
    parcel = Parcel(
        channel_id=checkout.channel_id,
        currency=checkout.currency,
        address=checkout.shipping_address,
        price=_goods_price(priced),
        weight_g=sum((weight_of(item.line.variant) * item.line.quantity for item in priced.lines), ZERO),
        product_ids=frozenset(item.line.variant.product_id for item in priced.lines),
    )
    found = sorted(applicable_listings(parcel), key=lambda row: (row.price_amount, row.method_id))
    return [_as_delivery(row, checkout) for row in found]


def _goods_price(priced: PricedCheckout) -> Decimal:
    """Return what the goods cost as the channel's prices are entered, after discounts: what limits are compared to."""
    return (priced.subtotal.gross if priced.taxes.entered_with_tax else priced.subtotal.net).amount


def weight_of(variant: Any) -> Decimal:
    """Return the grams of one piece: the variant's, else its product's, else its type's; 0 when nobody knows."""
    product = variant.product
    return variant.weight_g or product.weight_g or product.product_type.weight_g or ZERO


def _as_delivery(row: ShippingMethodListing, checkout: Checkout) -> CheckoutDelivery:
    method = row.method
    return CheckoutDelivery(
        checkout=checkout,
        method_id=to_global_id("ShippingMethod", method.pk),
        name=method.name,
        description=method.description,
        price_amount=row.price_amount,
        currency=row.currency,
        maximum_delivery_days=method.maximum_delivery_days,
        minimum_delivery_days=method.minimum_delivery_days,
        tax_class_id=method.tax_class_id,
        metadata=method.metadata,
        private_metadata=method.private_metadata,
    )


def _ask(checkout: Checkout) -> list[CheckoutDelivery]:
    from infra.engine.deliveries import ask

    offered: list[CheckoutDelivery] = []
    for app, answer in ask(event="SHIPPING_LIST_METHODS_FOR_CHECKOUT", obj=checkout):
        for item in answer if isinstance(answer, list) else []:
            try:
                offered.append(parse_method(item, checkout, app_identifier=app.identifier or str(app.pk)))
            except ValueError as problem:
                logger.warning("a shipping method of app %s was skipped: %s", app.identifier, problem)
    return list({method.method_id: method for method in offered}.values())


def parse_method(item: Any, checkout: Checkout, *, app_identifier: str) -> CheckoutDelivery:
    """Return one offered method, not saved. Raises ValueError for one the protocol does not allow."""
    if not isinstance(item, dict):
        raise ValueError("not an object")
    if item.get("currency") != checkout.currency:
        raise ValueError(f"currency {item.get('currency')} instead of {checkout.currency}")
    own_id, name, description = item.get("id"), item.get("name"), item.get("description")
    if not isinstance(own_id, str | int) or isinstance(own_id, bool):
        raise ValueError("no id")
    if not isinstance(name, str) or len(name) > 100:
        raise ValueError("no name of at most 100 characters")
    if description is not None and (not isinstance(description, str) or len(description) > 255):
        raise ValueError("a description over 255 characters")
    try:
        amount = Decimal(str(item.get("amount")))
    except InvalidOperation:
        raise ValueError("no amount") from None
    if not amount.is_finite() or not 0 <= amount < TOO_MUCH:
        raise ValueError("a negative amount, or one too high")
    method_id = base64.b64encode(f"app:{app_identifier}:{own_id}".encode()).decode()
    if len(method_id) > LONGEST_ID:
        raise ValueError("an id too long")
    return CheckoutDelivery(
        checkout=checkout,
        method_id=method_id,
        name=name,
        description=description,
        price_amount=quantize(amount, checkout.currency),
        currency=checkout.currency,
        maximum_delivery_days=_days(item.get("maximum_delivery_days")),
        minimum_delivery_days=_days(item.get("minimum_delivery_days")),
        metadata=_texts(item.get("metadata")),
        private_metadata=_texts(item.get("private_metadata")),
    )


def _days(value: Any) -> int | None:
    if value is None:
        return None
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= len(str(MOST_DAYS)):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MOST_DAYS:
        raise ValueError(f"days are no whole number from 0 to {MOST_DAYS}")
    return value


def _texts(value: Any) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(item, str) for item in value.values()):
        return {}
    return value


def _exclude(checkout: Checkout, offered: list[CheckoutDelivery]) -> None:
    """Let the apps switch offers off: the first reason given stays."""
    from infra.engine.deliveries import ask

    if not offered:
        return
    by_id = {method.method_id: method for method in offered}
    for _, answer in ask(event="CHECKOUT_FILTER_SHIPPING_METHODS", obj=checkout, shipping_methods=offered):
        excluded = answer.get("excluded_methods") if isinstance(answer, dict) else None
        for item in excluded if isinstance(excluded, list) else []:
            method = by_id.get(str(item.get("id"))) if isinstance(item, dict) else None
            if method is not None and method.active:
                method.active, method.message = False, str(item.get("reason") or "")


def _store(
    checkout: Checkout, offered: list[CheckoutDelivery], now: datetime, *, keep_choice: bool
) -> list[CheckoutDelivery]:
    with transaction.atomic("engine"):
        locked = lock_objects.checkout(checkout.pk)
        if locked is None or locked.assigned_delivery_id != checkout.assigned_delivery_id:
            return []
        rows = _DELIVERIES([checkout.pk])
        if locked.deliveries_stale_at != checkout.deliveries_stale_at:
            return [row for row in rows if row.is_valid]
        existing = {(row.method_id, row.is_valid): row for row in rows}
        chosen = next((row for row in rows if row.pk == locked.assigned_delivery_id), None)
        if chosen is not None:
            _settle_choice(chosen, existing, {row.method_id: row for row in offered}, keep_choice=keep_choice)
        kept = [_merge_offer(row, existing) for row in offered]
        stays = {row.pk for row in kept} | {locked.assigned_delivery_id, None}
        gone = [row.pk for row in rows if row.pk not in stays]
        if gone:
            CheckoutDelivery.objects.filter(pk__in=gone).delete()
        checkout.deliveries_stale_at = locked.deliveries_stale_at = now + OPTIONS_LIVE
        locked.save(update_fields=["deliveries_stale_at"])
        checkout.assigned_delivery = chosen
    return kept


_DELIVERIES = PreparedRows(
    CheckoutDelivery._meta.get_field("checkout"), lambda pks: CheckoutDelivery.objects.filter(checkout_id__in=pks)
)


def _settle_choice(
    chosen: CheckoutDelivery,
    existing: dict[tuple[str, bool], CheckoutDelivery],
    offered: dict[str, CheckoutDelivery],
    *,
    keep_choice: bool,
) -> None:
    """Mark the chosen delivery valid or not, before the offers are written beside or over it."""
    offer = offered.get(chosen.method_id)
    valid = offer is not None and not (keep_choice and _changed(chosen, offer))
    if valid == chosen.is_valid:
        return
    rival = existing.pop((chosen.method_id, valid), None)
    if rival is not None:
        rival.delete()
    existing.pop((chosen.method_id, chosen.is_valid), None)
    chosen.is_valid = valid
    chosen.save(update_fields=["is_valid"])
    existing[chosen.method_id, valid] = chosen


def _changed(chosen: CheckoutDelivery, offer: CheckoutDelivery) -> bool:
    names = ("name", "price_amount", "tax_class_id", "maximum_delivery_days", "minimum_delivery_days")
    return any(getattr(chosen, name) != getattr(offer, name) for name in names)


def _merge_offer(offer: CheckoutDelivery, existing: dict[tuple[str, bool], CheckoutDelivery]) -> CheckoutDelivery:
    row = existing.get((offer.method_id, True))
    if row is None:
        offer.save(force_insert=True)
        return offer
    if any(getattr(row, name) != getattr(offer, name) for name in FIELDS):
        for name in FIELDS:
            setattr(row, name, getattr(offer, name))
        row.save()
    return row


def choose(*, checkout: Checkout, delivery_id: str | None) -> Checkout:
    """Choose a delivery by the global id of the offer, of its method or of a warehouse to collect from, or none.

    Asks the apps first when the offers are stale. Choosing a warehouse makes its address the shipping address; leaving
    it again takes the address away. Raises UserErrors when the id is none of the active offers.
    """
    kind, pk = ("", "") if delivery_id is None else _parse(delivery_id)
    point = collection.find_point(checkout, pk) if kind == "Warehouse" else None
    chosen = None if delivery_id is None or point is not None else _find(checkout, delivery_id, kind, pk)
    with transaction.atomic("engine"):
        locked = lock_objects.checkout(checkout.pk)
        if locked is None:
            raise refuse("id", "Couldn't resolve to a node.", "NOT_FOUND")
        locked.assigned_delivery = chosen
        fields = collection.move_to(locked, point)
        locked.save(update_fields=["assigned_delivery", "updated_at", *fields])
        settle_discounts(locked, has_rules=locked.has_order_rules)  # type: ignore[attr-defined]  # by the lock
        tell(locked, "CHECKOUT_UPDATED")
    return locked


def _parse(delivery_id: str) -> tuple[str, str]:
    try:
        kind, pk = parse_global_id(delivery_id)
    except InvalidId:
        kind, pk = "", ""
    if kind not in ("Warehouse", "ShippingMethod", "CheckoutDelivery", "app"):
        message = "ID does not belong to Warehouse, ShippingMethod, or CheckoutDelivery"
        raise refuse("deliveryMethodId", message, "INVALID")
    return kind, pk


def _find(checkout: Checkout, delivery_id: str, kind: str, pk: str) -> CheckoutDelivery:
    for row in options(checkout):
        if row.active and (row.method_id == delivery_id or (kind == "CheckoutDelivery" and str(row.pk) == pk)):
            return row
    raise refuse("deliveryMethodId", "This shipping method is not applicable.", "DELIVERY_METHOD_NOT_APPLICABLE")
