"""Delivery, ShippingMethod, and the mutations that ask for deliveries and choose one."""

from __future__ import annotations

from typing import Any

from infra.engine.checkout import collection, delivery
from infra.engine.checkout.models import Checkout, CheckoutDelivery
from infra.engine.checkout.pricing import is_sold
from infra.engine.checkout.resolvers import loads
from infra.engine.deliveries import declare_event
from infra.engine.money import Money
from infra.engine.schema.binding import Batch, declare, field, name_type, root
from infra.engine.schema.context import Context
from infra.engine.schema.errors import PermissionDenied, refuse
from infra.engine.schema.ids import to_global_id
from infra.engine.warehouses.resolvers import load_warehouses

SHIPPING = ("MANAGE_SHIPPING",)
declare("CheckoutDeliveryMethodUpdate", "checkout")
declare("ShippingMethod", "name maximumDeliveryDays minimumDeliveryDays active message")
name_type(CheckoutDelivery, "ShippingMethod")
declare_event("SHIPPING_LIST_METHODS_FOR_CHECKOUT", "checkout", "shippingMethods")
declare_event("CHECKOUT_FILTER_SHIPPING_METHODS", "checkout", "shippingMethods")


@field("DeliveryOptionsCalculate", "deliveries")
def calculated_deliveries(batch: Batch) -> list[Any]:
    return [payload.get("deliveries", []) for payload in batch.parents]


@field("Delivery", "id")
def delivery_id(batch: Batch) -> list[Any]:
    return [to_global_id("CheckoutDelivery", row.pk) for row in batch.parents]


@field("Delivery", "shippingMethod")
def delivery_method(batch: Batch) -> list[Any]:
    return list(batch.parents)


def _value(parent: Any, name: str) -> Any:
    """Return a value of a method offered (a row) or kept in an order (a dict)."""
    return parent.get(name) if isinstance(parent, dict) else getattr(parent, name)


@field("ShippingMethod", "id")
def method_id(batch: Batch) -> list[Any]:
    return [row["id"] if isinstance(row, dict) else row.method_id for row in batch.parents]


@field("ShippingMethod", "price")
def method_price(batch: Batch) -> list[Any]:
    return [row["money"] if isinstance(row, dict) else Money(row.price_amount, row.currency) for row in batch.parents]


@field("ShippingMethod", "description")
def method_description(batch: Batch) -> list[Any]:
    return [_value(row, "description") for row in batch.parents]


@field("ShippingMethod", "metadata")
def method_metadata(batch: Batch) -> list[Any]:
    return [_pairs(_value(row, "metadata")) for row in batch.parents]


@field("ShippingMethod", "metafield")
def method_metafield(batch: Batch) -> list[Any]:
    return [_value(row, "metadata").get(batch.args["key"]) for row in batch.parents]


@field("ShippingMethod", "privateMetadata")
def method_private_metadata(batch: Batch) -> list[Any]:
    if not batch.context.requestor.has_perm(*SHIPPING):
        raise PermissionDenied(SHIPPING)
    return [_pairs(_value(row, "private_metadata")) for row in batch.parents]


def _pairs(data: dict[str, str] | None) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in sorted((data or {}).items())]


@field("Checkout", "delivery")
def checkout_delivery(batch: Batch) -> list[Any]:
    return [checkout.assigned_delivery for checkout in batch.parents]


@field("Checkout", "shippingMethod")
def checkout_shipping_method(batch: Batch) -> list[Any]:
    return [_if_valid(checkout) for checkout in batch.parents]


@field("Checkout", "deliveryMethod")
def checkout_delivery_method(batch: Batch) -> list[Any]:
    points = load_warehouses(batch, [checkout.collection_point_id for checkout in batch.parents])
    return [point or _if_valid(checkout) for point, checkout in zip(points, batch.parents, strict=True)]


@field("Checkout", "availableCollectionPoints")
def checkout_collection_points(batch: Batch) -> list[Any]:
    return [collection.points_of(checkout) for checkout in batch.parents]


def _if_valid(checkout: Checkout) -> CheckoutDelivery | None:
    chosen = checkout.assigned_delivery
    return chosen if chosen is not None and chosen.is_valid else None


@field("Checkout", "shippingMethods")
def checkout_shipping_methods(batch: Batch) -> list[Any]:
    return [_options(checkout) for checkout in batch.parents]


@field("Checkout", "availableShippingMethods")
def available_shipping_methods(batch: Batch) -> list[Any]:
    return [_options(checkout) for checkout in batch.parents]


def _options(checkout: Checkout) -> list[CheckoutDelivery]:
    return delivery.options(checkout) if loads.priced([checkout])[0].is_shipping_required else []


@root("Mutation", "deliveryOptionsCalculate")
def delivery_options_calculate(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    found = loads.get(args)
    required = loads.priced([found])[0].is_shipping_required
    return {"deliveries": delivery.options(found, fresh=True, keep_choice=True) if required else []}


@root("Mutation", "checkoutDeliveryMethodUpdate", args="id token deliveryMethodId")
def delivery_method_update(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    found = loads.get(args)
    if found.channel.checkout_settings.get("useLegacyErrorFlow", True):
        _refuse_early(found, context)
    return {"checkout": delivery.choose(checkout=found, delivery_id=args.get("deliveryMethodId"))}


def _refuse_early(checkout: Checkout, context: Context) -> None:
    """Raise UserErrors for what only the channel's older flow of errors minds before the checkout is completed."""
    priced = loads.priced([checkout])[0]
    unsold = [item.line.variant_id for item in priced.lines if not is_sold(item.line, context.now)]
    if unsold:
        text = "Some of the checkout lines variants are unavailable."
        variants = [to_global_id("ProductVariant", pk) for pk in unsold]
        raise refuse("lines", text, "UNAVAILABLE_VARIANT_IN_CHANNEL", variants=variants)
    if not priced.is_shipping_required:
        raise refuse("deliveryMethod", "This checkout doesn't need shipping", "SHIPPING_NOT_REQUIRED")
