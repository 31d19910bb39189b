"""Click and collect: the warehouse where the buyer picks the goods up."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from infra.engine.checkout.models import Checkout, CheckoutLine
from infra.engine.schema.errors import refuse
from infra.engine.warehouses.models import Warehouse
from infra.engine.warehouses.queries import collection_points


def points_of(checkout: Checkout, *, count_stock: bool = True) -> list[Warehouse]:
    """Return the warehouses where the checkout's goods may be collected; none when nothing of it is shipped."""
    rows = CheckoutLine.objects.filter(checkout=checkout).order_by()
    lines = list(rows.values_list("variant_id", "quantity", "variant__product__product_type__is_shipping_required"))
    if not any(is_shipped for _, _, is_shipped in lines):
        return []
    wanted: dict[int, int] = {}
    for variant_id, quantity, _ in lines:
        wanted[variant_id] = wanted.get(variant_id, 0) + quantity
    return collection_points(channel_id=checkout.channel_id, wanted=wanted, count_stock=count_stock)


def find_point(checkout: Checkout, pk: str) -> Warehouse:
    """Return the warehouse to collect from by its key as text. Raises UserErrors(DELIVERY_METHOD_NOT_APPLICABLE)."""
    for warehouse in points_of(checkout):
        if str(warehouse.pk) == pk:
            return warehouse
    raise refuse("deliveryMethodId", "This pick up point is not applicable.", "DELIVERY_METHOD_NOT_APPLICABLE")


def move_to(checkout: Checkout, point: Warehouse | None) -> list[str]:
    """Set where the checkout is collected and return the columns changed; the address goes with the warehouse."""
    if point is None and checkout.collection_point_id is None:
        return []
    checkout.collection_point = point
    checkout.shipping_address = None if point is None else dict(point.address)
    checkout.save_shipping_address = point is None
    return ["collection_point", "shipping_address", "save_shipping_address"]


def check_point(checkout: Checkout) -> None:
    """Raise UserErrors unless the checkout may be collected where its buyer chose; stock is looked at later."""
    point = checkout.collection_point
    if not checkout.shipping_address:
        raise refuse("shippingAddress", "Shipping address is not set", "SHIPPING_ADDRESS_NOT_SET")
    same = point is not None and _same_place(checkout.shipping_address, point.address)
    known: set[UUID] = {row.pk for row in points_of(checkout, count_stock=False)} if same else set()
    if point is None or point.pk not in known:
        message = "Delivery method is not valid for your shipping address"
        raise refuse("shippingMethod", message, "INVALID_SHIPPING_METHOD")


def _same_place(address: dict[str, Any], other: dict[str, Any]) -> bool:
    ignored = ("id", "metadata", "private_metadata", "validation_skipped")
    return all(address.get(name) == other.get(name) for name in {*address, *other} if name not in ignored)
