"""tokenCreate, tokenRefresh, tokenVerify, setPassword, requestPasswordReset, passwordChange."""

from __future__ import annotations

import hmac
import secrets
from typing import Any

from django.contrib.auth.hashers import check_password, is_password_usable

from infra.engine.customers import actions
from infra.engine.customers.models import User
from infra.engine.customers.throttling import begin_attempt, note_failure, note_success
from infra.engine.customers.tokens import InvalidToken, access_token, read_token, refresh_token, user_of_payload
from infra.engine.products.queries import find_channel, shop_settings
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
REFRESH_COOKIE = "refreshToken"
CODES = {"ExpiredSignatureError": "JWT_SIGNATURE_EXPIRED", "DecodeError": "JWT_DECODE_ERROR"}


def _session(user: User, context: Context, audience: str | None = None) -> dict[str, Any]:
    """Return the tokens of a new session; the refresh token is set as a cookie, too, as the contract does."""
    csrf = secrets.token_urlsafe(32)
    named = f"custom:{audience}" if audience else None
    refresh = refresh_token(user, csrf, audience=named)
    context.cookies_to_set[REFRESH_COOKIE] = refresh
    return {
        "token": access_token(user, audience=named),
        "refresh_token": refresh,
        "csrf_token": csrf,
        "user": user,
    }


def check_password_login(settings: dict[str, Any] | None = None) -> None:
    """Raise UserErrors(DISABLED_AUTHENTICATION_METHOD) where the shop lets nobody in by password."""
    if (settings or shop_settings()).get("passwordLoginMode") == "DISABLED":
        raise refuse(None, "Password-based login is disabled.", "DISABLED_AUTHENTICATION_METHOD")


@root("Mutation", "tokenCreate")
def token_create(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    settings = shop_settings()
    check_password_login(settings)
    user = _signed_in(args["email"], args["password"], context)
    must_confirm = settings["enableAccountConfirmationByEmail"] and not settings["allowLoginWithoutConfirmation"]
    if not user.is_confirmed and must_confirm:
        raise refuse("email", "Account needs to be confirmed via email.", "ACCOUNT_NOT_CONFIRMED")
    if not user.is_active:
        raise refuse("email", "Account inactive.", "INACTIVE")
    actions.note_login(user)
    return _session(user, context, args.get("audience"))


def _signed_in(email: str, password: str, context: Context) -> User:
    """Return the user of these credentials. Failures of one address of the net slow down what follows from there.

    Calls inside the process have no address: whoever makes them answers for those on whose behalf.
    """
    address = context.client_address
    if address is None:
        user, is_right = actions.check_credentials(email=email, password=password)
    else:
        begin_attempt(address=address, now=context.now)
        user, is_right = actions.check_credentials(email=email, password=password)
        if user is not None and is_right:
            note_success(address=address, user_id=user.pk)
        else:
            note_failure(address=address, user_id=user.pk if user else None, now=context.now)
    if user is None or not is_right:
        raise refuse("email", "Please, enter valid credentials", "INVALID_CREDENTIALS")
    return user


def _read(token: str, kind: str | None, field: str) -> tuple[dict[str, Any], User]:
    try:
        payload = read_token(token)
        if kind is not None and payload.get("type") != kind:
            raise refuse(field, "Incorrect refreshToken", "JWT_INVALID_TOKEN")
        return payload, user_of_payload(payload, payload.get("type", ""))
    except InvalidToken as error:
        raise refuse(field, error.message, CODES.get(error.code, "JWT_INVALID_TOKEN")) from None


@root("Mutation", "tokenRefresh")
def token_refresh(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    """From the token given, or from the cookie: then the CSRF token of the sign-in must come along."""
    check_password_login()
    said = args.get("refreshToken")
    token = said if said is not None else context.cookies.get(REFRESH_COOKIE)
    if token is None:
        raise refuse("refreshToken", "Missing refreshToken", "JWT_MISSING_TOKEN")
    payload, user = _read(token, "refresh", "refreshToken")
    if said is None:
        _check_csrf(args.get("csrfToken"), payload)
    return {"token": access_token(user, audience=payload.get("aud")), "user": user}


def _check_csrf(said: str | None, payload: dict[str, Any]) -> None:
    if not said:
        text = "CSRF token is required when refreshToken is provided by the cookie"
        raise refuse("csrfToken", text, "REQUIRED")
    if not hmac.compare_digest(said.encode(), str(payload.get("csrfToken")).encode()):
        raise refuse("csrfToken", "Invalid csrf token", "JWT_INVALID_CSRF_TOKEN")


@root("Mutation", "tokenVerify")
def token_verify(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    try:
        payload, user = _read(args["token"], None, "token")
    except UserErrors as refused:
        return {"is_valid": False, "user": None, "payload": None, "errors": refused.errors}
    return {"is_valid": True, "user": user, "payload": payload}


def _channel(context: Context, slug: str | None) -> Any:
    from infra.engine.products.queries import single_channel

    channel = find_channel(context, slug) if slug else single_channel()
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
    """Answered alike for every address; a channel that does not exist is none, which tells nothing either."""
    check_password_login()
    try:
        channel = _channel(context, args.get("channel"))
    except UserErrors:
        channel = None
    actions.request_password_reset(
        email=args["email"], redirect_url=args["redirectUrl"], channel=channel, now=context.now
    )
    return {}


@root("Mutation", "setPassword")
def set_password(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    check_password_login()
    user = actions.set_password(email=args["email"], token=args["token"], password=args["password"])
    return _session(user, context)


@root("Mutation", "passwordChange")
@requires(USER)
def password_change(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    check_password_login()
    user = context.requestor.user
    if not _may_replace_password(user, args.get("oldPassword")):
        raise refuse("oldPassword", "Old password isn't valid.", "INVALID_CREDENTIALS")
    actions.check_new_password(args["newPassword"], field="newPassword")
    actions.change_password(user, args["newPassword"])
    return {"user": user}


def _may_replace_password(user: User, old: str | None) -> bool:
    """Return whether `old` is the password; none is needed by who has none (signed in by other means)."""
    return not is_password_usable(user.password) if old is None else check_password(old, user.password)
