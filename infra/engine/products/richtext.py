"""EditorJS documents: what of them can be searched."""

from __future__ import annotations

from typing import Any

from django.utils.html import strip_tags


def plain_text(document: Any) -> str:
    """Return the words of an EditorJS document, block by block; an empty string for none."""
    if not isinstance(document, dict):
        return ""
    parts: list[str] = []
    for block in document.get("blocks") or ():
        data = block.get("data") or {}
        if isinstance(data.get("text"), str):
            parts.append(strip_tags(data["text"]))
        parts += [strip_tags(item) for item in data.get("items") or () if isinstance(item, str)]
    return "\n".join(parts)
