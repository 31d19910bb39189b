"""A merchant's own picture: its shopfront, its workshop, the person at the bench. Kept in two widths, one ratio."""

from __future__ import annotations

import hashlib
import io

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image, ImageOps, UnidentifiedImageError

from marketplace.merchants.types import UnableToSave

SIZES = {"w480": (480, 600), "w960": (960, 1200)}
QUALITY = 82
LARGEST_PIXELS = 60_000_000


def store_portrait(*, code: str, content: bytes) -> dict[str, str]:
    """Keep a picture (JPEG, PNG or WebP) cut to 4:5, and return its address by width.

    Turned as the camera says, without anything else the camera wrote (place, time, owner). Raises `UnableToSave` for
    what is no such picture or is too large to open.
    """
    try:
        picture = Image.open(io.BytesIO(content), formats=("JPEG", "PNG", "WEBP"))
        if picture.width * picture.height > LARGEST_PIXELS:
            raise UnableToSave({"picture": "too large"})
        upright = ImageOps.exif_transpose(picture).convert("RGB")
    except (UnidentifiedImageError, OSError) as error:
        raise UnableToSave({"picture": "not a picture"}) from error
    digest = hashlib.sha256(content).hexdigest()[:16]
    return {width: _keep(upright, f"merchants/{code}-{digest}-{width}.webp", size) for width, size in SIZES.items()}


def _keep(picture: Image.Image, name: str, size: tuple[int, int]) -> str:
    if not default_storage.exists(name):
        out = io.BytesIO()
        ImageOps.fit(picture, size, Image.Resampling.LANCZOS).save(out, "WEBP", quality=QUALITY, method=4)
        name = default_storage.save(name, ContentFile(out.getvalue()))
    return default_storage.url(name)
