"""The plugin contract: the whole surface between the mall and a plugin. Plain Python, no framework."""

from plugins.api.hookspecs import hookimpl
from plugins.api.meta import API_VERSION, PluginMeta
from plugins.api.money import Money

__all__ = ["API_VERSION", "Money", "PluginMeta", "hookimpl"]
