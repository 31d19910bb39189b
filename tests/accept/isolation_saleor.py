"""Who may ask what of a real Saleor: every operation that the mall sends, tried as everybody who has no staff token.

Saleor's other fields are not the mall's. An operation whose root field has no expectation fails.
"""

from __future__ import annotations

from typing import Any

from graphql import (
    FieldNode,
    GraphQLSchema,
    NameNode,
    OperationDefinitionNode,
    parse,
    print_ast,
    type_from_ast,
)

from marketplace.saleor.documents import document, is_subscription, operations
from tests.accept import documents, isolation_engine
from tests.accept.isolation import World, sights
from tests.accept.runner import Check

# Saleor refuses another's address as forbidden and a made-up one as not found: counting ids up tells how many
# addresses there are, and nothing of any.
TELLING = ("accountAddressUpdate", "accountAddressDelete")
Sent = tuple[str, dict[str, Any]]


def try_operations(world: World, check: Check) -> None:
    """Send every operation with ids that exist and with made-up ones, as each role without a staff token."""
    schema = documents.read_schema(world.people["anonymous"].graphql)
    before = sights(world)
    roles, address = list(isolation_engine.askers(world)), isolation_engine.anothers_address(world)
    check("the shopper has a token of Saleor's", roles[-1][2] not in ("", "None"))
    for name in operations():
        if not is_subscription(name):
            root, text = root_and_text(name)

            def written(ids: documents.Ids, text: str = text, root: str = root) -> Sent:
                return text, values(schema, text, root, ids) | isolation_engine.KNOWN.get(root, {})

            wrong = list(isolation_engine.wrong(world, root, written, roles, address, also=TELLING))
            check(f"operation {name}", not wrong, wrong[:3])
    check("the refused operations changed nothing", sights(world) == before)


def root_and_text(name: str) -> tuple[str, str]:
    """Return an operation's root field and its document, in which that field is called "answer"."""
    parsed = parse(document(name))
    field = next(each for each in parsed.definitions if isinstance(each, OperationDefinitionNode)).selection_set
    root = field.selections[0]
    assert isinstance(root, FieldNode)
    root.alias = NameNode(value="answer")
    return root.name.value, print_ast(parsed)


def values(schema: GraphQLSchema, text: str, root: str, ids: documents.Ids) -> dict[str, Any]:
    """Return values of the right kinds for an operation's variables."""
    found = {}
    for each in _operation(text).variable_definitions or ():
        name = each.variable.name.value
        found[name] = documents.value(type_from_ast(schema, each.type), root, name, ids)  # type: ignore[arg-type]
    return found


def _operation(text: str) -> OperationDefinitionNode:
    return next(each for each in parse(text).definitions if isinstance(each, OperationDefinitionNode))
