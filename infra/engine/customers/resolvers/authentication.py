"""tokenCreate, tokenRefresh, tokenVerify, setPassword, requestPasswordReset, passwordChange."""

from __future__ import annotations

import secrets
from typing import Any

from django.contrib.auth.hashers import check_password

from infra.engine.customers import actions
from infra.engine.customers.models import User
from infra.engine.customers.tokens import InvalidToken, access_token, read_token, refresh_token, user_of_payload
from infra.engine.products.queries import shop_settings
from infra.engine.schema.binding import declare, requires, root
from infra.engine.schema.context import Context
from infra.engine.schema.errors import UserErrors, refuse
from infra.engine.schema.permissions import USER

declare("CreateToken", "token refreshToken csrfToken user")
declare("RefreshToken", "token user")
declare("VerifyToken", "isValid user payload")
declare("SetPassword", "token refreshToken csrfToken user")
declare("RequestPasswordReset", "errors")
declare("PasswordChange", "user")
CODES = {"ExpiredSignatureError": "JWT_SIGNATURE_EXPIRED", "DecodeError": "JWT_DECODE_ERROR"}


def _session(user: User) -> dict[str, Any]:
    csrf = secrets.token_urlsafe(32)
    return {"token": access_token(user), "refresh_token": refresh_token(user, csrf), "csrf_token": csrf, "user": user}


@root("Mutation", "tokenCreate", args="email password")
def token_create(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    user = actions.check_credentials(email=args["email"], password=args["password"])
    if user is None:
        raise refuse("email", "Please, enter valid credentials", "INVALID_CREDENTIALS")
    settings = shop_settings()
    must_confirm = settings["enableAccountConfirmationByEmail"] and not settings["allowLoginWithoutConfirmation"]
    if not user.is_confirmed and must_confirm:
        raise refuse("email", "Account needs to be confirmed via email.", "ACCOUNT_NOT_CONFIRMED")
    if not user.is_active:
        raise refuse("email", "Account inactive.", "INACTIVE")
    actions.note_login(user)
    return _session(user)


def _read(token: str, kind: str | None, field: str) -> tuple[dict[str, Any], User]:
    try:
        payload = read_token(token)
        if kind is not None and payload.get("type") != kind:
            raise refuse(field, "Incorrect refreshToken", "JWT_INVALID_TOKEN")
        return payload, user_of_payload(payload, payload.get("type", ""))
    except InvalidToken as error:
        raise refuse(field, error.message, CODES.get(error.code, "JWT_INVALID_TOKEN")) from None


@root("Mutation", "tokenRefresh", args="refreshToken")
def token_refresh(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    if args.get("refreshToken") is None:
        raise refuse("refreshToken", "Missing refreshToken", "JWT_MISSING_TOKEN")
    _, user = _read(args["refreshToken"], "refresh", "refreshToken")
    return {"token": access_token(user), "user": user}


@root("Mutation", "tokenVerify")
def token_verify(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    try:
        payload, user = _read(args["token"], None, "token")
    except UserErrors as refused:
        return {"is_valid": False, "user": None, "payload": None, "errors": refused.errors}
    return {"is_valid": True, "user": user, "payload": payload}


def _channel(context: Context, slug: str | None) -> Any:
    from infra.engine.products.queries import single_channel

    channel = context.channel(slug) if slug else single_channel()
    if channel is None:
        code = "NOT_FOUND" if slug else "MISSING_CHANNEL_SLUG"
        raise refuse(
            "channel",
            "Channel with given slug does not exist." if slug else "You need to provide a channel slug.",
            code,
        )
    return channel


@root("Mutation", "requestPasswordReset")
def request_password_reset(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    channel = _channel(context, args.get("channel"))
    actions.request_password_reset(email=args["email"], redirect_url=args["redirectUrl"], channel=channel)
    return {}


@root("Mutation", "setPassword")
def set_password(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    user = actions.set_password(email=args["email"], token=args["token"], password=args["password"])
    return _session(user)


@root("Mutation", "passwordChange")
@requires(USER)
def password_change(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    user = context.requestor.user
    if not check_password(args.get("oldPassword") or "", user.password):
        raise refuse("oldPassword", "Old password isn't valid.", "INVALID_CREDENTIALS")
    actions.check_new_password(args["newPassword"])
    actions.change_password(user, args["newPassword"])
    return {"user": user}
