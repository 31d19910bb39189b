"""The three ways the mall calls plugins. See `plugins.api.hookspecs` for what each hook means."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import Any, Protocol

import pluggy

from plugins.api.meta import PluginMeta
from plugins.api.types import Merchant, Problem
from plugins.runtime import codec
from plugins.runtime.loading import get_plugins

log = logging.getLogger(__name__)
NOTIFY_JOB = "plugins.notify"


class Outbox(Protocol):
    """Writes one row in the caller's transaction; the same (kind, key) twice is one row."""

    def __call__(self, *, kind: str, key: str, payload: dict[str, Any]) -> None: ...


class Activation(Protocol):
    """Says whether a plugin is switched on, for the mall (`merchant_id` None) or for one merchant."""

    def __call__(self, *, plugin: str, scope: str, merchant_id: str | None) -> bool: ...


def _no_outbox(*, kind: str, key: str, payload: dict[str, Any]) -> None:
    raise RuntimeError("no outbox was given to plugins.runtime.hooks.configure")


def _mall_scope_only(*, plugin: str, scope: str, merchant_id: str | None) -> bool:
    return scope == "mall"


_outbox: Outbox = _no_outbox
_activation: Activation = _mall_scope_only


def configure(*, outbox: Outbox, activation: Activation) -> None:
    """Give the runtime its outbox and its switches. Called once, by the kernel, at start."""
    global _outbox, _activation
    _outbox, _activation = outbox, activation


def gather(name: str, **arguments: Any) -> list[Any]:
    """Ask every active plugin and return all answers joined, in the order of plugin ids.

    A `check_…` that raises answers with one problem that blocks (code `<plugin>.failed`); any other that raises is
    reported in the log and gives no answer. Raises `LookupError` for an unknown hook, `TypeError` for arguments that
    are not the hook's.
    """
    joined: list[Any] = []
    for meta, implementation in _active(name, arguments):
        try:
            joined.extend(_call(implementation, arguments) or ())
        except Exception:
            log.exception("plugin %s failed in %s", meta.id, name)
            if name.startswith("check_"):
                joined.append(_failure(meta))
    return joined


def first(name: str, **arguments: Any) -> Any | None:
    """Return the first answer that is not None, in the order of plugin ids, else None.

    One that raises is reported and counts as no answer; but `answer_payment` raises on, because the engine asks again.
    """
    for meta, implementation in _active(name, arguments):
        try:
            answer = _call(implementation, arguments)
        except Exception:
            if name == "answer_payment":
                raise
            log.exception("plugin %s failed in %s", meta.id, name)
            continue
        if answer is not None:
            return answer
    return None


def notify(name: str, **arguments: Any) -> int:
    """Write one outbox row per receiver in the caller's transaction and return how many receivers there are.

    The same notice twice is one row per receiver. `deliver` runs the rows after commit.
    """
    text = codec.dumps(arguments)
    digest = hashlib.sha256(text.encode()).hexdigest()
    receivers = list(_active(name, arguments))
    for meta, _ in receivers:
        payload = {"hook": name, "plugin": meta.id, "arguments": text}
        _outbox(kind=NOTIFY_JOB, key=f"{name}:{meta.id}:{digest}", payload=payload)
    return len(receivers)


def has_receivers(name: str) -> bool:
    """Whether any plugin, switched on or not, would hear a notice: for whoever must read much to write one."""
    return bool(get_plugins().receivers(name))


def run_schedules(*, now: datetime, settled: bool, wait: bool) -> int:
    """Call `run_schedule` of every active plugin, in the worker. Returns how many raised; each is reported."""
    failed = 0
    arguments = {"now": now, "settled": settled, "wait": wait}
    for meta, implementation in _active("run_schedule", arguments):
        try:
            _call(implementation, arguments)
        except Exception:
            log.exception("plugin %s failed in run_schedule", meta.id)
            failed += 1
    return failed


def deliver(payload: dict[str, Any]) -> None:
    """Run one row that `notify` wrote. Raises what the receiver raises, so that the outbox tries again.

    Raises `LookupError` when the plugin is gone: the row is parked and shown, for nothing may be lost unseen.
    """
    for meta, implementation in get_plugins().receivers(payload["hook"]):
        if meta.id == payload["plugin"]:
            _call(implementation, codec.loads(payload["arguments"]))
            return
    raise LookupError(f"the plugin {payload['plugin']!r} no longer receives {payload['hook']}")


def _active(name: str, arguments: dict[str, Any]) -> Iterator[tuple[PluginMeta, pluggy.HookImpl]]:
    plugins = get_plugins()
    receivers = plugins.receivers(name)
    expected = set(getattr(plugins.manager.hook, name).spec.argnames)
    if set(arguments) != expected:
        raise TypeError(f"{name} takes {sorted(expected)}, not {sorted(arguments)}")
    merchants = set(_merchant_ids(arguments))
    for meta, implementation in receivers:
        if meta.scope == "mall":
            active = _activation(plugin=meta.id, scope="mall", merchant_id=None)
        else:
            active = any(_activation(plugin=meta.id, scope=meta.scope, merchant_id=each) for each in merchants)
        if active:
            yield meta, implementation


def _merchant_ids(value: Any) -> Iterator[str]:
    """Whom a call is about, for plugins that each merchant switches on."""
    if isinstance(value, Merchant):
        yield value.id
    elif is_dataclass(value):
        for each in fields(value):
            if each.name == "merchant_id":
                yield getattr(value, each.name)
            else:
                yield from _merchant_ids(getattr(value, each.name))
    elif isinstance(value, tuple | list):
        for each in value:
            yield from _merchant_ids(each)
    elif isinstance(value, dict):
        for each in value.values():
            yield from _merchant_ids(each)


def _call(implementation: pluggy.HookImpl, arguments: dict[str, Any]) -> Any:
    function: Callable[..., Any] = implementation.function
    return function(**{name: arguments[name] for name in implementation.argnames})


def _failure(meta: PluginMeta) -> Problem:
    names = meta.name
    return Problem(
        code=f"{meta.id}.failed",
        message={
            "ja": f"「{names.get('ja', meta.id)}」の確認ができませんでした。時間をおいて、もう一度お試しください。",
            "en": f"“{names.get('en', meta.id)}” could not be checked. Please try again later.",
        },
    )
