"""Reads that are made over and over, compiled once: the same rows of the same models, without building their SQL anew.

Building the SQL of a wide model costs several times what SQLite takes to answer it. A `PreparedRows` compiles its
queryset once per connection and size, and afterwards only fills in the keys. There are few sizes, the last key being
given again until one is full: measured on 36 readers, a compiled statement takes some 32 kB, and one for each
number of keys up to sixty came to 48 MB per connection, against 6 MB for seven sizes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, tzinfo
from functools import cache, partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connections, models, router
from django.db.models.expressions import Col
from django.db.models.query import get_related_populators

from infra.engine.wire import run

if TYPE_CHECKING:
    Column = models.Field[Any, Any]

#: how many keys a statement is compiled for; the next one that is large enough serves
SIZES = (1, 2, 4, 8, 16, 32, 60)
#: reads of more keys than this are rare, and compiled each time
MOST_KEYS = SIZES[-1]


class PreparedRows:
    """The rows of `make(keys, *moving, *given)`, a queryset that filters the column `field` by `__in` keys.

    The queryset is of whole models, or a `values_list` (then rows are tuples). It must not depend on anything but its
    arguments: `moving` are values of the columns named by the constructor, other ones in each call (a moment);
    `given` are few different values (a channel's key). It may select related rows, annotate, order and lock.
    """

    def __init__(
        self, field: Column, make: Callable[..., models.QuerySet[Any, Any]], *, moving: tuple[Column, ...] = ()
    ) -> None:
        self.field, self.make, self.moving = field, make, moving

    def __call__(self, keys: Iterable[Any], *given: Any, moving: tuple[Any, ...] = ()) -> list[Any]:
        """Return the rows whose column is one of `keys`; keys that are None or given twice count once, or not."""
        wanted = [key for key in dict.fromkeys(keys) if key is not None]
        if not wanted:
            return []
        if len(wanted) > MOST_KEYS:
            return list(self.make(wanted, *moving, *given))
        connection = connections[router.db_for_read(self.field.model)]
        known: dict[Any, _Compiled] = connection.__dict__.setdefault("engine_prepared_rows", {})
        size = next(each for each in SIZES if each >= len(wanted))
        key = (self, size, given)
        compiled = known.get(key)
        if compiled is None:
            marks, others = _marks(self.field, size), [_marks(column, 1)[0] for column in self.moving]
            columns = [self.field] * size + list(self.moving)
            queryset = self.make(marks, *others, *given)
            compiled = known[key] = _Compiled(queryset, columns, [*marks, *others], connection)
        return compiled.rows([*wanted, *wanted[-1:] * (size - len(wanted)), *moving])


class PreparedQuery:
    """The rows of `make(*values, *given)`, a queryset as `PreparedRows` takes it, by one value of each of `columns`.

    A value must not be of the same column as another: their statements' places are told apart by column.
    """

    def __init__(
        self, model: type[models.Model], columns: tuple[Column, ...], make: Callable[..., models.QuerySet[Any, Any]]
    ) -> None:
        self.model, self.columns, self.make = model, columns, make

    def __call__(self, *values: Any, given: tuple[Any, ...] = (), most: int | None = None) -> list[Any]:
        """Return the rows in the queryset's order, the first `most` of them."""
        compiled = self._compiled(given)
        return compiled.rows(values) if most is None else compiled.rows(values, most=most)

    def count(self, *values: Any, given: tuple[Any, ...] = ()) -> int:
        """Return how many rows there are."""
        return self._compiled(given).count(values)

    def _compiled(self, given: tuple[Any, ...]) -> _Compiled:
        connection = connections[router.db_for_read(self.model)]
        known: dict[Any, _Compiled] = connection.__dict__.setdefault("engine_prepared_rows", {})
        key = (self, given)
        compiled = known.get(key)
        if compiled is None:
            marks = [_marks(column, 1)[0] for column in self.columns]
            compiled = known[key] = _Compiled(self.make(*marks, *given), list(self.columns), marks, connection)
        return compiled


class _Compiled:
    """One statement of one connection, and how its rows become models; or stay tuples, of a `values_list`."""

    def __init__(self, queryset: models.QuerySet[Any, Any], columns: list[Column], marks: list[Any], db: Any) -> None:
        self.db, self.columns = db, columns
        self.compiler = queryset.query.get_compiler(connection=db)
        self.sql, params = self.compiler.as_sql()
        self.params = list(params)
        self.places: list[list[int]] = []
        for column, mark in zip(columns, marks, strict=True):
            kept = column.get_db_prep_value(mark, db)
            self.places.append([place for place, param in enumerate(self.params) if param == kept])
        assert all(self.places), "a key or moving value is not in the statement"
        select, info = self.compiler.select, self.compiler.klass_info
        found = self.compiler.get_converters([item[0] for item in select])
        self.converters = [(place, _converter(each, expression, db)) for place, (each, expression) in found.items()]
        self.preparers = [_preparer(column, db) for column in columns]
        self.model: Any = None
        if queryset._fields is not None:  # type: ignore[attr-defined]  # a values_list
            return
        fields = info["select_fields"]
        self.model, self.start, self.end = info["model"], fields[0], fields[-1] + 1
        self.names = [item[0].target.attname for item in select[self.start : self.end]]
        self.populators = get_related_populators(info, select, db.alias)  # type: ignore[call-arg]  # stubs are ahead of Django
        self.annotations = self.compiler.annotation_col_map

    def rows(self, values: Sequence[Any], *, most: int | None = None) -> list[Any]:
        sql, params = self.sql, self._filled(values)
        if most is not None:
            sql, params = f"{sql} LIMIT %s", [*params, most]
        found: Any = run(self.db, sql, params)[0]
        if self.converters:
            found = self._converted(found)
        if self.model is None:
            return list(found)
        return [self.instance(row) for row in found]

    def _converted(self, found: list[tuple[Any, ...]]) -> list[Any]:
        rows = [list(row) for row in found]
        for place, convert in self.converters:
            for row in rows:
                row[place] = convert(row[place])
        return rows if self.model is not None else [tuple(row) for row in rows]

    def count(self, values: Sequence[Any]) -> int:
        sql = f"SELECT COUNT(*) FROM ({self.sql}) counted"  # noqa: S608 (Django wrote it; values are given apart)
        return int(run(self.db, sql, self._filled(values))[0][0][0])

    def _filled(self, values: Sequence[Any]) -> list[Any]:
        params = list(self.params)
        for prepare, places, value in zip(self.preparers, self.places, values, strict=True):
            kept = prepare(value)
            for place in places:
                params[place] = kept
        return params

    def instance(self, row: tuple[Any, ...]) -> Any:
        """Return the model of a row, made as `Model.from_db` makes it: no model here is given less, or signals."""
        made = self.model.__new__(self.model)
        made.__dict__.update(zip(self.names, row[self.start : self.end], strict=True))
        made._state = models.base.ModelState()
        made._state.adding, made._state.db = False, self.db.alias
        for populator in self.populators:
            populator.populate(row, made)
        for name, place in (self.annotations or {}).items():
            setattr(made, name, row[place])
        return made


def _converter(converters: list[Any], expression: Any, db: Any) -> Callable[[Any], Any]:
    """Return the function from what the database gives for an expression to its value."""
    if len(converters) == 1 and isinstance(expression, Col):
        name, field = converters[0].__name__, expression.output_field
        if isinstance(field, models.JSONField) and field.decoder is None and name == "from_db_value":
            return _from_json
        if name == "convert_datetimefield_value":
            return partial(_moment, zone=db.timezone)

    def convert(value: Any) -> Any:
        for each in converters:
            value = each(value, expression, db)
        return value

    return convert


def _from_json(value: str | None) -> Any:
    if value == "{}":
        return {}
    return None if value is None else json.loads(value)


def _moment(value: str | datetime | None, zone: tzinfo) -> datetime | None:
    """Return a moment as SQLite keeps it: without the zone, a computed one as text."""
    if value is None:
        return None
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _preparer(column: Column, db: Any) -> Callable[[Any], Any]:
    """Return the function from a value of a column to what the database takes for it."""
    target: Any = column.target_field if isinstance(column, models.ForeignKey) else column
    same: type | None = None
    if isinstance(target, models.IntegerField):
        same = int
    elif isinstance(target, models.CharField):
        same = str
    elif isinstance(target, models.UUIDField) and db.features.has_native_uuid_field:
        same = UUID
    return lambda value: value if value.__class__ is same else column.get_db_prep_value(value, db)


def _marks(field: Column, size: int) -> list[Any]:
    """Return keys that stand for others while a statement is compiled: nothing else in it has their values."""
    target = field.target_field if isinstance(field, models.ForeignKey) else field
    if isinstance(target, models.UUIDField):
        return [UUID(int=0x6D61_7263_6B00_0000 + number) for number in range(size)]
    if isinstance(target, models.DateTimeField):
        return [datetime(1873, 1, 1, microsecond=number + 1, tzinfo=UTC) for number in range(size)]
    if isinstance(target, models.IntegerField):
        return [0x6D61_7263_6B00_0000 + number for number in range(size)]
    return [f"\0mark {number}" for number in range(size)]


@cache
def _by_key(model: type[models.Model]) -> PreparedRows:
    return PreparedRows(model._meta.pk, lambda keys: model._default_manager.filter(pk__in=keys))


def in_bulk(model: type[models.Model], keys: Iterable[Any]) -> dict[Any, Any]:
    """Return the rows of `model` by primary key, in one statement; none for no keys."""
    return {row.pk: row for row in _by_key(model)(keys)}
