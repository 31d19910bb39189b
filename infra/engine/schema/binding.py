"""How an app of the engine binds its functions to the names of the contract.

    @field("Product", "category")
    def product_category(batch: Batch) -> list: ...        # one value per batch.parents

    @root("Mutation", "productCreate")
    @requires("MANAGE_PRODUCTS")
    def product_create(context: Context, args: dict) -> dict: ...

    declare("Product", "id name slug")                      # read from the parent: attribute or key

Nothing else of the contract exists for a client: `prune` keeps exactly what is bound or declared here.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from typing import Any

from graphql.pyutils import camel_to_snake

from infra.engine.schema.context import Context
from infra.engine.schema.errors import PermissionDenied


@dataclass(slots=True)
class Batch:
    """All parents of one field at once. `args` are the coerced arguments, by the contract's names."""

    parents: list[Any]
    args: dict[str, Any]
    context: Context
    field_name: str
    #: names of the fields asked for below, one level, for resolvers that can save a statement
    selected: frozenset[str] = frozenset()


Resolver = Callable[[Batch], list[Any]]


@dataclass(slots=True)
class Bindings:
    """What the engine serves, collected while the apps' `resolvers` modules are imported."""

    fields: dict[tuple[str, str], Resolver] = dataclass_field(default_factory=dict)
    roots: dict[tuple[str, str], Callable[[Context, dict[str, Any]], Any]] = dataclass_field(default_factory=dict)
    declared: dict[str, set[str]] = dataclass_field(default_factory=dict)
    arguments: dict[tuple[str, str], frozenset[str]] = dataclass_field(default_factory=dict)
    typenames: dict[type, str | Callable[[Any], str]] = dataclass_field(default_factory=dict)


BINDINGS = Bindings()


def field(type_name: str, name: str, *, args: str | None = None) -> Callable[[Resolver], Resolver]:
    """Bind a resolver to the field `name` of the object type `type_name`.

    `args` lists the served arguments, space-separated; None serves all the contract has.
    The resolver gets every parent at once and returns one value per parent; an exception in place of a value
    becomes null and an error at that place; an exception raised counts for all parents.
    """

    def bind(resolver: Resolver) -> Resolver:
        _claim(BINDINGS.fields, (type_name, name), resolver)
        _register(type_name, name, args)
        return resolver

    return bind


def root(type_name: str, name: str, *, args: str | None = None) -> Callable[[Any], Any]:
    """Bind a function (context, args) to a root field of Query or Mutation."""
    assert type_name in ("Query", "Mutation"), type_name

    def bind(function: Any) -> Any:
        _claim(BINDINGS.roots, (type_name, name), function)
        _register(type_name, name, args)
        return function

    return bind


def declare(type_name: str, names: str) -> None:
    """Serve the fields `names` (space-separated) of an object, interface or input type as they stand on the parent.

    A field is read as the attribute or key of its snake_case name, then of its own name.
    For an input type the names are the input fields served; an input type never declared is served whole.
    """
    BINDINGS.declared.setdefault(type_name, set()).update(names.split())


def declare_guarded(type_name: str, names: str, *permissions: str) -> None:
    """As `declare`, to requestors with any of `permissions`; everybody else gets PermissionDenied in these places."""

    def bind(name: str) -> None:
        snake = camel_to_snake(name)

        @field(type_name, name)
        @requires(*permissions)
        def read(batch: Batch) -> list[Any]:
            return [each.get(snake) if isinstance(each, dict) else getattr(each, snake) for each in batch.parents]

    for name in names.split():
        bind(name)


def typename(name: str) -> Callable[[type], type]:
    """Mark a class as the contract's object type `name`, so that interfaces and unions resolve."""

    def mark(cls: type) -> type:
        BINDINGS.typenames[cls] = name
        return cls

    return mark


def name_type(cls: type, name: str | Callable[[Any], str]) -> None:
    """Say which object type the instances of `cls` are; a callable decides per instance."""
    BINDINGS.typenames[cls] = name


def type_of(value: Any) -> str:
    """Return the name of the object type of `value`. Raises TypeError for a value that nobody named."""
    if isinstance(value, dict):
        return value["__typename"]
    for cls in type(value).__mro__:
        name = BINDINGS.typenames.get(cls)
        if name is not None:
            return name if isinstance(name, str) else name(value)
    raise TypeError(f"no type of the contract is known for {type(value).__name__}")


def requires(*permissions: str) -> Callable[[Any], Any]:
    """Let only requestors with any of `permissions` pass; everybody else gets PermissionDenied, before any work."""
    assert permissions

    def guard(function: Any) -> Any:
        @functools.wraps(function)
        def guarded(first: Any, *rest: Any) -> Any:
            context = first.context if isinstance(first, Batch) else first
            if not context.requestor.has_perm(*permissions):
                raise PermissionDenied(permissions)
            return function(first, *rest)

        guarded.permissions = permissions  # type: ignore[attr-defined]
        return guarded

    return guard


def _claim(table: dict[Any, Any], key: tuple[str, str], function: Any) -> None:
    if key in table:
        raise RuntimeError(f"{key[0]}.{key[1]} is bound twice: {table[key].__module__} and {function.__module__}")
    table[key] = function


def _register(type_name: str, name: str, args: str | None) -> None:
    declare(type_name, name)
    if args is not None:
        BINDINGS.arguments[type_name, name] = frozenset(args.split())
