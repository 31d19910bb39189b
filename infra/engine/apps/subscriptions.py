"""What a webhook's subscription asks for."""

from __future__ import annotations

from functools import cache

from graphql import GraphQLError, OperationType
from graphql.language import FieldNode, FragmentSpreadNode, InlineFragmentNode, SelectionSetNode

from infra.engine.deliveries.events import event_kinds
from infra.engine.schema.build import documents
from infra.engine.schema.documents import Document


class InvalidQuery(ValueError):  # noqa: N818
    """The text is no subscription that this engine can answer."""


@cache
def _events_by_type() -> dict[str, list[str]]:
    names: dict[str, list[str]] = {}
    for kind in event_kinds().values():
        names.setdefault(kind.type_name, []).append(kind.name)
    return names


def events_of_query(query: str) -> list[str]:
    """Return the events that `query` has a fragment for, in its order. Raises InvalidQuery."""
    document = documents().get(query)
    if isinstance(document, list):
        raise InvalidQuery(document[0].message)
    try:
        operation = document.operation(None)
    except GraphQLError as error:
        raise InvalidQuery(error.message) from None
    if operation.operation is not OperationType.SUBSCRIPTION:
        raise InvalidQuery("it is not a subscription")
    types: list[str] = []
    for node in operation.selection_set.selections:
        if isinstance(node, FieldNode) and node.name.value == "event" and node.selection_set:
            _collect(node.selection_set, document, types)
    return [name for type_name in types for name in _events_by_type().get(type_name, ())]


def _collect(selection_set: SelectionSetNode, document: Document, types: list[str]) -> None:
    for node in selection_set.selections:
        if isinstance(node, InlineFragmentNode):
            if node.type_condition is not None and node.type_condition.name.value != "Event":
                types.append(node.type_condition.name.value)
            else:
                _collect(node.selection_set, document, types)
        elif isinstance(node, FragmentSpreadNode):
            fragment = document.fragments[node.name.value]
            if fragment.type_condition.name.value == "Event":
                _collect(fragment.selection_set, document, types)
            else:
                types.append(fragment.type_condition.name.value)
