"""customerCreate, customerUpdate and customerDelete: what staff and apps do with customers."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from infra.engine.checkout.addresses import refuse_skip
from infra.engine.customers import actions
from infra.engine.customers.addresses import clean
from infra.engine.customers.models import User
from infra.engine.deliveries import declare_event, emit
from infra.engine.products.queries import find_channel
from infra.engine.schema.binding import declare, requires, root
from infra.engine.schema.context import Context
from infra.engine.schema.errors import refuse
from infra.engine.schema.ids import named_pk
from infra.engine.schema.lengths import check_row
from infra.engine.schema.metadata_mutations import pairs_to_dict

for _payload in ("CustomerCreate", "CustomerUpdate", "CustomerDelete"):
    declare(_payload, "user")
for _input in ("UserCreateInput", "CustomerInput"):
    declare(_input, "defaultBillingAddress defaultShippingAddress firstName lastName email isActive note languageCode")
    declare(_input, "externalReference metadata privateMetadata isConfirmed")
declare("UserCreateInput", "redirectUrl channel")
declare_event("CUSTOMER_METADATA_UPDATED", "user")
declare_event("CUSTOMER_DELETED", "user")
UNUSABLE = "!"
TEXTS = {"firstName": "first_name", "lastName": "last_name", "languageCode": "language_code"}
VALUES = {"note": "note", "isActive": "is_active", "isConfirmed": "is_confirmed"}
KINDS = (("defaultShippingAddress", "SHIPPING"), ("defaultBillingAddress", "BILLING"))


def _customer(args: dict[str, Any]) -> User:
    rows = User.objects.filter(is_staff=False)
    if args.get("externalReference"):
        user = rows.filter(external_reference=args["externalReference"]).first()
    else:
        pk = named_pk(args.get("id"), "User")
        user = rows.filter(pk=pk).first() if pk else None
    if user is None:
        raise refuse("id", f"Couldn't resolve to a node: {args.get('id')}", "NOT_FOUND")
    return user


def _changes(data: dict[str, Any], user: User) -> dict[str, Any]:
    changes: dict[str, Any] = {column: data[name] or "" for name, column in TEXTS.items() if name in data}
    changes |= {column: data[name] for name, column in VALUES.items() if data.get(name) is not None}
    if data.get("email"):
        changes["email"] = actions.clean_email(data["email"])
        if User.objects.filter(email=changes["email"]).exclude(pk=user.pk).exists():
            raise refuse("email", "User with this Email already exists.", "UNIQUE")
    if data.get("externalReference"):
        changes["external_reference"] = data["externalReference"]
        if User.objects.filter(external_reference=data["externalReference"]).exclude(pk=user.pk).exists():
            raise refuse("externalReference", "User with this External reference already exists.", "UNIQUE")
    for name, column in (("metadata", "metadata"), ("privateMetadata", "private_metadata")):
        if data.get(name):
            changes[column] = {**getattr(user, column), **pairs_to_dict(data[name], name)}
    return changes


def _save_addresses(user: User, data: dict[str, Any]) -> None:
    for name, kind in KINDS:
        if data.get(name):
            current = user.default_shipping_address if kind == "SHIPPING" else user.default_billing_address
            refuse_skip(data[name])
            kept = clean(data[name], address_type=kind)
            actions.save_address(user=user, kept=kept, address=current, kind=kind)


@root("Mutation", "customerCreate")
@requires("MANAGE_USERS")
def customer_create(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    data = args["input"]
    if not data.get("email"):
        raise refuse("email", "This field cannot be blank.", "REQUIRED")
    if data.get("redirectUrl"):
        actions.check_redirect_url(data["redirectUrl"])
    user = User(password=UNUSABLE, is_confirmed=False)
    changes = _changes(data, user)
    for name, kind in KINDS:
        if data.get(name):
            refuse_skip(data[name])
            clean(data[name], address_type=kind)
    with transaction.atomic("engine"):
        for column, value in changes.items():
            setattr(user, column, value)
        user.is_confirmed = False  # said or not, as the contract has it; customerUpdate confirms
        check_row(user)
        user.save()
        _save_addresses(user, data)
        emit(event="CUSTOMER_CREATED", obj=user)
        if data.get("redirectUrl"):
            link = actions.link_with_token(user, actions.password_tokens, data["redirectUrl"])
            channel = find_channel(context, data.get("channel"))
            emit(event="ACCOUNT_SET_PASSWORD_REQUESTED", obj=user, **link, channel=channel, shop=None)
    return {"user": user}


@root("Mutation", "customerUpdate")
@requires("MANAGE_USERS")
def customer_update(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    user, data = _customer(args), args["input"]
    before = dict(user.metadata)
    changes = _changes(data, user)
    with transaction.atomic("engine"):
        _save_addresses(user, data)
        actions.update_account(user, changes)
        if user.metadata != before:
            emit(event="CUSTOMER_METADATA_UPDATED", obj=user)
    return {"user": user}


@root("Mutation", "customerDelete")
@requires("MANAGE_USERS")
def customer_delete(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    user = _customer(args)
    shown = User.objects.get(pk=user.pk)
    actions.delete_user(user, event="CUSTOMER_DELETED")
    return {"user": shown}
