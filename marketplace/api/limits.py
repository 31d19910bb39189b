"""How much one question may ask: how deep, and how many values it could bring back."""

from __future__ import annotations

from typing import Any

from graphene.validation import depth_limit_validator
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    validate,
)

#: fields below the root, one in another
DEEPEST = 8
COSTLIEST = 40_000
#: what asking the database once is worth, in values: a question has room for twenty root fields of nothing
ROOT_COST = 2_000
#: the length of a list that says nothing of its own, and of lists by field: a page of a search, a page of orders
TYPICAL_LENGTH = 10
LENGTHS = {"cards": 24, "orders": 100, "listings": 100, "earnings": 200}


def problems_of(schema: GraphQLSchema, document: DocumentNode) -> list[GraphQLError]:
    """Return what is wrong with a document: against the schema, else deeper than `DEEPEST`, else dearer than
    `COSTLIEST`."""
    found = validate(schema, document)  # first: the others trust fields to exist and fragments not to go round
    found = found or validate(schema, document, [depth_limit_validator(DEEPEST)])
    if not found and (cost := cost_of(document)) > COSTLIEST:
        found = [GraphQLError(f"the question could bring back {cost} values; {COSTLIEST} is the most")]
    return found


def cost_of(document: DocumentNode) -> int:
    """Return how many values the dearest operation of a valid document could bring back, each root field counting
    `ROOT_COST` more. What is asked about the schema itself costs nothing."""
    fragments = {each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)}
    operations = [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]
    return max((_cost(each.selection_set, fragments, ROOT_COST) for each in operations), default=0)


def _cost(selections: SelectionSetNode | None, fragments: dict[str, FragmentDefinitionNode], each: int) -> int:
    total = 0
    for node in selections.selections if selections else ():
        if isinstance(node, FieldNode):
            if not node.name.value.startswith("__"):
                total += each + 1 + _length(node) * _cost(node.selection_set, fragments, 0)
        else:
            below: Any = fragments[node.name.value] if isinstance(node, FragmentSpreadNode) else node
            total += _cost(below.selection_set, fragments, each)
    return total


def _length(node: FieldNode) -> int:
    """Return how long a list the field gives at most. `first` given as a variable counts as the longest."""
    name = node.name.value
    for argument in node.arguments:
        if argument.name.value == "first" and isinstance(argument.value, IntValueNode):
            return max(1, min(int(argument.value.value), LENGTHS.get(name, TYPICAL_LENGTH)))
    return LENGTHS.get(name, TYPICAL_LENGTH if name in ("lines", "refunds", "merchants", "blockedDestinations") else 1)
