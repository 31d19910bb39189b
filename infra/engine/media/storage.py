"""Files of the engine: a folder, or whatever Django storage ENGINE_MEDIA_STORAGE names."""

from __future__ import annotations

import secrets
from pathlib import Path, PurePosixPath
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, Storage
from django.utils.module_loading import import_string


def storage() -> Storage:
    """Return where media are kept."""
    dotted = getattr(settings, "ENGINE_MEDIA_STORAGE", "")
    if dotted:
        return import_string(dotted)()
    return FileSystemStorage(location=Path(settings.ENGINE_DATA) / "media")


def keep(*, folder: str, name: str, content: bytes) -> str:
    """Store `content` under `folder` with a name nobody can guess or overwrite; returns its path."""
    parts = PurePosixPath(name)
    stem = "".join(sign for sign in parts.stem if sign.isalnum() or sign in "-_")[:60] or "file"
    suffix = "".join(sign for sign in parts.suffix.lower() if sign.isascii() and sign.isalnum())[:10]
    name = f"{folder}/{stem}_{secrets.token_hex(4)}{suffix and '.'}{suffix}"
    return storage().save(name, ContentFile(content))


def read(path: str) -> bytes:
    """Return the bytes kept at `path`. Raises FileNotFoundError."""
    with storage().open(path) as file:
        return file.read()


def media_url(path: str, base: str) -> str:
    """Return the public address of a kept file."""
    from urllib.parse import quote

    return f"{base}/media/{quote(path)}"


def is_picture(upload: Any) -> bool:
    """Return whether an upload is a picture of a kind that is served."""
    return getattr(upload, "content_type", "") in PICTURE_TYPES


PICTURE_TYPES = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
    "image/avif": ".avif",
    "image/gif": ".gif",
}
