"""Finding plugins by their entry points, and refusing to start with one that does not keep to the contract.

What stops the start (`UnableToLoad`): a module that is missing or has no `meta`, another contract version, a hook or an
argument that the contract does not have, a hook's name without `@hookimpl`, two plugins of one id, personal data
without a shredder.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from importlib import import_module
from importlib.metadata import entry_points
from inspect import isfunction
from types import ModuleType

import pluggy

from plugins.api import API_VERSION, PluginMeta, hookspecs

GROUP = "mall.plugins"


class UnableToLoad(Exception):
    """A plugin breaks the contract; the message names the plugin and what to change."""


class Plugins:
    """The checked plugins of one process, in the order of their ids."""

    def __init__(self, modules: Iterable[tuple[str, ModuleType]]) -> None:
        self.manager = pluggy.PluginManager(hookspecs.PROJECT)
        self.manager.add_hookspecs(hookspecs)
        self.metas: dict[str, PluginMeta] = {}
        for name, module in sorted(modules, key=lambda pair: pair[0]):
            self._add(name, module)
        try:
            self.manager.check_pending()
        except pluggy.PluginValidationError as error:
            raise UnableToLoad(str(error)) from error

    def receivers(self, hook: str) -> list[tuple[PluginMeta, pluggy.HookImpl]]:
        """Return who implements `hook`, in the order of plugin ids. Raises `LookupError` for a hook unknown here."""
        if hook not in SPECS:
            raise LookupError(f"the contract has no hook {hook!r}")
        implementations = {each.plugin_name: each for each in getattr(self.manager.hook, hook).get_hookimpls()}
        return [(meta, implementations[name]) for name, meta in self.metas.items() if name in implementations]

    def _add(self, name: str, module: ModuleType) -> None:
        meta = getattr(module, "meta", None)
        if not isinstance(meta, PluginMeta):
            raise UnableToLoad(f"{module.__name__} has no `meta` of the type PluginMeta")
        if meta.id != name:
            raise UnableToLoad(f"the entry point {name!r} leads to a plugin that calls itself {meta.id!r}")
        if meta.api != API_VERSION:
            raise UnableToLoad(f"{name} is written for contract {meta.api}, this mall speaks {API_VERSION}")
        if name in self.metas:
            raise UnableToLoad(f"two plugins are called {name!r}")
        _check_marks(name, module)
        if meta.personal_data and not hasattr(module, "register_data_shredders"):
            raise UnableToLoad(f"{name} keeps personal data and does not implement register_data_shredders")
        try:
            self.manager.register(module, name=name)
        except pluggy.PluginValidationError as error:
            raise UnableToLoad(str(error)) from error
        self.metas[name] = meta


def _spec_names() -> frozenset[str]:
    marked = f"{hookspecs.PROJECT}_spec"
    return frozenset(name for name, value in vars(hookspecs).items() if hasattr(value, marked))


SPECS = _spec_names()


def _check_marks(name: str, module: ModuleType) -> None:
    """pluggy lets an unmarked function of a hook's name pass, and an unknown hook when marked optional."""
    marked = f"{hookspecs.PROJECT}_impl"
    for attribute, value in vars(module).items():
        if not isfunction(value):
            continue
        options = getattr(value, marked, None)
        if options is None:
            if attribute in SPECS and value.__module__ == module.__name__:
                raise UnableToLoad(f"{name}: {attribute} has a hook's name and no @hookimpl")
            continue
        if (options.get("specname") or attribute) not in SPECS:
            raise UnableToLoad(f"{name}: the contract has no hook {options.get('specname') or attribute!r}")
        if options.get("wrapper") or options.get("hookwrapper"):
            raise UnableToLoad(f"{name}: {attribute} wraps other plugins' answers, which the contract does not offer")


def find_modules() -> list[tuple[str, ModuleType]]:
    """Import the module of every entry point of the group. Raises `UnableToLoad` when one cannot be imported."""
    found = []
    for entry in entry_points(group=GROUP):
        try:
            found.append((entry.name, import_module(entry.value)))
        except ImportError as error:
            raise UnableToLoad(f"the plugin {entry.name!r} cannot be imported: {error}") from error
    return found


_lock = threading.Lock()
_loaded: Plugins | None = None


def get_plugins() -> Plugins:
    """Return the plugins of this process, loaded and checked on the first call."""
    global _loaded
    if _loaded is None:
        with _lock:
            if _loaded is None:
                _loaded = Plugins(find_modules())
    return _loaded


def use_plugins(plugins: Plugins | None) -> Plugins | None:
    """Put `plugins` in place of those in force (None: load again when next asked) and return the former. For tests."""
    global _loaded
    former, _loaded = _loaded, plugins
    return former
