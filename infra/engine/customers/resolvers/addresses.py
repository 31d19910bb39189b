"""A customer's address book."""

from __future__ import annotations

from typing import Any

from infra.engine.checkout.addresses import check_skip
from infra.engine.customers import actions
from infra.engine.customers.addresses import clean
from infra.engine.customers.models import Address, User
from infra.engine.customers.resolvers.account import customer_or_self
from infra.engine.schema.binding import declare, requires, root
from infra.engine.schema.context import Context
from infra.engine.schema.errors import refuse
from infra.engine.schema.ids import named_pk
from infra.engine.schema.permissions import USER

for _payload in ("AccountAddressCreate", "AccountAddressUpdate", "AccountAddressDelete"):
    declare(_payload, "address user")
declare("AccountSetDefaultAddress", "user")


def _address(context: Context, gid: str) -> tuple[Address, User]:
    """Return an address that the requestor may change, and whose it is: one's own, or a customer's for MANAGE_USERS."""
    if context.requestor.has_perm("MANAGE_USERS"):
        pk = named_pk(gid, "Address")
        owner = User.objects.filter(addresses=pk).order_by("pk").first() if pk else None
        if owner is not None and not owner.is_staff:
            return _marked(owner.addresses.get(pk=pk), owner), owner
    if context.requestor.user is None:
        raise refuse("id", f"Couldn't resolve to a node: {gid}", "NOT_FOUND")
    return _own_address(context, gid), context.requestor.user


def _own_address(context: Context, gid: str) -> Address:
    """Return an address of the requestor; somebody else's is answered like one that does not exist."""
    user, pk = context.requestor.user, named_pk(gid, "Address")
    address = user.addresses.filter(pk=pk).first() if pk else None
    if address is None:
        raise refuse("id", f"Couldn't resolve to a node: {gid}", "NOT_FOUND")
    return _marked(address, user)


def _marked(address: Any, user: User) -> Address:
    address.is_default_shipping = user.default_shipping_address_id == address.pk
    address.is_default_billing = user.default_billing_address_id == address.pk
    kept: Address = address
    return kept


@root("Mutation", "accountAddressCreate")
@requires(USER, "IMPERSONATE_USER")
def address_create(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    user, kind = customer_or_self(context, args.get("customerId")), args.get("type")
    check_skip(context.requestor, args["input"], "IMPERSONATE_USER")
    kept = clean(args["input"], address_type=kind)
    return {"address": actions.save_address(user=user, kept=kept, kind=kind), "user": user}


@root("Mutation", "accountAddressUpdate", args="id input")
@requires(USER, "MANAGE_USERS")
def address_update(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    address, owner = _address(context, args["id"])
    check_skip(context.requestor, args["input"], "MANAGE_USERS")
    kept = clean(args["input"])  # written anew: what is not said is gone, as in the contract
    if "metadata" not in args["input"]:
        kept["metadata"] = address.metadata
    actions.save_address(user=owner, kept=kept, address=address)
    return {"address": address, "user": owner}


@root("Mutation", "accountAddressDelete")
@requires(USER, "MANAGE_USERS")
def address_delete(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    address, owner = _address(context, args["id"])
    shown = Address.objects.get(pk=address.pk)
    actions.delete_address(user=owner, address=address)
    return {"address": shown, "user": owner}


@root("Mutation", "accountSetDefaultAddress")
@requires(USER)
def set_default_address(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    actions.set_default_address(context.requestor.user, _own_address(context, args["id"]), args["type"])
    return {"user": context.requestor.user}
