"""orderCreateFromCheckout and checkoutCreateFromOrder."""

from __future__ import annotations

from typing import Any

from infra.engine.checkout.completion import create_order
from infra.engine.checkout.models import Checkout
from infra.engine.checkout.reordering import Unavailable, checkout_from_order
from infra.engine.checkout.resolvers.line_mutations import limit
from infra.engine.orders.models import Order
from infra.engine.schema.binding import Batch, declare, field, root
from infra.engine.schema.context import Context
from infra.engine.schema.errors import MutationError, PermissionDenied, UserErrors, refuse
from infra.engine.schema.ids import named_uuid, to_global_id
from infra.engine.schema.metadata_mutations import pairs_to_dict

declare("OrderCreateFromCheckout", "order errors")
declare("OrderCreateFromCheckoutError", "field message code variants lines")
declare("CheckoutCreateFromOrder", "checkout unavailableVariants errors")
declare("CheckoutCreateFromOrderError", "field message code")
declare("CheckoutCreateFromOrderUnavailableVariant", "code message")


@root("Mutation", "orderCreateFromCheckout")
def order_create_from_checkout(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    if context.requestor.app is None or not context.requestor.has_perm("HANDLE_CHECKOUTS"):
        raise PermissionDenied(("HANDLE_CHECKOUTS",))
    pk = named_uuid(args["id"], "Checkout")
    if pk is None or not Checkout.objects.filter(pk=pk).exists():
        raise _unknown(args["id"])
    try:
        order = create_order(
            checkout_id=pk,
            requestor=context.requestor,
            metadata=pairs_to_dict(args.get("metadata")),
            private_metadata=pairs_to_dict(args.get("privateMetadata"), "privateMetadata"),
            delete=args.get("removeCheckout", True),
        )
    except UserErrors as refused:
        if any(error.code == "NOT_FOUND" for error in refused.errors):
            raise _unknown(args["id"]) from None
        raise
    return {"order": order}


def _unknown(gid: str) -> UserErrors:
    return UserErrors([MutationError.of("id", f"Couldn't resolve to a node: {gid}", "CHECKOUT_NOT_FOUND")])


@root("Mutation", "checkoutCreateFromOrder")
def checkout_create_from_order(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    pk = named_uuid(args["id"], "Order")
    order = Order.objects.select_related("channel").filter(pk=pk).first() if pk is not None else None
    if order is None:
        raise refuse("id", f"Couldn't resolve to a node: {args['id']}", "ORDER_NOT_FOUND")
    checkout, left_out = checkout_from_order(order=order, user=context.requestor.user, limit=limit(context))
    return {"checkout": checkout, "unavailable_variants": left_out}


@field("CheckoutCreateFromOrderUnavailableVariant", "variantId")
def unavailable_variant_id(batch: Batch) -> list[Any]:
    rows: list[Unavailable] = batch.parents
    return [row.line.product_variant_id for row in rows]


@field("CheckoutCreateFromOrderUnavailableVariant", "lineId")
def unavailable_line_id(batch: Batch) -> list[Any]:
    rows: list[Unavailable] = batch.parents
    return [to_global_id("OrderLine", row.line.pk) for row in rows]
