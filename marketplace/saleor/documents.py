"""The operations the mall sends: one file per operation, read once, each with the fragments it spreads."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "operations"
_SPREAD = re.compile(r"\.\.\.\s*([A-Z]\w*)")
_FRAGMENT = re.compile(r"^fragment\s+(\w+)", re.MULTILINE)
_NAME = re.compile(r"^(?:query|mutation|subscription|fragment)\s+(\w+)")


@cache
def texts_of(folder: Path) -> dict[str, str]:
    """Return every document below `folder` as `operation NAME` or `fragment NAME`, read once.

    Raises `ValueError` for two files of one name and for a file that starts with neither.
    """
    texts: dict[tuple[str, str], str] = {}
    for path in sorted(folder.rglob("*.graphql")):
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
def document(operation: str, *, folder: Path = FOLDER) -> str:
    """Return the document of `operation` (its operationName) with all fragments it needs, each once.

    Raises `LookupError` when `folder` has no such operation or a fragment it spreads is missing.
    """
    texts = texts_of(folder)
    parts = [_take(texts, f"operation {operation}")]
    spread = [*_FRAGMENT.findall(parts[0])]
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
    return sorted(name.split(" ")[1] for name in texts_of(FOLDER) if name.startswith("operation "))


def is_subscription(operation: str) -> bool:
    return _take(texts_of(FOLDER), f"operation {operation}").startswith("subscription")


def is_query(operation: str) -> bool:
    return _take(texts_of(FOLDER), f"operation {operation}").startswith("query")


def _take(texts: dict[str, str], name: str) -> str:
    try:
        return texts[name]
    except KeyError:
        raise LookupError(f"the door has no {name}") from None
