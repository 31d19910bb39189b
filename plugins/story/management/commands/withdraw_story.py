"""`withdraw_story SLUG`: take a story off its page and its goods."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from plugins.story.actions import withdraw_story
from plugins.story.types import StoryMissing


class Command(BaseCommand):
    help = "Withdraw a story in every language."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("--actor", default="system:command")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            withdraw_story(slug=options["slug"], actor=options["actor"])
        except StoryMissing as error:
            raise CommandError(f"no story {error}") from error
