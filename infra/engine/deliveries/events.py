"""The events of the contract, and the object a webhook's subscription is run on."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from infra.engine.schema.binding import BINDINGS, declare, name_type

#: answered to apps that compare it as semver; the contract this engine speaks
VERSION = "3.24.0"
HEADER = "issuedAt version recipient issuingPrincipal"


@dataclass(frozen=True, slots=True)
class EventKind:
    """What the contract says of one event: `permission` is needed to be told of it, None for none; `title` is read."""

    name: str
    type_name: str
    permission: str | None
    is_deferred: bool
    is_sync: bool
    title: str


@cache
def event_kinds() -> dict[str, EventKind]:
    """Return every event of the contract by its UPPER_CASE name."""
    data = json.loads(Path(__file__).with_name("events.json").read_text())
    return {
        name: EventKind(
            name,
            row["type"],
            row["permission"],
            row["deferred"],
            group == "sync",
            row.get("name") or name.replace("_", " ").capitalize(),
        )
        for group in ("async", "sync")
        for name, row in data[group].items()
    }


SUBJECTS: dict[str, tuple[str, ...]] = {}


def declare_subjects(event: str, subjects: tuple[str, ...]) -> None:
    """Serve the type of `event` with its header and `subjects`. Raises KeyError for an unknown event."""
    type_name = event_kinds()[event].type_name
    SUBJECTS[event] = subjects
    declare(type_name, f"{HEADER} {' '.join(subjects)}")


@dataclass(slots=True)
class Event:
    """One happening as a subscription sees it: its first subject is `obj`, the others come from `extra`."""

    kind: EventKind
    obj: Any
    issued_at: datetime
    extra: dict[str, Any] = field(default_factory=dict)
    recipient: Any = None
    issuing_principal: Any = None
    version: str = VERSION

    @property
    def channel_slug(self) -> str | None:
        """Return the slug of the channel that the event's subject belongs to, if to one."""
        channel = getattr(self.obj, "channel", None)
        return channel.slug if channel is not None else None

    def __getattr__(self, name: str) -> Any:
        subjects = SUBJECTS.get(self.kind.name, ())
        if name in self.extra:
            return self.extra[name]
        if subjects and name == subjects[0]:
            return self.obj
        raise AttributeError(name)


name_type(Event, lambda event: event.kind.type_name)
declare("Event", HEADER)
declare("Subscription", "event")
#: events that a subscription may also ask for by a root field of their own, for some channels
ROOT_FIELDS = (
    "draftOrderCreated",
    "draftOrderUpdated",
    "draftOrderDeleted",
    "orderCreated",
    "orderUpdated",
    "orderConfirmed",
    "orderPaid",
    "orderFullyPaid",
    "orderRefunded",
    "orderFullyRefunded",
    "orderFulfilled",
    "orderCancelled",
    "orderExpired",
    "orderMetadataUpdated",
    "checkoutCreated",
    "checkoutUpdated",
    "checkoutFullyPaid",
    "checkoutFullyAuthorized",
    "checkoutMetadataUpdated",
)


def declare_root_fields() -> None:
    """Serve those root fields whose events are served."""
    served = BINDINGS.declared
    declare("Subscription", " ".join(name for name in ROOT_FIELDS if f"{name[0].upper()}{name[1:]}" in served))
