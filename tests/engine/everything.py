"""Questions that ask for everything: every field of a type, and of the types below it, as deep as wanted."""

from __future__ import annotations

from typing import Any

from graphql import (
    GraphQLInterfaceType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLUnionType,
    get_named_type,
    is_leaf_type,
)

from infra.engine.schema.build import schema

#: what required arguments (and those that a list needs) are given
ARGUMENTS = {
    "first": "5",
    "languageCode": "EN",
    "key": '"mall.merchant"',
    "slug": '"merchant"',
    "kind": "PRODUCT",
}
#: arguments that are given although they may be left out
ALWAYS = {"first", "languageCode"}


def select_all(type_: Any, depth: int) -> str:
    """Return a selection of all fields of a type, objects down to `depth` levels below."""
    if isinstance(type_, GraphQLUnionType):
        parts = [_aliased(each, depth) for each in type_.types]
        return "{ __typename " + " ".join(parts) + " }"
    if isinstance(type_, GraphQLInterfaceType):
        parts = [_aliased(each, depth) for each in schema().get_possible_types(type_)]
        return "{ __typename " + " ".join(parts) + " }"
    return "{ __typename " + " ".join(_fields(type_, depth)) + " }"


def _aliased(type_: GraphQLObjectType, depth: int) -> str:
    """Fields of the same name may differ between the types of an abstract one, so each type has its own aliases."""
    own = " ".join(f"{type_.name}_{text}" for text in _fields(type_, depth, aliased=True))
    return f"... on {type_.name} {{ {own} __typename }}"


def _fields(type_: Any, depth: int, *, aliased: bool = False) -> list[str]:
    texts = []
    for name, field in type_.fields.items():
        named = get_named_type(field.type)
        if not is_leaf_type(named) and depth <= 0:
            continue
        below = "" if is_leaf_type(named) else " " + select_all(named, depth - (0 if _is_frame(named.name) else 1))
        arguments = _arguments(field)
        if arguments is not None:
            texts.append(f"{name}: {name}{arguments}{below}" if aliased else f"{name}{arguments}{below}")
    return texts


def _is_frame(name: str) -> bool:
    return name.endswith(("Connection", "Edge"))


def _arguments(field: Any) -> str | None:
    given = []
    for name, argument in field.args.items():
        required = isinstance(argument.type, GraphQLNonNull)
        if required and name not in ARGUMENTS:
            return None
        if required or name in ALWAYS:
            given.append(f"{name}: {ARGUMENTS[name]}")
    return f"({', '.join(given)})" if given else ""
