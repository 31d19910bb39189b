"""Documents parsed and validated once, and what to do for each of their selections."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLIncludeDirective,
    GraphQLInterfaceType,
    GraphQLSchema,
    GraphQLSkipDirective,
    GraphQLUnionType,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SingleFieldSubscriptionsRule,
    VariableNode,
    parse,
    specified_rules,
    validate,
)
from graphql.execution.values import get_directive_values
from graphql.language import Visitor, visit

#: a subscription of several root fields is refused by whoever makes a webhook of it, with a code of its own
RULES = [rule for rule in specified_rules if rule is not SingleFieldSubscriptionsRule]
MAX_DOCUMENTS = 512
MAX_MUTATIONS = 4
MAX_ALIASES = 100
#: a document longer than this is served but not kept
MAX_KEPT_CHARACTERS = 100_000
#: characters of all the documents kept: a parsed one takes a hundred times its text
MAX_CHARACTERS = 3_000_000
#: ways to set the variables of @skip and @include for which one document's plans are kept
MAX_PLANS = 32
INTROSPECTION = frozenset({"__schema", "__type"})


class Document:
    """A valid document with its operations and fragments, and the plans made for it."""

    def __init__(self, node: DocumentNode) -> None:
        self.node = node
        self.operations: dict[str | None, OperationDefinitionNode] = {}
        self.fragments: dict[str, FragmentDefinitionNode] = {}
        for definition in node.definitions:
            if isinstance(definition, OperationDefinitionNode):
                self.operations[definition.name.value if definition.name else None] = definition
            elif isinstance(definition, FragmentDefinitionNode):
                self.fragments[definition.name.value] = definition
        self.introspects = _introspects(self)
        self.switches = _directive_variables(node)
        self.plans: dict[Any, Any] = {}
        self.ways: OrderedDict[Any, dict[Any, Any]] = OrderedDict()

    def plans_of(self, way: Any) -> dict[Any, Any]:
        """Return where the plans are kept for an operation with these values of its switches."""
        kept = self.ways.get(way)
        if kept is None:
            kept = self.ways[way] = {}
            while len(self.ways) > MAX_PLANS:
                self.ways.popitem(last=False)
        return kept

    def operation(self, name: str | None) -> OperationDefinitionNode:
        """Return the operation to run. Raises GraphQLError when `name` does not settle it."""
        if name is None:
            if len(self.operations) == 1:
                return next(iter(self.operations.values()))
            message = "Must provide operation name if query contains multiple operations."
            raise GraphQLError(message if self.operations else "Must provide an operation.")
        if name not in self.operations:
            raise GraphQLError(f'Unknown operation named "{name}".')
        return self.operations[name]


class DocumentCache:
    """The documents used last, by their text. Safe between threads."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self.schema = schema
        self._kept: OrderedDict[str, Document] = OrderedDict()
        self._characters = 0
        self._lock = threading.Lock()

    def get(self, text: str) -> Document | list[GraphQLError]:
        """Return the document of `text`, or what is wrong with it."""
        with self._lock:
            document = self._kept.get(text)
            if document is not None:
                self._kept.move_to_end(text)
                return document
        try:
            node = parse(text)
        except GraphQLError as error:
            return [error]
        problems = _too_many(node) or validate(self.schema, node, RULES)
        if problems:
            return problems
        try:
            document = Document(node)
        except GraphQLError as error:
            return [error]
        if len(text) <= MAX_KEPT_CHARACTERS:
            with self._lock:
                self._characters += len(text) if text not in self._kept else 0
                self._kept[text] = document
                while len(self._kept) > MAX_DOCUMENTS or self._characters > MAX_CHARACTERS:
                    self._characters -= len(self._kept.popitem(last=False)[0])
        return document


def _too_many(node: DocumentNode) -> list[GraphQLError]:
    """Return what a document asks for more often than the contract's defaults allow."""
    counter = _Counter()
    visit(node, counter)
    if _mutations(node) > MAX_MUTATIONS:
        return [GraphQLError(f"Number of mutations exceed the limit of {MAX_MUTATIONS}")]
    if counter.aliases > MAX_ALIASES:
        return [GraphQLError(f"Number of aliases exceed the limit of {MAX_ALIASES}")]
    return []


