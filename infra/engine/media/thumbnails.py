"""Smaller pictures, made when first asked for and kept."""

from __future__ import annotations

from io import BytesIO
from pathlib import PurePosixPath

from django.db import IntegrityError, transaction
from PIL import Image, ImageOps

from infra.engine.media.models import Thumbnail
from infra.engine.media.storage import keep, media_url, read, storage
from infra.engine.prepared import PreparedRows
from infra.engine.schema.ids import to_global_id

#: the edges that exist; a size asked for becomes the nearest of them, as in the contract
SIZES = (32, 64, 128, 256, 512, 1024, 2048, 4096)
FORMATS = {"WEBP": "WEBP", "AVIF": "AVIF"}
#: what is opened at all
OPENED = ("JPEG", "PNG", "WEBP", "AVIF", "GIF")
QUALITY = 82
#: pixels; a larger picture is refused rather than decoded
MAX_PIXELS = 60_000_000

_KEPT = PreparedRows(
    Thumbnail._meta.get_field("source"),
    lambda sources, size, form: Thumbnail.objects.filter(source__in=sources, size=size, format=form),
)


def nearest_size(size: int) -> int:
    """Return the edge served for a wish of `size` pixels; of two equally near, the larger."""
    return min(SIZES, key=lambda edge: (abs(edge - size), -edge))


def kept_thumbnails(sources: set[str], size: int, format_: str) -> dict[str, str]:
    """Return the paths of thumbnails made already, by source path; one statement."""
    return {row.source: row.path for row in _KEPT(sources, size, format_)}


def picture_urls(
    pictures: list[tuple[str, int, str]], *, size: int | None, format_: str | None, base: str
) -> list[str | None]:
    """Return the address of each picture (type name, pk, path; empty path: None) at `size`, whole without one.

    A thumbnail not made yet has the address that makes it.
    """
    form = FORMATS.get(format_ or "", "")
    if not size:
        return [media_url(path, base) if path else None for _, _, path in pictures]
    edge = nearest_size(size)
    made = kept_thumbnails({path for _, _, path in pictures if path}, edge, form)
    answers: list[str | None] = []
    for type_name, pk, path in pictures:
        if not path:
            answers.append(None)
        elif path in made:
            answers.append(media_url(made[path], base))
        else:
            tail = f"{form.lower()}/" if form else ""
            answers.append(f"{base}/thumbnail/{to_global_id(type_name, pk)}/{edge}/{tail}")
    return answers


def make_thumbnail(source: str, size: int, format_: str) -> str:
    """Return the path of the thumbnail of `source`, making it if need be. Raises FileNotFoundError, OSError."""
    form = FORMATS.get(format_, "")
    made = kept_thumbnails({source}, size, form).get(source)
    if made and storage().exists(made):
        return made
    content, suffix = _shrink(read(source), size, form)
    name = f"{PurePosixPath(source).stem}_thumbnail_{size}{suffix}"
    path = keep(folder="thumbnails", name=name, content=content)
    try:
        with transaction.atomic("engine"):
            Thumbnail.objects.update_or_create(source=source, size=size, format=form, defaults={"path": path})
    except IntegrityError:
        return kept_thumbnails({source}, size, form)[source]
    return path


def _open(content: bytes) -> Image.Image:
    """Return the picture, of a kind that is served alone: some others are programs. Raises OSError."""
    try:
        opened = Image.open(BytesIO(content), formats=OPENED)
    except Image.DecompressionBombError as error:
        raise OSError("the picture is too large") from error
    if opened.width * opened.height > MAX_PIXELS:
        raise OSError("the picture is too large")
    return opened


def _shrink(content: bytes, size: int, form: str) -> tuple[bytes, str]:
    with _open(content) as opened:
        kind = form or opened.format or "PNG"
        picture = ImageOps.exif_transpose(opened)
        picture.thumbnail((size, size))
        if kind == "JPEG" and picture.mode not in ("RGB", "L"):
            picture = picture.convert("RGB")
        out = BytesIO()
        picture.save(out, format=kind, quality=QUALITY)
    return out.getvalue(), {"JPEG": ".jpg"}.get(kind, f".{kind.lower()}")


def check_picture(content: bytes) -> None:
    """Raise OSError, SyntaxError or ValueError unless `content` is a picture that can be read."""
    with _open(content) as picture:
        picture.verify()
