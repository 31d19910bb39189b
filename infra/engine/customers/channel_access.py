"""Which channels a requestor works on: groups of staff may be restricted to some of them.

An app works on all of them, a superuser too; staff without any group, and everybody else, on none.
"""

from __future__ import annotations

from typing import Any

from infra.engine.customers.groups import channels_of
from infra.engine.products.queries import find_channel
from infra.engine.schema.context import Context
from infra.engine.schema.errors import PermissionDenied


def accessible_channels(context: Context) -> set[int] | None:
    """Return the pks of the channels that whoever asks may work on; None for all of them. Read once per request."""
    requestor = context.requestor
    if requestor.kind == "app":
        return None
    if requestor.user is None or not requestor.user.is_staff:
        return set()
    found: set[int] | None = context.remember("accessible_channels", lambda: channels_of(requestor.user))
    return found


def may_work_on(context: Context, channel_id: int | None) -> bool:
    """Return whether whoever asks may work on the channel of this pk; None, one that does not exist, is an app's."""
    if context.requestor.kind == "app":
        return True
    own = accessible_channels(context)
    return channel_id is not None and (own is None or channel_id in own)


def check_channels(context: Context, *channel_ids: int | None) -> None:
    """Raise PermissionDenied unless whoever asks may work on every one of the channels."""
    if not all(may_work_on(context, pk) for pk in channel_ids):
        raise PermissionDenied(message="You don't have access to some objects' channel.")


def check_channel_slug(context: Context, slug: str) -> None:
    """Raise PermissionDenied for the slug of a channel that is none of those that whoever asks works on."""
    channel: Any = find_channel(context, slug)
    if not may_work_on(context, channel.pk if channel is not None else None):
        raise PermissionDenied(message=f"You do not have access to the {slug} channel.")
