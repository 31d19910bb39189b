"""What a story is made from when it is loaded from a file. Plain Python."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from plugins.api.types import Words

LANGUAGES = ("ja", "en")


class StoryMissing(LookupError):
    """No story of this slug."""


@dataclass(frozen=True, slots=True)
class StoryDraft:
    """One story in every language it has.

    `blocks`: mappings with "type" and, by language, what the block holds: "heading" and "paragraph" text, "quote"
    {"text", "by"}, "maker_facts" a list of {"label", "value"}; "products" has "slugs" for all languages. `image` is
    a path to a picture, or "". `placed_on`: listing slugs, empty for all of the merchant's goods.
    """

    slug: str
    merchant_code: str
    title: Words
    teaser: Words
    blocks: tuple[Mapping[str, Any], ...]
    placed_on: tuple[str, ...] = ()
    image: str = ""
    visible_from: datetime | None = None
    visible_to: datetime | None = None
