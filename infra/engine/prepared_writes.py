"""Writes that are made over and over, their SQL built once: as Django's, which builds it anew for each.

A model that is a `QuickRow` is saved as ever. Values that are expressions go Django's own way.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from django.db import connections, models
from django.db.models.sql import InsertQuery

from infra.engine.prepared import MOST_KEYS, SIZES
from infra.engine.wire import run

Fields = tuple[Any, ...]


class QuickRow(models.Model):
    """A row whose INSERT and UPDATE are not built anew each time it is saved."""

    class Meta:
        abstract = True

    def _do_insert(self, manager: Any, using: str, fields: Any, returning_fields: Any, raw: Any) -> Any:
        connection = connections[using]
        params = None if raw else _params(self, fields, connection)
        if params is None:
            return super()._do_insert(manager, using, fields, returning_fields, raw)  # type: ignore[misc]
        sql = _insert_sql(type(self), tuple(fields), tuple(returning_fields), using)
        return run(connection, sql, params)[0]

    def _do_update(  # type: ignore[override]  # the stubs are ahead of Django
        self, base_qs: Any, using: Any, pk_val: Any, values: Any, update_fields: Any, forced_update: bool
    ) -> bool:
        if not values or any(hasattr(value, "resolve_expression") for _, _, value in values):
            return bool(super()._do_update(base_qs, using, pk_val, values, update_fields, forced_update))  # type: ignore[call-arg]
        connection, fields = connections[using], tuple(field for field, _, _ in values)
        pk = self._meta.pk
        params = [field.get_db_prep_save(value, connection) for field, _, value in values]
        params.append(pk.get_db_prep_value(pk_val, connection))
        return run(connection, _update_sql(type(self), fields, using), params)[1] > 0


def insert_all(rows: Sequence[models.Model]) -> None:
    """Insert new rows of one model, all with the same columns, in one statement, as `bulk_create` does.

    Keys that the database gives are set. More rows than statements are kept for are written by `bulk_create`.
    """
    if not rows:
        return
    model = type(rows[0])
    meta, connection = model._meta, connections["engine"]
    given = [row.pk is not None for row in rows]
    fields = [field for field in meta.local_concrete_fields if given[0] or field is not meta.auto_field]
    params = [_params(row, fields, connection) for row in rows]
    if len(rows) > MOST_KEYS // 2 or len(set(given)) > 1 or None in params:
        model._default_manager.bulk_create(rows)
        return
    returning = () if given[0] else (meta.auto_field,)
    sql = _insert_sql(model, tuple(fields), returning, "engine", len(rows))
    made, _ = run(connection, sql, [value for each in params for value in each or ()])
    for row, values in zip(rows, made, strict=False):
        row.pk = values[0]
    for row in rows:
        row._state.adding, row._state.db = False, "engine"


def update_each(rows: Iterable[models.Model], *names: str) -> None:
    """Write the whole-number columns `names` of rows of one model, each row its own, as `bulk_update` does."""
    changed = list(rows)
    if not changed:
        return
    model, connection = type(changed[0]), connections["engine"]
    if len(changed) > MOST_KEYS:
        model._default_manager.bulk_update(changed, names)  # type: ignore[arg-type]
        return
    size = next(each for each in SIZES if each >= len(changed))
    filled = [*changed, *changed[-1:] * (size - len(changed))]
    params = [value for name in names for row in filled for value in (row.pk, getattr(row, name))]
    run(connection, _each_sql(model, names, size), [*params, *(row.pk for row in filled)])


def update_where(model: type[models.Model], name: str, key: Any, **values: Any) -> None:
    """Set columns, by the names of their fields, of the rows whose column `name` is `key`."""
    connection = connections["engine"]
    fields: list[Any] = [model._meta.get_field(each) for each in values]
    params = [field.get_db_prep_save(value, connection) for field, value in zip(fields, values.values(), strict=True)]
    where: Any = model._meta.get_field(name)
    sql = _update_sql(model, tuple(fields), "engine", where)
    run(connection, sql, [*params, where.get_db_prep_value(key, connection)])


def delete_where(model: type[models.Model], name: str, key: Any) -> None:
    """Delete the rows whose column is `key`, and nothing that points at them."""
    field: Any = model._meta.get_field(name)
    connection = connections["engine"]
    run(connection, _delete_sql(model, field), [field.get_db_prep_value(key, connection)])


def _params(row: Any, fields: Iterable[Any], connection: Any) -> list[Any] | None:
    """Return a new row's values as the database takes them; None when one of them is an expression."""
    values = [field.pre_save(row, True) for field in fields]
    if any(hasattr(value, "resolve_expression") for value in values):
        return None
    return [field.get_db_prep_save(value, connection) for field, value in zip(fields, values, strict=True)]


@cache
def _insert_sql(model: type[models.Model], fields: Fields, returning: Fields, using: str, rows: int = 1) -> str:
    query = InsertQuery(model)
    query.insert_values(fields, [model()], raw=False)
    compiler: Any = query.get_compiler(using=using)
    compiler.returning_fields = returning
    ((sql, _),) = compiler.as_sql()
    one = f"({', '.join(['%s'] * len(fields))})"
    before, found, after = sql.partition(f"VALUES {one}")
    if not fields or not found:
        assert rows == 1, sql
        return str(sql)
    return f"{before}VALUES {', '.join([one] * rows)}{after}"


@cache
def _update_sql(model: type[models.Model], fields: Fields, using: str, where: Any = None) -> str:
    quote = connections[using].ops.quote_name
    columns = ", ".join(f"{quote(field.column)} = %s" for field in fields)
    table, key = quote(model._meta.db_table), quote(str((where or model._meta.pk).column))
    return f"UPDATE {table} SET {columns} WHERE {key} = %s"  # noqa: S608 (names of our own)


@cache
def _each_sql(model: type[models.Model], names: tuple[str, ...], size: int) -> str:
    quote = connections["engine"].ops.quote_name
    table, key = quote(model._meta.db_table), quote(str(model._meta.pk.column))
    cases = " ".join(["WHEN %s THEN CAST(%s AS integer)"] * size)
    columns = [f"{quote(str(model._meta.get_field(name).column))} = CASE {key} {cases} END" for name in names]  # type: ignore[union-attr]
    marks = ", ".join(["%s"] * size)
    return f"UPDATE {table} SET {', '.join(columns)} WHERE {key} IN ({marks})"  # noqa: S608 (names of our own)


@cache
def _delete_sql(model: type[models.Model], field: Any) -> str:
    quote = connections["engine"].ops.quote_name
    return f"DELETE FROM {quote(model._meta.db_table)} WHERE {quote(field.column)} = %s"  # noqa: S608 (names of our own)
