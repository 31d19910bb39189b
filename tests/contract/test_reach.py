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
LEAST_PAIRS, MOST_KEPT_OUT = 300, 60


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


def _outcome(recording: dict[str, Any]) -> str:
    """Return how an exchange ended: "ok", "null", or the places and codes of what was refused."""
    answer = recording["answer"] if isinstance(recording["answer"], dict) else {}
    if answer.get("errors"):
        told = [error.get("extensions") or {} for error in answer["errors"]]
        return " ".join(sorted({each.get("code") or each.get("exception", {}).get("code", "") for each in told}))
    payloads = list((answer.get("data") or {}).values())
    errors = [error for each in payloads if isinstance(each, dict) for error in _errors({"errors": (), **each})]
    if errors:
        return " ".join(sorted({f"{error.get('field') or error.get('path')}:{error['code']}" for error in errors}))
    return "null" if None in payloads else "ok"


def test_the_table_is_of_behaviour_and_little_of_it_of_being_kept_out():
    pairs = {(each["operation"], _outcome(each)) for each in load().values() if each["operation"]}
    kept_out = {pair for pair in pairs if pair[1] == "null" or "PermissionDenied" in pair[1] or "NOT_FOUND" in pair[1]}
    assert len(pairs) >= LEAST_PAIRS
    assert len(kept_out) <= MOST_KEPT_OUT
