"""me, user, accountRegister, confirmAccount, accountUpdate and what staff do with customers."""

from __future__ import annotations

from typing import Any

from infra.engine.customers import actions
from infra.engine.customers.addresses import clean
from infra.engine.customers.models import User
from infra.engine.customers.resolvers.authentication import _channel
from infra.engine.deliveries import emit
from infra.engine.products.queries import shop_settings
from infra.engine.schema.binding import declare, requires, root
from infra.engine.schema.connections import connect
from infra.engine.schema.context import Context
from infra.engine.schema.errors import UserErrors, refuse
from infra.engine.schema.ids import asked_int
from infra.engine.schema.metadata_mutations import pairs_to_dict
from infra.engine.schema.permissions import USER

declare("AccountRegister", "user requiresConfirmation")
declare("AccountRegisterInput", "firstName lastName languageCode email password redirectUrl metadata channel")
declare("ConfirmAccount", "user")
declare("AccountUpdate", "user")
declare("AccountInput", "firstName lastName languageCode defaultBillingAddress defaultShippingAddress metadata")
declare("CustomerFilterInput", "search dateJoined")
declare("DateRangeInput", "gte lte")
UNUSABLE = "!"


@root("Query", "me")
def me(context: Context, args: dict[str, Any]) -> Any:
    return context.requestor.user


@root("Query", "user")
@requires("MANAGE_USERS", "MANAGE_STAFF", "MANAGE_ORDERS")
def user(context: Context, args: dict[str, Any]) -> Any:
    rows = User.objects.all()
    if args.get("id"):
        return rows.filter(pk=asked_int(args["id"], "User")).first()
    if args.get("email"):
        return rows.filter(email=args["email"].strip().lower()).first()
    return rows.filter(external_reference=args.get("externalReference") or "").first()


@root("Query", "customers", args="filter before after first last")
@requires("MANAGE_ORDERS", "MANAGE_USERS")
def customers(context: Context, args: dict[str, Any]) -> Any:
    rows, wanted = User.objects.filter(is_staff=False), args.get("filter") or {}
    if wanted.get("search"):
        rows = rows.filter(email__icontains=wanted["search"])
    for end, day in (wanted.get("dateJoined") or {}).items():
        rows = rows.filter(**{f"date_joined__date__{end}": day}) if day else rows
    return connect(rows, args, order=("email", "pk"))


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


@root("Mutation", "accountUpdate", args="input")
@requires(USER)
def account_update(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    user, data = context.requestor.user, args["input"]
    names = {"firstName": "first_name", "lastName": "last_name", "languageCode": "language_code"}
    changes: dict[str, Any] = {column: data[name] or "" for name, column in names.items() if name in data}
    if data.get("metadata"):
        changes["metadata"] = {**user.metadata, **pairs_to_dict(data["metadata"])}
    for name, kind in (("defaultShippingAddress", "SHIPPING"), ("defaultBillingAddress", "BILLING")):
        if data.get(name):
            kept = clean(data[name])
            current = user.default_shipping_address if kind == "SHIPPING" else user.default_billing_address
            actions.save_address(user=user, kept=kept, address=current, kind=kind)
    return {"user": actions.update_account(user, changes)}


declare("CustomerCreate", "user")
declare("UserCreateInput", "firstName lastName email isActive note languageCode externalReference metadata isConfirmed")


@root("Mutation", "customerCreate")
@requires("MANAGE_USERS")
def customer_create(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    data = args["input"]
    if not data.get("email"):
        raise refuse("email", "This field is required.", "REQUIRED")
    email = actions.clean_email(data["email"])
    if User.objects.filter(email=email).exists():
        raise refuse("email", "User with this Email already exists.", "UNIQUE")
    user = User.objects.create(
        email=email,
        password=UNUSABLE,
        first_name=data.get("firstName") or "",
        last_name=data.get("lastName") or "",
        is_active=data.get("isActive", True),
        note=data.get("note"),
        language_code=data.get("languageCode") or "EN",
        external_reference=data.get("externalReference"),
        metadata=pairs_to_dict(data.get("metadata")),
        is_confirmed=bool(data.get("isConfirmed", False)),
    )
    emit(event="CUSTOMER_CREATED", obj=user)
    return {"user": user}
