"""User, Address, Group."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from infra.engine.customers.countries import as_country
from infra.engine.customers.models import Address, Group, User
from infra.engine.deliveries import declare_event
from infra.engine.schema.binding import Batch, declare, field, name_type
from infra.engine.schema.context import Context
from infra.engine.schema.errors import PermissionDenied
from infra.engine.schema.ids import bind_ids, to_global_id
from infra.engine.schema.metadata import ANYBODY, register_metadata
from infra.engine.schema.permissions import as_permission

MANAGE_USERS, MANAGE_STAFF = ("MANAGE_USERS",), ("MANAGE_STAFF",)
name_type(Group, "Group")
bind_ids(Group="Group")
declare("CountryDisplay", "code country")
declare("AddressInput", "firstName lastName companyName streetAddress1 streetAddress2 city cityArea postalCode country")
declare("AddressInput", "countryArea phone metadata skipValidation")
declare("Address", "firstName lastName companyName city cityArea postalCode countryArea phone")
declare("User", "email firstName lastName isStaff isActive isConfirmed languageCode externalReference")
declare("User", "lastLogin dateJoined updatedAt")
declare("Group", "name")
declare("UserPermission", "code name")
declare("AccountError", "addressType")
for _event in (
    "ACCOUNT_CONFIRMATION_REQUESTED",
    "ACCOUNT_SET_PASSWORD_REQUESTED",
):
    declare_event(_event, "user", "redirectUrl", "channel", "token")
for _event in ("ACCOUNT_CONFIRMED", "CUSTOMER_CREATED", "CUSTOMER_UPDATED"):
    declare_event(_event, "user")
for _event in ("ADDRESS_CREATED", "ADDRESS_UPDATED", "ADDRESS_DELETED"):
    declare_event(_event, "address")


def _own_or_managed(users: Sequence[User], context: Context) -> list[tuple[str, ...]]:
    """One's own is one's own; of others it takes what manages their kind."""
    own = context.requestor.user
    kinds = _managed(users, context)
    return [ANYBODY if own is not None and own.pk == user.pk else kind for user, kind in zip(users, kinds, strict=True)]


def _managed(users: Sequence[User], context: Context) -> list[tuple[str, ...]]:
    return [MANAGE_STAFF if user.is_staff else MANAGE_USERS for user in users]


def _address_owners(addresses: Sequence[Any], context: Context) -> list[list[User]]:
    """Return who has each address in a book; nobody one that is written into an order or a cart."""
    pks = {address.pk for address in addresses if not isinstance(address, dict)}
    links = User.addresses.through.objects.filter(address_id__in=pks).select_related("user")
    owners: dict[int, list[User]] = {}
    for link in links:
        owners.setdefault(link.address_id, []).append(link.user)
    return [[] if isinstance(address, dict) else owners.get(address.pk, []) for address in addresses]


def _address_managers(addresses: Sequence[Any], context: Context) -> list[tuple[str, ...]]:
    owners = _address_owners(addresses, context)
    return [MANAGE_STAFF if any(user.is_staff for user in users) else MANAGE_USERS for users in owners]


def _address_writers(addresses: Sequence[Any], context: Context) -> list[tuple[str, ...]]:
    own, owners = context.requestor.user, _address_owners(addresses, context)
    managers = _address_managers(addresses, context)
    return [
        ANYBODY if own is not None and any(user.pk == own.pk for user in users) else manager
        for users, manager in zip(owners, managers, strict=True)
    ]


register_metadata("User", User, public=_own_or_managed, private=_managed)
register_metadata("Address", Address, public=_address_writers, private=_address_managers)


def read(parent: Any, name: str) -> Any:
    """Return a value of an address kept as a row, or inside a checkout or order as a dict."""
    return parent.get(name) if isinstance(parent, dict) else getattr(parent, name)


@field("Address", "id")
def address_id(batch: Batch) -> list[Any]:
    return [to_global_id("Address", read(address, "id")) for address in batch.parents]


@field("Address", "country")
def address_country(batch: Batch) -> list[Any]:
    return [as_country(read(address, "country")) for address in batch.parents]


@field("Address", "streetAddress1")
def address_street_1(batch: Batch) -> list[Any]:
    return [read(address, "street_address_1") for address in batch.parents]


@field("Address", "streetAddress2")
def address_street_2(batch: Batch) -> list[Any]:
    return [read(address, "street_address_2") for address in batch.parents]


@field("Address", "isDefaultShippingAddress")
def is_default_shipping(batch: Batch) -> list[Any]:
    return [getattr(address, "is_default_shipping", None) for address in batch.parents]


@field("Address", "isDefaultBillingAddress")
def is_default_billing(batch: Batch) -> list[Any]:
    return [getattr(address, "is_default_billing", None) for address in batch.parents]


@field("User", "id")
def user_id(batch: Batch) -> list[Any]:
    """A user not kept (the answer to a registration) has an empty id, which gives nothing away."""
    return [to_global_id("User", user.pk) if user.pk else "" for user in batch.parents]


@field("User", "avatar")
def user_avatar(batch: Batch) -> list[None]:
    """Nobody has a picture: the engine takes none (userAvatarUpdate is not served)."""
    return [None for _ in batch.parents]


@field("User", "addresses")
def user_addresses(batch: Batch) -> list[Any]:
    found: dict[int, list[Address]] = {user.pk: [] for user in batch.parents}
    defaults = {user.pk: user for user in batch.parents}
    links = User.addresses.through.objects.filter(user_id__in=found).select_related("address").order_by("address_id")
    for link in links:
        address: Any = link.address
        address.is_default_shipping = defaults[link.user_id].default_shipping_address_id == link.address_id
        address.is_default_billing = defaults[link.user_id].default_billing_address_id == link.address_id
        found[link.user_id].append(address)
    return [found[user.pk] for user in batch.parents]


def _defaults(batch: Batch, column: str) -> list[Any]:
    rows = Address.objects.in_bulk({getattr(user, column) for user in batch.parents} - {None})
    return [rows.get(getattr(user, column)) for user in batch.parents]


@field("User", "defaultShippingAddress")
def default_shipping(batch: Batch) -> list[Any]:
    return _defaults(batch, "default_shipping_address_id")


@field("User", "defaultBillingAddress")
def default_billing(batch: Batch) -> list[Any]:
    return _defaults(batch, "default_billing_address_id")


@field("User", "note")
def user_note(batch: Batch) -> list[Any]:
    if not batch.context.requestor.has_perm("MANAGE_USERS", "MANAGE_STAFF"):
        raise PermissionDenied(("MANAGE_USERS", "MANAGE_STAFF"))
    return [user.note for user in batch.parents]


@field("User", "userPermissions")
def user_permissions(batch: Batch) -> list[Any]:
    from infra.engine.schema.authentication import user_requestor

    return [
        [
            as_permission(name)
            for name in sorted(user_requestor(user).permissions, key=str.lower)
            if name.startswith(("MANAGE", "HANDLE", "IMPERSONATE"))
        ]
        for user in batch.parents
    ]


@field("Group", "permissions")
def group_permissions(batch: Batch) -> list[Any]:
    return [[as_permission(name) for name in group.permissions] for group in batch.parents]