def _mutations(node: DocumentNode) -> int:
    """Return how many mutations a document asks for, those of fragments as often as they are spread; past the limit
    nobody counts on."""
    fragments = {each.name.value: each for each in node.definitions if isinstance(each, FragmentDefinitionNode)}
    operations = (each for each in node.definitions if isinstance(each, OperationDefinitionNode))
    nothing: frozenset[str] = frozenset()
    waiting = [(each.selection_set, nothing) for each in operations if each.operation is OperationType.MUTATION]
    count = spreads = 0
    while waiting and count <= MAX_MUTATIONS and spreads <= MAX_ALIASES:
        selection_set, inside = waiting.pop()
        for each in selection_set.selections:
            if isinstance(each, InlineFragmentNode):
                waiting.append((each.selection_set, inside))
            elif not isinstance(each, FragmentSpreadNode):
                count += 1
            elif (name := each.name.value) in fragments and name not in inside:
                spreads += 1
                waiting.append((fragments[name].selection_set, inside | {name}))
    return count if spreads <= MAX_ALIASES else MAX_MUTATIONS + 1


class _Counter(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.aliases = 0

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        self.aliases += node.alias is not None


def _introspects(document: Document) -> bool:
    """Return whether a document asks for the schema. Raises GraphQLError where it asks for anything else too."""
    names: set[str] = set()
    for operation in document.operations.values():
        waiting = [operation.selection_set]
        while waiting:
            for node in waiting.pop().selections:
                if isinstance(node, FieldNode):
                    names.add(node.name.value)
                elif isinstance(node, InlineFragmentNode):
                    waiting.append(node.selection_set)
                elif isinstance(node, FragmentSpreadNode):
                    waiting.append(document.fragments[node.name.value].selection_set)
    found = not INTROSPECTION.isdisjoint(names)
    if found and names - INTROSPECTION:
        raise GraphQLError("Queries and introspection cannot be mixed in the same request.")
    return found


def has_variables(node: Any) -> bool:
    """Return whether a variable occurs anywhere below `node`."""
    finder = _VariableFinder()
    visit(node, finder)
    return bool(finder.names)


class _VariableFinder(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter_variable(self, node: VariableNode, *_: Any) -> None:
        self.names.add(node.name.value)


def _directive_variables(node: DocumentNode) -> tuple[str, ...]:
    """Return the variables that @skip and @include hang on: with them plans differ from call to call."""

    class Finder(_VariableFinder):
        def enter_directive(self, directive: Any, *_: Any) -> None:
            inner = _VariableFinder()
            visit(directive, inner)
            self.names |= inner.names

        def enter_variable(self, node: VariableNode, *_: Any) -> None:
            return None

    finder = Finder()
    visit(node, finder)
    return tuple(sorted(finder.names))


def collect_fields(
    schema: GraphQLSchema,
    fragments: dict[str, FragmentDefinitionNode],
    variables: dict[str, Any],
    type_: Any,
    selection_sets: list[Any],
) -> dict[str, list[FieldNode]]:
    """Return the field nodes to run on an object of `type_`, by response key, in the order of the document."""
    fields: dict[str, list[FieldNode]] = {}
    seen: set[str] = set()

    def matches(condition: Any) -> bool:
        if condition is None or condition.name.value == type_.name:
            return True
        named = schema.get_type(condition.name.value)
        return isinstance(named, GraphQLInterfaceType | GraphQLUnionType) and schema.is_sub_type(named, type_)

    def walk(selection_set: Any) -> None:
        for node in selection_set.selections:
            if node.directives and not _is_included(node, variables):
                continue
            if isinstance(node, FieldNode):
                key = node.alias.value if node.alias else node.name.value
                fields.setdefault(key, []).append(node)
            elif isinstance(node, InlineFragmentNode):
                if matches(node.type_condition):
                    walk(node.selection_set)
            elif isinstance(node, FragmentSpreadNode) and node.name.value not in seen:
                seen.add(node.name.value)
                fragment = fragments[node.name.value]
                if matches(fragment.type_condition):
                    walk(fragment.selection_set)

    for selection_set in selection_sets:
        walk(selection_set)
    return fields


def _is_included(node: Any, variables: dict[str, Any]) -> bool:
    skip = get_directive_values(GraphQLSkipDirective, node, variables)
    if skip and skip["if"]:
        return False
    include = get_directive_values(GraphQLIncludeDirective, node, variables)
    return not include or bool(include["if"])
