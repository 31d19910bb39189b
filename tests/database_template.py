"""Migrates once per state of the migrations, copies the result into every later test run on SQLite, and brings it back.

The CMS alone has over a hundred migrations: seconds of processor time for every test process, forty when the machine is
busy. What is kept is the migrated, empty database, in the temporary folder, under a digest of all migrations.

A test that commits ends with Django's `flush`, which also takes the rows that migrations made (the CMS's root page, its
languages), and whatever test comes next in that process would miss them; so `flush` puts them back.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from functools import cache
from importlib.metadata import distributions
from pathlib import Path
from typing import Any
from unittest import mock

from django.apps import apps
from django.core.management.commands import flush
from django.core.management.commands.migrate import Command
from django.db import connections

MOST_TRIES = 80
"""A quarter of a second each, before a copy that finds the database locked gives up."""


@contextlib.contextmanager
def migrations_remembered() -> Iterator[None]:
    """Inside, `migrate` on an SQLite database restores the kept copy when there is one, and keeps one when not.

    And `flush` ends with the rows of a freshly migrated database, on SQLite and PostgreSQL.
    """
    migrate, empty = Command.handle, flush.Command.handle
    first_rows: dict[str, str] = {}

    def handle(self: Command, *arguments: Any, **options: Any) -> Any:
        alias = options["database"]
        if connections[alias].vendor != "sqlite":
            done = migrate(self, *arguments, **options)
            first_rows[alias] = connections[alias].creation.serialize_db_to_string()
            return done
        path = kept_copy(alias)
        if path.exists():
            copy(sqlite3.connect(path), connection_of(alias))
            return None
        done = migrate(self, *arguments, **options)
        keep(alias, path)
        return done

    def handle_flush(self: flush.Command, **options: Any) -> Any:
        alias = options["database"]
        if connections[alias].vendor == "sqlite" and kept_copy(alias).exists():
            return copy(sqlite3.connect(kept_copy(alias)), connection_of(alias))
        done = empty(self, **{**options, "inhibit_post_migrate": alias in first_rows})
        if alias in first_rows:
            connections[alias].creation.deserialize_db_from_string(first_rows[alias])
        return done

    with mock.patch.object(Command, "handle", handle), mock.patch.object(flush.Command, "handle", handle_flush):
        yield


def keep(alias: str, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    unfinished = path.with_suffix(f".{os.getpid()}")
    target = sqlite3.connect(unfinished)
    copy(connection_of(alias), target)
    unfinished.replace(path)


def copy(source: sqlite3.Connection, target: sqlite3.Connection) -> None:
    tries = iter(range(MOST_TRIES))

    def give_up(status: int, remaining: int, total: int) -> None:
        if next(tries, None) is None:
            raise TimeoutError("another connection holds the test database open")

    source.backup(target, progress=give_up)
    for each in (source, target):
        if each not in [connections[alias].connection for alias in connections]:
            each.close()


def connection_of(alias: str) -> sqlite3.Connection:
    connections[alias].ensure_connection()
    connection = connections[alias].connection
    assert isinstance(connection, sqlite3.Connection)
    return connection


def kept_copy(alias: str) -> Path:
    return Path(tempfile.gettempdir()) / f"machiichi-tests-{os.getuid()}" / f"{alias}-{fingerprint()}.sqlite3"


@cache
def fingerprint() -> str:
    """Return a digest of every migration of every app, and of what is installed."""
    digest = hashlib.sha256()
    for each in sorted(f"{found.name}=={found.version}" for found in distributions()):
        digest.update(each.encode())
    for config in apps.get_app_configs():
        digest.update(config.label.encode())
        for path in sorted(Path(config.path, "migrations").rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:20]
