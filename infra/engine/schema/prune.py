"""Development command: prune Saleor's whole schema to what the engine serves.

    python -m infra.engine.schema.prune PATH/TO/schema-3.24.graphql

Keeps the root fields and fields that `BINDINGS` knows, the arguments and input fields that were listed, and what these
need; writes contract.graphql beside this file. A field whose type nobody serves is left out and named on stderr.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from graphql import parse, print_ast
from graphql.language import ast

from infra.engine.schema.binding import BINDINGS, Bindings

CONTRACT = Path(__file__).with_name("contract.graphql")
CREDIT = """\
# The part of Saleor's public GraphQL interface that this engine serves: names and types only.
# Read from a running Saleor 3.24 with the standard introspection query and pruned by `infra.engine.schema.prune`.
# Saleor is (c) Saleor Commerce, BSD-3-Clause, https://github.com/saleor/saleor
# Written by a command: change the bindings, not this file.

"""
ROOTS = ("Query", "Mutation", "Subscription")
BUILT_IN = {"String", "Int", "Float", "Boolean", "ID"}
CONNECTION = {"edges", "pageInfo", "totalCount"}
FIELD_OWNERS = (ast.ObjectTypeDefinitionNode, ast.InterfaceTypeDefinitionNode)


@dataclass
class Pruning:
    """The work in progress: the contract's definitions by name, and which fields of them stay."""

    definitions: dict[str, Any]
    bindings: Bindings
    kept: dict[str, set[str]] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    reached: set[str] = field(default_factory=set)


def named(node: Any) -> str:
    """Return the name of the type inside lists and non-nulls."""
    while not isinstance(node, ast.NamedTypeNode):
        node = node.type
    return node.name.value


def prune(source: str, bindings: Bindings) -> tuple[str, list[str]]:
    """Return the pruned schema as text, and the names that could not be kept with the reason.

    Raises ValueError for a bound or declared name that the contract does not have.
    """
    definitions = {
        node.name.value: node for node in parse(source).definitions if isinstance(node, ast.TypeDefinitionNode)
    }
    work = Pruning(definitions, bindings)
    work.kept = {name: set(fields) for name, fields in bindings.declared.items()}
    _check_names(work)
    _add_conventions(work)
    _drop_unserved(work)
    _settle_interfaces(work)
    for root in ROOTS:
        _reach(work, root)
    for name in sorted(set(bindings.declared) - work.reached):
        work.warnings.append(f"{name}: declared, but nothing leads to it")
    nodes = [_rebuild(work, node) for name, node in definitions.items() if name in work.reached]
    return CREDIT + "\n\n".join(print_ast(node) for node in nodes) + "\n", work.warnings


def _fields(work: Pruning, name: str) -> dict[str, Any]:
    return {node.name.value: node for node in work.definitions[name].fields or ()}


def _check_names(work: Pruning) -> None:
    wrong = []
    for name, fields in work.kept.items():
        if name not in work.definitions:
            wrong.append(name)
            continue
        wrong += [f"{name}.{field_name}" for field_name in fields - set(_fields(work, name))]
    if wrong:
        raise ValueError("not in the contract: " + ", ".join(sorted(wrong)))


def _add_conventions(work: Pruning) -> None:
    """Connections, edges and the errors of payloads are served whenever something leads to them."""
    for mutation in work.kept.get("Mutation", ()):
        payload = named(_fields(work, "Mutation")[mutation].type)
        fields = _fields(work, payload)
        if "errors" in fields:
            work.kept.setdefault(payload, set()).add("errors")
            error = named(fields["errors"].type)
            wanted = work.kept.setdefault(error, set())
            wanted |= {"field", "message", "code"} & set(_fields(work, error))
    queue = [name for name in work.kept if isinstance(work.definitions[name], FIELD_OWNERS)]
    while queue:
        name = queue.pop()
        for field_name in work.kept[name]:
            target = named(_fields(work, name)[field_name].type)
            if target in work.kept or target not in work.definitions:
                continue
            if target.endswith("Connection"):
                work.kept[target] = CONNECTION & set(_fields(work, target))
            elif target.endswith("Edge"):
                work.kept[target] = {"node", "cursor"}
            elif target == "PageInfo":
                work.kept[target] = set(_fields(work, target))
            else:
                continue
            queue.append(target)


def _is_served(work: Pruning, name: str) -> bool:
    node = work.definitions.get(name)
    if node is None:
        return name in BUILT_IN
    if isinstance(node, ast.ObjectTypeDefinitionNode):
        return bool(work.kept.get(name))
    if isinstance(node, ast.UnionTypeDefinitionNode):
        return any(_is_served(work, member.name.value) for member in node.types)
    if isinstance(node, ast.InterfaceTypeDefinitionNode):
        return any(_is_served(work, other) for other in _implementors(work, name))
    return True


