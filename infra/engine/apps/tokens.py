"""Tokens of apps: opaque, 30 characters, kept as a hash."""

from __future__ import annotations

import hashlib
import secrets
import string

from infra.engine.apps.models import App, AppToken
from infra.engine.prepared import PreparedRows

LENGTH = 30
ALPHABET = string.ascii_letters + string.digits

_ACTIVE = PreparedRows(
    AppToken._meta.get_field("token_hash"),
    lambda hashes: AppToken.objects.select_related("app").filter(token_hash__in=hashes, app__is_active=True),
)


def hash_token(token: str) -> str:
    """Return what is stored of `token`."""
    return hashlib.sha256(token.encode()).hexdigest()


def create_token(*, app: App, name: str = "") -> tuple[AppToken, str]:
    """Give `app` a new token: (its row, the token itself, which is never readable again)."""
    token = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    row = AppToken.objects.create(app=app, name=name, token_hash=hash_token(token), token_last_4=token[-4:])
    return row, token


def app_of_token(token: str) -> App | None:
    """Return the active app that `token` belongs to."""
    if len(token) != LENGTH:
        return None
    rows = _ACTIVE([hash_token(token)])
    return rows[0].app if rows else None
