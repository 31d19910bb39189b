"""Decision 0002: no call to Saleor while a transaction of the mall is open, on either transport."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from marketplace.kernel.jobs.actions import enqueue
from marketplace.kernel.jobs.models import OutboxJob
from marketplace.saleor.client import execute
from marketplace.saleor.types import SaleorUnavailable

QUESTION = b'{"data": {"shop": {"name": "x"}}}'
arrived: list[bytes] = []


def answer_in_process(
    method: str, path: str, headers: dict[str, str], body: bytes
) -> tuple[int, dict[str, str], bytes]:
    """Stand in for the embedded engine's handler."""
    arrived.append(body)
    return 200, {}, QUESTION


class Answering(BaseHTTPRequestHandler):
    """Stands in for a Saleor."""

    def do_POST(self) -> None:
        arrived.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.send_header("Content-Length", str(len(QUESTION)))
        self.end_headers()
        self.wfile.write(QUESTION)

    def log_message(self, *args: object) -> None:
        """Keep the test's output quiet."""


@pytest.fixture
def http_saleor() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Answering)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/graphql/"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(params=["in process", "over http"])
def either_transport(request: pytest.FixtureRequest, settings: object) -> None:
    arrived.clear()
    if request.param == "over http":
        settings.SALEOR_API_URL = request.getfixturevalue("http_saleor")  # type: ignore[attr-defined]
    else:
        settings.SALEOR_API_URL = ""  # type: ignore[attr-defined]
        settings.ENGINE_HANDLER = f"{__name__}.answer_in_process"  # type: ignore[attr-defined]


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_the_same_bytes_arrive(either_transport: None) -> None:
    assert execute("ShopSettings", token=None) == {"shop": {"name": "x"}}

    assert json.loads(arrived[0])["operationName"] == "ShopSettings"
    assert len(arrived) == 1


@pytest.mark.django_db(transaction=True)
def test_inside_a_transaction_nothing_is_sent(either_transport: None) -> None:
    with pytest.raises(RuntimeError, match="inside a mall transaction"), transaction.atomic():
        enqueue(kind="test.kind", key="1", payload={})
        execute("ShopSettings", token=None)

    assert arrived == []
    assert not OutboxJob.objects.exists()


@pytest.mark.django_db
def test_the_transaction_of_a_test_case_does_not_count(either_transport: None) -> None:
    execute("ShopSettings", token=None)
    with pytest.raises(RuntimeError), transaction.atomic():
        execute("ShopSettings", token=None)

    assert len(arrived) == 1


@pytest.mark.skipif(bool(settings.SALEOR_API_URL), reason="needs the embedded engine's own tables")
@pytest.mark.django_db(transaction=True, databases=["default", "engine"])
def test_a_mall_transaction_that_fails_after_a_call_takes_nothing_of_saleor_with_it() -> None:
    staff = {"email": "staff@mall.invalid", "password": "a-long-enough-word"}
    import_string(settings.ENGINE_ENSURE_SUPERUSER)(**staff)
    token = execute("TokenCreate", staff, token=None)["tokenCreate"]["token"]
    category = {"input": {"name": "切子", "slug": "kiriko"}}

    made = execute("CategoryCreate", category, token=token)["categoryCreate"]["category"]["id"]
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        enqueue(kind="test.kind", key="1", payload={})
        _ = 1 / 0

    assert not OutboxJob.objects.exists()
    assert execute("CategoryById", {"id": made}, token=token)["category"]["slug"] == "kiriko"


def test_no_answer_is_unavailable(settings: object, http_saleor: str) -> None:
    settings.SALEOR_API_URL = "http://127.0.0.1:1/graphql/"  # type: ignore[attr-defined]

    with pytest.raises(SaleorUnavailable):
        execute("ShopSettings", token=None)


def test_an_answer_of_something_else_is_unavailable(settings: object) -> None:
    settings.SALEOR_API_URL = ""  # type: ignore[attr-defined]
    settings.ENGINE_HANDLER = f"{__name__}.answer_like_a_proxy"  # type: ignore[attr-defined]

    with pytest.raises(SaleorUnavailable, match="502"):
        execute("ShopSettings", token=None)


def answer_like_a_proxy(
    method: str, path: str, headers: dict[str, str], body: bytes
) -> tuple[int, dict[str, str], bytes]:
    return 502, {}, b"<html>bad gateway</html>"
