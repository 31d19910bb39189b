"""Mutations of many rows: what becomes of the others when one is wrong (the contract's ErrorPolicyEnum)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from infra.engine.schema.errors import MutationError, UserErrors

IGNORE_FAILED, REJECT_FAILED_ROWS, REJECT_EVERYTHING = "IGNORE_FAILED", "REJECT_FAILED_ROWS", "REJECT_EVERYTHING"


@dataclass
class Parts:
    """The parts of one row being written, and what was wrong with them."""

    errors: list[MutationError] = field(default_factory=list)

    def attempt(self, path: str, write: Callable[[], Any]) -> Any:
        """Return what `write` gives; problems it raises are kept under `path`, and nothing of the part is written."""
        try:
            with transaction.atomic("engine"):
                return write()
        except UserErrors as refused:
            self.errors += [at_path(error, path) for error in refused.errors]
            return None


@dataclass
class Outcome:
    """What became of one row: the object made or changed, or None, and its errors."""

    row: Any
    errors: list[MutationError]


class _Refused(Exception):  # noqa: N818 (it only rolls back)
    pass


def at_path(error: MutationError, path: str) -> MutationError:
    """Return the error with the path to its place: `path`, then the field it was about."""
    inner = error.extra.get("path") or error.field
    whole = ".".join(part for part in (path, inner) if part) or None
    return MutationError(error.field, error.message, error.code, {**error.extra, "path": whole})


def write_rows(
    items: list[dict[str, Any]], policy: str | None, write: Callable[[int, dict[str, Any], Parts], Any]
) -> list[Outcome]:
    """Write every item with `write(index, item, parts)` inside the caller's transaction and return what became of each.

    A row that raises UserErrors is not written. Of a row with wrong parts, IGNORE_FAILED leaves the parts out and the
    other policies the row; REJECT_EVERYTHING (the default) writes nothing as soon as anything is wrong.
    """
    policy = policy or REJECT_EVERYTHING
    outcomes: list[Outcome] = []
    try:
        with transaction.atomic("engine"):
            for index, item in enumerate(items):
                outcomes.append(_write_row(index, item, policy, write))
            if policy == REJECT_EVERYTHING and any(outcome.errors for outcome in outcomes):
                raise _Refused
    except _Refused:
        return [Outcome(None, outcome.errors) for outcome in outcomes]
    return outcomes


def _write_row(index: int, item: dict[str, Any], policy: str, write: Callable[..., Any]) -> Outcome:
    parts = Parts()
    try:
        with transaction.atomic("engine"):
            row = write(index, item, parts)
            if parts.errors and policy != IGNORE_FAILED:
                raise _Refused
    except UserErrors as refused:
        return Outcome(None, [*(at_path(error, "") for error in refused.errors), *parts.errors])
    except _Refused:
        return Outcome(None, parts.errors)
    return Outcome(row, parts.errors)
