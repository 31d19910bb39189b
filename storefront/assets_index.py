"""Addresses of the shop's own files, each with a digest so that a browser may keep it for ever."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from django.conf import settings

FOLDER = Path(__file__).resolve().parent / "assets"


@lru_cache(maxsize=256)
def asset_url(name: str, versioned: bool = True) -> str:
    """Return the address of `name` (a path under storefront/assets). Raises FileNotFoundError when it is not there.

    `versioned` False leaves the digest off, for files that the style sheet names by itself (a preload must match).
    """
    if not versioned:
        return f"{settings.STATIC_URL}{name}"
    digest = hashlib.sha256((FOLDER / name).read_bytes()).hexdigest()[:10]
    return f"{settings.STATIC_URL}{name}?v={digest}"
