"""What a webhook's subscription asks for."""

from __future__ import annotations

from functools import cache, lru_cache

from graphql import GraphQLError, GraphQLSyntaxError, OperationType
from graphql.language import (
    FieldNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    ListValueNode,
    SelectionSetNode,
    StringValueNode,
)

from infra.engine.deliveries.events import event_kinds
from infra.engine.schema.build import documents
from infra.engine.schema.documents import Document


class InvalidQuery(ValueError):  # noqa: N818
    """The text is no subscription that this engine can answer; `code` is the contract's name of why."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


@cache
def _events_by_type() -> dict[str, list[str]]:
    names: dict[str, list[str]] = {}
    for kind in event_kinds().values():
        names.setdefault(kind.type_name, []).append(kind.name)
    return names


def events_of_query(query: str) -> list[str]:
    """Return the events that `query` has a fragment or a root field for, in its order. Raises InvalidQuery."""
    document = documents().get(query)
    if isinstance(document, list):
        code = "SYNTAX" if isinstance(document[0], GraphQLSyntaxError) else "GRAPHQL_ERROR"
        raise InvalidQuery("; ".join(error.message for error in document), code)
    fields = _root_fields(document)
    if len(fields) > 1 and {node.name.value for node in fields} != {"event"}:
        raise InvalidQuery("Subscription must select only one top field.", "INVALID")
    if fields[0].name.value != "event":
        return list(_events_by_type().get(_type_of_root(fields[0].name.value), ()))
    types: list[str] = []
    for node in fields:
        if node.selection_set:
            _collect(node.selection_set, document, types)
    return [name for type_name in types for name in _events_by_type().get(type_name, ())]


@lru_cache(maxsize=1024)
def channels_of_query(query: str) -> frozenset[str]:
    """Return the slugs of the channels that `query` restricts itself to; empty for all channels."""
    document = documents().get(query)
    if isinstance(document, list):
        return frozenset()
    for argument in _root_fields(document)[0].arguments:
        if argument.name.value == "channels" and isinstance(argument.value, ListValueNode):
            return frozenset(item.value for item in argument.value.values if isinstance(item, StringValueNode))
    return frozenset()


def _root_fields(document: Document) -> list[FieldNode]:
    try:
        operation = document.operation(None)
    except GraphQLError as error:
        raise InvalidQuery(error.message, "MISSING_SUBSCRIPTION") from None
    if operation.operation is not OperationType.SUBSCRIPTION:
        raise InvalidQuery("Subscription operation can't be found.", "MISSING_SUBSCRIPTION")
    fields = [node for node in operation.selection_set.selections if isinstance(node, FieldNode)]
    if not fields:
        raise InvalidQuery("Event field can't be found.", "UNABLE_TO_PARSE")
    return fields


def _type_of_root(name: str) -> str:
    return f"{name[0].upper()}{name[1:]}"


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
