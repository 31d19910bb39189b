"""Migrates once per state of the migrations, copies the result into every later test database, and brings it back.

The CMS alone has over a hundred migrations: seconds of processor time for every test process, forty when the machine is
busy. What is kept is the migrated, empty database under a digest of all migrations: of SQLite a file in the temporary
folder, of PostgreSQL a template on the server. Processes that come meanwhile wait for who migrates.

A test that commits ends with Django's `flush`, which also takes the rows that migrations made (the CMS's root page, its
languages), and whatever test comes next in that process would miss them; so `flush` puts them back.
"""

from __future__ import annotations

import contextlib
import fcntl
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
from psycopg import sql

from infra import migrating

MOST_TRIES = 80
"""A quarter of a second each, before a copy that finds the database locked gives up."""


@contextlib.contextmanager
def migrations_remembered() -> Iterator[None]:
    """Inside, `migrate` on an empty database restores the kept copy when there is one, and keeps one when not.

    And `flush` ends with the rows of a freshly migrated database, on SQLite and PostgreSQL.
    """
    empty = flush.Command.handle
    first_rows: dict[str, str] = {}

    def handle(self: Command, *arguments: Any, **options: Any) -> None:
        alias = options["database"]
        if connections[alias].vendor == "sqlite":
            bring_file(alias)
            return
        bring_template(alias)
        first_rows[alias] = connections[alias].creation.serialize_db_to_string()

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


def bring_file(alias: str) -> None:
    """Copy the kept file into the database, or migrate it and keep it."""
    path = kept_copy(alias)
    with alone(alias):
        if not path.exists():
            migrating.migrate(alias)
            keep(alias, path)
            return
    copy(sqlite3.connect(path), connection_of(alias))


def bring_template(alias: str) -> None:
    """Make the database anew from the template on its server, or migrate it and make it that."""
    name = connections[alias].settings_dict["NAME"]
    template = template_name(alias)
    with alone(alias), connections[alias]._nodb_cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [template])
        if is_new := cursor.fetchone() is None:
            migrating.migrate(alias)
        connections[alias].close()
        source, target = (name, template) if is_new else (template, name)
        if not is_new:
            cursor.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))
        cursor.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(target), sql.Identifier(source)))


@contextlib.contextmanager
def alone(alias: str) -> Iterator[None]:
    """Let no other process of this user bring the same database meanwhile."""
    path = kept_copy(alias).with_suffix(f".{connections[alias].vendor}.lock")
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def keep(alias: str, path: Path) -> None:
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


def template_name(alias: str) -> str:
    """Return the name of the database on a PostgreSQL server that is copied."""
    return f"template_{alias}_{fingerprint()}"


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
