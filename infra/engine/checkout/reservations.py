"""Stock kept for open checkouts, where the shop asks for it, and from where a checkout is sold."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from infra.engine.checkout.models import Checkout, CheckoutLine
from infra.engine.products.queries import shop_settings
from infra.engine.schema.context import current_requestor
from infra.engine.warehouses.actions import reserve
from infra.engine.warehouses.queries import selling_of
from infra.engine.warehouses.types import Selling, Wanted


def selling_for(checkout: Checkout, *, promised: bool = False) -> Selling:
    """Return from where the checkout's channel sells to it.

    promised: for the order itself; before that, and before a delivery is chosen, warehouses to collect from count too.
    """
    chosen = checkout.assigned_delivery_id is not None or checkout.collection_point_id is not None
    return selling_of(
        checkout.channel,
        country=checkout.country,
        checkout_id=checkout.pk,
        point=checkout.collection_point if checkout.collection_point_id is not None else None,
        with_points=not promised and not chosen,
    )


def keep_stock(checkout: Checkout) -> None:
    """Reserve what the checkout holds now, for as long as the shop says; nothing where it does not.

    Needs an open transaction on `engine`. Raises InsufficientStock, whose line ids are keys of variants.
    """
    if not checkout.channel.reserves_stock:
        return
    signed_in = current_requestor().user is not None
    name = "reserveStockDurationAuthenticatedUser" if signed_in else "reserveStockDurationAnonymousUser"
    minutes = shop_settings()[name]
    if not minutes:
        return
    rows = CheckoutLine.objects.filter(checkout=checkout, variant__track_inventory=True)
    wanted = [Wanted(row.pk, row.variant_id, row.quantity) for row in rows]
    reserve(wanted=wanted, selling=selling_for(checkout), until=timezone.now() + timedelta(minutes=minutes))
