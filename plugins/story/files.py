"""Stories in a JSON file: a list of objects with the fields of `StoryDraft`, moments in ISO with a time zone."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from plugins.story.types import StoryDraft


def read_drafts(path: Path) -> list[StoryDraft]:
    """Return the stories of a file; pictures are named relative to it. Raises `KeyError` for a field that is missing,
    `ValueError` for a moment without a time zone."""
    return [_draft(entry, path.parent) for entry in json.loads(path.read_text(encoding="utf-8"))]


def _draft(entry: dict[str, Any], folder: Path) -> StoryDraft:
    image = entry.get("image", "")
    return StoryDraft(
        slug=entry["slug"],
        merchant_code=entry["merchant_code"],
        title=entry["title"],
        teaser=entry["teaser"],
        blocks=tuple(entry["blocks"]),
        placed_on=tuple(entry.get("placed_on", ())),
        image=str(folder / image) if image else "",
        visible_from=_moment(entry.get("visible_from")),
        visible_to=_moment(entry.get("visible_to")),
    )


def _moment(text: str | None) -> datetime | None:
    if not text:
        return None
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text}: say the time zone")
    return moment
