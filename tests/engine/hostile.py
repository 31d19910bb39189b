"""Values that nobody means well with, put in every place where a root field of the contract takes one.

Of an input only what is required is given, and the one place that is tried; so each question reaches as far as it can.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLUnionType,
    get_named_type,
    is_leaf_type,
)

from infra.engine.schema.build import schema
from infra.engine.schema.ids import to_global_id
from tests.engine.everything import select_all

DEPTH = 5
#: what is written behind the type in an id
KEYS = ("", "0", "-1", "²", "９", "9" * 30, "9" * 17, "2147483648", "abc", "a\0b", "1.5", " 1", "1_0", str(UUID(int=0)))
VALUES: dict[str, tuple[Any, ...]] = {
    "String": (
        "",
        " ",
        "a\0b",
        "\ud800",
        "x" * 300,
        "x" * 70_000,
        "%_\\",
        "'\"",
        "💥" * 60,
        "²",
        "-1",
        "1e1000",
        "NaN",
    ),
    "ID": ("", "x", "a\0b", "\ud800", "x" * 5000, "=" * 7, "²"),
    "Int": (-1, 0, 2**31 - 1, -(2**31), 2**31, 10**30, "²", 1e308, float("nan"), float("inf"), True),
    "PositiveInt": (0, -1, 2**31 - 1, 2**31, 2**63, 10**30, "²", "９"),
    "Float": (-1, 0, 1e308, -1e308, 5e-324, float("nan"), float("inf"), "Infinity", 10**400),
    "Decimal": (
        "1e1000",
        "-1e1000",
        "1e-1000",
        "1e999999",
        "1e99999999999",
        "NaN",
        "Infinity",
        "sNaN",
        -1,
        0,
        "9" * 40,
        1e30,
        "0.000001",
        "",
    ),
    "DateTime": (
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "2026-02-30T00:00:00Z",
        "",
        "2026",
        5,
        "0000-01-01T00:00:00Z",
    ),
    "Date": ("0001-01-01", "9999-12-31", "0000-01-01", "", 5, "10000-01-01"),
    "Boolean": (True, False, "x"),
    "UUID": ("", "x", 5, str(UUID(int=0)), "\0"),
    "JSONString": (
        "",
        "{",
        "1",
        "null",
        "[]",
        "{}",
        '"x"',
        "NaN",
        "Infinity",
        "[Infinity]",
        '{"a":"\\u0000"}',
        '{"a":"\\ud800"}',
        "[" * 990 + "]" * 990,
        '{"blocks":1}',
        '{"blocks":[1]}',
        '{"blocks":[null]}',
        '{"blocks":[{"type":1,"data":null}]}',
        '{"blocks":[{"type":"paragraph","data":{"text":5}}]}',
        '{"blocks":[{"type":"list","data":{"items":[{}, 5, null]}}]}',
        '{"blocks":[{"type":"list","data":{"items":7}}]}',
        '{"time":1e400,"blocks":[]}',
    ),
    "JSON": (
        {},
        [],
        {"a": None},
        {"AND": 1},
        {"OR": [1]},
        {"a": "\0"},
        {"\0": 1},
        {"a": "\ud800"},
        {"a": float("inf")},
        {"a": float("nan")},
        [[[[1]]]],
        5,
        "x",
        {"blocks": 1},
        {"blocks": [1]},
        {"productPredicate": 1},
        {"productPredicate": {"ids": 5}},
        {"productPredicate": {"ids": ["\0"]}},
        {"variantPredicate": {"ids": [5]}},
        {"AND": [{"productPredicate": {"ids": ["x"]}}]},
    ),
    "Metadata": ({}, {"": "x"}, {"a\0": "b"}, {"a": "b\0"}, {"a": "\ud800"}, {"a": "x" * 70_000}, {"a": 5}, [], "x"),
    "GenericScalar": (None, 5, "\0", {}, {"a": "\0"}),
    "WeightScalar": (
        -1,
        "x",
        "1e1000",
        {"value": "1e1000", "unit": "KG"},
        {"value": 1, "unit": "x"},
        {"value": 1},
        {"unit": "G"},
        {"value": "NaN", "unit": "KG"},
        1e308,
        True,
        [],
        "",
    ),
    "Upload": ("x", 1, {}, [], True),
    "Minute": (-1, 0, 2**31 - 1),
    "Hour": (-1, 0, 2**31 - 1),
    "Day": (-1, 0, 2**31 - 1),
}
VALUES["PositiveDecimal"] = VALUES["Decimal"]
ORDINARY: dict[str, Any] = {
    "String": "x",
    "Int": 1,
    "PositiveInt": 1,
    "Float": 1.5,
    "Decimal": "1",
    "PositiveDecimal": "1",
    "Boolean": True,
    "DateTime": "2026-05-05T00:00:00Z",
    "Date": "2026-05-05",
    "UUID": str(UUID(int=1)),
    "JSONString": "{}",
    "JSON": {},
    "Metadata": {},
    "GenericScalar": 1,
    "WeightScalar": 1,
    "Upload": None,
    "Minute": 1,
    "Hour": 1,
    "Day": 1,
}
#: plausible text by the name of the place, so that a question gets past the first look
BY_NAME = {
    "email": "h@example.com",
    "userEmail": "h@example.com",
    "redirectUrl": "http://localhost/x",
    "channel": "jp",
    "currency": "JPY",
    "slug": "x",
    "targetUrl": "http://app.test/x",
    "manifestUrl": "http://app.test/m",
    "streetAddress1": "1-1",
    "first": 5,
    "query": "subscription { event { __typename } }",
    "currencyCode": "JPY",
}


class Questions:
    """Questions for one root field. `ids`: the global ids that exist, by type."""

    def __init__(self, operation: str, name: str, ids: dict[str, list[str]]) -> None:
        self.operation, self.name, self.ids = operation, name, ids
        root = schema().query_type if operation == "query" else schema().mutation_type
        assert root is not None
        self.field = root.fields[name]

    def document(self) -> str:
        asked = list(self.field.args)
        head = ", ".join(f"${each}: {self.field.args[each].type}" for each in asked)
        given = ", ".join(f"{each}: ${each}" for each in asked)
        named = get_named_type(self.field.type)
        below = "" if is_leaf_type(named) else self._below(named)
        return f"{self.operation}{f'({head})' if head else ''} {{ {self.name}{f'({given})' if given else ''} {below} }}"

    def _below(self, named: Any) -> str:
        if self.operation == "query" and not isinstance(named, GraphQLUnionType) and "totalCount" in named.fields:
            return "{ totalCount pageInfo { hasNextPage endCursor } " + select_all(named, 0)[1:]
        return select_all(named, 1 if self.operation == "mutation" else 0)

    def variables(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield (what is tried, variables)."""
        required = {
            name: self.ordinary(arg.type, name) for name, arg in self.field.args.items() if self._asked(name, arg)
        }
        yield "ordinary", required
        for name, arg in self.field.args.items():
            for where, value in self.tried(arg.type, name, 0):
                yield f"{name}{where} = {str(value)[:60]!r}", {**required, name: value}

    @staticmethod
    def _asked(name: str, arg: Any) -> bool:
        return isinstance(arg.type, GraphQLNonNull) or name in ("first", "channel", "id", "order", "checkoutId")

    def ordinary(self, type_: Any, name: str, depth: int = 0) -> Any:
        if isinstance(type_, GraphQLNonNull):
            type_ = type_.of_type
        if isinstance(type_, GraphQLList):
            return [self.ordinary(type_.of_type, name, depth + 1)]
        if isinstance(type_, GraphQLInputObjectType):
            return {
                key: self.ordinary(each.type, key, depth + 1)
                for key, each in type_.fields.items()
                if isinstance(each.type, GraphQLNonNull)
            }
        if isinstance(type_, GraphQLEnumType):
            return next(iter(type_.values))
        if type_.name == "ID":
            return next(iter(self.ids_for(name)), "x")
        return BY_NAME.get(name, ORDINARY[type_.name]) if type_.name in ("String", "Int") else ORDINARY[type_.name]

    def ids_for(self, name: str) -> list[str]:
        return self.ids.get(self.type_for(name), [])

    def type_for(self, name: str) -> str:
        words = [name[:1].upper() + name[1:], self.name[:1].upper() + self.name[1:]]
        for text in words:
            text = text.removesuffix("Id").removesuffix("Ids").removesuffix("s")
            fits = [each for each in self.ids if each in text or text == each + "s" or (text and each.endswith(text))]
            if fits:
                return max(fits, key=len)
        return "Product"

    def tried(self, type_: Any, name: str, depth: int) -> Iterator[tuple[str, Any]]:
        if isinstance(type_, GraphQLNonNull):
            type_ = type_.of_type
        else:
            yield "", None
        if isinstance(type_, GraphQLList):
            yield "[]", []
            for where, value in self.tried(type_.of_type, name, depth):
                yield f"[0]{where}", [value]
            ordinary = self.ordinary(type_.of_type, name)
            yield "[2]", [ordinary, ordinary]
        elif isinstance(type_, GraphQLInputObjectType):
            if depth >= DEPTH:
                return
            base = self.ordinary(type_, name)
            yield "{}", base
            for key, each in type_.fields.items():
                for where, value in self.tried(each.type, key, depth + (2 if key in ("AND", "OR", "NOT") else 1)):
                    yield f".{key}{where}", {**base, key: value}
        elif isinstance(type_, GraphQLEnumType):
            for value in list(type_.values)[: 40 if depth < 3 else 3]:
                yield "", value
        else:
            if type_.name in ("ID", "String"):
                kind = self.type_for(name)
                for value in [to_global_id(kind, key) for key in KEYS] if type_.name == "ID" else []:
                    yield "", value
                for value in self.ids_for(name)[:2] if type_.name == "ID" else []:
                    yield "", value
            for value in VALUES[type_.name]:
                yield "", value
