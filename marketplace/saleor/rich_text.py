"""Saleor keeps long texts as Editor.js JSON; the mall writes and reads paragraphs."""

from __future__ import annotations

import json
from typing import Any


def rich_text(text: str) -> str:
    """Return plain text as Editor.js JSON, one paragraph per blank line. Markup in it is shown, never obeyed."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    paragraphs = [part.strip() for part in escaped.split("\n\n") if part.strip()]
    blocks = [{"type": "paragraph", "data": {"text": part.replace("\n", "<br>")}} for part in paragraphs]
    return json.dumps({"blocks": blocks}, ensure_ascii=False)


def plain_text(content: str) -> str:
    """Return the text of Editor.js JSON: its paragraphs, headers and quotes, apart by blank lines.

    Saleor gives the description of an app's delivery in the same field as a bare JSON string: returned as it is.
    Raises `ValueError` for what is no JSON.
    """
    if not content:
        return ""
    decoded: Any = json.loads(content)
    if isinstance(decoded, str):
        return decoded
    parts = [str(block.get("data", {}).get("text", "")) for block in decoded.get("blocks", ())]
    joined = "\n\n".join(part.replace("<br>", "\n") for part in parts if part)
    return joined.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
