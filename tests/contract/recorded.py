"""Which fields a real Saleor gave values for in the recordings, and which it was asked for in vain."""

from __future__ import annotations

import json
from collections import defaultdict
from functools import cache
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
    is_abstract_type,
    parse,
)

from marketplace.saleor import documents
from tests.contract.documents import foreign
from tests.contract.exchange import load

EMPTY: tuple[Any, ...] = (None, "", [], {})


class Answers:
    """All values of all recordings by (type, field), read with the documents that asked for them."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self.schema = schema
        self.values: dict[tuple[str, str], list[Any]] = defaultdict(list)
        self.fragments: dict[str, FragmentDefinitionNode] = {}

    def read(self, recording: dict[str, Any]) -> None:
        name = recording["operation"]
        document = parse(foreign().get(name) or documents.document(name))
        self.fragments = {
            each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)
        }
        operation = next(each for each in document.definitions if isinstance(each, OperationDefinitionNode))
        root = self.schema.get_root_type(operation.operation)
        answer = recording["answer"]
        data = {"event": answer} if recording["caller"] == "event" else answer.get("data")
        if root is not None and data:
            self._walk(operation.selection_set, root, data)
        payload = (answer.get("data") or {}).get("webhookDryRun", {})
        if payload and payload.get("payload"):
            self._event(recording["variables"]["query"], payload["payload"])

    def _event(self, query: str, payload: Any) -> None:
        """Read what a webhook would be sent; a payload recorded as text is as good as one recorded as JSON."""
        said = json.loads(payload) if isinstance(payload, str) else payload.get("<json>", payload)
        operation = parse(query).definitions[0]
        assert isinstance(operation, OperationDefinitionNode)
        self._walk(operation.selection_set, self.schema.get_root_type(operation.operation), {"event": said})

    def _walk(self, selections: SelectionSetNode, type_: Any, value: dict[str, Any]) -> None:
        for node in selections.selections:
            if not isinstance(node, FieldNode):
                inner = self.fragments[node.name.value] if isinstance(node, FragmentSpreadNode) else node
                condition = inner.type_condition
                concrete = self._spoken_of(condition.name.value if condition else type_.name, type_, value)
                if concrete is not None:
                    self._walk(inner.selection_set, concrete, value)
                continue
            key = (node.alias or node.name).value
            if key in value and node.name.value in getattr(type_, "fields", ()):
                self._field(node, type_, value[key])

    def _spoken_of(self, condition: str, type_: Any, value: dict[str, Any]) -> Any:
        """Return the type that a fragment on `condition` reads `value` as, or None where it does not say."""
        below = self.schema.get_type(condition)
        concrete = self.schema.get_type(value["__typename"]) if "__typename" in value else type_
        if below is None or concrete is None:
            return None
        if below is concrete or (isinstance(concrete, GraphQLObjectType) and self._is_within(concrete, below)):
            return concrete
        return None

    def _is_within(self, concrete: GraphQLObjectType, below: Any) -> bool:
        return is_abstract_type(below) and self.schema.is_sub_type(below, concrete)

    def _field(self, node: FieldNode, type_: Any, value: Any) -> None:
        self.values[type_.name, node.name.value].append(value)
        if node.selection_set is None:
            return
        named = get_named_type(type_.fields[node.name.value].type)
        rows = [value]
        while rows and isinstance(rows[0], list):
            rows = [each for row in rows for each in row]
        for row in rows:
            if isinstance(row, dict):
                concrete = self.schema.get_type(row["__typename"]) if "__typename" in row else None
                self._walk(node.selection_set, concrete or named, row)


@cache
def answers(schema: GraphQLSchema) -> Answers:
    """Return what all recordings answer, read against `schema`."""
    found = Answers(schema)
    for recording in load().values():
        if recording["operation"]:
            found.read(recording)
    return found


def in_vain(schema: GraphQLSchema) -> set[tuple[str, str]]:
    """Return (type, field) wherever a recording asks and Saleor has nothing to give."""
    return set(answers(schema).values) - given(schema)


def given(schema: GraphQLSchema) -> set[tuple[str, str]]:
    """Return (type, field) wherever a recording has a value that is not empty."""
    return {key for key, values in answers(schema).values.items() if any(value not in EMPTY for value in values)}
