"""Statements that repeat, sent to the database with as little as possible in between.

PostgreSQL: prepared by name on the connection and run through libpq itself; what a cursor does around that costs three
times what the statement does. Whoever listens to the connection (a test that counts, a log) still sees each of them:
then, and on any other database, they go through Django's cursor.
"""

from __future__ import annotations

import itertools
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from psycopg.adapt import Transformer
from psycopg.errors import OperationalError, error_from_result
from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus
from psycopg.types.json import Jsonb
from psycopg.types.numeric import Int2, Int4, Int8

#: statements that a connection of the server keeps; any more go through the cursor
MOST_NAMES = 400
#: what the server says of a statement that it does not know (any more), or whose tables changed: prepare it again
FORGOTTEN = ("26000", "0A000")
_NUMBERS = itertools.count()
DONE = (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK)


def run(connection: Any, sql: str, params: list[Any]) -> tuple[list[Any], int]:
    """Return the rows of a statement with %s for its parameters, and how many rows it touched."""
    texts = _texts(connection, sql, params)
    if texts is None:
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            return (cursor.fetchall() if cursor.description else []), cursor.rowcount
    connection.validate_no_broken_transaction()
    raw = connection.connection
    with connection.wrap_database_errors:
        if not raw.autocommit and raw.pgconn.transaction_status == TransactionStatus.IDLE:
            _check(connection, raw.pgconn.exec_(b"BEGIN"))
        result = raw.pgconn.exec_prepared(_name(connection, raw, sql), texts)
        if _is_forgotten(connection, raw, result):
            result = raw.pgconn.exec_prepared(_name(connection, raw, sql), texts)
        _check(connection, result)
        if not result.nfields:
            return [], result.command_tuples or 0
        reader = Transformer(raw)
        reader.set_pgresult(result)
        return reader.load_rows(0, result.ntuples, tuple), result.ntuples


def _texts(connection: Any, sql: str, params: list[Any]) -> list[bytes | None] | None:
    """Return the parameters as PostgreSQL reads them; None where Django's cursor is to take the statement."""
    if connection.vendor != "postgresql" or connection.queries_logged or connection.execute_wrappers:
        return None
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    raw = connection.connection
    names = _names(connection, raw)
    if len(names) >= MOST_NAMES and sql not in names:
        return None
    try:
        return [None if value is None else TEXT[value.__class__](value) for value in params]
    except (KeyError, ValueError):
        return None


def _plain(value: str) -> bytes:
    if "\0" in value:
        raise ValueError("a text with a zero byte, which the cursor refuses as it should")
    return value.encode()


def _whole(value: int) -> bytes:
    return b"%d" % value


TEXT: dict[type, Any] = {
    str: _plain,
    int: _whole,
    Int2: _whole,
    Int4: _whole,
    Int8: _whole,
    bool: lambda value: b"t" if value else b"f",
    UUID: lambda value: str(value).encode(),
    Decimal: lambda value: str(value).encode(),
    datetime: lambda value: value.isoformat().encode(),
    Jsonb: lambda value: value.dumps(value.obj).encode(),
}


def _name(connection: Any, raw: Any, sql: str) -> bytes:
    """Return the name of the statement on the server, prepared there when it is new."""
    names = _names(connection, raw)
    name = names.get(sql)
    if name is None:
        name = b"machiichi_%d" % next(_NUMBERS)
        parts = sql.split("%s")
        numbered = parts[0] + "".join(f"${number}{part}" for number, part in enumerate(parts[1:], 1))
        _check(connection, raw.pgconn.prepare(name, numbered.replace("%%", "%").encode()))
        names[sql] = name
    return name


def _names(connection: Any, raw: Any) -> dict[str, bytes]:
    """Return the names of the statements that the server knows on this connection."""
    owner, names = connection.__dict__.get("engine_statements", (None, {}))
    if owner is not raw:
        names = {}
        connection.__dict__["engine_statements"] = (raw, names)
    return names


def _is_forgotten(connection: Any, raw: Any, result: Any) -> bool:
    """Forget with the server what it has forgotten; return whether the statement may be prepared and sent again.

    By itself it left nothing behind. In a transaction that is over, whoever began it may begin again.
    """
    if result.status in DONE or error_from_result(result).sqlstate not in FORGOTTEN:
        return False
    connection.__dict__.pop("engine_statements", None)
    return bool(raw.pgconn.transaction_status == TransactionStatus.IDLE)


def _check(connection: Any, result: Any) -> None:
    if result.status in DONE:
        return
    problem = error_from_result(result)
    if connection.connection.pgconn.status == ConnStatus.BAD:
        raise OperationalError(str(problem)) from problem
    raise problem
