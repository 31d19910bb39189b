"""The demo ward's stories: plainly fictional, like their merchants."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from plugins.story.actions import save_story
from plugins.story.files import read_drafts
from plugins.story.models import StoryPage

FILE = Path(__file__).parent / "data" / "demo_stories.json"
ACTOR = "system:demo"


def load(*, merchants: Mapping[str, str]) -> list[str]:
    """Write and publish the stories of the given merchants (ids by code); those that stand already stay as they are.

    Returns a line per story written.
    """
    present = set(StoryPage.objects.values_list("slug", flat=True))
    loaded = []
    for draft in read_drafts(FILE):
        if draft.merchant_code in merchants and draft.slug not in present:
            save_story(draft=draft, actor=ACTOR)
            loaded.append(f"story {draft.slug}")
    return loaded
