"""Reads that are made over and over, compiled once: the same rows of the same models, without building their SQL anew.

Building the SQL of a wide model costs several times what SQLite takes to answer it. A `PreparedRows` compiles its
queryset once per connection and size, and afterwards only fills in the keys. There are few sizes, the last key being
given again until one is full: measured on 36 readers, a compiled statement takes some 32 kB, and one for each
number of keys up to sixty came to 48 MB per connection, against 6 MB for seven sizes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any
from uuid import UUID

from django.db import connections, models, router
from django.db.models.query import get_related_populators

#: how many keys a statement is compiled for; the next one that is large enough serves
SIZES = (1, 2, 4, 8, 16, 32, 60)
#: reads of more keys than this are rare, and compiled each time
MOST_KEYS = SIZES[-1]


class PreparedRows:
    """The rows of `make(keys, *given)`, a queryset of whole models that filters the column `field` by `__in` keys.

    The queryset must not depend on anything but its arguments; `given` are few different values (a channel's key).
    It may select related rows, annotate, order and lock.
    """

    def __init__(self, field: models.Field[Any, Any], make: Callable[..., models.QuerySet[Any]]) -> None:
        self.field, self.make = field, make

    def __call__(self, keys: Iterable[Any], *given: Any) -> list[Any]:
        """Return the rows whose column is one of `keys`; keys that are None or given twice count once, or not."""
        wanted = [key for key in dict.fromkeys(keys) if key is not None]
        if not wanted:
            return []
        if len(wanted) > MOST_KEYS:
            return list(self.make(wanted, *given))
        connection = connections[router.db_for_read(self.field.model)]
        known: dict[Any, _Compiled] = connection.__dict__.setdefault("engine_prepared_rows", {})
        size = next(each for each in SIZES if each >= len(wanted))
        key = (self, size, given)
        compiled = known.get(key)
        if compiled is None:
            marks = _marks(self.field, size)
            compiled = known[key] = _Compiled(self.field, self.make(marks, *given), marks, connection)
        values = [self.field.get_db_prep_value(key, connection) for key in wanted]
        return compiled.rows(values + values[-1:] * (size - len(values)))


class _Compiled:
    """One statement of one connection, and how its rows become models."""

    def __init__(
        self, field: models.Field[Any, Any], queryset: models.QuerySet[Any], marks: list[Any], db: Any
    ) -> None:
        self.compiler = queryset.query.get_compiler(connection=db)
        self.sql, params = self.compiler.as_sql()
        places = [list(params).index(field.get_db_prep_value(mark, db)) for mark in marks]
        self.params, self.places = list(params), places
        select, info = self.compiler.select, self.compiler.klass_info
        columns = info["select_fields"]
        self.model, self.start, self.end = info["model"], columns[0], columns[-1] + 1
        self.names = [item[0].target.attname for item in select[self.start : self.end]]
        self.populators = get_related_populators(info, select, db.alias)  # type: ignore[call-arg]  # stubs are ahead of Django
        self.annotations = self.compiler.annotation_col_map
        self.converters = self.compiler.get_converters([item[0] for item in select])
        self.db = db

    def rows(self, values: list[Any]) -> list[Any]:
        params = list(self.params)
        for place, value in zip(self.places, values, strict=True):
            params[place] = value
        with self.db.cursor() as cursor:
            cursor.execute(self.sql, params)
            found: Any = cursor.fetchall()
        if self.converters:
            found = map(tuple, self.compiler.apply_converters(found, self.converters))
        return [self.instance(row) for row in found]

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


def _marks(field: models.Field[Any, Any], size: int) -> list[Any]:
    """Return keys that stand for others while a statement is compiled: nothing else in it has their values."""
    target = field.target_field if isinstance(field, models.ForeignKey) else field
    if isinstance(target, models.UUIDField):
        return [UUID(int=0x6D61_7263_6B00_0000 + number) for number in range(size)]
    if isinstance(target, models.IntegerField):
        return [0x6D61_7263_6B00_0000 + number for number in range(size)]
    return [f"\0mark {number}" for number in range(size)]


@cache
def _by_key(model: type[models.Model]) -> PreparedRows:
    return PreparedRows(model._meta.pk, lambda keys: model._default_manager.filter(pk__in=keys))


def in_bulk(model: type[models.Model], keys: Iterable[Any]) -> dict[Any, Any]:
    """Return the rows of `model` by primary key, in one statement; none for no keys."""
    return {row.pk: row for row in _by_key(model)(keys)}
