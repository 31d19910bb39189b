"""Global ids: base64 of "Type:pk", as the contract gives them."""

from __future__ import annotations

import base64
import binascii
from typing import Any
from uuid import UUID

from infra.engine.schema.errors import EngineError, refuse


class InvalidId(EngineError):  # noqa: N818
    """The text is no global id, or one of another type."""

    code = "GraphQLError"


def to_global_id(type_name: str, pk: object) -> str:
    """Return the global id of the object `pk` of the contract's type `type_name`."""
    return binascii.b2a_base64(f"{type_name}:{pk}".encode(), newline=False).decode("ascii")


def parse_global_id(gid: str) -> tuple[str, str]:
    """Return (type name, pk as text). Raises InvalidId. Signs that base64 does not have are passed over, as in the
    contract's reference."""
    try:
        type_name, separator, pk = base64.b64decode(gid.encode()).decode().partition(":")
    except (binascii.Error, UnicodeError, ValueError, AttributeError):
        raise InvalidId(f"Invalid ID: {gid}. Expected: <type>:<id>.") from None
    if not separator or not type_name:
        raise InvalidId(f"Invalid ID: {gid}. Expected: <type>:<id>.")
    return type_name, pk


def from_global_id(gid: str, *types: str) -> str:
    """Return the pk inside `gid`. Raises InvalidId when it is no id or names none of `types`."""
    type_name, pk = parse_global_id(gid)
    if types and type_name not in types:
        raise InvalidId(f"Invalid ID: {gid}. Expected: {types[0]}, received: {type_name}.")
    return pk


def int_pk(gid: str | None, *types: str) -> int | None:
    """Return the whole-number pk of `gid`, or None when it cannot name a row of `types`."""
    pk = _soft(gid, types)
    return int(pk) if pk is not None and pk.isascii() and pk.isdigit() and len(pk) < 18 else None


def uuid_pk(gid: str | None, *types: str) -> UUID | None:
    """Return the UUID pk of `gid`, or None when it cannot name a row of `types`."""
    pk = _soft(gid, types)
    try:
        return UUID(pk) if pk is not None else None
    except ValueError:
        return None


def asked_int(gid: str, type_name: str) -> int | None:
    """Return the pk of an id in a query: None for one of another type. Raises InvalidId for what is no id."""
    _check(gid, type_name)
    return int_pk(gid, type_name)


def asked_uuid(gid: str, type_name: str) -> UUID | None:
    """Return the UUID pk of an id in a query: None for one of another type. Raises InvalidId for what is no id."""
    _check(gid, type_name)
    return uuid_pk(gid, type_name)


def named_pk(gid: str | None, type_name: str, *, field: str = "id") -> int | None:
    """Return the pk of an id in a mutation, None without a row of that kind of pk.

    Raises UserErrors(GRAPHQL_ERROR) for what is no id, or one of another type.
    """
    try:
        from_global_id(gid or "", type_name)
    except InvalidId as error:
        raise refuse(field, error.message, "GRAPHQL_ERROR") from None
    return int_pk(gid, type_name)


def named_uuid(gid: str | None, type_name: str, *, field: str = "id") -> UUID | None:
    """Return the UUID pk of an id in a mutation, as `named_pk` does."""
    named_pk(gid, type_name, field=field)
    return uuid_pk(gid, type_name)


def _check(gid: str, type_name: str) -> None:
    try:
        parse_global_id(gid)
    except InvalidId:
        raise InvalidId(f"Invalid ID: {gid}. Expected: {type_name}.") from None


def _soft(gid: Any, types: tuple[str, ...]) -> str | None:
    if gid is None:
        return None
    try:
        return from_global_id(gid, *types)
    except InvalidId:
        return None


def bind_ids(**types: str) -> None:
    """Serve `id` of each contract type named: the global id of the parent's pk, under the name given as value."""
    from infra.engine.schema.binding import Batch, field

    def make(name: str) -> Any:
        def resolve(batch: Batch) -> list[str]:
            return [to_global_id(name, parent.pk) for parent in batch.parents]

        return resolve

    for type_name, name in types.items():
        field(type_name, "id")(make(name))
