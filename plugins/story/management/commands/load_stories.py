"""`load_stories FILE`: write stories from a JSON file (see `plugins.story.files`)."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from plugins.story.actions import save_story
from plugins.story.files import read_drafts


class Command(BaseCommand):
    help = "Write and publish stories from a JSON file; a story of the same slug is written over."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--actor", default="system:command")

    def handle(self, *args: Any, **options: Any) -> None:
        drafts = read_drafts(options["file"])
        for draft in drafts:
            save_story(draft=draft, actor=options["actor"])
        self.stdout.write(f"{len(drafts)} stories")
