"""From the headers of a request to the one who asks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from infra.engine.apps.tokens import app_of_token
from infra.engine.customers.tokens import InvalidToken, check_login_mode, looks_like_jwt, read_token, user_of_payload
from infra.engine.schema.context import ANONYMOUS, Requestor
from infra.engine.schema.permissions import ALL_PERMISSIONS, APP, STAFF_USER, USER

__all__ = ["InvalidToken", "app_requestor", "authenticate", "token_of", "user_requestor"]


def token_of(headers: Mapping[str, str]) -> str:
    """Return the token in `headers` (names in lower case), or an empty string."""
    direct = headers.get("authorization-bearer", "")
    if direct:
        return direct
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.upper() in ("JWT", "BEARER") else ""


def authenticate(headers: Mapping[str, str]) -> Requestor:
    """Return the requestor of a request. An unknown app token is nobody, as in the contract.

    Raises InvalidToken for a user's token that is forged, expired or withdrawn.
    """
    token = token_of(headers)
    if not token:
        return ANONYMOUS
    app = app_of_token(token)
    if app is not None:
        return app_requestor(app)
    if not looks_like_jwt(token):
        return ANONYMOUS
    user = user_of_payload(read_token(token), "access")
    check_login_mode(user)
    return user_requestor(user)


def app_requestor(app: Any) -> Requestor:
    """Return the requestor that `app` is, with its permissions."""
    return Requestor(kind="app", app=app, permissions=frozenset([*app.permissions, APP]))


def user_requestor(user: Any) -> Requestor:
    """Return the requestor that `user` is: staff have the permissions of their groups, a superuser all."""
    permissions: set[str] = {USER}
    if user.is_staff:
        permissions.add(STAFF_USER)
        permissions.update(name for group in user.groups.all() for name in group.permissions)
        if user.is_superuser:
            permissions |= ALL_PERMISSIONS
    return Requestor(kind="user", user=user, permissions=frozenset(permissions))
