"""Remembers, in the data folder, what a slow preparation step was last made from."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable

from django.conf import settings


def changed_since_last_time(name: str, sources: Iterable[tuple[str, float, int]]) -> Callable[[], None] | None:
    """Return None when `sources` (path, modified at, size) are as when last remembered under `name`.

    Otherwise return the function that remembers them, to be called once the step succeeded.
    """
    text = repr(sorted(sources))
    digest = hashlib.sha256(text.encode()).hexdigest()
    path = settings.MALL_DATA / "prepared" / name
    if path.exists() and path.read_text() == digest:
        return None

    def remember() -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(digest)

    return remember