def _implementors(work: Pruning, interface: str) -> list[str]:
    return [
        name
        for name, node in work.definitions.items()
        if isinstance(node, ast.ObjectTypeDefinitionNode)
        and any(item.name.value == interface for item in node.interfaces)
    ]


def _drop_unserved(work: Pruning) -> None:
    changed = True
    while changed:
        changed = False
        for name in list(work.kept):
            if not isinstance(work.definitions[name], FIELD_OWNERS):
                continue
            fields = _fields(work, name)
            for field_name in sorted(work.kept[name]):
                target = named(fields[field_name].type)
                if not _is_served(work, target):
                    work.kept[name].discard(field_name)
                    work.warnings.append(f"{name}.{field_name}: left out, nothing of {target} is served")
                    changed = True


def _settle_interfaces(work: Pruning) -> None:
    """An interface has the fields declared on it, or those that all its served types share."""
    for name, node in work.definitions.items():
        if not isinstance(node, ast.InterfaceTypeDefinitionNode):
            continue
        served = [other for other in _implementors(work, name) if _is_served(work, other)]
        if not served or work.kept.get(name):
            continue
        shared = set(_fields(work, name))
        for other in served:
            shared &= work.kept[other]
        work.kept[name] = shared


def _interfaces(work: Pruning, name: str) -> list[str]:
    """Return the interfaces that the pruned type `name` still fulfils."""
    return [
        item.name.value
        for item in work.definitions[name].interfaces or ()
        if work.kept.get(item.name.value) and work.kept[item.name.value] <= work.kept[name]
    ]


def _arguments(work: Pruning, owner: str, node: Any) -> list[Any]:
    listed = work.bindings.arguments.get((owner, node.name.value))
    arguments = list(node.arguments or ())
    if listed is None:
        return arguments
    unknown = listed - {argument.name.value for argument in arguments}
    if unknown:
        raise ValueError(f"{owner}.{node.name.value}: no such arguments: {sorted(unknown)}")
    return [item for item in arguments if item.name.value in listed or isinstance(item.type, ast.NonNullTypeNode)]


def _reach(work: Pruning, name: str) -> None:
    node = work.definitions.get(name)
    if node is None or name in work.reached or not _is_served(work, name):
        return
    work.reached.add(name)
    if isinstance(node, ast.UnionTypeDefinitionNode):
        for member in node.types:
            _reach(work, member.name.value)
    elif isinstance(node, ast.InputObjectTypeDefinitionNode):
        for item in _input_fields(work, name, node):
            _reach(work, named(item.type))
    elif isinstance(node, FIELD_OWNERS):
        _reach_fields(work, name, node)


def _reach_fields(work: Pruning, name: str, node: Any) -> None:
    for item in node.fields:
        if item.name.value in work.kept[name]:
            _reach(work, named(item.type))
            for argument in _arguments(work, name, item):
                _reach(work, named(argument.type))
    if isinstance(node, ast.InterfaceTypeDefinitionNode):
        for other in _implementors(work, name):
            if _is_served(work, other) and name in _interfaces(work, other):
                _reach(work, other)
    else:
        for interface in _interfaces(work, name):
            _reach(work, interface)


def _input_fields(work: Pruning, name: str, node: Any) -> list[Any]:
    listed = work.kept.get(name)
    return [
        item
        for item in node.fields
        if listed is None or item.name.value in listed or isinstance(item.type, ast.NonNullTypeNode)
    ]


def _rebuild(work: Pruning, node: Any) -> Any:
    """Return `node` with only what stays. Nodes are the parser's own and not used again, so they are changed."""
    name = node.name.value
    if isinstance(node, ast.UnionTypeDefinitionNode):
        node.types = tuple(member for member in node.types if member.name.value in work.reached)
    elif isinstance(node, ast.InputObjectTypeDefinitionNode):
        node.fields = tuple(_input_fields(work, name, node))
    elif isinstance(node, FIELD_OWNERS):
        interfaces = _interfaces(work, name)
        node.interfaces = tuple(item for item in node.interfaces if item.name.value in interfaces)
        node.fields = tuple(item for item in node.fields if item.name.value in work.kept[name])
        for item in node.fields:
            item.arguments = tuple(_arguments(work, name, item))
    return node


def main(arguments: list[str]) -> int:
    """Write contract.graphql from the schema named on the command line."""
    import django

    if len(arguments) != 1:
        sys.stderr.write(__doc__ or "")
        return 2
    django.setup()
    from infra.engine.schema.build import load_bindings

    load_bindings()
    text, warnings = prune(Path(arguments[0]).read_text(), BINDINGS)
    CONTRACT.write_text(text)
    sys.stderr.write("".join(f"{warning}\n" for warning in warnings))
    return 0


if __name__ == "__main__":
    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "infra.settings")
    raise SystemExit(main(sys.argv[1:]))
