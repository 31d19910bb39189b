"""Every hook of the contract is documented, and every one is called through the runtime here, in its own shape."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from types import ModuleType, UnionType
from typing import Any, Union

import pytest

from plugins.api import API_VERSION, Money, PluginMeta, hookimpl, hookspecs
from plugins.runtime import hooks, loading

HOOKS = sorted(loading.SPECS)
PREFIXES = {"register": "Gather", "check": "Gather", "contribute": "Gather", "list": "Gather", "quote": "First"}
SHAPES = ("Gather", "First", "Notify", "Schedule")

LEAVES: dict[Any, Any] = {
    str: "a",
    int: 2,
    bool: True,
    bytes: b"a",
    Decimal: Decimal("1.50"),
    Money: Money(3980, "JPY"),
    date: date(2026, 11, 22),
    datetime: datetime(2026, 11, 22, 3, 0, tzinfo=UTC),
    Any: "anything",
}


def shape_of(hook: str) -> str:
    documentation = inspect.getdoc(getattr(hookspecs, hook)) or ""
    return documentation.partition(".")[0]


def example(annotation: Any) -> Any:
    """Return a value of the kind that a hook's signature states, dataclasses filled to the last field."""
    if annotation in LEAVES:
        return LEAVES[annotation]
    if is_dataclass(annotation):
        hints = typing.get_type_hints(annotation)
        return annotation(**{each.name: example(hints[each.name]) for each in fields(annotation)})
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Literal:
        return arguments[0]
    if origin in (tuple, Sequence):
        return (example(arguments[0]),)
    if origin in (dict, Mapping):
        return {example(arguments[0]): example(arguments[1])}
    if origin in (Union, UnionType):
        return example(next(each for each in arguments if each is not type(None)))
    if origin is Callable:
        return len
    raise NotImplementedError(f"no example of {annotation}")


@pytest.mark.parametrize("hook", HOOKS)
def test_a_hook_says_its_shape_and_when_it_is_called(hook: str) -> None:
    documentation = inspect.getdoc(getattr(hookspecs, hook)) or ""
    shape = shape_of(hook)

    assert shape in SHAPES, "the docstring opens with the shape of the call"
    assert shape == PREFIXES.get(hook.partition("_")[0], shape), "the name promises another shape"
    assert len(documentation) > len(shape) + 30, "one word is no documentation"
    if shape != "Notify":  # a notice's name and first sentence are its moment
        assert "When" in documentation, "say when it is called"


@pytest.mark.parametrize("hook", HOOKS)
def test_a_hook_reaches_a_plugin_and_its_answer_comes_back(hook: str) -> None:
    function = getattr(hookspecs, hook)
    hints = typing.get_type_hints(function)
    answers = hints.pop("return")
    arguments = {name: example(hints[name]) for name in hints}
    answer = None if answers is type(None) else example(answers)
    seen: list[dict[str, Any]] = []

    with installed(make_plugin(hook, list(hints), seen, answer)) as rows:
        got = call(hook, arguments, rows)

    assert seen == [arguments]
    assert got == (list(answer) if shape_of(hook) == "Gather" else answer)


def call(hook: str, arguments: dict[str, Any], rows: list[dict[str, Any]]) -> Any:
    """Call a hook as the mall does for its shape; a notice is written and then delivered."""
    shape = shape_of(hook)
    if shape == "Gather":
        return hooks.gather(hook, **arguments)
    if shape == "First":
        return hooks.first(hook, **arguments)
    if shape == "Schedule":
        assert hooks.run_schedules(**arguments) == 0
        return None
    assert hooks.notify(hook, **arguments) == 1
    for payload in rows:
        hooks.deliver(payload)
    return None


def make_plugin(hook: str, names: list[str], seen: list[dict[str, Any]], answer: Any) -> ModuleType:
    """Return a plugin module with one hook whose arguments bear the contract's names."""
    module = ModuleType("dummy")
    scope: dict[str, Any] = {"seen": seen, "answer": answer}
    source = (
        f"def {hook}({', '.join(names)}):\n    seen.append(dict({', '.join(f'{each}={each}' for each in names)}))\n"
    )
    exec(source + "    return answer\n", scope)
    scope[hook].__module__ = module.__name__
    setattr(module, hook, hookimpl(scope[hook]))
    module.meta = PluginMeta(  # type: ignore[attr-defined]
        id="dummy", name={"ja": "試", "en": "Dummy"}, version="1", api=API_VERSION
    )
    return module


class installed:
    """Puts one plugin in force and a list in place of the outbox; gives both back."""

    def __init__(self, module: ModuleType) -> None:
        self.module = module

    def __enter__(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        self.former = (hooks._outbox, hooks._activation)
        self.plugins = loading.use_plugins(loading.Plugins([("dummy", self.module)]))
        hooks.configure(
            outbox=lambda *, kind, key, payload: rows.append(payload),
            activation=lambda *, plugin, scope, merchant_id: True,
        )
        return rows

    def __exit__(self, *ending: object) -> None:
        loading.use_plugins(self.plugins)
        hooks.configure(outbox=self.former[0], activation=self.former[1])
