from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from graphql import build_schema, parse, validate

from marketplace.saleor import client, documents
from marketplace.saleor.client import execute, upload
from marketplace.saleor.types import SaleorProblem, SaleorRefused

CONTRACT = Path(django_settings.BASE_DIR) / "infra" / "engine" / "schema" / "contract.graphql"


class Line:
    """The transport, as a notebook with one answer."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer if isinstance(answer, str) else json.dumps(answer)
        self.sent: list[dict[str, Any]] = []

    def __call__(
        self, *, headers: dict[str, str], body: bytes, is_repeatable: bool
    ) -> tuple[int, dict[str, str], bytes]:
        self.sent.append({"headers": headers, "body": body, "is_repeatable": is_repeatable})
        return 200, {}, self.answer.encode()


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch) -> Line:
    notebook = Line({"data": {"shop": {"name": "x"}}})
    monkeypatch.setattr(client.transport, "post", notebook)
    return notebook


def test_amounts_are_exact_both_ways(line: Line) -> None:
    line.answer = '{"data": {"shop": {"a": 0.1, "b": 1234567890123456.78, "c": 3980}}}'

    answer = execute("ShopSettings", {"x": Decimal("0.1"), "y": Decimal("1234567890123456.78")}, token=None)

    assert answer["shop"] == {"a": Decimal("0.1"), "b": Decimal("1234567890123456.78"), "c": 3980}
    assert json.loads(line.sent[0]["body"], parse_float=Decimal)["variables"] == {
        "x": Decimal("0.1"),
        "y": "1234567890123456.78",
    }


def test_only_a_query_may_be_sent_again(line: Line) -> None:
    execute("ShopSettings", token=None)
    line.answer = '{"data": {"orderConfirm": {"errors": []}}}'
    execute("OrderConfirm", {"id": "x"}, token=None)

    assert [each["is_repeatable"] for each in line.sent] == [True, False]


def test_the_caller_is_named_by_the_token(line: Line) -> None:
    execute("ShopSettings", token=None)
    execute("ShopSettings", token="shopper")

    assert [each["headers"].get("Authorization") for each in line.sent] == [None, "Bearer shopper"]


def test_every_kind_of_refusal_is_raised(line: Line) -> None:
    line.answer = json.dumps(
        {
            "errors": [{"message": "no", "path": ["a", 0], "extensions": {"exception": {"code": "PermissionDenied"}}}],
            "data": {
                "one": {"errors": [{"code": "INVALID", "field": "price", "message": "bad", "variants": ["v"]}]},
                "many": {
                    "errors": [],
                    "results": [{"errors": [{"code": "UNIQUE", "path": "sku", "message": "taken"}]}],
                },
            },
        }
    )

    with pytest.raises(SaleorRefused) as refused:
        execute("OrderConfirm", {"id": "x"}, token=None)

    assert refused.value.errors == (
        SaleorProblem("PermissionDenied", "a.0", "no"),
        SaleorProblem("INVALID", "price", "bad", ("v",)),
        SaleorProblem("UNIQUE", "sku", "taken"),
    )
    assert refused.value.codes == {"PermissionDenied", "INVALID", "UNIQUE"}


def test_a_file_is_sent_as_the_multipart_request_of_graphql(line: Line) -> None:
    line.answer = '{"data": {"productMediaCreate": {"media": {"id": "m"}, "errors": []}}}'

    upload(
        "ProductMediaCreate",
        {"product": "p", "alt": "椀"},
        variable="image",
        filename='a/b"c.png',
        content_type="image/png",
        content=b"\x89PNG\r\n",
        token=None,
    )

    sent = line.sent[0]
    boundary = sent["headers"]["Content-Type"].partition("boundary=")[2].encode()
    parts = sent["body"].split(b"--" + boundary)
    assert len(parts) == 5
    assert b'name="map"\r\n\r\n{"0": ["variables.image"]}' in parts[2]
    assert b'name="0"; filename="abc.png"\r\nContent-Type: image/png\r\n\r\n\x89PNG\r\n' in parts[3]
    assert json.loads(parts[1].partition(b"\r\n\r\n")[2])["variables"] == {"product": "p", "alt": "椀", "image": None}


def test_an_unknown_operation_is_a_mistake_of_ours() -> None:
    with pytest.raises(LookupError, match="NoSuchThing"):
        execute("NoSuchThing", token=None)


@pytest.mark.parametrize("operation", documents.operations())
def test_every_operation_fits_what_the_embedded_engine_declares(operation: str) -> None:
    assert [error.message for error in validate(declared(), parse(documents.document(operation)))] == []


def declared(cache: list[Any] = []) -> Any:  # noqa: B006  one schema for all operations
    if not cache:
        cache.append(build_schema(CONTRACT.read_text(encoding="utf-8"), assume_valid=True))
    return cache[0]


def test_file_names_and_operation_names_agree() -> None:
    for path in documents.FOLDER.rglob("*.graphql"):
        name = "".join(word.capitalize() for word in path.stem.split("_"))
        assert f" {name}" in path.read_text(encoding="utf-8").splitlines()[0]
