"""Addresses of goods' pictures in one ratio, 4:5, with what stands in when there is none."""

from __future__ import annotations

from typing import Any

from storefront.assets_index import asset_url

BLANK = "washi.svg"


def picture_url(image: Any, width: str = "w960") -> str:
    """Return the address of a picture ({w480, w960} by attribute or key) at `width`, or of the plain washi sheet."""
    if not image:
        return asset_url(BLANK)
    if isinstance(image, dict):
        return image.get(width) or image.get("w960") or image.get("w480") or asset_url(BLANK)
    return getattr(image, width, "") or getattr(image, "w960", "") or asset_url(BLANK)


def picture_set(image: Any) -> str:
    """Return the srcset of a picture that has both widths, else ""."""
    small, large = picture_url(image, "w480"), picture_url(image, "w960")
    return f"{small} 480w, {large} 960w" if small != large else ""
