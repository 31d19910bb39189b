"""Mutations of a checkout itself, and its completion."""

from __future__ import annotations

from typing import Any

from infra.engine.checkout import actions
from infra.engine.checkout.addresses import check_skip, clean_address
from infra.engine.checkout.completion import complete_checkout
from infra.engine.checkout.resolvers import loads
from infra.engine.checkout.resolvers.line_mutations import keeps_all_fields, limit
from infra.engine.customers.models import User
from infra.engine.schema.binding import Batch, declare, field, requires, root
from infra.engine.schema.context import Context
from infra.engine.schema.errors import PermissionDenied, refuse
from infra.engine.schema.ids import int_pk, to_global_id
from infra.engine.schema.metadata_mutations import pairs_to_dict
from infra.engine.schema.permissions import APP, USER

for _payload in (
    "CheckoutEmailUpdate",
    "CheckoutShippingAddressUpdate",
    "CheckoutBillingAddressUpdate",
    "CheckoutLanguageCodeUpdate",
    "CheckoutCustomerNoteUpdate",
    "CheckoutCustomerAttach",
    "CheckoutCustomerDetach",
):
    declare(_payload, "checkout")
declare("CheckoutComplete", "order confirmationData")


@root("Mutation", "checkoutEmailUpdate")
def email_update(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    if not args["email"]:
        raise refuse("email", "This field cannot be blank.", "REQUIRED")
    local, at, domain = args["email"].rpartition("@")
    if not (local and at and "." in domain) or any(sign.isspace() for sign in args["email"]):
        raise refuse("email", "Enter a valid email address.", "INVALID")
    return {"checkout": actions.update_checkout(checkout_id=loads.id_of(args), email=args["email"])}


@root("Mutation", "checkoutLanguageCodeUpdate")
def language_update(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    changed = actions.update_checkout(checkout_id=loads.id_of(args), language_code=args["languageCode"])
    return {"checkout": changed}


@root("Mutation", "checkoutCustomerNoteUpdate")
def note_update(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    changed = actions.update_checkout(checkout_id=loads.id_of(args), customer_note=args["customerNote"])
    return {"checkout": changed}


def _address(context: Context, said: dict[str, Any], kind: str, rules: dict[str, Any] | None) -> dict[str, Any]:
    check_skip(context.requestor, said, "HANDLE_CHECKOUTS")
    return clean_address(said, address_type=kind, rules=rules, keep_all_fields=keeps_all_fields(context))


@root("Mutation", "checkoutShippingAddressUpdate")
def shipping_address_update(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    address = _address(context, args["shippingAddress"], "SHIPPING", args.get("validationRules"))
    changed = actions.set_shipping_address(
        checkout_id=loads.id_of(args), address=address, save=bool(args.get("saveAddress", True)), limit=limit(context)
    )
    return {"checkout": changed}


@root("Mutation", "checkoutBillingAddressUpdate")
def billing_address_update(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    address = _address(context, args["billingAddress"], "BILLING", args.get("validationRules"))
    changed = actions.set_billing_address(
        checkout_id=loads.id_of(args), address=address, save=bool(args.get("saveAddress", True))
    )
    return {"checkout": changed}


@root("Mutation", "checkoutCustomerAttach")
@requires(APP, USER)
def customer_attach(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    user, gid = context.requestor.user, args.get("customerId")
    customer = user
    if gid and (user is None or gid != to_global_id("User", user.pk)):
        if not context.requestor.has_perm("IMPERSONATE_USER"):
            raise PermissionDenied(("IMPERSONATE_USER",))
        customer = User.objects.filter(pk=int_pk(gid, "User")).first()
        if customer is None:
            raise refuse("customerId", f"Couldn't resolve to a node: {gid}", "NOT_FOUND")
    elif user is None:
        text = "The customerId value must be provided when running mutation as app."
        raise refuse("customerId", text, "REQUIRED")
    return {"checkout": actions.attach_customer(checkout_id=loads.id_of(args), customer=customer)}


@root("Mutation", "checkoutCustomerDetach")
@requires(APP, USER)
def customer_detach(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    checkout = loads.get(args)
    own = context.requestor.user is not None and checkout.user_id == context.requestor.user.pk
    if checkout.user_id is not None and not own and not context.requestor.has_perm("IMPERSONATE_USER"):
        raise PermissionDenied(("IMPERSONATE_USER",))
    return {"checkout": actions.detach_customer(checkout_id=checkout.pk)}


@root("Mutation", "checkoutComplete", args="id checkoutId token metadata redirectUrl paymentData storeSource")
def checkout_complete(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    """`paymentData` and `storeSource` are for a payment of the older kind, which no checkout has here."""
    order = complete_checkout(
        checkout_id=loads.id_of(args),
        requestor=context.requestor,
        metadata=pairs_to_dict(args.get("metadata")),
        redirect_url=args.get("redirectUrl"),
    )
    return {"order": order, "confirmation_data": {}}


@field("CheckoutComplete", "confirmationNeeded")
def confirmation_needed(batch: Batch) -> list[Any]:
    """Never: an action a payment asks for is asked by transactionInitialize. Also said when nothing was completed."""
    return [False for _ in batch.parents]
