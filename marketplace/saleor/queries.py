"""Reads of the installation."""

from __future__ import annotations

from marketplace.saleor.models import Installation
from marketplace.saleor.types import InstalledApp, NotInstalled


def installation(*, api_url: str) -> InstalledApp | None:
    """Return the installation at the Saleor of this address, or None."""
    row = Installation.objects.filter(api_url=api_url).first()
    if row is None:
        return None
    return InstalledApp(api_url=row.api_url, app_id=row.app_id, token=row.token, jwks=row.jwks)


def app_token(*, api_url: str) -> str:
    """Return the app's token at the Saleor of this address. Raises `NotInstalled` before the handshake."""
    token = Installation.objects.filter(api_url=api_url).values_list("token", flat=True).first()
    if token is None:
        raise NotInstalled(f"the mall is not installed at {api_url}: run provision first")
    return token
