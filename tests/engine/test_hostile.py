"""What no database takes, and no answer can carry: refused as other values that do not fit, never a failure."""

from __future__ import annotations

import json
from typing import Any

import pytest

from infra.engine.handler import handle
from tests.engine.asking import staff_token

pytestmark = pytest.mark.django_db(databases=["engine"])
CREATE = "mutation($i: WarehouseCreateInput!) { createWarehouse(input: $i) { warehouse { name } errors { code } } }"
PROMOTION = "mutation($i: PromotionCreateInput!) { promotionCreate(input: $i) { errors { code } } }"
CATEGORY = "mutation($i: CategoryInput!) { categoryCreate(input: $i) { errors { code } } }"


def post(body: Any) -> tuple[int, dict[str, Any]]:
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {staff_token()}"}
    status, _, content = handle("POST", "/graphql/", headers, json.dumps(body).encode())
    return status, json.loads(content.decode())


def refused(body: Any) -> str:
    """Return the message of a request that was refused as a whole."""
    status, answer = post(body)
    assert status == 400, answer
    codes = {error["extensions"]["exception"]["code"] for error in answer["errors"]}
    assert codes <= {"GraphQLError", "GraphQLSyntaxError"}
    return str(answer["errors"][0]["message"])


@pytest.mark.parametrize("text", ["a\0b", "\0", "\ud800", "x\udfffy"])
def test_text_that_no_database_takes_is_refused(text):
    for document, given in (
        (CREATE, {"name": text, "address": {}}),
        (PROMOTION, {"name": "x", "type": "CATALOGUE", "description": {"blocks": [{text: 1}]}}),
        (PROMOTION, {"name": "x", "type": "CATALOGUE", "description": {"blocks": [[text]]}}),
        (CATEGORY, {"name": "x", "description": json.dumps({"blocks": [{"data": {"text": text}}]})}),
        (CATEGORY, {"name": "x", "parent": text, "metadata": [{"key": "k", "value": text}]}),
    ):
        refused({"query": document, "variables": {"i": given}})
    refused({"query": "query($id: ID!) { product(id: $id) { id } }", "variables": {"id": text}})


def test_in_the_document_too():
    refused({"query": r'{ products(first: 1, search: "a\u0000b") { totalCount } }'})
    refused({"query": r'{ products(first: 1, search: "\u{D800}") { totalCount } }'})
    refused({"query": r'{ product(id: "\u0000") { id } }'})
    refused({"query": '{ product(id: """\ud800""") { id } }'})
    refused({"query": "{ \ud800 }"})


def test_an_answer_that_names_what_was_asked_is_always_sent():
    assert "Unknown operation" in refused({"query": "query A { me { id } }", "operationName": "\ud800"})


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_numbers_that_json_does_not_have_are_refused(number):
    refused(
        {"query": CATEGORY, "variables": {"i": {"name": "x", "description": f'{{"time": {number}, "blocks": []}}'}}}
    )
    description = {"time": float(number), "blocks": []}
    given = {"name": "x", "type": "CATALOGUE", "description": description}
    refused({"query": PROMOTION, "variables": {"i": given}})


def test_json_nested_beyond_reason_is_refused():
    deep: Any = []
    for _ in range(400):
        deep = [deep]
    given = {"name": "x", "type": "CATALOGUE", "description": {"blocks": deep}}
    refused({"query": PROMOTION, "variables": {"i": given}})
    refused({"query": CATEGORY, "variables": {"i": {"name": "x", "description": json.dumps({"blocks": deep})}}})
