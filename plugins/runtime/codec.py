"""Frozen dataclasses of the contract as JSON and back, exactly: an event waits in the outbox in this form.

Every value that JSON does not have is an object with one key that begins with `$`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from plugins.api import types
from plugins.api.money import Money

CLASSES: dict[str, type] = {
    name: value for name, value in vars(types).items() if isinstance(value, type) and is_dataclass(value)
} | {"Money": Money}


def dumps(value: Any) -> str:
    """Return `value` as JSON: equal values give equal text. Raises `TypeError` for what the contract does not know."""
    return json.dumps(_encode(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def loads(text: str) -> Any:
    """Return the value that `dumps` was given, of the same types."""
    return _decode(json.loads(text))


def _encode(value: Any) -> Any:
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, Decimal):
        return {"$decimal": str(value)}
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise TypeError("a moment without a time zone cannot cross the plugin border")
        return {"$datetime": value.isoformat()}
    if isinstance(value, date):
        return {"$date": value.isoformat()}
    if is_dataclass(value) and CLASSES.get(type(value).__name__) is type(value):
        body = {each.name: _encode(getattr(value, each.name)) for each in fields(value)}
        return {"$class": type(value).__name__, "$fields": body}
    if isinstance(value, tuple):
        return {"$tuple": [_encode(each) for each in value]}
    if isinstance(value, list):
        return [_encode(each) for each in value]
    if isinstance(value, Mapping) and all(isinstance(key, str) and not key.startswith("$") for key in value):
        return {key: _encode(each) for key, each in value.items()}
    raise TypeError(f"{type(value).__name__} cannot cross the plugin border")


_SIMPLE: dict[str, Callable[[str], Any]] = {
    "$decimal": Decimal,
    "$datetime": datetime.fromisoformat,
    "$date": date.fromisoformat,
}


def _decode(value: Any) -> Any:
    if isinstance(value, list):
        return [_decode(each) for each in value]
    if not isinstance(value, dict):
        return value
    if "$class" in value:
        return CLASSES[value["$class"]](**{key: _decode(each) for key, each in value["$fields"].items()})
    if "$tuple" in value:
        return tuple(_decode(each) for each in value["$tuple"])
    for key, make in _SIMPLE.items():
        if key in value:
            return make(value[key])
    return {key: _decode(each) for key, each in value.items()}
