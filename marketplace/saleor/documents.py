"""The operations the mall sends: one file per operation, read once, each with the fragments it spreads."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "operations"
_SPREAD = re.compile(r"\.\.\.\s*([A-Z]\w*)")
_NAME = re.compile(r"^(?:query|mutation|subscription|fragment)\s+(\w+)")


@cache
def _texts() -> dict[str, str]:
    """Return every document under its own name. Two files of one name raise `ValueError`."""
    texts: dict[tuple[str, str], str] = {}
    for path in sorted(FOLDER.rglob("*.graphql")):
        text = path.read_text(encoding="utf-8").strip()
        match = _NAME.match(text)
        if match is None:
            raise ValueError(f"{path.name} holds no named operation")
        kind = "fragment" if text.startswith("fragment") else "operation"
        if (kind, match[1]) in texts:
            raise ValueError(f"{match[1]} is written twice")
        texts[kind, match[1]] = text
    return {f"{kind} {name}": text for (kind, name), text in texts.items()}


@cache
def document(operation: str) -> str:
    """Return the document of `operation` (its operationName) with all fragments it needs, each once.

    Raises `LookupError` when there is no such operation or a fragment it spreads is missing.
    """
    texts = _texts()
    parts = [_take(texts, f"operation {operation}")]
    spread: list[str] = []
    waiting = _SPREAD.findall(parts[0])
    while waiting:
        name = waiting.pop(0)
        if name in spread or name == "on":
            continue
        spread.append(name)
        text = _take(texts, f"fragment {name}")
        parts.append(text)
        waiting.extend(_SPREAD.findall(text))
    return "\n\n".join(parts)


def operations() -> list[str]:
    """Return the names of all operations and subscriptions, sorted."""
    return sorted(name.split(" ")[1] for name in _texts() if name.startswith("operation "))


def is_subscription(operation: str) -> bool:
    return _take(_texts(), f"operation {operation}").startswith("subscription")


def is_query(operation: str) -> bool:
    return _take(_texts(), f"operation {operation}").startswith("query")


def _take(texts: dict[str, str], name: str) -> str:
    try:
        return texts[name]
    except KeyError:
        raise LookupError(f"the door has no {name}") from None
