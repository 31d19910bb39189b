"""What a document costs, and the most it may: a list of lists of lists is refused before anything is read for it.

A field costs what costs.json says, times what it is asked for at once (`first` and `last`, or `limit`), times the same
of every field around it; of fragments on different types the dearest counts. Fields that are not there are free.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
)

from infra.engine.schema.documents import Document
from infra.engine.schema.errors import EngineError

MOST = 50_000
#: costs kept of one document, for as many ways to give its variables
MOST_KEPT = 1000
MULTIPLIERS = {"*": ("first", "last"), "#": ("limit",)}
UNSAID = "unsaid"
Amount = int | tuple[str, int | None]


class QueryCostError(EngineError):
    """The document costs too much."""

    def __init__(self, cost: int) -> None:
        super().__init__(f"The query exceeds the maximum cost of {MOST}. Actual cost is {cost}")
        self.extensions = {"cost": {"requestedQueryCost": cost, "maximumAvailable": MOST}}


@cache
def _costs() -> dict[tuple[str, str], tuple[int, tuple[str, ...]]]:
    told = json.loads(Path(__file__).with_name("costs.json").read_text(encoding="utf-8"))["fields"]
    found = {}
    for type_name, fields in told.items():
        for text in fields.split():
            name, _, cost = text.partition("=")
            arguments = MULTIPLIERS.get(name[-1], ())
            found[type_name, name.rstrip("*#")] = (int(cost or 1), arguments)
    return found


@dataclass(slots=True)
class _Set:
    """A selection set: its fields, and its fragments by the type they are on, with the interfaces of that type."""

    fields: list[tuple[int, tuple[Amount, ...], _Set | None]] = field(default_factory=list)
    fragments: dict[str, list[_Set]] = field(default_factory=dict)
    interfaces: dict[str, tuple[str, ...]] = field(default_factory=dict)


def cost_of(schema: GraphQLSchema, document: Document, variables: dict[str, Any]) -> int:
    """Return what a document costs with these variables, all its operations together."""
    if "cost" not in document.plans:
        document.plans["cost"] = _Reader(schema, document).read()
    sets, names = document.plans["cost"]
    values = tuple(variables.get(name, UNSAID) for name in names)
    known: dict[Any, int] = document.plans.setdefault("costs", {})
    if not all(value is None or value == UNSAID or (isinstance(value, int) and 0 <= value <= MOST) for value in values):
        return _total(sets, variables)
    if values not in known:
        if len(known) > MOST_KEPT:
            known.clear()
        known[values] = _total(sets, variables)
    return known[values]


def check_cost(schema: GraphQLSchema, document: Document, variables: dict[str, Any]) -> None:
    """Raise QueryCostError for a document that costs more than MOST."""
    cost = cost_of(schema, document, variables)
    if cost > MOST:
        raise QueryCostError(cost)


class _Reader:
    """Turns a document into sets; each fragment once, however often it is spread."""

    def __init__(self, schema: GraphQLSchema, document: Document) -> None:
        self.schema, self.document = schema, document
        self.names: dict[str, None] = {}
        self.defaults: dict[str, int | None] = {}
        self.spread: dict[str, _Set] = {}

    def read(self) -> tuple[list[_Set], tuple[str, ...]]:
        sets = []
        for operation in self.document.operations.values():
            for each in operation.variable_definitions:
                if isinstance(each.default_value, IntValueNode):
                    self.defaults[each.variable.name.value] = int(each.default_value.value)
            root = self.schema.get_root_type(operation.operation)
            sets.append(self._set(operation.selection_set, root))
        return sets, tuple(self.names)

    def _set(self, selection: SelectionSetNode, parent: Any) -> _Set:
        made = _Set()
        for node in selection.selections:
            if isinstance(node, FieldNode):
                self._field(made, node, parent)
            elif isinstance(node, InlineFragmentNode):
                condition = node.type_condition
                on = self.schema.get_type(condition.name.value) if condition else parent
                self._fragment(made, on, self._set(node.selection_set, on))
            elif isinstance(node, FragmentSpreadNode):
                name = node.name.value
                fragment = self.document.fragments[name]
                on = self.schema.get_type(fragment.type_condition.name.value)
                if name not in self.spread:
                    self.spread[name] = self._set(fragment.selection_set, on)
                self._fragment(made, on, self.spread[name])
        return made

    def _fragment(self, made: _Set, on: Any, inner: _Set) -> None:
        made.fragments.setdefault(on.name, []).append(inner)
        if isinstance(on, GraphQLObjectType):
            made.interfaces[on.name] = tuple(each.name for each in on.interfaces)

    def _field(self, made: _Set, node: FieldNode, parent: Any) -> None:
        declared = getattr(parent, "fields", {}).get(node.name.value)
        if declared is None:
            return
        cost, arguments = _costs().get((parent.name, node.name.value), (0, ()))
        amounts = tuple(amount for name in arguments for amount in self._amount(node, declared, name))
        inner = self._set(node.selection_set, get_named_type(declared.type)) if node.selection_set else None
        if cost or inner is not None:
            made.fields.append((cost, amounts, inner))

    def _amount(self, node: FieldNode, declared: GraphQLField, name: str) -> list[Amount]:
        said = next((each.value for each in node.arguments if each.name.value == name), None)
        if isinstance(said, VariableNode):
            self.names[said.name.value] = None
            return [(said.name.value, self.defaults.get(said.name.value))]
        if isinstance(said, IntValueNode):
            return [int(said.value)]
        default = declared.args[name].default_value if name in declared.args else None
        return [default] if isinstance(default, int) else []


def _total(sets: list[_Set], variables: dict[str, Any]) -> int:
    done: dict[int, int] = {}

    def value(amount: Amount) -> int:
        found = variables.get(amount[0], amount[1]) if isinstance(amount, tuple) else amount
        return found if isinstance(found, int) and found > 0 else 0

    def of(each: _Set | None) -> int:
        if each is None:
            return 0
        if id(each) not in done:
            own = sum(
                (sum(map(value, amounts)) or 1) * (cost + of(inner)) if amounts else cost + of(inner)
                for cost, amounts, inner in each.fields
            )
            done[id(each)] = own + _dearest(each, of)
        return done[id(each)]

    return sum(of(each) for each in sets)


def _dearest(each: _Set, of: Callable[[_Set], int]) -> int:
    costs = {name: sum(of(inner) for inner in sets) for name, sets in each.fragments.items()}
    shared = {name: sum(costs.get(one, 0) for one in each.interfaces.get(name, ())) for name in costs}
    return max((costs[name] + shared[name] for name in costs), default=0)
