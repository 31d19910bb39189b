"""Queries answered in front of Django: which ones, as what, and what goes on to Django."""

from __future__ import annotations

import io
import json
import logging
from typing import Any

import pytest
from django.core.signals import request_finished, request_started

from infra.engine import door
from infra.engine.door import EngineDoor

pytestmark = pytest.mark.django_db(databases=["engine"])
ASKED = json.dumps({"query": "{ shop { name } }"}).encode()


def environ(body: bytes = ASKED, **others: str) -> dict[str, Any]:
    return {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/graphql/",
        "QUERY_STRING": "",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_HOST": "localhost:8000",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.input": io.BytesIO(body),
        **others,
    }


def behind(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    start_response("418 I'm a teapot", [])
    return [b"Django"]


def call(asked: dict[str, Any]) -> tuple[str, dict[str, str], bytes]:
    said: list[Any] = []
    content = b"".join(EngineDoor(behind)(asked, lambda status, headers: said.extend([status, dict(headers)])))
    return said[0], said[1], content


def test_a_plain_query_is_answered_with_what_guards_every_answer() -> None:
    status, headers, content = call(environ(HTTP_ORIGIN="https://shop.example"))

    assert status == "200 OK"
    assert set(json.loads(content)["data"]["shop"]) == {"name"}
    assert headers["Content-Length"] == str(len(content))
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Access-Control-Allow-Origin"] == "https://shop.example"


@pytest.mark.parametrize(
    "otherwise",
    [
        {"REQUEST_METHOD": "OPTIONS"},
        {"PATH_INFO": "/"},
        {"CONTENT_TYPE": "multipart/form-data; boundary=x"},
        {"CONTENT_LENGTH": ""},
        {"CONTENT_LENGTH": "99999999"},
        {"CONTENT_LENGTH": "9" * 5000},
        {"CONTENT_LENGTH": "\xb2"},
        {"CONTENT_LENGTH": "-1"},
        {"HTTP_HOST": "elsewhere.example"},
        {"HTTP_HOST": ""},
    ],
)
def test_what_is_not_plain_goes_on(otherwise: dict[str, str]) -> None:
    assert call({**environ(), **otherwise})[2] == b"Django"


def test_the_handler_gets_what_was_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    got: list[Any] = []

    def note(*sent: Any) -> Any:
        got.extend(sent)
        return 200, {"Content-Type": "application/json"}, b"{}"

    monkeypatch.setattr(door, "handle", note)
    call(environ(HTTP_AUTHORIZATION="Bearer token", QUERY_STRING="a=1"))

    method, path, headers, body, peer = got
    assert (method, path, body, peer) == ("POST", "/graphql/?a=1", ASKED, "127.0.0.1")
    assert headers["authorization"] == "Bearer token"
    assert headers["content-type"] == "application/json"


def test_a_fault_is_logged_and_says_nothing_of_itself(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: Any) -> Any:
        raise RuntimeError("secret")

    monkeypatch.setattr(door, "handle", fail)
    with caplog.at_level(logging.ERROR):
        status, _, content = call(environ())

    assert status.startswith("500")
    assert b"secret" not in content
    assert "secret" in caplog.text


def test_django_is_told_when_a_request_begins_and_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(request_started, "send", lambda **_: told.append("started"))
    monkeypatch.setattr(request_finished, "send", lambda **_: told.append("finished"))

    call(environ())

    assert told == ["started", "finished"]
