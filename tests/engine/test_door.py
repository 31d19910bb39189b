"""The engine's one door: pages of other origins, and several questions in one request."""

from __future__ import annotations

import json

import pytest

from infra.engine import handler
from infra.engine.handler import handle

ORIGIN = "https://shop.example"
QUESTION = {"query": "{ __typename }"}


def post(asked: object, **headers: str) -> tuple[int, dict[str, str], dict | list]:
    sent = {"Content-Type": "application/json", **headers}
    status, said, body = handle("POST", "/graphql/", sent, json.dumps(asked).encode())
    return status, said, json.loads(body)


def test_a_page_of_another_origin_may_ask_first_and_read_the_answer():
    status, said, body = handle("OPTIONS", "/graphql/", {"Origin": ORIGIN}, b"")

    assert (status, body) == (200, b"")
    assert said["Access-Control-Allow-Origin"] == ORIGIN
    assert said["Access-Control-Allow-Credentials"] == "true"
    assert "Authorization-Bearer" in said["Access-Control-Allow-Headers"]
    assert post(QUESTION, Origin=ORIGIN)[1]["Access-Control-Allow-Origin"] == ORIGIN


def test_what_is_refused_can_be_read_by_the_page_too():
    status, said, _ = handle("POST", "/graphql/", {"Origin": ORIGIN, "Content-Type": "application/json"}, b"{")

    assert (status, said["Access-Control-Allow-Origin"]) == (400, ORIGIN)


def test_without_an_origin_nothing_is_said_of_origins():
    for method, body in (("OPTIONS", b""), ("POST", json.dumps(QUESTION).encode())):
        said = handle(method, "/graphql/", {"Content-Type": "application/json"}, body)[1]
        assert [name for name in said if name.startswith("Access-Control")] == []


def test_other_methods_are_refused():
    status, said, _ = handle("GET", "/graphql/", {}, b"")

    assert (status, said["Allow"]) == (405, "POST, OPTIONS")


def test_a_list_of_one_question_is_answered_by_a_list_of_one():
    assert post([QUESTION])[::2] == (200, [{"data": {"__typename": "Query"}}])


def test_more_questions_than_are_allowed_are_answered_by_none():
    status, _, body = post([QUESTION, QUESTION])

    assert status == 400
    assert [error["message"] for error in body["errors"]] == ["Number of batch queries exceeded."]


def test_where_two_are_allowed_each_has_its_own_answer(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(handler, "MAX_BATCH", 2)

    status, _, body = post([QUESTION, {"query": ""}])

    assert status == 400
    assert body[0] == {"data": {"__typename": "Query"}}
    assert body[1]["errors"][0]["message"] == "Must provide a query string."
