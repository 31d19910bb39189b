"""`load_stories FILE`: write stories from a JSON file: a list of objects with the fields of `StoryDraft`."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from plugins.story.actions import save_story
from plugins.story.types import StoryDraft


class Command(BaseCommand):
    help = "Write and publish stories from a JSON file; a story of the same slug is written over."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--actor", default="system:command")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        entries = json.loads(path.read_text(encoding="utf-8"))
        for entry in entries:
            save_story(draft=_draft(entry, path.parent), actor=options["actor"])
        self.stdout.write(f"{len(entries)} stories")


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
    """Return the aware moment of an ISO text. Raises `ValueError` for one without a time zone."""
    if not text:
        return None
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text}: say the time zone")
    return moment
