"""Files that clients send."""

from __future__ import annotations

from typing import Any

from infra.engine.media.storage import PICTURE_TYPES, keep
from infra.engine.media.thumbnails import check_picture
from infra.engine.schema.errors import refuse

MAX_BYTES = 20 * 1024 * 1024


def keep_picture(upload: Any, *, folder: str, field: str) -> str:
    """Store an uploaded picture under `folder` and return its path.

    Raises UserErrors on `field`: INVALID for what is no picture of a kind that is served, FILE_SIZE_LIMIT_EXCEEDED.
    """
    suffix = PICTURE_TYPES.get(getattr(upload, "content_type", ""))
    if suffix is None:
        raise refuse(field, "Invalid file type.", "INVALID")
    if upload.size > MAX_BYTES:
        raise refuse(field, "The file is too large.", "FILE_SIZE_LIMIT_EXCEEDED")
    return keep_content(upload.read(), suffix, name=upload.name or "picture", folder=folder, field=field)


def keep_content(content: bytes, suffix: str, *, name: str, folder: str, field: str) -> str:
    """Store the bytes of a picture under `folder` and return its path. Raises UserErrors(INVALID) on `field`."""
    try:
        check_picture(content)
    except (OSError, SyntaxError, ValueError):
        raise refuse(field, "Invalid file type.", "INVALID") from None
    return keep(folder=folder, name=f"{name.rsplit('.', 1)[0]}{suffix}", content=content)
