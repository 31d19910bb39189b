"""Answers Saleor while the mall is being prepared, before the web server stands.

A Saleor of its own reads the manifest, hands over the token and sends its first events to the mall's address, and the
mall cannot be prepared without the first two. The embedded engine needs none of it: it asks in this process.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any

WHAT = "/saleor/"
Environ = dict[str, Any]
Start = Callable[..., Any]
Application = Callable[[Environ, Start], Iterable[bytes]]


@contextlib.contextmanager
def open_for_saleor(*, host: str, port: int) -> Iterator[None]:
    """Serve the addresses below /saleor/ and nothing else, in threads of this process, until the block ends.

    Does nothing on the embedded engine, and where another process serves the port already. Django must be set up.
    """
    from django.conf import settings
    from django.core.handlers.wsgi import WSGIHandler
    from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler

    if not settings.SALEOR_API_URL:
        yield
        return

    class Quietly(WSGIRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing: what matters is written where it is handled."""

    try:
        server = ThreadedWSGIServer((host, port), Quietly)
    except OSError:
        yield
        return
    server.set_app(only_saleor(WSGIHandler()))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def only_saleor(application: Application) -> Application:
    """Return the application with every address but Saleor's answered 503: the mall is not there yet."""

    def answer(environ: Environ, start: Start) -> Iterable[bytes]:
        if environ.get("PATH_INFO", "").startswith(WHAT):
            return application(environ, start)
        start("503 Service Unavailable", [("Content-Type", "text/plain"), ("Retry-After", "5")])
        return [b"being prepared\n"]

    return answer
