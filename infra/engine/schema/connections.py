"""Lists in pages: cursors as the contract gives them, the slice read once, counting only when asked."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from json.encoder import encode_basestring_ascii
from operator import attrgetter
from typing import Any

from django.db.models import F, Q, QuerySet

from infra.engine.prepared import PreparedQuery
from infra.engine.schema.errors import EngineError
from infra.engine.schema.searching import check_search

MAX_PAGE = 100


@dataclass(frozen=True, slots=True)
class PreparedList:
    """A list of which first pages only are read, by a statement compiled before; it must be in the page's order."""

    query: PreparedQuery
    values: tuple[Any, ...]
    given: tuple[Any, ...]

    def rows(self, most: int) -> list[Any]:
        return self.query(*self.values, given=self.given, most=most)

    def count(self) -> int:
        return self.query.count(*self.values, given=self.given)


class Connection:
    """One page. `edges`, `page_info` and `total_count` are worked out when first read.

    The order of a queryset must be given as `order` (names, "-" for descending) ending in a unique one; a plain list
    is paged by position.
    """

    def __init__(self, source: Any, args: dict[str, Any], order: Sequence[str] = ("pk",)) -> None:
        self.source, self.args, self.order = source, args, tuple(order)
        self.first, self.last = _page_size(args)

    @cached_property
    def _page(self) -> tuple[list[Any], bool, bool, int]:
        """Return (rows, has next, has previous, position of the first row for lists)."""
        if isinstance(self.source, PreparedList):
            size = self.first or 0
            found = self.source.rows(size + 1)
            return found[:size], len(found) > size, False, 0
        if isinstance(self.source, QuerySet):
            return self._query_page()
        return self._list_page()

    def _query_page(self) -> tuple[list[Any], bool, bool, int]:
        size = self.first or self.last or 0
        backwards = self.first is None
        rows = self.source
        after, before = self.args.get("after"), self.args.get("before")
        if after:
            rows = rows.filter(_beyond(self.order, read_cursor(after, len(self.order)), forwards=True))
        if before:
            rows = rows.filter(_beyond(self.order, read_cursor(before, len(self.order)), forwards=False))
        rows = rows.order_by(*(_ordering(name, backwards) for name in self.order))
        found = list(rows[: size + 1])
        more = len(found) > size
        found = found[:size]
        if backwards:
            found.reverse()
            return found, bool(before), more, 0
        return found, more, bool(after), 0

    def _list_page(self) -> tuple[list[Any], bool, bool, int]:
        items = list(self.source)
        after, before = self.args.get("after"), self.args.get("before")
        start = int(read_cursor(after, 1)[0]) + 1 if after else 0
        end = int(read_cursor(before, 1)[0]) if before else len(items)
        if self.first is not None:
            end = min(end, start + self.first)
        elif self.last is not None:
            start = max(start, end - self.last)
        return items[start:end], end < len(items), start > 0, start

    @cached_property
    def edges(self) -> list[dict[str, Any]]:
        rows, _, _, start = self._page
        if isinstance(self.source, QuerySet | PreparedList):
            getters = [attrgetter(name.lstrip("-").replace("__", ".")) for name in self.order]
            return [{"node": row, "cursor": write_cursor([get(row) for get in getters])} for row in rows]
        return [{"node": row, "cursor": write_cursor([start + index])} for index, row in enumerate(rows)]

    @cached_property
    def page_info(self) -> dict[str, Any]:
        _, has_next, has_previous, _ = self._page
        edges = self.edges
        return {
            "has_next_page": has_next,
            "has_previous_page": has_previous,
            "start_cursor": edges[0]["cursor"] if edges else None,
            "end_cursor": edges[-1]["cursor"] if edges else None,
        }

    @cached_property
    def total_count(self) -> int:
        """Without counting, where the page that was read is all there is."""
        if not isinstance(self.source, QuerySet | PreparedList):
            return len(self.source)
        if "_page" in self.__dict__ and not (self.args.get("after") or self.args.get("before")):
            rows, has_next, has_previous, _ = self._page
            if not (has_next or has_previous):
                return len(rows)
        return int(self.source.count())


