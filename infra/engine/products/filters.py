"""Filters of lists: parts of `where` and `filter` inputs that many types share, as conditions on rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import Q, QuerySet, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.lookups import Exact

from infra.engine.schema.errors import EngineError
from infra.engine.schema.ids import int_pk, parse_global_id

Rows = QuerySet[Any]
NOTHING = Q(pk__in=[])


def pks(gids: list[str] | None, type_name: str) -> list[int]:
    """Return the pks inside global ids of `type_name`, those of other types left out."""
    return [pk for pk in (int_pk(gid, type_name) for gid in gids or ()) if pk is not None]


def match_values(column: str, wanted: dict[str, Any] | None, read: Callable[[Any], Any] = lambda value: value) -> Q:
    """Return the condition of a filter input with `eq`, `oneOf` and `range` on a column; an empty one holds nowhere."""
    if not wanted:
        return NOTHING
    condition = Q()
    if "eq" in wanted:
        condition &= Q(**{column: read(wanted["eq"])}) if wanted["eq"] is not None else Q(**{f"{column}__isnull": True})
    if wanted.get("oneOf") is not None:
        condition &= Q(**{f"{column}__in": [read(item) for item in wanted["oneOf"]]})
    return condition & between(column, wanted.get("range"))


def between(column: str, bounds: dict[str, Any] | None) -> Q:
    """Return the condition that a column lies within a range input; without bounds it always holds."""
    condition = Q()
    for name in ("gte", "lte"):
        bound = (bounds or {}).get(name)
        if bound is not None:
            condition &= Q(**{f"{column}__{name}": bound})
    return condition


def match_metadata(items: list[dict[str, Any]] | None) -> Q:
    """Return the condition that public metadata has every key, with its value where one is given."""
    condition = Q()
    for item in items or ():
        if item.get("value"):
            condition &= Q(Exact(KeyTextTransform(item["key"], "metadata"), Value(item["value"])))
        else:
            condition &= Q(metadata__has_key=item["key"])
    return condition


def match_where(where: dict[str, Any] | None, table: Mapping[str, Callable[[Any], Q]]) -> Q:
    """Return the condition of a `where` input whose names `table` knows, with AND or OR of further ones.

    Raises EngineError where an operator stands beside anything else (contract).
    """
    if where and len(where) > 1 and {"AND", "OR"} & set(where):
        raise EngineError("Cannot mix operators with other filter inputs.", "GraphQLError")
    condition = Q()
    for name, wanted in (where or {}).items():
        if name == "AND":
            for part in wanted or ():
                condition &= match_where(part, table)
        elif name == "OR" and wanted is not None:
            either = NOTHING
            for part in wanted:
                either |= match_where(part, table)
            condition &= either
        elif name != "OR":
            condition &= table[name](wanted)
    return condition


def match_words(text: str | None, *columns: str) -> Q:
    """Return the condition that one of the columns contains `text`, however its letters are cased."""
    condition = Q() if not text else NOTHING
    if text:
        for column in columns:
            condition |= Q(**{f"{column}__icontains": text})
    return condition


def match_listed(wanted: dict[str, Any], type_name: str) -> Q:
    """Return the condition of what every `filter` input may have: ids, slugs and metadata."""
    condition = match_metadata(wanted.get("metadata"))
    if wanted.get("ids"):
        for gid in wanted["ids"]:
            parse_global_id(gid)
        condition &= Q(pk__in=pks(wanted["ids"], type_name))
    if wanted.get("slugs"):
        condition &= Q(slug__in=wanted["slugs"])
    return condition
