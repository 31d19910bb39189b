"""Metadata of every type that carries it: reading, and the mutations that write it.

    register_metadata("Order", Order, private=("MANAGE_ORDERS",), event="ORDER_METADATA_UPDATED")

A model so registered has the JSON columns `metadata` and `private_metadata`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from infra.engine.schema.binding import BINDINGS, Batch, declare, field, name_type
from infra.engine.schema.context import Context
from infra.engine.schema.errors import PermissionDenied

FIELDS = "metadata metafield metafields privateMetadata privateMetafield privateMetafields"


@dataclass(frozen=True, slots=True)
class MetadataTarget:
    """How the metadata of one type is guarded: `public` None lets anybody who knows the id write it."""

    type_name: str
    model: Any
    public: tuple[str, ...] | None
    private: tuple[str, ...]
    event: str | None
    owner: Callable[[Any, Context], bool] | None
    uuid: bool


TARGETS: dict[str, MetadataTarget] = {}


def register_metadata(
    type_name: str,
    model: Any,
    *,
    private: tuple[str, ...],
    public: tuple[str, ...] | None = (),
    event: str | None = None,
    owner: Callable[[Any, Context], bool] | None = None,
    uuid: bool = False,
) -> None:
    """Serve the metadata fields of `type_name` and let the metadata mutations reach its rows.

    private: permissions, any of which opens private metadata to read and write.
    public: permissions to write public metadata; () means the same as private, None nobody is asked.
    event: raised after a change; owner(row, context): may write public metadata too; uuid: the pk is a UUID.
    """
    name_type(model, type_name) if model not in BINDINGS.typenames else None
    guard = private if public == () else public
    TARGETS[type_name] = MetadataTarget(type_name, model, guard, private, event, owner, uuid)
    declare(type_name, FIELDS)
    for name, private_field in (("metadata", False), ("privateMetadata", True)):
        field(type_name, name)(_pairs(private_field, private))
    for name, private_field in (("metafield", False), ("privateMetafield", True)):
        field(type_name, name)(_one(private_field, private))
    for name, private_field in (("metafields", False), ("privateMetafields", True)):
        field(type_name, name)(_some(private_field, private))


def _stored(batch: Batch, private: bool, permissions: tuple[str, ...]) -> list[dict[str, str]]:
    if private and not batch.context.requestor.has_perm(*permissions):
        raise PermissionDenied(permissions)
    name = "private_metadata" if private else "metadata"
    return [(parent.get(name) if isinstance(parent, dict) else getattr(parent, name)) or {} for parent in batch.parents]


def _pairs(private: bool, permissions: tuple[str, ...]) -> Callable[[Batch], list[Any]]:
    def resolve(batch: Batch) -> list[Any]:
        stored = _stored(batch, private, permissions)
        return [[{"key": key, "value": data[key]} for key in sorted(data)] for data in stored]

    return resolve


def _one(private: bool, permissions: tuple[str, ...]) -> Callable[[Batch], list[Any]]:
    def resolve(batch: Batch) -> list[Any]:
        return [data.get(batch.args["key"]) for data in _stored(batch, private, permissions)]

    return resolve


def _some(private: bool, permissions: tuple[str, ...]) -> Callable[[Batch], list[Any]]:
    def resolve(batch: Batch) -> list[Any]:
        wanted = batch.args.get("keys")
        stored = _stored(batch, private, permissions)
        return [{key: data[key] for key in (data if wanted is None else wanted) if key in data} for data in stored]

    return resolve
