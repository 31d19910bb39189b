"""GraphQL documents made from a schema: every field of a root field's answer, and arguments of the right kinds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    build_client_schema,
    get_introspection_query,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
    is_required_argument,
    is_required_input_field,
)

Ids = Callable[[str, str], str]  # (root field, name of the argument or input field) -> an id
DEEPEST = 5


def read_schema(ask: Callable[[str, dict[str, Any]], dict[str, Any]]) -> GraphQLSchema:
    """Return the schema that a server tells by introspection."""
    return build_client_schema(ask(get_introspection_query(), {})["data"])


def document(
    schema: GraphQLSchema, kind: str, name: str, ids: Ids, known: dict[str, Any], depth: int = DEEPEST
) -> tuple[str, dict[str, Any], set[str]]:
    """Return a document that asks a root field for everything, its variables, and the fields it asks ("Type.field").

    known: values of arguments by name, over what would be made up.
    """
    root = schema.query_type if kind == "query" else schema.mutation_type
    assert root is not None
    field = root.fields[name]
    given = _arguments(field, name, ids, known)
    heads = ", ".join(f"${each}: {field.args[each].type}" for each in given)
    uses = ", ".join(f"{each}: ${each}" for each in given)
    asked: set[str] = set()
    body = _selection(schema, field.type, depth, asked)
    head = f"({heads})" if heads else ""
    use = f"({uses})" if uses else ""
    return f"{kind} Try{head} {{ answer: {name}{use} {body} }}", given, asked


def _arguments(field: GraphQLField, root: str, ids: Ids, known: dict[str, Any]) -> dict[str, Any]:
    values = {}
    for name, argument in field.args.items():
        if name in known:
            values[name] = known[name]
        elif is_required_argument(argument) or name == "id":
            values[name] = value(argument.type, root, name, ids)
        elif name == "first":
            values[name] = 20
    return values


def value(kind: Any, root: str, name: str, ids: Ids) -> Any:
    """Return a value of a type; an id comes from `ids`."""
    if isinstance(kind, GraphQLNonNull):
        return value(kind.of_type, root, name, ids)
    if isinstance(kind, GraphQLList):
        return [value(kind.of_type, root, name, ids)]
    if isinstance(kind, GraphQLEnumType):
        return next(iter(kind.values))
    if isinstance(kind, GraphQLInputObjectType):
        return {
            each: value(field.type, root, each, ids)
            for each, field in kind.fields.items()
            if is_required_input_field(field) or str(get_named_type(field.type)) == "ID"
        }
    made = {"Int": 1, "Float": 1.0, "Boolean": True, "PositiveDecimal": "1", "Decimal": "1", "JSON": {}}
    made |= {"ID": ids(root, name), "JSONString": "{}", "Metadata": {}}
    return made.get(str(kind), "x")


def _selection(schema: GraphQLSchema, kind: Any, depth: int, asked: set[str]) -> str:
    named = get_named_type(kind)
    if is_leaf_type(named):
        return ""
    if is_abstract_type(named):
        return "{ __typename }"
    parts = []
    for name, field in named.fields.items():
        if any(is_required_argument(each) for each in field.args.values()):
            continue
        inner = get_named_type(field.type)
        if not is_leaf_type(inner) and depth <= 1:
            continue
        body = _selection(schema, field.type, depth - 1, asked)
        if body == "{ }":
            continue
        asked.add(f"{named.name}.{name}")
        page = "(first: 5)" if "first" in field.args and _takes_int(field.args["first"]) else ""
        parts.append(f"{name}{page} {body}".strip())
    return "{ " + " ".join(parts) + " }"


def _takes_int(argument: GraphQLArgument) -> bool:
    return str(get_named_type(argument.type)) == "Int"
