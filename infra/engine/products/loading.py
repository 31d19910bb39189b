"""Rows that belong to many parents, in one statement."""

from __future__ import annotations

from typing import Any

from infra.engine.prepared import in_bulk
from infra.engine.products.models import Channel
from infra.engine.products.queries import all_channels, find_channel
from infra.engine.schema.binding import Batch
from infra.engine.schema.context import Context
from infra.engine.schema.errors import refuse
from infra.engine.schema.ids import named_pk


def related(batch: Batch, model: Any, column: str) -> list[Any]:
    """Return for each parent the row of `model` that its `column` (a key, may be None) names."""
    keys = {getattr(parent, column) for parent in batch.parents} - {None}
    rows = in_bulk(model, keys)
    return [rows.get(getattr(parent, column)) for parent in batch.parents]


def children(batch: Batch, rows: Any, column: str) -> list[list[Any]]:
    """Return for each parent its rows of the queryset `rows`, by the key in `column`, in the queryset's order."""
    found: dict[Any, list[Any]] = {parent.pk: [] for parent in batch.parents}
    for row in rows.filter(**{f"{column}__in": list(found)}):
        found[getattr(row, column)].append(row)
    return [found[parent.pk] for parent in batch.parents]


def in_channel(row: Any, slug: str | None) -> Any:
    """Mark a row as seen in a channel, which its prices and children follow."""
    if row is not None:
        row.channel_slug = slug
    return row


def channel_of(parent: Any, context: Context) -> Channel | None:
    """Return the channel a row is seen in."""
    return find_channel(context, getattr(parent, "channel_slug", None))


def with_channels(batch: Batch) -> list[Channel]:
    """Return for each parent the channel its `channel_id` names."""
    channels = all_channels(batch.context)
    return [channels[parent.channel_id] for parent in batch.parents]


def get_row(model: Any, gid: str | None, type_name: str, *, field: str = "id", lock: bool = False) -> Any:
    """Return the row of a global id. Raises UserErrors: NOT_FOUND, or GRAPHQL_ERROR for another type's."""
    pk = named_pk(gid, type_name, field=field)
    rows = model.objects.select_for_update() if lock else model.objects.all()
    row = rows.filter(pk=pk).first() if pk is not None else None
    if row is None:
        raise refuse(field, f"Couldn't resolve to a node: {gid}", "NOT_FOUND")
    return row


def all_named(model: Any, gids: list[str], type_name: str) -> list[Any]:
    """Return the locked rows of all ids of a bulk. Raises UserErrors(GRAPHQL_ERROR): on "ids" for another type's id,
    on "id" when one of them names nothing.
    """
    pks = [named_pk(gid, type_name, field="ids") for gid in dict.fromkeys(gids)]
    rows = {row.pk: row for row in model.objects.select_for_update().filter(pk__in=[pk for pk in pks if pk])}
    if len(rows) < len(pks):
        raise refuse("id", "Could not resolve to a node.", "GRAPHQL_ERROR")
    return [rows[pk] for pk in pks]
