"""Every root field, asked with values that nobody means well with in each place: nothing ever fails inside.

ENGINE_HOSTILE=ALL tries every place with every value (a quarter of an hour), else a few of each field.
"""

from __future__ import annotations

import json
import os
import random
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction

from infra.engine.handler import handle
from infra.engine.schema.binding import BINDINGS
from infra.engine.schema.build import schema
from infra.engine.schema.ids import to_global_id
from tests.engine.filled import fill_all
from tests.engine.hostile import Questions

pytestmark = pytest.mark.django_db(databases=["engine"])
FEW = 8
#: asks an address of the net, which no test may
OUTSIDE = {"appInstall", "appFetchManifest"}


def known_ids() -> dict[str, list[str]]:
    found = {}
    for model in apps.get_models():
        name = BINDINGS.typenames.get(model)
        if isinstance(name, str):
            found[name] = [to_global_id(name, row.pk) for row in model._default_manager.all()[:3]]
    return {name: ids for name, ids in found.items() if ids}


def problem(document: str, variables: dict[str, Any], token: str) -> str | None:
    """Ask and undo what it did; return what is wrong with the answer."""
    body = json.dumps({"query": document, "variables": variables}).encode()
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    undo = transaction.savepoint(using="engine")
    try:
        status, _, content = handle("POST", "/graphql/", headers, body)
    finally:
        transaction.savepoint_rollback(undo, using="engine")
    answer = json.loads(content.decode())
    inside = [error for error in answer.get("errors", []) if error["message"] == "Internal Server Error"]
    return str(inside or status) if inside or status not in (200, 400) else None


@pytest.mark.parametrize("operation", ["query", "mutation"])
def test_nothing_fails_inside_whatever_is_asked(operation: str) -> None:
    token, ids = fill_all().token, known_ids()
    root = schema().query_type if operation == "query" else schema().mutation_type
    assert root is not None
    found = {}
    for name in sorted(set(root.fields) - OUTSIDE):
        questions = Questions(operation, name, ids)
        document, ways = questions.document(), list(questions.variables())
        if os.environ.get("ENGINE_HOSTILE") != "ALL":
            ways = [ways[0], *random.Random(name).sample(ways[1:], min(FEW, len(ways) - 1))]
        for tried, variables in ways:
            wrong = problem(document, variables, token)
            if wrong:
                found[f"{name}: {tried}"] = wrong

    assert found == {}
