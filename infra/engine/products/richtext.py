"""EditorJS documents: what of them can be searched."""

from __future__ import annotations

from typing import Any

from django.utils.html import strip_tags


def plain_text(document: Any) -> str:
    """Return the words of an EditorJS document, block by block; an empty string for none."""
    if not isinstance(document, dict):
        return ""
    parts: list[str] = []
    for block in _list(document.get("blocks")):
        data = block.get("data") if isinstance(block, dict) else None
        if not isinstance(data, dict):
            continue
        if isinstance(data.get("text"), str):
            parts.append(strip_tags(data["text"]))
        parts += [strip_tags(item) for item in _list(data.get("items")) if isinstance(item, str)]
    return "\n".join(parts)


def _list(value: Any) -> list[Any]:
    """What an editor writes as a list may be anything here."""
    return value if isinstance(value, list) else []
