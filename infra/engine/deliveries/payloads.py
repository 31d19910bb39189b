"""The body of a webhook: its subscription, run on the event as the app that asked for it."""

from __future__ import annotations

import json
import logging
from datetime import datetime
from typing import Any

from infra.engine.deliveries.events import Event, EventKind, event_kinds
from infra.engine.schema.authentication import app_requestor
from infra.engine.schema.build import documents, schema
from infra.engine.schema.context import Context, Requestor
from infra.engine.schema.errors import format_error
from infra.engine.schema.executor import execute_event

logger = logging.getLogger(__name__)


def build_payload(
    *, webhook: Any, event: str, obj: Any, extra: dict[str, Any], issued_at: datetime, principal: Any
) -> str | None:
    """Return the JSON text of `event` for `webhook`: the content of `event` without an envelope, errors appended.

    None when the subscription gives nothing, which means that nothing is sent.
    """
    answer = run_subscription(
        webhook.subscription_query or "",
        kind=event_kinds()[event],
        obj=obj,
        extra=extra,
        requestor=app_requestor(webhook.app),
        recipient=webhook.app,
        issued_at=issued_at,
        principal=principal,
    )
    return json.dumps(answer) if answer else None


def run_subscription(
    query: str,
    *,
    kind: EventKind,
    obj: Any,
    extra: dict[str, Any],
    requestor: Requestor,
    recipient: Any,
    issued_at: datetime,
    principal: Any = None,
) -> dict[str, Any] | None:
    """Return what the subscription `query` gives of an event to `requestor`, None when that is nothing.

    A subscription of `event` gives its content, one of a root field by the event's own name an envelope:
    {"data": {"orderCreated": …}}. Errors of fields stand beside the content.
    """
    document = documents().get(query)
    if isinstance(document, list):
        logger.warning("a webhook's query is not valid: %s", document[0].message)
        return None
    happening = Event(
        kind=kind,
        obj=obj,
        issued_at=issued_at,
        extra=extra,
        recipient=recipient,
        issuing_principal=principal,
    )
    context = Context(requestor=requestor, now=issued_at)
    answer = execute_event(schema(), document, event=happening, context=context)
    found = answer.data or {}
    data = found.get("event") or ({"data": found} if any(found.values()) else None)
    if data and answer.errors:
        data = {**data, "errors": [format_error(error) for error in answer.errors]}
    return data
