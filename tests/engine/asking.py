"""Ask the engine as a client does: bytes into its handler, bytes out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from infra.engine import bootstrap
from infra.engine.handler import handle
from marketplace.saleor import documents

OPERATIONS = Path(__file__).resolve().parents[2] / "marketplace" / "saleor" / "operations"


def ask(document: str, variables: dict[str, Any] | None = None, *, token: str = "") -> dict[str, Any]:
    """Return the JSON answer to a document."""
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    body = json.dumps({"query": document, "variables": variables or {}}).encode()
    _, _, content = handle("POST", "/graphql/", headers, body)
    return json.loads(content)


def data_of(document: str, variables: dict[str, Any] | None = None, *, token: str = "") -> dict[str, Any]:
    """Return `data` of an answer that must be free of errors, in payloads too."""
    answer = ask(document, variables, token=token)
    assert "errors" not in answer, answer["errors"]
    for payload in answer["data"].values():
        if isinstance(payload, dict):
            assert not payload.get("errors"), payload["errors"]
    return answer["data"]


def staff_token() -> str:
    """Return the token of an app that may do everything."""
    return bootstrap.create_staff_app("tests")


def whole_operation(path: Path) -> str:
    """Return the text of an operation file with the fragments it spreads."""
    name = "".join(word.capitalize() for word in path.stem.split("_"))
    return documents.document(name)
