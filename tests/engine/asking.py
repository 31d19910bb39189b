"""Ask the engine as a client does: bytes into its handler, bytes out."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from infra.engine import bootstrap
from infra.engine.handler import handle

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
    fragments = {}
    for each in (OPERATIONS / "fragments").glob("*.graphql"):
        text = each.read_text()
        fragments[re.search(r"fragment (\w+)", text).group(1)] = text
    parts, wanted = [path.read_text()], [path.read_text()]
    seen: set[str] = set()
    while wanted:
        for name in re.findall(r"\.\.\.\s*(?!on\b)(\w+)", wanted.pop()):
            if name not in seen:
                seen.add(name)
                parts.append(fragments[name])
                wanted.append(fragments[name])
    return "\n".join(parts)
