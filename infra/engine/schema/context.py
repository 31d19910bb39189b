"""Who asks, when, and what was already loaded while answering."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.conf import settings


@dataclass(frozen=True, slots=True)
class Requestor:
    """The one who asks: `kind` is "anonymous", "user" or "app"; `user` and `app` are rows of the engine, or None."""

    kind: str = "anonymous"
    user: Any = None
    app: Any = None
    permissions: frozenset[str] = frozenset()

    def has_perm(self, *names: str) -> bool:
        """Return whether the requestor holds any of the permissions named as in PermissionEnum."""
        return any(name in self.permissions for name in names)

    @property
    def is_staff(self) -> bool:
        """Return whether the requestor sees unpublished things: an app or a staff user."""
        return self.kind == "app" or bool(self.user is not None and self.user.is_staff)


ANONYMOUS = Requestor()


@dataclass(slots=True)
class Context:
    """One request (or one payload of a webhook). Nothing in it outlives the answer.

    `request_url` is the public base of the API without path, e.g. http://localhost:8000.
    """

    requestor: Requestor = ANONYMOUS
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    request_url: str = field(default_factory=lambda: settings.ENGINE_PUBLIC_URL)
    cache: dict[Any, Any] = field(default_factory=dict)
    files: dict[str, Any] = field(default_factory=dict)
    #: the address of the net that the request comes from; None inside the process
    client_address: str | None = None
    #: cookies of the request, and those its answer sets (kept until the session's refresh token ends)
    cookies: dict[str, str] = field(default_factory=dict)
    cookies_to_set: dict[str, str] = field(default_factory=dict)

    def remember(self, key: Any, make: Callable[[], Any]) -> Any:
        """Return what `make()` gave the first time `key` was asked for in this request."""
        if key not in self.cache:
            self.cache[key] = make()
        return self.cache[key]


#: the requestor of the innermost execution, for events that name who caused them
REQUESTOR: ContextVar[Requestor] = ContextVar("engine_requestor", default=ANONYMOUS)


def current_requestor() -> Requestor:
    """Return who asked for what is being executed now; outside of any execution, nobody."""
    return REQUESTOR.get()
