"""One listing's picture as a file: drawn by code, and kept in the system's temporary folder for the next load.

Drawing all takes a minute of two cores; a second data folder (another test stack, a demo loaded afresh) finds them.
What is kept is named by a digest of the drawing code, so that changed code draws anew.
"""

from __future__ import annotations

import hashlib
import io
import os
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

from PIL import Image

from infra.demo import pictures
from infra.demo.ward import DemoListing

SIZE = (960, 1200)
FRONT_SIZE = (640, 800)  # flat walls and cloth: larger shows no more, and takes twice as long
QUALITY = 84


def draw_picture(content: DemoListing) -> bytes:
    """Return one listing's picture as a JPEG."""
    return _once(f"{content.number}-{content.slug}", lambda: pictures.draw_listing(content.picture, content.slug, SIZE))


def draw_portrait(code: str) -> bytes:
    """Return a merchant's shopfront as a JPEG."""
    return _once(f"front-{code}", lambda: pictures.draw_shopfront(code, FRONT_SIZE))


def _once(name: str, draw: Callable[[], Image.Image]) -> bytes:
    kept = folder() / f"{name}.jpg"
    if kept.exists():
        return kept.read_bytes()
    drawn = draw()
    out = io.BytesIO()
    drawn.convert("RGB").save(out, "JPEG", quality=QUALITY, optimize=True)
    unfinished = kept.with_suffix(f".{os.getpid()}")
    unfinished.write_bytes(out.getvalue())
    unfinished.replace(kept)
    return out.getvalue()


@cache
def folder() -> Path:
    digest = hashlib.sha256()
    for path in sorted(Path(pictures.__file__).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    made = Path(tempfile.gettempdir()) / f"machiichi-pictures-{os.getuid()}-{digest.hexdigest()[:16]}"
    made.mkdir(mode=0o700, exist_ok=True)
    return made
