"""What the recordings reach: every mutation that the mall sends is known done, and refused for what was said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from graphql import OperationDefinitionNode, OperationType, parse

from marketplace.saleor import documents
from tests.contract.exchange import load
from tests.contract.stories import provisioning, writes

NO_DOMAIN_ERROR = provisioning.NO_DOMAIN_ERROR | writes.NO_DOMAIN_ERROR
GONE = {"NOT_FOUND", "CHECKOUT_NOT_FOUND"}


def _mutations() -> list[str]:
    """Return the names of the mutations of the mall's own documents."""
    folder = Path(documents.__file__).parent / "operations"
    heads = [node for path in folder.glob("*.graphql") for node in parse(path.read_text(encoding="utf-8")).definitions]
    return sorted(
        node.name.value
        for node in heads
        if isinstance(node, OperationDefinitionNode) and node.operation is OperationType.MUTATION and node.name
    )


def _outcomes() -> dict[str, set[str]]:
    """Return "done" and the codes of payloads' errors by operation; errors of a whole document do not count."""
    found: dict[str, set[str]] = {}
    for recording in load().values():
        answer = recording["answer"]
        if not recording["operation"] or recording["caller"] == "event" or answer.get("errors"):
            continue
        for payload in (answer["data"] or {}).values():
            if isinstance(payload, dict) and "errors" in payload:
                codes = {error["code"] for error in _errors(payload)}
                found.setdefault(recording["operation"], set()).update(codes or {"done"})
    return found


def _errors(payload: dict[str, Any]) -> list[dict[str, Any]]:
    of_rows = [error for row in payload.get("results") or () for error in row.get("errors") or ()]
    return [*payload["errors"], *of_rows]


OUTCOMES = _outcomes()


@pytest.mark.parametrize("mutation", _mutations())
def test_every_mutation_is_recorded_done_and_refused(mutation: str) -> None:
    seen = OUTCOMES.get(mutation, set())
    refused = seen - {"done"}
    assert "done" in seen
    assert refused
    assert (mutation in NO_DOMAIN_ERROR) == (refused <= GONE), "NO_DOMAIN_ERROR tells otherwise"
