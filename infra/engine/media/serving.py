"""/media/ and /thumbnail/: files out of the media folder, thumbnails made on first sight."""

from __future__ import annotations

import hashlib
import mimetypes
import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from urllib.parse import unquote

from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.utils import timezone

from infra.engine.media.storage import media_url, read
from infra.engine.media.thumbnails import FORMATS, make_thumbnail, nearest_size
from infra.engine.schema.ids import int_pk

Response = tuple[int, dict[str, str], bytes]
#: names hold random digits, so what an address shows never changes
FOREVER = "public, max-age=31536000, immutable"
SIZE = re.compile(r"[0-9]{1,6}")
INLINE = ("image/jpeg", "image/png", "image/webp", "image/avif", "image/gif")


def serve(method: str, route: str, headers: Mapping[str, str]) -> Response:
    """Answer GET and HEAD of a path under /media/ or /thumbnail/."""
    if method not in ("GET", "HEAD"):
        return 405, {"Content-Type": "text/plain", "Allow": "GET, HEAD"}, b""
    if route.startswith("/thumbnail/"):
        return _thumbnail(route)
    return _file(unquote(route.removeprefix("/media/")), headers)


def _missing() -> Response:
    return 404, {"Content-Type": "text/plain"}, b"Not found."


def _file(path: str, headers: Mapping[str, str]) -> Response:
    if path.startswith("/") or ".." in PurePosixPath(path).parts:
        return _missing()
    try:
        content = read(path)
    except (OSError, SuspiciousFileOperation, ValueError):
        return _missing()
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
    answer = {"Content-Type": kind, "Cache-Control": FOREVER, "ETag": tag, "X-Content-Type-Options": "nosniff"}
    if kind not in INLINE:
        answer["Content-Disposition"] = "attachment"
    if headers.get("if-none-match") == tag:
        return 304, answer, b""
    return 200, answer, content


def _thumbnail(route: str) -> Response:
    """/thumbnail/<global id>/<size>/[<format>/]: makes the picture and leads to its lasting address."""
    parts = [part for part in route.split("/") if part][1:]
    if len(parts) not in (2, 3) or not SIZE.fullmatch(parts[1]):
        return _missing()
    form = parts[2].upper() if len(parts) == 3 else ""
    source = _source(unquote(parts[0]))
    if source is None or (form and form not in FORMATS):
        return _missing()
    try:
        path = make_thumbnail(source, nearest_size(int(parts[1])), form)
    except (OSError, SyntaxError, ValueError):  # gone, broken off, or too large
        return _missing()
    location = media_url(path, settings.ENGINE_PUBLIC_URL)
    return 302, {"Content-Type": "text/plain", "Location": location}, b""


def _source(gid: str) -> str | None:
    """Return the path of the picture a global id names: a category's background, or a medium of a product that is
    published somewhere. Ids count up, so anybody can ask for all of them."""
    from infra.engine.products.models import Category, ProductMedia
    from infra.engine.products.queries import published_anywhere

    medium, category = int_pk(gid, "ProductMedia"), int_pk(gid, "Category")
    if medium is not None:
        shown = ProductMedia.objects.filter(published_anywhere(timezone.now(), "product_id"), pk=medium)
        return shown.values_list("image", flat=True).first() or None
    if category is not None:
        return Category.objects.filter(pk=category).values_list("background_image", flat=True).first() or None
    return None
