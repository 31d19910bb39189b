"""The engine's queries answered in front of Django: no middleware of the shop's pages has a part in them.

A plain JSON request to /graphql/ is read from WSGI and given to `handle`. Whatever is not plain goes on to Django,
which answers it with the same handler: another method, path or host, an upload, a body too long.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from functools import lru_cache
from http.client import responses
from typing import Any

from django.conf import settings
from django.core.signals import request_finished, request_started
from django.http.request import split_domain_port, validate_host

from infra.engine.handler import Response, handle

logger = logging.getLogger(__name__)
Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]
PATH = "/graphql/"
#: digits of a length that is read as a number
LONGEST_LENGTH = 12
#: what Django's middleware gives every answer
GUARDS = [
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("X-Frame-Options", "DENY"),
]


class EngineDoor:
    """A WSGI application around another, which gets what is not a plain query."""

    def __init__(self, application: Application) -> None:
        self.application = application

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if environ.get("PATH_INFO") != PATH or not is_plain(environ):
            return self.application(environ, start_response)
        request_started.send(sender=EngineDoor, environ=environ)
        try:
            status, headers, content = answer(environ)
        finally:
            request_finished.send(sender=EngineDoor)
        length = ("Content-Length", str(len(content)))
        start_response(f"{status} {responses.get(status, '')}", [*headers.items(), length, *GUARDS])
        return [content]


def is_plain(environ: Environ) -> bool:
    """Return whether a request is a JSON body of a known, moderate length, sent to a host of ours."""
    length = environ.get("CONTENT_LENGTH") or ""
    return (
        environ.get("REQUEST_METHOD") == "POST"
        and environ.get("CONTENT_TYPE", "").startswith("application/json")
        and length.isascii()
        and length.isdecimal()
        and len(length) <= LONGEST_LENGTH
        and int(length) <= (settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0)
        and not settings.SECURE_SSL_REDIRECT
        and is_ours(environ.get("HTTP_HOST", ""), tuple(settings.ALLOWED_HOSTS))
    )


@lru_cache(maxsize=64)
def is_ours(host: str, allowed: tuple[str, ...]) -> bool:
    """Return whether a Host header names one of the allowed hosts, by Django's rules."""
    return validate_host(split_domain_port(host)[0], allowed)


def answer(environ: Environ) -> Response:
    """Return the handler's answer; 500 when it failed, which is logged."""
    headers = {name[5:].replace("_", "-").lower(): value for name, value in environ.items() if name[:5] == "HTTP_"}
    headers["content-type"] = environ["CONTENT_TYPE"]
    query = environ.get("QUERY_STRING", "")
    path = f"{PATH}?{query}" if query else PATH
    try:
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        return handle("POST", path, headers, body, environ.get("REMOTE_ADDR", ""))
    except Exception:
        logger.exception("%s failed", PATH)
        return 500, {"Content-Type": "application/json"}, b'{"detail": "Internal server error."}'
