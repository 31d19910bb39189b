"""updateMetadata, deleteMetadata and their private twins, for every registered type."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from infra.engine.schema.binding import declare, root
from infra.engine.schema.context import Context
from infra.engine.schema.errors import PermissionDenied, refuse
from infra.engine.schema.ids import InvalidId, int_pk, parse_global_id, uuid_pk
from infra.engine.schema.metadata import FIELDS, TARGETS, MetadataTarget, has_rights

for _payload in ("UpdateMetadata", "DeleteMetadata", "UpdatePrivateMetadata", "DeletePrivateMetadata"):
    declare(_payload, "item errors")
declare("MetadataInput", "key value")
declare("ObjectWithMetadata", FIELDS)


@root("Mutation", "updateMetadata")
def update_metadata(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    return _write(context, args, private=False)


@root("Mutation", "updatePrivateMetadata")
def update_private_metadata(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    return _write(context, args, private=True)


@root("Mutation", "deleteMetadata")
def delete_metadata(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    return _write(context, args, private=False)


@root("Mutation", "deletePrivateMetadata")
def delete_private_metadata(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    return _write(context, args, private=True)


def pairs_to_dict(items: list[dict[str, Any]] | None, name: str = "metadata") -> dict[str, str]:
    """Return [MetadataInput] as a dict. Raises UserErrors(REQUIRED) for an empty key."""
    data = {item["key"]: item["value"] for item in items or ()}
    if any(not key.strip() for key in data):
        raise refuse(name, "Metadata key cannot be empty.", "REQUIRED")
    return data


def _write(context: Context, args: dict[str, Any], *, private: bool) -> dict[str, Any]:
    target = _target(args["id"])
    rights = target.private if private else target.public
    if not callable(rights):  # whoever may not write is not told either what exists
        _check(rights, context)
    changes = pairs_to_dict(args.get("input"), "input")
    column = "private_metadata" if private else "metadata"
    with transaction.atomic("engine"):
        row = _locked_row(target, args["id"])
        if row is None and private and callable(rights):
            raise PermissionDenied()
        if row is None:
            raise refuse("id", f"Couldn't resolve to a node: {args['id']}", "NOT_FOUND")
        if callable(rights):
            _check(rights([row], context)[0], context)
        data = dict(getattr(row, column) or {})
        before = dict(data)
        data.update(changes)
        for key in args.get("keys") or ():
            data.pop(key, None)
        if data != before:
            setattr(row, column, data)
            stamped = [field.name for field in row._meta.fields if field.name == "updated_at"]
            row.save(update_fields=[column, *stamped])
            if target.event:
                from infra.engine.deliveries import emit

                emit(event=target.event, obj=row)
    return {"item": row}


def _target(gid: str) -> MetadataTarget:
    try:
        type_name, _ = parse_global_id(gid)
    except InvalidId as error:
        raise refuse("id", error.message, "INVALID") from None
    if type_name not in TARGETS:
        raise refuse("id", f"Couldn't resolve to an item with metadata: {gid}", "NOT_FOUND")
    return TARGETS[type_name]


def _locked_row(target: MetadataTarget, gid: str) -> Any:
    known = uuid_pk(gid, target.type_name) if target.uuid else int_pk(gid)
    return target.model.objects.select_for_update().filter(pk=known).first() if known is not None else None


def _check(rights: tuple[str, ...], context: Context) -> None:
    if not has_rights(rights, context):
        raise PermissionDenied(rights)
