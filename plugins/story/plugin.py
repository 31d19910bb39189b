"""The story plugin: stories about makers, written in Wagtail, placed on their goods."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from plugins.api import API_VERSION, PluginMeta, hookimpl
from plugins.api import types as t
from plugins.story import queries

meta = PluginMeta(
    id="story",
    name={"ja": "物語", "en": "Stories"},
    version="1.0",
    api=API_VERSION,
)


@hookimpl
def contribute_listing_panels(listing: t.Listing, market: str, language: str) -> Sequence[t.Panel]:
    return queries.panels(listing=listing, market=market, language=language)


@hookimpl
def list_stories(market: str, language: str, merchant_id: str, limit: int) -> Sequence[t.StoryTeaser]:
    return queries.teasers(market=market, language=language, merchant_id=merchant_id, limit=limit)


@hookimpl
def get_story(slug: str, language: str) -> t.Story | None:
    return queries.story(slug=slug, language=language)


@hookimpl
def load_demo(merchants: Mapping[str, str]) -> Sequence[str]:
    from plugins.story import demo  # writes pages: only the demo needs Wagtail's models here

    return demo.load(merchants=merchants)
