"""The documents that stories send: the mall's own operations, and those of other clients in operations/."""

from __future__ import annotations

import json
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import requests

from marketplace.saleor import documents, transport
from marketplace.saleor.client import APP, ask
from marketplace.saleor.queries import app_token

FOLDER = Path(__file__).resolve().parent / "operations"


@cache
def foreign() -> dict[str, str]:
    """Return the documents of operations/ by name, each with the fragments it spreads."""
    names = [name.removeprefix("operation ") for name in documents.texts_of(FOLDER) if name.startswith("operation ")]
    return {name: documents.document(name, folder=FOLDER) for name in names}


def send(operation: str, variables: dict[str, Any], *, token: str | None) -> dict[str, Any]:
    """Send an operation of the mall or of operations/ and return the whole answer; amounts are `Decimal`."""
    document = foreign().get(operation)
    if document is None:
        return ask(operation, variables, token=token)
    bearer = app_token(api_url=transport.api_url()) if token is APP else token
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {bearer}"} if bearer else {})
    body = json.dumps({"query": document, "variables": variables}, default=str, ensure_ascii=False).encode()
    _, _, answer = transport.post(headers=headers, body=body, is_repeatable=False)
    found: dict[str, Any] = json.loads(answer, parse_float=Decimal)
    return found


def send_with_file(
    operation: str, variables: dict[str, Any], *, file: tuple[str, str, bytes], token: str | None
) -> dict[str, Any]:
    """As `send` for an operation of the mall, with `file` (name, media type, content) as its variable `image`."""
    name, kind, content = file
    request = {"query": documents.document(operation), "variables": {**variables, "image": None}}
    fields = {"operations": json.dumps(request), "map": json.dumps({"0": ["variables.image"]})}
    prepared = requests.Request("POST", "http://unused.invalid/", data=fields, files={"0": (name, content, kind)})
    sent = prepared.prepare()
    bearer = app_token(api_url=transport.api_url()) if token is APP else token
    headers = {"Content-Type": str(sent.headers["Content-Type"])} | (
        {"Authorization": f"Bearer {bearer}"} if bearer else {}
    )
    assert isinstance(sent.body, bytes)
    _, _, answer = transport.post(headers=headers, body=sent.body, is_repeatable=False)
    found: dict[str, Any] = json.loads(answer, parse_float=Decimal)
    return found
