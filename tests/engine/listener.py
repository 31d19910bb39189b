"""An app of the tests, reached in process: it notes what it is sent and answers as it is told."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

ORIGIN = "http://app.test"


@dataclass
class Listener:
    """Requests received, and the answer to each path: (status, body) or a function of the body."""

    received: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)
    answers: dict[str, tuple[int, Any] | Callable[[bytes], tuple[int, Any]]] = field(default_factory=dict)

    def bodies(self, path: str) -> list[Any]:
        return [json.loads(body) for _, seen, _, body in self.received if seen == path]

    def headers(self, path: str) -> dict[str, str]:
        return next(headers for _, seen, headers, _ in self.received if seen == path)


LISTENER = Listener()


def call(method: str, url: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str], bytes]:
    """The in-process transport of ENGINE_LOCAL_ORIGINS."""
    path = urlsplit(url).path
    LISTENER.received.append((method, path, headers, body))
    answer = LISTENER.answers.get(path, (200, {}))
    status, content = answer(body) if callable(answer) else answer
    return status, {"Content-Type": "application/json"}, json.dumps(content).encode()
