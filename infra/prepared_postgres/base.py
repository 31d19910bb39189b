"""Connections that are not asked whether they live while in use, and read moments quickly.

psycopg prepares nothing on them: it would forget all that is prepared, ours too (`engine.wire`), with each ROLLBACK.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

from django.db.backends.postgresql import base
from psycopg.abc import Buffer
from psycopg.types.datetime import TimestamptzLoader

TRUSTED_S = 2.0
"""A connection that was used this long ago is not asked again whether it still lives: that is one trip per request."""


class UtcLoader(TimestamptzLoader):
    """Reads moments of a connection whose zone is UTC by the interpreter's own function: psycopg's is in Python."""

    timezone = UTC  # Django asks its own loader for this

    def load(self, data: Buffer) -> datetime:
        try:
            return datetime.fromisoformat(bytes(data).decode())
        except ValueError:
            return super().load(data)


class DatabaseWrapper(base.DatabaseWrapper):  # type: ignore[misc]  # the stubs leave its parts open
    """As Django's, in all else."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._trusted_at = 0.0

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        if self.timezone is UTC:
            connection.adapters.register_loader("timestamptz", UtcLoader)
        return connection

    def close_if_health_check_failed(self) -> None:
        if self.health_check_done:  # type: ignore[has-type]
            return
        now = time.monotonic()
        if now - self._trusted_at < TRUSTED_S:
            self.health_check_done = True
        else:
            super().close_if_health_check_failed()
        self._trusted_at = now
