"""Values of resolvers into the values of the answer: one function per declared type, over a whole list at a time.

A place that failed holds a `Failed`. Under a non-null field it moves up to the object that holds it; where null is
allowed it stays as the marker of that place, and `settle` replaces it by null once the whole answer stands. So paths
cost nothing unless something fails.
"""

from __future__ import annotations

from collections.abc import Callable
from types import NoneType
from typing import TYPE_CHECKING, Any

from graphql import (
    GraphQLEnumType,
    GraphQLError,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
)

from infra.engine.schema.binding import type_of

if TYPE_CHECKING:
    from infra.engine.schema.executor import FieldPlan, Run

#: kinds of values that the answer holds as they are, by the name of the scalar
AS_THEY_ARE: dict[str, frozenset[type]] = {
    "String": frozenset({str, NoneType}),
    "ID": frozenset({str, NoneType}),
    "Boolean": frozenset({bool, NoneType}),
    "Float": frozenset({float, NoneType}),
}
Completer = Callable[["Run", list[Any]], list[Any]]


class Failed:
    """A place without a value: `problem` arose at `path` below it."""

    __slots__ = ("path", "problem")

    def __init__(self, problem: GraphQLError, path: tuple[str | int, ...] = ()) -> None:
        self.problem = problem
        self.path = path

    def under(self, key: str | int) -> Failed:
        return Failed(self.problem, (key, *self.path))


def make_completer(plan: FieldPlan, type_: Any) -> Completer:
    """Return the function that completes a list of raw values of the declared `type_`."""
    if isinstance(type_, GraphQLNonNull):
        return _complete_non_null(plan, make_completer(plan, type_.of_type))
    if isinstance(type_, GraphQLList):
        return _complete_list(make_completer(plan, type_.of_type), isinstance(type_.of_type, GraphQLNonNull))
    if isinstance(type_, GraphQLScalarType | GraphQLEnumType):
        return _complete_leaf(plan, type_.serialize, AS_THEY_ARE.get(type_.name, frozenset()))
    if isinstance(type_, GraphQLObjectType):
        return _complete_object(plan, type_)
    return _complete_abstract(plan, type_)


def _complete_leaf(plan: FieldPlan, serialize: Callable[[Any], Any], same: frozenset[type]) -> Completer:
    def complete_one(run: Run, value: Any) -> Any:
        if isinstance(value, Exception):
            return run.fail(plan, value)
        try:
            return serialize(value)
        except Exception as error:  # noqa: BLE001 (any serializer's refusal is this one place's error)
            return run.fail(plan, error)

    def complete(run: Run, values: list[Any]) -> list[Any]:
        kinds = set(map(type, values))
        if kinds <= same:
            return values
        if not _has_errors(kinds):
            try:
                return [None if value is None else serialize(value) for value in values]
            except Exception:  # noqa: BLE001, S110 (which of them it was, and whether others can do, is seen below)
                pass
        return [None if value is None else complete_one(run, value) for value in values]

    return complete


def _has_errors(kinds: set[type]) -> bool:
    return any(issubclass(kind, Exception) for kind in kinds)


def _complete_non_null(plan: FieldPlan, inner: Completer) -> Completer:
    def complete(run: Run, values: list[Any]) -> list[Any]:
        done = inner(run, values)
        if None in done:
            message = f"Cannot return null for non-nullable field {plan.parent_name}.{plan.name}."
            return [run.fail(plan, GraphQLError(message)) if value is None else value for value in done]
        return done

    return complete


def _complete_list(inner: Completer, items_required: bool) -> Completer:
    def complete(run: Run, values: list[Any]) -> list[Any]:
        flat: list[Any] = []
        lists = [value if value is None or isinstance(value, Exception) else list(value) for value in values]
        for items in lists:
            if items.__class__ is list:
                flat.extend(items)
        before = run.failures
        done = inner(run, flat)
        answer: list[Any] = []
        start = 0
        for items in lists:
            if items.__class__ is not list:
                answer.append(items)
                continue
            part = done[start : start + len(items)]
            start += len(items)
            if items_required and run.failures != before:
                part = _first_failure(part)
            answer.append(part)
        return answer

    def with_errors(run: Run, values: list[Any]) -> list[Any]:
        return [run.fail(None, value) if isinstance(value, Exception) else value for value in complete(run, values)]

    return with_errors


def _first_failure(part: list[Any]) -> Any:
    for index, value in enumerate(part):
        if value.__class__ is Failed:
            return value.under(index)
    return part


def _complete_object(plan: FieldPlan, type_: GraphQLObjectType) -> Completer:
    def complete(run: Run, values: list[Any]) -> list[Any]:
        kinds = set(map(type, values))
        if NoneType not in kinds and not _has_errors(kinds):
            return run.objects(plan, type_, values)
        answer = [run.fail(plan, value) if isinstance(value, Exception) else None for value in values]
        places = [index for index, value in enumerate(values) if value is not None and answer[index] is None]
        for index, done in zip(places, run.objects(plan, type_, [values[i] for i in places]), strict=True):
            answer[index] = done
        return answer

    return complete


def _complete_abstract(plan: FieldPlan, type_: Any) -> Completer:
    def complete(run: Run, values: list[Any]) -> list[Any]:
        answer: list[Any] = [None] * len(values)
        groups: dict[str, list[int]] = {}
        for index, value in enumerate(values):
            if isinstance(value, Exception):
                answer[index] = run.fail(plan, value)
            elif value is not None:
                groups.setdefault(type_of(value), []).append(index)
        for name, places in groups.items():
            concrete = run.schema.get_type(name)
            if not isinstance(concrete, GraphQLObjectType) or not run.schema.is_sub_type(type_, concrete):
                raise TypeError(f"{plan.parent_name}.{plan.name} gave a {name}, which is no {type_.name} here")
            for index, done in zip(places, run.objects(plan, concrete, [values[i] for i in places]), strict=True):
                answer[index] = done
        return answer

    return complete


def settle(data: Any) -> tuple[Any, list[GraphQLError]]:
    """Return `data` with every failed place null, and the errors with their paths. Changes `data` in place."""
    errors: list[GraphQLError] = []

    def place(value: Any, path: tuple[str | int, ...]) -> Any:
        if value.__class__ is Failed:
            problem = value.problem
            located = GraphQLError(
                problem.message,
                problem.nodes,
                path=[*path, *value.path],
                original_error=problem.original_error or problem,
            )
            errors.append(located)
            return None
        if value.__class__ is dict:
            for key, item in value.items():
                value[key] = place(item, (*path, key))
        elif value.__class__ is list:
            for index, item in enumerate(value):
                value[index] = place(item, (*path, index))
        return value

    return place(data, ()), errors
