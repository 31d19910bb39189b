"""The schema: the contract's data file, with scalars that cross the wire as the contract's do."""

from __future__ import annotations

import threading
from functools import cache
from importlib import import_module
from importlib.util import find_spec

from django.apps import apps
from graphql import (
    DEFAULT_DEPRECATION_REASON,
    DirectiveLocation,
    GraphQLArgument,
    GraphQLDirective,
    GraphQLIncludeDirective,
    GraphQLSchema,
    GraphQLSkipDirective,
    GraphQLString,
)
from graphql import build_schema as build_from_text

from infra.engine.schema import scalars
from infra.engine.schema.documents import DocumentCache
from infra.engine.schema.prune import CONTRACT

_lock = threading.Lock()
DEPRECATED = GraphQLDirective(
    name="deprecated",
    locations=(DirectiveLocation.FIELD_DEFINITION, DirectiveLocation.ENUM_VALUE),
    args={"reason": GraphQLArgument(GraphQLString, default_value=DEFAULT_DEPRECATION_REASON)},
)
"""As the contract's own introspection tells it: newer places for it are no words to older clients' parsers."""


def load_bindings() -> None:
    """Import `resolvers` of every app of the engine, which binds what it serves."""
    import_module("infra.engine.schema.resolvers")
    for config in apps.get_app_configs():
        if config.label.startswith("engine_") and find_spec(f"{config.name}.resolvers"):
            import_module(f"{config.name}.resolvers")
    import_module("infra.engine.deliveries.events").declare_root_fields()


@cache
def _schema() -> GraphQLSchema:
    load_bindings()
    schema = build_from_text(CONTRACT.read_text(), assume_valid=True, no_location=True)
    schema.directives = (GraphQLIncludeDirective, GraphQLSkipDirective, DEPRECATED)
    scalars.install(schema)
    return schema


def schema() -> GraphQLSchema:
    """Return the engine's schema, built on first use."""
    with _lock:
        return _schema()


@cache
def _documents() -> DocumentCache:
    return DocumentCache(_schema())


def documents() -> DocumentCache:
    """Return the process's cache of parsed and validated documents."""
    with _lock:
        return _documents()
