"""Metadata of every type that carries it: reading, and the mutations that write it.

    register_metadata("Order", Order, private=("MANAGE_ORDERS",), event="ORDER_METADATA_UPDATED")

A model so registered has the JSON columns `metadata` and `private_metadata`. `Rights` say who may touch them:
permissions, any of which will do; `ANYBODY`; or, where it depends on the row, a function that is given rows and who
asks, and returns one of these per row.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from infra.engine.schema.binding import BINDINGS, Batch, declare, field, name_type
from infra.engine.schema.context import Context
from infra.engine.schema.errors import PermissionDenied

ANYBODY: tuple[str, ...] = ("*",)
Rights = tuple[str, ...] | Callable[[Sequence[Any], Context], list[tuple[str, ...]]]
FIELDS = "metadata metafield metafields privateMetadata privateMetafield privateMetafields"


@dataclass(frozen=True, slots=True)
class MetadataTarget:
    """How the metadata of one type is guarded: `public` to write it, `private` to read and write private metadata."""

    type_name: str
    model: Any
    public: Rights
    private: Rights
    event: str | None
    uuid: bool


TARGETS: dict[str, MetadataTarget] = {}


def register_metadata(
    type_name: str,
    model: Any,
    *,
    private: Rights,
    public: Rights | None = None,
    shown: Rights = ANYBODY,
    event: str | None = None,
    uuid: bool = False,
) -> None:
    """Serve the metadata fields of `type_name` and let the metadata mutations reach its rows.

    private: rights to read and write private metadata; public: to write public metadata, None means the same;
    shown: to read it. event: raised after a change; uuid: the pk is a UUID.
    """
    name_type(model, type_name) if model not in BINDINGS.typenames else None
    TARGETS[type_name] = MetadataTarget(type_name, model, private if public is None else public, private, event, uuid)
    declare(type_name, FIELDS)
    for prefix, column, rights in (("m", "metadata", shown), ("privateM", "private_metadata", private)):
        field(type_name, f"{prefix}etadata")(_read(column, rights, _pairs))
        field(type_name, f"{prefix}etafield")(_read(column, rights, lambda data, args: data.get(args["key"])))
        field(type_name, f"{prefix}etafields")(_read(column, rights, _some))


def has_rights(asked: tuple[str, ...], context: Context) -> bool:
    """Return whether whoever asks has any of these permissions."""
    return asked is ANYBODY or context.requestor.has_perm(*asked)


def _read(column: str, rights: Rights, show: Callable[[dict[str, str], dict[str, Any]], Any]) -> Any:
    def resolve(batch: Batch) -> list[Any]:
        if not callable(rights) and not has_rights(rights, batch.context):
            raise PermissionDenied(rights)
        stored = [(row.get(column) if isinstance(row, dict) else getattr(row, column)) or {} for row in batch.parents]
        shown = [show(data, batch.args) for data in stored]
        if not callable(rights):
            return shown
        asked = rights(batch.parents, batch.context)
        return [
            value if has_rights(each, batch.context) else PermissionDenied(each)
            for value, each in zip(shown, asked, strict=True)
        ]

    return resolve


def _pairs(data: dict[str, str], args: dict[str, Any]) -> list[dict[str, str]]:
    return [{"key": key, "value": data[key]} for key in sorted(data)]


def _some(data: dict[str, str], args: dict[str, Any]) -> dict[str, str]:
    wanted = args.get("keys")
    return {key: data[key] for key in (data if wanted is None else wanted) if key in data}
