"""The synchronous executor: every field is resolved once per level, for all its parents together (decision 0001).

Nothing is kept outside of `Run`, so that a resolver may raise a synchronous event whose handler asks the engine again.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from django.db import DataError
from graphql import (
    GraphQLError,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    get_named_type,
)
from graphql.execution import execute_sync
from graphql.execution.values import get_argument_values, get_variable_values
from graphql.pyutils import camel_to_snake

from infra.engine.schema.binding import BINDINGS, Batch, type_of
from infra.engine.schema.completion import Failed, make_completer, settle
from infra.engine.schema.context import REQUESTOR, Context
from infra.engine.schema.documents import Document, collect_fields, has_variables
from infra.engine.schema.errors import EngineError, UserErrors
from infra.engine.schema.steady import is_steady
from infra.engine.settled.kept import look_once, stop

logger = logging.getLogger(__name__)
EMPTY = {"Boolean": False, "Int": 0}


@dataclass(slots=True)
class Answer:
    """What an execution gave: `data` is None when it never started or failed as a whole."""

    data: dict[str, Any] | None
    errors: list[GraphQLError]
    #: False when the document or its variables were refused before anything ran
    executed: bool = True


class FieldPlan:
    """What to do for one response key of one object type; made once per document."""

    def __init__(self, run: Run, type_: GraphQLObjectType, key: str, nodes: list[Any]) -> None:
        self.key, self.nodes, self.node = key, nodes, nodes[0]
        self.name, self.parent_name = nodes[0].name.value, type_.name
        self.is_typename = self.name == "__typename"
        if self.is_typename:
            return
        definition = type_.fields[self.name]
        self.definition = definition
        self.required = isinstance(definition.type, GraphQLNonNull)
        self.resolver = BINDINGS.fields.get((type_.name, self.name)) or _interface_resolver(type_, self.name)
        self.snake = camel_to_snake(self.name)
        self.arguments: dict[str, Any] | None = None
        if not any(has_variables(argument) for argument in self.node.arguments):
            self.arguments = get_argument_values(definition, self.node, {})
        self.selections = [node.selection_set for node in nodes if node.selection_set]
        self.selected = frozenset(_names_below(self.selections, run.document))
        self.plans: dict[str, list[FieldPlan]] = {}
        self.complete = make_completer(self, definition.type)

    def argument_values(self, run: Run) -> dict[str, Any]:
        if self.arguments is not None:
            return self.arguments
        return get_argument_values(self.definition, self.node, run.variables)

    def resolve(self, run: Run, parents: list[Any]) -> list[Any]:
        if self.resolver is None:
            return _read(parents, self.snake, self.name)
        batch = Batch(parents, self.argument_values(run), run.context, self.name, self.selected)
        values = self.resolver(batch)
        if len(values) != len(parents):
            raise RuntimeError(f"{self.parent_name}.{self.name}: {len(values)} values for {len(parents)} parents")
        return values


class Run:
    """One operation being answered."""

    def __init__(self, schema: GraphQLSchema, document: Document, variables: dict[str, Any], context: Context) -> None:
        self.schema, self.document, self.variables, self.context = schema, document, variables, context
        self.failures = 0

    def fail(self, plan: FieldPlan | None, error: Exception) -> Failed:
        """Return the marker of a place that has no value because of `error`."""
        self.failures += 1
        nodes = plan.nodes if plan else None
        if isinstance(error, RecursionError):  # of conditions within conditions, which only a client makes
            error = EngineError("What is asked for is nested too deeply.", "GraphQLError")
        if isinstance(error, DataError):
            logger.warning("%s: %s", plan and f"{plan.parent_name}.{plan.name}", error)
            error = EngineError("A value is too long or too large.", "GraphQLError")
        if isinstance(error, GraphQLError):
            return Failed(GraphQLError(error.message, nodes, original_error=_cause(error)))
        logger.error("resolver of %s failed", plan and f"{plan.parent_name}.{plan.name}", exc_info=error)
        return Failed(GraphQLError("Internal Server Error", nodes, original_error=error))

    def plans(self, cache: dict[Any, Any], type_: GraphQLObjectType, selections: list[Any]) -> list[FieldPlan]:
        made = cache.get(type_.name)
        if made is None:
            fields = collect_fields(self.schema, self.document.fragments, self.variables, type_, selections)
            made = [FieldPlan(self, type_, key, nodes) for key, nodes in fields.items()]
            cache[type_.name] = made
        return made

    def objects(self, plan: FieldPlan, type_: GraphQLObjectType, parents: list[Any]) -> list[Any]:
        """Return the answers for `parents`, all of the object type `type_`, under the field of `plan`."""
        if not parents:
            return []
        return self.select(self.plans(plan.plans, type_, plan.selections), type_, parents)

    def select(self, plans: list[FieldPlan], type_: GraphQLObjectType, parents: list[Any]) -> list[Any]:
        answers: list[Any] = [{} for _ in parents]
        lost: dict[int, Failed] = {}
        for plan in plans:
            key = plan.key
            if plan.is_typename:
                for answer in answers:
                    answer[key] = type_.name
                continue
            before = self.failures
            values = plan.complete(self, self.resolve(plan, parents))
            for answer, value in zip(answers, values, strict=True):
                answer[key] = value
            if self.failures != before and plan.required:
                for index, value in enumerate(values):
                    if value.__class__ is Failed:
                        failed, known = value.under(key), lost.get(index)
                        # of several the nearest is told, as in the contract, which looks below only afterwards
                        if known is None or len(failed.path) < len(known.path):
                            lost[index] = failed
        for index, failure in lost.items():
            answers[index] = failure
        return answers

    def resolve(self, plan: FieldPlan, parents: list[Any]) -> list[Any]:
        try:
            return plan.resolve(self, parents)
        except Exception as error:  # noqa: BLE001 (a resolver's failure is an error of its field, not of the request)
            return [error] * len(parents)

    def root(self, operation: OperationDefinitionNode) -> Any:
        """Return the answer object of a query or mutation: root fields one after the other, in order."""
        type_ = self.schema.get_root_type(operation.operation)
        assert type_ is not None
        switches = tuple(self.variables.get(name) for name in self.document.switches)
        name = operation.name.value if operation.name else None
        cache = self.document.plans_of((name, switches))
        answer: dict[str, Any] = {}
        for plan in self.plans(cache, type_, [operation.selection_set]):
            if plan.is_typename:
                answer[plan.key] = type_.name
                continue
            value = plan.complete(self, [self.call(plan)])[0]
            answer[plan.key] = value
            if value.__class__ is Failed and plan.required:
                return value.under(plan.key)
        return answer

    def call(self, plan: FieldPlan) -> Any:
        function = BINDINGS.roots.get((plan.parent_name, plan.name))
        try:
            assert function is not None, f"{plan.parent_name}.{plan.name} is not bound"
            value = function(self.context, plan.argument_values(self))
        except UserErrors as refused:
            return {**_refusal_defaults(plan.definition.type), "errors": refused.errors}
        except Exception as error:  # noqa: BLE001 (a resolver's failure is an error of its field, not of the request)
            return error
        if plan.parent_name == "Mutation" and isinstance(value, dict):
            value.setdefault("errors", [])
        return value


def execute(
    schema: GraphQLSchema,
    document: Document,
    *,
    context: Context,
    variables: dict[str, Any] | None = None,
    operation_name: str | None = None,
) -> Answer:
    """Answer one operation of a valid document. Never raises for what a client can cause."""
    try:
        operation = document.operation(operation_name)
    except GraphQLError as error:
        return Answer(None, [error], executed=False)
    if operation.operation is OperationType.SUBSCRIPTION:
        return Answer(None, [GraphQLError("Subscriptions are only answered as webhooks.")], executed=False)
    coerced = get_variable_values(schema, operation.variable_definitions or (), variables or {}, max_errors=50)
    if isinstance(coerced, list):
        return Answer(None, coerced, executed=False)
    if document.introspects:
        result = execute_sync(schema, document.node, operation_name=operation_name, variable_values=variables)
        return Answer(result.data, result.errors or [])
    run = Run(schema, document, coerced, context)
    token, seen = REQUESTOR.set(context.requestor), look_once(is_steady(operation))
    try:
        return finish(run, run.root(operation))
    finally:
        stop(seen)
        REQUESTOR.reset(token)


def execute_event(schema: GraphQLSchema, document: Document, *, event: Any, context: Context) -> Answer:
    """Answer the subscription of a webhook for `event`, an object whose type is the event's type in the contract.

    `data` is {root field: content}. The root field is `event`, or one that gives this type alone and may name the
    `channels` it is for: null for any other event, or one of another channel.
    """
    operation = document.operation(None)
    type_ = schema.subscription_type
    assert type_ is not None
    run = Run(schema, document, {}, context)
    cache = document.plans_of(("subscription",))
    answer: dict[str, Any] = {}
    for plan in run.plans(cache, type_, [operation.selection_set]):
        if plan.is_typename:
            answer[plan.key] = type_.name
            continue
        named = get_named_type(plan.definition.type)
        concerns = plan.name == "event" or type_of(event) == named.name
        channels = plan.argument_values(run).get("channels") if concerns else None
        told = concerns and (not channels or event.channel_slug in channels)
        answer[plan.key] = plan.complete(run, [event if told else None])[0]
    return finish(run, answer)


def finish(run: Run, answer: Any) -> Answer:
    """Return the answer with failed places set to null and their errors located."""
    if not run.failures:
        return Answer(answer, [])
    data, errors = settle(answer)
    return Answer(data, errors)


def _read(parents: list[Any], snake: str, name: str) -> list[Any]:
    """Return the attribute or key of every parent; most often all are of one kind, and have it."""
    kinds = set(map(type, parents))
    try:
        if kinds == {dict}:
            return [parent[snake] for parent in parents]
        if not any(issubclass(kind, dict) for kind in kinds):
            return [getattr(parent, snake) for parent in parents]
    except (AttributeError, KeyError):
        pass
    return [_read_one(parent, snake, name) for parent in parents]


def _read_one(parent: Any, snake: str, name: str) -> Any:
    if isinstance(parent, dict):
        return parent[snake] if snake in parent else parent.get(name)
    try:
        return getattr(parent, snake)
    except AttributeError:
        return getattr(parent, name, None)


def _cause(error: GraphQLError) -> Exception:
    cause = error.original_error
    return cause if isinstance(error, EngineError) is False and cause is not None else error


def _interface_resolver(type_: GraphQLObjectType, name: str) -> Any:
    """Return the resolver bound on one of the interfaces, for a field that every implementing type shares."""
    for interface in type_.interfaces:
        bound = BINDINGS.fields.get((interface.name, name))
        if bound is not None:
            return bound
    return None


def _names_below(selections: list[Any], document: Document) -> set[str]:
    names: set[str] = set()
    stack = list(selections)
    while stack:
        for node in stack.pop().selections:
            if node.kind == "field":
                names.add(node.name.value)
            elif node.kind == "inline_fragment":
                stack.append(node.selection_set)
            else:
                stack.append(document.fragments[node.name.value].selection_set)
    return names


def _refusal_defaults(type_: Any) -> dict[str, Any]:
    """Return what a refused mutation answers where null is not allowed: false, 0, or an empty list."""
    defaults: dict[str, Any] = {}
    for name, definition in get_named_type(type_).fields.items():
        if isinstance(definition.type, GraphQLNonNull):
            inner = definition.type.of_type
            if isinstance(inner, GraphQLList):
                defaults[name] = []
            elif inner.name in EMPTY:
                defaults[name] = EMPTY[inner.name]
    return defaults