def connect(source: Any, args: dict[str, Any], order: Sequence[str] = ("pk",)) -> Connection:
    """Return one page of a queryset, a prepared one or a list by the arguments first, last, after and before.

    Raises EngineError when neither first nor last is given, or more than 100 are asked for.
    """
    return Connection(source, args, order)


def _page_size(args: dict[str, Any]) -> tuple[int | None, int | None]:
    check_search(args)
    if (args.get("sortBy") or {}).get("field") == "RANK" and not _is_search(args):
        raise EngineError("Sorting by RANK is available only when using a search filter.", "GraphQLError")
    first, last = args.get("first"), args.get("last")
    if not first and not last:
        raise EngineError(
            "You must provide a `first` or `last` value to properly paginate the connection.", "GraphQLError"
        )
    for name, size in (("first", first), ("last", last)):
        if size is not None and size > MAX_PAGE:
            text = f"Requesting {size} records on the connection exceeds the `{name}` limit of {MAX_PAGE} records."
            raise EngineError(text, "GraphQLError")
        if size is not None and size < 0:
            raise EngineError(f"Argument `{name}` must be a non-negative integer.", "GraphQLError")
    for name, other in (("last", "first"), ("first", "before"), ("last", "after")):
        if args.get(name) and args.get(other):
            raise EngineError(f"Argument `{name}` cannot be combined with `{other}`.", "GraphQLError")
    return (first, None) if first is not None else (None, last)


def _is_search(args: dict[str, Any]) -> bool:
    return bool(args.get("search") or (args.get("filter") or {}).get("search"))


def write_cursor(values: list[Any]) -> str:
    """Return the opaque cursor of a row by the values of its order."""
    text = ", ".join(map(_written, values))
    return binascii.b2a_base64(f"[{text}]".encode("ascii"), newline=False).decode("ascii")


def _written(value: Any) -> str:
    """Return a value as JSON; text and whole numbers without the encoder's preparations."""
    if value.__class__ is str:
        return encode_basestring_ascii(value)
    return str(value) if value.__class__ is int else json.dumps(_plain(value))


def read_cursor(cursor: str, length: int) -> list[Any]:
    """Return the values inside a cursor. Raises EngineError when it is none of ours."""
    try:
        values = json.loads(base64.b64decode(cursor, validate=True))
    except (ValueError, RecursionError):
        raise EngineError("Received cursor is invalid.", "GraphQLError") from None
    if not isinstance(values, list) or len(values) != length:
        raise EngineError("Received cursor is invalid.", "GraphQLError")
    return values


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, int | bool | str):
        return value
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def ordering(order: Sequence[str]) -> list[Any]:
    """Return what to order a queryset by, for columns as `connect` takes them."""
    return [_ordering(name, backwards=False) for name in order]


def _ordering(name: str, backwards: bool) -> Any:
    """Nulls last, as PostgreSQL orders them ascending, on every database."""
    descending = name.startswith("-") != backwards
    column = F(name.lstrip("-"))
    if descending:
        return column.desc(nulls_first=True)
    return column.asc(nulls_last=True)


def _beyond(order: tuple[str, ...], values: list[Any], *, forwards: bool) -> Q:
    """Return the rows strictly after (or before) the row with these `values`, keys compared from the left."""
    condition, same = Q(pk__in=[]), Q()
    for name, value in zip(order, values, strict=True):
        column = name.lstrip("-")
        upward = name.startswith("-") != forwards
        if value is None:
            beyond = Q(pk__in=[]) if upward else Q(**{f"{column}__isnull": False})
            equal = Q(**{f"{column}__isnull": True})
        else:
            beyond = Q(**{f"{column}__{'gt' if upward else 'lt'}": value})
            if upward:
                beyond |= Q(**{f"{column}__isnull": True})
            equal = Q(**{column: value})
        condition |= same & beyond
        same &= equal
    return condition
