"""One request answered inside this process, by the same URLs, middleware and views as over HTTP.

The embedded engine calls the mall's webhooks through this, in the middle of a request of the mall's own. Django's
request_started and request_finished signals are not sent: they would close the database connections that the outer
request is still using.
"""

from __future__ import annotations

import contextvars
import functools
import io
from collections.abc import Mapping
from urllib.parse import unquote, urlsplit

from django.core.handlers.base import BaseHandler
from django.core.handlers.wsgi import WSGIRequest

DEFAULT_PORTS = {"http": "80", "https": "443"}


def call(method: str, url: str, headers: Mapping[str, str], body: bytes) -> tuple[int, dict[str, str], bytes]:
    """Answer one request; return status, headers and body.

    url: absolute; its host and port are seen by the views as if the request had come to them.
    headers: as they would cross the wire; Content-Length is computed here.
    An exception in a view becomes a 500 answer, as over HTTP. Neither the language nor any other context
    variable that the inner request sets reaches the caller; those of the caller are visible inside (the clock of a
    test, among them).
    """
    return contextvars.copy_context().run(_answer, method, url, headers, body)


def _answer(method: str, url: str, headers: Mapping[str, str], body: bytes) -> tuple[int, dict[str, str], bytes]:
    request = WSGIRequest(_environ(method, url, headers, body))
    try:
        response = _handler().get_response(request)
        content = b"".join(response) if response.streaming else response.content  # type: ignore[attr-defined]
        return response.status_code, dict(response.items()), content
    finally:
        request.close()


@functools.cache
def _handler() -> BaseHandler:
    handler = BaseHandler()
    handler.load_middleware()
    return handler


def _environ(method: str, url: str, headers: Mapping[str, str], body: bytes) -> dict[str, object]:
    parts = urlsplit(url)
    environ: dict[str, object] = {
        "REQUEST_METHOD": method.upper(),
        "SCRIPT_NAME": "",
        # WSGI carries the decoded path as latin-1 (PEP 3333)
        "PATH_INFO": unquote(parts.path or "/", "iso-8859-1"),
        "QUERY_STRING": parts.query,
        "SERVER_NAME": parts.hostname or "localhost",
        "SERVER_PORT": str(parts.port or DEFAULT_PORTS[parts.scheme]),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        # what comes this way may have been named by anybody: it is no call of this machine's own
        "infra.in_process": True,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": parts.scheme,
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": False,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "HTTP_HOST": parts.netloc,
    }
    for name, value in headers.items():
        key = name.upper().replace("-", "_")
        if key == "CONTENT_TYPE":
            environ[key] = value
        elif key != "CONTENT_LENGTH":
            environ[f"HTTP_{key}"] = value
    return environ
