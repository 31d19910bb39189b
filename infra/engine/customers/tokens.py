"""JSON Web Tokens of users: RS256, issued under the engine's public address, checked against the user's token key."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Subquery

from infra.engine.apps.keys import b64url, from_b64url, is_signed, public_jwk, sign
from infra.engine.customers.models import User
from infra.engine.products.models import ShopSettings
from infra.engine.schema.errors import EngineError
from infra.engine.schema.ids import to_global_id

ACCESS_TTL = timedelta(minutes=5)
REFRESH_TTL = timedelta(days=30)
OWNER = "saleor"
AGAIN = "Invalid token. Create new one by using tokenCreate mutation."


class InvalidToken(EngineError):
    """A token that does not open anything. The code is the one clients of the contract know."""

    code = "InvalidTokenError"


def expired() -> InvalidToken:
    return InvalidToken("Signature has expired", "ExpiredSignatureError")


def issuer() -> str:
    """Return the issuer written into every token: the address of the API."""
    return f"{settings.ENGINE_PUBLIC_URL}/graphql/"


def make_token(*, user: User, kind: str, ttl: timedelta, now: datetime | None = None, **extra: Any) -> str:
    """Return a signed token of `kind` "access" or "refresh" for `user`, valid for `ttl` from `now`."""
    moment = now or datetime.now(UTC)
    payload = {
        "iat": int(moment.timestamp()),
        "owner": OWNER,
        "iss": issuer(),
        "exp": int((moment + ttl).timestamp()),
        "token": user.jwt_token_key,
        "email": user.email,
        "type": kind,
        "user_id": to_global_id("User", user.pk),
        "is_staff": user.is_staff,
        **extra,
    }
    header = {"alg": "RS256", "kid": public_jwk()["kid"], "typ": "JWT"}
    signed = f"{_part(header)}.{_part(payload)}"
    return f"{signed}.{b64url(sign(signed.encode()))}"


def access_token(user: User, now: datetime | None = None, audience: str | None = None) -> str:
    return make_token(user=user, kind="access", ttl=ACCESS_TTL, now=now, **_for(audience))


def refresh_token(user: User, csrf_token: str, now: datetime | None = None, audience: str | None = None) -> str:
    return make_token(user=user, kind="refresh", ttl=REFRESH_TTL, now=now, csrfToken=csrf_token, **_for(audience))


def _for(audience: str | None) -> dict[str, str]:
    return {"aud": audience} if audience else {}


def _part(data: dict[str, Any]) -> str:
    return b64url(json.dumps(data, separators=(",", ":")).encode())


def looks_like_jwt(token: str) -> bool:
    """Return whether `token` claims to be one of ours, without believing it."""
    try:
        return json.loads(from_b64url(token.split(".")[1])).get("owner") == OWNER
    except (IndexError, ValueError, AttributeError, RecursionError):
        return False


def read_token(token: str, now: datetime | None = None) -> dict[str, Any]:
    """Return the payload of a token that we signed and that has not expired. Raises InvalidToken.

    The same key signs bodies of webhooks, whose text apps have a say in: what is signed as such (`crit`, RFC 7515
    §4.1.11 and RFC 7797) is no token.
    """
    try:
        head, body, signature = token.split(".")
        header, payload = json.loads(from_b64url(head)), json.loads(from_b64url(body))
        raw = from_b64url(signature)
    except (ValueError, RecursionError):
        raise InvalidToken("Not enough segments", "DecodeError") from None
    if not isinstance(header, dict) or header.get("alg") != "RS256" or not isinstance(payload, dict):
        raise InvalidToken("The specified alg value is not allowed", "InvalidAlgorithmError")
    if "crit" in header or "b64" in header:
        raise InvalidToken("The token is signed for something else.", "DecodeError")
    if not is_signed(f"{head}.{body}".encode(), raw):
        raise InvalidToken("Signature verification failed", "InvalidSignatureError")
    if payload.get("exp", 0) <= (now or datetime.now(UTC)).timestamp():
        raise expired()
    return payload


def user_of_payload(payload: dict[str, Any], kind: str) -> User:
    """Return the user a payload of `kind` stands for. Raises InvalidToken when it no longer does."""
    if payload.get("type") != kind or not payload.get("token"):
        raise InvalidToken(AGAIN)
    shop = ShopSettings.objects.order_by("pk").values("data")[:1]
    rows = User.objects.prefetch_related("groups").annotate(shop_data=Subquery(shop))
    user = rows.filter(email=payload.get("email"), is_active=True).first()
    if user is None:
        raise InvalidToken("Invalid token. User does not exist or is inactive.")
    if user.jwt_token_key != payload["token"]:
        raise InvalidToken(AGAIN)
    return user


def check_login_mode(user: User) -> None:
    """Apply the shop's passwordLoginMode to a user whom `user_of_payload` read: a password's token is worth no more.

    With CUSTOMERS_ONLY staff are customers (in memory only); with DISABLED it raises InvalidToken.
    """
    mode = (getattr(user, "shop_data", None) or {}).get("passwordLoginMode", "ENABLED")
    if mode == "DISABLED":
        raise InvalidToken("The authentication method is disabled.")
    if mode == "CUSTOMERS_ONLY":
        user.is_staff = user.is_superuser = False
