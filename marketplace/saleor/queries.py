"""Reads of the installation."""

from __future__ import annotations

import json
from typing import Any

from django.db import connection

from marketplace.saleor.models import Installation
from marketplace.saleor.types import InstalledApp, NotInstalled


def installation(*, api_url: str) -> InstalledApp | None:
    """Return the installation at the Saleor of this address, or None."""
    row = _read("app_id, token, jwks", api_url)
    if row is None:
        return None
    app_id, token, jwks = row
    return InstalledApp(api_url, app_id, token, json.loads(jwks) if isinstance(jwks, str) else jwks)


def app_token(*, api_url: str) -> str:
    """Return the app's token at the Saleor of this address. Raises `NotInstalled` before the handshake."""
    row = _read("token", api_url)
    if row is None:
        raise NotInstalled(f"the mall is not installed at {api_url}: run provision first")
    return str(row[0])


def _read(columns: str, api_url: str) -> Any:
    """Read by hand: this is asked with every call and every delivery, and costs a tenth of a queryset."""
    table = connection.ops.quote_name(Installation._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM {table} WHERE api_url = %s", [api_url])  # noqa: S608
        return cursor.fetchone()
