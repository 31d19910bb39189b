"""Which declared fields ever returned a value while the engine's tests ran."""

from __future__ import annotations

from typing import Any

from graphql import GraphQLObjectType

from infra.engine.schema.build import schema
from infra.engine.schema.completion import Failed
from infra.engine.schema.executor import FieldPlan, Run
from tests.contract import recorded

SEEN: set[tuple[str, str]] = set()


def record() -> None:
    """From now on note every field that gives a value to somebody."""
    plain_resolve, plain_call = Run.resolve, Run.call

    def resolve(self: Run, plan: FieldPlan, parents: list[Any]) -> list[Any]:
        values = plain_resolve(self, plan, parents)
        _note(plan, values)
        return values

    def call(self: Run, plan: FieldPlan) -> Any:
        value = plain_call(self, plan)
        _note(plan, [value])
        return value

    Run.resolve, Run.call = resolve, call  # type: ignore[method-assign]


def _note(plan: FieldPlan, values: list[Any]) -> None:
    if plan.name == "errors" or any(not _is_empty(value) for value in values):
        SEEN.add((plan.parent_name, plan.name))


def _is_empty(value: Any) -> bool:
    """Whether a value says nothing: null, an error, and empty text, lists and objects alike.

    The `errors` of a payload are no gap when there are none: they are served by the door itself.
    """
    if isinstance(value, str | list | tuple | dict):
        return not value
    return value is None or isinstance(value, Exception | Failed)


def unseen() -> list[str]:
    """Return the declared fields never seen with a value, in order: neither by a test here nor in a recording.

    What a recording has, the engine gives too (tests/contract).
    """
    declared = {
        (type_.name, field)
        for type_ in schema().type_map.values()
        if isinstance(type_, GraphQLObjectType) and not type_.name.startswith("__") and type_.name != "Subscription"
        for field in type_.fields
    }
    known = SEEN | recorded.given(schema())
    return sorted(f"{type_name}.{field}" for type_name, field in declared - known)
