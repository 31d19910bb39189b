"""me, user, accountRegister, confirmAccount, accountUpdate and what staff do with customers."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from infra.engine.checkout.addresses import check_skip
from infra.engine.customers import actions
from infra.engine.customers.addresses import clean
from infra.engine.customers.filters import filter_people, order_people, search_people, where_people
from infra.engine.customers.models import User
from infra.engine.customers.resolvers.authentication import _channel
from infra.engine.deliveries import declare_event
from infra.engine.orders.models import Order
from infra.engine.products.queries import shop_settings
from infra.engine.schema.binding import declare, requires, root
from infra.engine.schema.connections import connect
from infra.engine.schema.context import Context
from infra.engine.schema.errors import PermissionDenied, UserErrors, refuse
from infra.engine.schema.ids import asked_int, named_pk
from infra.engine.schema.metadata_mutations import pairs_to_dict
from infra.engine.schema.permissions import USER

declare("AccountRegister", "user requiresConfirmation")
declare("AccountRegisterInput", "firstName lastName languageCode email password redirectUrl metadata channel")
declare("ConfirmAccount", "user")
declare("AccountUpdate", "user")
declare("AccountInput", "firstName lastName languageCode defaultBillingAddress defaultShippingAddress metadata")
declare("CustomerFilterInput", "search ids metadata dateJoined updatedAt numberOfOrders placedOrders")
declare("CustomerWhereInput", "ids email firstName lastName isActive dateJoined updatedAt metadata AND OR")
declare("DateRangeInput", "gte lte")


@root("Query", "me")
def me(context: Context, args: dict[str, Any]) -> Any:
    return context.requestor.user


@root("Query", "user")
@requires("MANAGE_USERS", "MANAGE_STAFF", "MANAGE_ORDERS")
def user(context: Context, args: dict[str, Any]) -> Any:
    """Whoever manages staff sees staff, whoever manages customers or orders sees customers."""
    requestor, rows = context.requestor, User.objects.all()
    if not (requestor.has_perm("MANAGE_STAFF") and requestor.has_perm("MANAGE_USERS")):
        rows = rows.filter(is_staff=True) if requestor.has_perm("MANAGE_STAFF") else customers_only(rows)
    if args.get("id"):
        return rows.filter(pk=asked_int(args["id"], "User")).first()
    if args.get("email"):
        return rows.filter(email=args["email"].strip().lower()).first()
    return rows.filter(external_reference=args.get("externalReference") or "").first()


def customers_only(rows: QuerySet[User]) -> QuerySet[User]:
    """Keep customers: everybody but staff, and staff who have ordered."""
    return rows.filter(Q(is_staff=False) | Exists(Order.objects.filter(user_id=OuterRef("pk"))))


@root("Query", "customers")
@requires("MANAGE_ORDERS", "MANAGE_USERS")
def customers(context: Context, args: dict[str, Any]) -> Any:
    rows = filter_people(customers_only(User.objects.all()), args.get("filter") or {})
    rows = search_people(rows, args.get("search")).filter(where_people(args.get("where") or {}))
    rows, order = order_people(rows, args.get("sortBy"))
    return connect(rows, args, order=order)


@root("Mutation", "accountRegister")
def account_register(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    confirm = bool(shop_settings()["enableAccountConfirmationByEmail"])
    try:
        user = _register(context, args["input"], confirm)
    except UserErrors as refused:
        return {"user": None, "requires_confirmation": confirm, "errors": refused.errors}
    return {"user": user, "requires_confirmation": confirm}


def _register(context: Context, data: dict[str, Any], confirm: bool) -> User:
    """Return the user to show: without an id, whether the address was free or taken."""
    channel = None
    if confirm:
        if not data.get("redirectUrl"):
            raise refuse("redirectUrl", "This field is required.", "REQUIRED")
        actions.check_redirect_url(data["redirectUrl"])
        channel = _channel(context, data.get("channel"))
    fields = {
        "first_name": data.get("firstName") or "",
        "last_name": data.get("lastName") or "",
        "language_code": data.get("languageCode") or "EN",
        "metadata": pairs_to_dict(data.get("metadata")),
    }
    actions.register_account(
        email=data["email"],
        password=data["password"],
        redirect_url=data.get("redirectUrl"),
        channel=channel,
        confirm=confirm,
        fields=fields,
    )
    return User(email=actions.clean_email(data["email"]), is_confirmed=False, updated_at=context.now, **fields)


@root("Mutation", "confirmAccount")
def confirm_account(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    return {"user": actions.confirm_account(email=args["email"], token=args["token"])}


def customer_or_self(context: Context, customer_id: str | None) -> User:
    """Return the requestor, or the customer an app with IMPERSONATE_USER acts for. Raises PermissionDenied."""
    requestor = context.requestor
    if customer_id is None:
        if requestor.user is None:
            raise PermissionDenied((USER,))
        return requestor.user
    if requestor.app is None or not requestor.has_perm("IMPERSONATE_USER"):
        raise PermissionDenied(("IMPERSONATE_USER",))
    pk = named_pk(customer_id, "User", field="customerId")
    user = User.objects.filter(pk=pk).first() if pk else None
    if user is None:
        raise refuse("customerId", f"Couldn't resolve to a node: {customer_id}", "NOT_FOUND")
    return user


@root("Mutation", "accountUpdate")
@requires(USER, "IMPERSONATE_USER")
def account_update(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    user, data = customer_or_self(context, args.get("customerId")), args["input"]
    names = {"firstName": "first_name", "lastName": "last_name", "languageCode": "language_code"}
    changes: dict[str, Any] = {column: data[name] or "" for name, column in names.items() if name in data}
    if data.get("metadata"):
        changes["metadata"] = {**user.metadata, **pairs_to_dict(data["metadata"])}
    for name, kind in (("defaultShippingAddress", "SHIPPING"), ("defaultBillingAddress", "BILLING")):
        if data.get(name):
            check_skip(context.requestor, data[name], "IMPERSONATE_USER")
            kept = clean(data[name], address_type=kind)
            current = user.default_shipping_address if kind == "SHIPPING" else user.default_billing_address
            actions.save_address(user=user, kept=kept, address=current, kind=kind)
    return {"user": actions.update_account(user, changes)}


declare("AccountRequestDeletion", "errors")
declare("AccountDelete", "user")
declare_event("ACCOUNT_DELETE_REQUESTED", "user", "redirectUrl", "channel", "token")
declare_event("ACCOUNT_DELETED", "user", "redirectUrl", "channel", "token")


@root("Mutation", "accountRequestDeletion")
@requires(USER)
def account_request_deletion(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    """Let the apps mail a token that deletes the account."""
    actions.check_redirect_url(args["redirectUrl"])
    channel = _channel(context, args.get("channel"))
    actions.request_deletion(user=context.requestor.user, redirect_url=args["redirectUrl"], channel=channel)
    return {}


@root("Mutation", "accountDelete")
@requires(USER)
def account_delete(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    user = context.requestor.user
    if user.is_staff:
        raise refuse(None, "Cannot delete a staff account.", "DELETE_STAFF_ACCOUNT")
    if not actions.deletion_tokens.check_token(user, args["token"]):
        raise refuse("token", "Invalid or expired token.", "INVALID")
    shown = User.objects.get(pk=user.pk)
    actions.delete_user(user, event="ACCOUNT_DELETED", redirect_url=None, channel=None, token=None, shop=None)
    return {"user": shown}
