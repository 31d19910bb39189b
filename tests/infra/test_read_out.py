"""A body that nobody read must not cost the next request its connection."""

from __future__ import annotations

import http.client
import io
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from infra.postgres import free_port
from infra.read_out import ReadOut
from tests.infra.test_lifeline import ROOT

FORM = b"x" * 300_000
TURNS = 30


@contextmanager
def served(target: str) -> Iterator[int]:
    """Serve a WSGI application by the mall's own web server; yield the port."""
    port = free_port()
    command = [sys.executable, "-m", "infra", "serve", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    process = subprocess.Popen([*command, "--target", target], cwd=ROOT)
    try:
        until = time.monotonic() + 60
        while time.monotonic() < until and not answers(port):
            time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def answers(port: int) -> bool:
    try:
        return posted(http.client.HTTPConnection("127.0.0.1", port, timeout=2), b"")
    except OSError:
        return False


def posted(connection: http.client.HTTPConnection, body: bytes) -> bool:
    connection.request("POST", "/", body)
    answer = connection.getresponse()
    answer.read()
    return answer.status == 200


@pytest.mark.parametrize("body", [FORM, b"short"])
def test_a_form_that_was_not_read_leaves_the_connection_open(body):
    with served("tests.infra.bare:reading_out") as port:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        assert all(posted(connection, body) for _ in range(TURNS))
        connection.close()


def test_whoever_sends_without_end_is_cut_off():
    body = io.BytesIO(FORM)
    environ: dict[str, Any] = {"REQUEST_METHOD": "POST", "wsgi.input": body}
    ReadOut(lambda *_: [b"refused"], at_most=100_000)(environ, lambda *_: None)
    assert body.tell() == 100_000


def test_a_page_asked_for_is_not_waited_for():
    body = io.BytesIO(FORM)
    environ: dict[str, Any] = {"REQUEST_METHOD": "GET", "wsgi.input": body}
    assert ReadOut(lambda *_: [b"page"])(environ, lambda *_: None) == [b"page"]
    assert body.tell() == 0
