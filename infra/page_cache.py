"""The anonymous page cache: finished answers kept as bytes in front of Django, dropped within a second of a change.

Only answers that say `Cache-Control: public` are kept, only for GET without a query of more than `LONGEST` characters
and only for readers who carry no cookie but those that change nothing on a page. All is dropped when the mall's
revision moves: one small read, at most twice a second and process.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Any

LONGEST = 300
LOOK_EVERY_S = 0.5
LIMIT_BYTES = 64 * 1024 * 1024
HARMLESS_COOKIES = frozenset({"csrftoken"})

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]
Kept = tuple[str, list[tuple[str, str]], bytes]


class PageCache:
    """A WSGI application around another. `revision` returns a number that moves with every change that pages show."""

    def __init__(
        self, application: Application, revision: Callable[[], int], *, limit_bytes: int = LIMIT_BYTES
    ) -> None:
        self.application = application
        self.revision = revision
        self.limit_bytes = limit_bytes
        self._kept: OrderedDict[str, Kept] = OrderedDict()
        self._bytes = 0
        self._seen = -1
        self._looked_at = 0.0
        self._lock = threading.Lock()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        key = cache_key(environ)
        if not key:
            return self.application(environ, start_response)
        seen = self._look()
        found = self._kept.get(key)
        if found is not None:
            start_response(found[0], found[1])
            return [found[2]]
        return self._answer(key, seen, environ, start_response)

    def _answer(self, key: str, seen: int, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        said: list[tuple[str, list[tuple[str, str]]]] = []

        def remember(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            said[:] = [(status, list(headers))]
            return start_response(status, headers, exc_info) if exc_info else start_response(status, headers)

        answer = self.application(environ, remember)
        try:
            body = b"".join(answer)
        finally:
            close = getattr(answer, "close", None)
            if close is not None:
                close()
        if said and is_public(*said[0]):
            self._keep(key, seen, (said[0][0], [*said[0][1], ("X-Page-Cache", "hit")], body))
        return [body]

    def _look(self) -> int:
        """Drop everything when the revision moved; return the revision that what is computed now belongs to."""
        now = time.monotonic()
        if now - self._looked_at >= LOOK_EVERY_S:
            with self._lock:
                if now - self._looked_at >= LOOK_EVERY_S:
                    current = self.revision()
                    self._looked_at = now
                    if current != self._seen:
                        self._kept.clear()
                        self._bytes = 0
                        self._seen = current
        return self._seen

    def _keep(self, key: str, seen: int, page: Kept) -> None:
        with self._lock:
            if seen != self._seen or key in self._kept:
                return
            self._kept[key] = page
            self._bytes += len(page[2])
            while self._bytes > self.limit_bytes:
                _, dropped = self._kept.popitem(last=False)
                self._bytes -= len(dropped[2])


def cache_key(environ: Environ) -> str:
    """Return what the answer may be kept under, or "" when this request must be computed."""
    if environ.get("REQUEST_METHOD") != "GET":
        return ""
    cookies = environ.get("HTTP_COOKIE", "")
    names = {part.split("=", 1)[0].strip() for part in cookies.split(";")} - {""}
    if names - HARMLESS_COOKIES:
        return ""
    query = environ.get("QUERY_STRING", "")
    if len(query) > LONGEST:
        return ""
    return f"{environ.get('HTTP_HOST', '')} {environ.get('PATH_INFO', '')}?{query}"


def is_public(status: str, headers: list[tuple[str, str]]) -> bool:
    """Return whether an answer is the same for everybody: 200, said to be public, and setting no cookie."""
    named = {name.lower(): value for name, value in headers}
    return status.startswith("200") and "public" in named.get("cache-control", "") and "set-cookie" not in named
