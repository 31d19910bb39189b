"""The declared surface: a subset of the contract, served whole, and enough for every operation of the mall."""

from __future__ import annotations

import pytest
from graphql import (
    GraphQLError,
    GraphQLObjectType,
    GraphQLScalarType,
    OperationDefinitionNode,
    parse,
    validate,
    validate_schema,
)

from infra.engine.schema.binding import BINDINGS
from infra.engine.schema.build import schema
from tests.engine.asking import OPERATIONS, whole_operation

FILES = sorted([*OPERATIONS.glob("*.graphql"), *(OPERATIONS / "subscriptions").glob("*.graphql")])


def test_schema_is_valid():
    assert validate_schema(schema()) == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_operation_of_the_mall_validates(path):
    document = parse(whole_operation(path))

    assert any(isinstance(node, OperationDefinitionNode) for node in document.definitions)
    assert [error.message for error in validate(schema(), document)] == []


def test_every_declared_root_field_is_bound():
    declared = {(name, field) for name in ("Query", "Mutation") for field in schema().get_type(name).fields}

    assert declared == set(BINDINGS.roots)


def test_every_bound_field_is_declared():
    served = {
        (type_.name, field)
        for type_ in schema().type_map.values()
        if isinstance(type_, GraphQLObjectType)
        for field in type_.fields
    }

    bound = {key for key in BINDINGS.fields if isinstance(schema().get_type(key[0]), GraphQLObjectType)}
    assert bound - served == set()


def test_a_float_in_variables_may_be_text_that_is_a_number() -> None:
    number = schema().type_map["Float"]
    assert isinstance(number, GraphQLScalarType)
    assert [number.parse_value(value) for value in ("10.0", 3, 0.5)] == [10.0, 3.0, 0.5]
    for value in ("ten", "nan", None, []):
        with pytest.raises(GraphQLError, match="non numeric"):
            number.parse_value(value)


def test_an_int_in_variables_may_be_text_and_drops_what_is_behind_the_point() -> None:
    """As seen live on 2026-11-23, of `first: $first` in `warehouses`."""
    number = schema().type_map["Int"]
    assert isinstance(number, GraphQLScalarType)
    assert [number.parse_value(value) for value in ("2", 2.0, 2.7, "2.7", True, -3)] == [2, 2, 2, 2, 1, -3]
    for value in ("abc", "", None, [], "nan", 2**31):
        with pytest.raises(GraphQLError, match="represent non"):
            number.parse_value(value)
