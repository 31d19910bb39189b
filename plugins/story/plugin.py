"""The story plugin: stories about makers, written in Wagtail, placed on their goods."""

from __future__ import annotations

from plugins.api import API_VERSION, PluginMeta

meta = PluginMeta(
    id="story",
    name={"ja": "物語", "en": "Stories"},
    version="1.0",
    api=API_VERSION,
)
