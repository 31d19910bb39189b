"""The demo ward's stories, read from a data file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from plugins.story import actions
from plugins.story.types import StoryDraft

FILE = Path(__file__).parent / "data" / "demo_stories.json"
ACTOR = "system:demo"


def load(*, merchants: Mapping[str, str]) -> list[str]:
    """Write and publish the demo's stories of the given merchants (ids by code); return their slugs."""
    found = [each for each in json.loads(FILE.read_text("utf-8")) if each["merchant_code"] in merchants]
    for each in found:
        draft = StoryDraft(
            slug=each["slug"],
            merchant_code=each["merchant_code"],
            title=each["title"],
            teaser=each["teaser"],
            blocks=tuple(each["blocks"]),
        )
        actions.save_story(draft=draft, actor=ACTOR)
    return [each["slug"] for each in found]
