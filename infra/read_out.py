"""Reads what a request still has to say after it was answered, so that its connection can carry the next one.

A form that is refused without being read (no token, too large, a wrong address) leaves its body on the way. The web
server then closes the connection without a word, and the next request that a browser or a proxy sends on it is lost.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

READ_AT_MOST = 32 * 1024 * 1024
"""Bytes. Whoever sends more than this unread is cut off: a closed connection is then the better answer."""
PIECE = 64 * 1024


class ReadOut:
    """WSGI middleware around an application that may answer without reading the request's body."""

    def __init__(self, application: WSGIApplication, *, at_most: int = READ_AT_MOST) -> None:
        self._application = application
        self._at_most = at_most

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer, then read the rest of the body, at most so many bytes, and throw it away."""
        answer = self._application(environ, start_response)
        if environ["REQUEST_METHOD"] in ("POST", "PUT", "PATCH", "DELETE"):
            left = self._at_most
            while left > 0 and (piece := environ["wsgi.input"].read(min(PIECE, left))):
                left -= len(piece)
        return answer
