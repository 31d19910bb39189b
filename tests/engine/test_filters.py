"""No input of a list is ignored: a filter that nothing meets empties the list, a direction turns it round."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    get_named_type,
)

from infra.engine.schema.build import schema
from infra.engine.schema.ids import to_global_id
from tests.engine.asking import ask
from tests.engine.filled import fill_all

pytestmark = pytest.mark.django_db(databases=["engine"])
LISTS = {
    name: field
    for name, field in schema().query_type.fields.items()
    if get_named_type(field.type).name.endswith("Connection") and "kind" not in field.args
}
#: a filter's channel says alone where its other inputs are judged: by itself it leaves out nothing, here as in Saleor
UNTRIED = ("AND", "OR", "channel")
#: what nothing has, and what nothing is below, by the named type of an input
NOTHING: dict[str, list[Any]] = {
    "String": ["nobody has this"],
    "Int": [987654, -1],
    "Float": [987654, -1],
    "Decimal": [987654, -1],
    "PositiveDecimal": [987654, 0],
    "Date": ["2999-01-01", "1999-01-01"],
    "DateTime": ["2999-01-01T00:00:00Z", "1999-01-01T00:00:00Z"],
    "ID": [to_global_id("Product", 987654)],
    "UUID": ["00000000-0000-4000-8000-000000000000"],
}


def paths(type_: Any, depth: int = 3) -> Iterator[tuple[str, list[Any]]]:
    """Yield each input of a filter by its dotted name, with values of which one at least changes a list."""
    for name, field in type_.fields.items():
        if name in UNTRIED:
            continue
        for rest, values in _values(field.type, depth):
            yield f"{name}{rest}", [{name: value} for value in values]


def _values(type_: Any, depth: int) -> Iterator[tuple[str, list[Any]]]:
    inner = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
    if isinstance(inner, GraphQLList):
        for rest, values in _values(inner.of_type, depth):
            yield rest, [[value] for value in values]
    elif isinstance(inner, GraphQLInputObjectType):
        required = {name: _first(field.type) for name, field in inner.fields.items() if _is_required(field)}
        for rest, values in paths(inner, depth - 1) if depth else ():
            yield f".{rest}", [required | value for value in values]
    elif isinstance(inner, GraphQLEnumType):
        yield "", list(inner.values)
    elif inner.name == "Boolean":
        yield "", [True, False]
    else:
        yield "", NOTHING[inner.name]


def _is_required(field: Any) -> bool:
    return isinstance(field.type, GraphQLNonNull)


def _first(type_: Any) -> Any:
    return next(_values(type_, 1))[1][0]


CASES = [
    (name, argument, path, values)
    for name, field in sorted(LISTS.items())
    for argument in ("filter", "where")
    if argument in field.args
    for path, values in paths(get_named_type(field.args[argument].type))
]


@pytest.fixture
def shop() -> Any:
    return fill_all()


def listed(name: str, token: str, *, argument: str = "", value: Any = None) -> Any:
    """Return the ids of a list, or None where the question is refused."""
    field = LISTS[name]
    given = {"channel": "jp"} if "channel" in field.args and name != "shippingZones" else {}
    types = {"channel": "String", argument: str(field.args[argument].type) if argument else ""}
    given |= {argument: value} if argument else {}
    head = ", ".join(f"${each}: {types[each]}" for each in given)
    said = "".join(f", {each}: ${each}" for each in given)
    text = f"query({head}) {{ {name}(first: 50{said}) {{ edges {{ node {{ id }} }} }} }}"
    answer = ask(text.replace("query()", "query"), given, token=token)
    assert "Internal Server Error" not in str(answer), (name, argument, value)
    found = (answer.get("data") or {}).get(name)
    return None if found is None else [edge["node"]["id"] for edge in found["edges"]]


def test_no_input_of_a_filter_is_ignored(shop):
    whole = {name: listed(name, shop.token) for name in LISTS}
    ignored = []
    for name, argument, path, values in CASES:
        answers = [listed(name, shop.token, argument=argument, value=value) for value in values]
        if whole[name] and all(answer == whole[name] for answer in answers):
            ignored.append(f"{name} {argument} {path}")

    assert not ignored, "\n".join(ignored)
    assert [name for name, rows in whole.items() if not rows] == []


#: orders that need a search, or the currency of all that is listed
ONLY_WITH = ("RANK", "CURRENT_BALANCE")
ORDERS = [
    (name, key)
    for name, field in sorted(LISTS.items())
    if "sortBy" in field.args
    for key in get_named_type(get_named_type(field.args["sortBy"].type).fields["field"].type).values
]


def test_no_order_of_a_list_is_ignored(shop):
    alike = []
    for name, key in ORDERS:
        if key in ONLY_WITH:
            assert listed(name, shop.token, argument="sortBy", value={"field": key, "direction": "ASC"}) is None
            continue
        asked = []
        for direction in ("ASC", "DESC"):
            with CaptureQueriesContext(connections["engine"]) as seen:
                listed(name, shop.token, argument="sortBy", value={"field": key, "direction": direction})
            asked.append([query["sql"] for query in seen.captured_queries])
        if asked[0] == asked[1]:
            alike.append(f"{name} {key}")

    assert not alike, "\n".join(alike)
