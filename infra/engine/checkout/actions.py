"""Changes of a checkout itself: e-mail, language, note, addresses, customer."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction

from infra.engine.checkout import lock_objects
from infra.engine.checkout.lines import check_quantities, mark_changed, tell
from infra.engine.checkout.models import Checkout
from infra.engine.checkout.reservations import selling_for
from infra.engine.checkout.settling import settle_discounts
from infra.engine.products.models import ProductVariant
from infra.engine.schema.errors import PermissionDenied, refuse
from infra.engine.schema.ids import to_global_id


def locked_checkout(checkout_id: UUID) -> Checkout:
    """Lock and return the checkout. Raises UserErrors(NOT_FOUND). Needs an open transaction on `engine`."""
    checkout = lock_objects.checkout(checkout_id)
    if checkout is None:
        gid = to_global_id("Checkout", checkout_id)
        raise refuse("id", f"Couldn't resolve to a node: {gid}", "NOT_FOUND")
    return checkout


def update_checkout(*, checkout_id: UUID, **values: Any) -> Checkout:
    """Set columns of the checkout that touch neither prices nor deliveries (email, language_code, customer_note)."""
    with transaction.atomic("engine"):
        checkout = locked_checkout(checkout_id)
        for name, value in values.items():
            setattr(checkout, name, value)
        checkout.save(update_fields=[*values, "updated_at"])
        tell(checkout, "CHECKOUT_UPDATED")
    return checkout


def set_shipping_address(*, checkout_id: UUID, address: dict[str, Any], save: bool, limit: int | None) -> Checkout:
    """Set where the goods go; the deliveries must be asked for again.

    Raises UserErrors when stock is short now, and SHIPPING_CHANGE_FORBIDDEN when the goods are collected.
    """
    with transaction.atomic("engine"):
        checkout = locked_checkout(checkout_id)
        if checkout.collection_point_id is not None:
            message = "Can't change shipping address manually. For click and collect delivery, address is set to a "
            message += "warehouse address."
            raise refuse("shippingAddress", message, "SHIPPING_CHANGE_FORBIDDEN")
        if checkout.channel.checkout_settings.get("useLegacyErrorFlow", True):
            _check_stock(checkout, limit)
        checkout.shipping_address, checkout.save_shipping_address = address, save
        mark_changed(checkout, "shipping_address", "save_shipping_address")
    return checkout


def _check_stock(checkout: Checkout, limit: int | None) -> None:
    totals: dict[int, int] = {}
    variants: dict[int, ProductVariant] = {}
    for line in checkout.lines.select_related("variant"):
        totals[line.variant_id] = totals.get(line.variant_id, 0) + line.quantity
        variants[line.variant_id] = line.variant
    check_quantities(totals, variants, selling_for(checkout), limit)


def set_billing_address(*, checkout_id: UUID, address: dict[str, Any], save: bool) -> Checkout:
    """Set who is billed."""
    with transaction.atomic("engine"):
        checkout = locked_checkout(checkout_id)
        checkout.billing_address, checkout.save_billing_address = address, save
        checkout.save(update_fields=["billing_address", "save_billing_address", "updated_at"])
        settle_discounts(checkout, has_rules=checkout.has_order_rules)  # type: ignore[attr-defined]  # by the lock
        tell(checkout, "CHECKOUT_UPDATED")
    return checkout


def attach_customer(*, checkout_id: UUID, customer: Any) -> Checkout:
    """Make the checkout a customer's. Raises PermissionDenied when it already is somebody's."""
    with transaction.atomic("engine"):
        checkout = locked_checkout(checkout_id)
        if checkout.user_id is not None:
            text = "You cannot reassign a checkout that is already attached to a user."
            raise PermissionDenied(message=text)
        checkout.user, checkout.email = customer, customer.email
        checkout.save(update_fields=["user", "email", "updated_at"])
        settle_discounts(checkout, has_rules=checkout.has_order_rules)  # type: ignore[attr-defined]  # by the lock
        tell(checkout, "CHECKOUT_UPDATED")
    return checkout


def detach_customer(*, checkout_id: UUID) -> Checkout:
    """Make the checkout nobody's again."""
    return update_checkout(checkout_id=checkout_id, user=None)
