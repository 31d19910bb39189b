"""The body of a webhook: its subscription, run on the event as the app that asked for it."""

from __future__ import annotations

import json
import logging
from datetime import datetime
from typing import Any

from infra.engine.deliveries.events import Event, event_kinds
from infra.engine.schema.authentication import app_requestor
from infra.engine.schema.build import documents, schema
from infra.engine.schema.context import Context
from infra.engine.schema.errors import format_error
from infra.engine.schema.executor import execute_event

logger = logging.getLogger(__name__)


def build_payload(
    *, webhook: Any, event: str, obj: Any, extra: dict[str, Any], issued_at: datetime, principal: Any
) -> str | None:
    """Return the JSON text of `event` for `webhook`: the content of `event` without an envelope, errors appended.

    None when the subscription gives nothing, which means that nothing is sent.
    """
    document = documents().get(webhook.subscription_query or "")
    if isinstance(document, list):
        logger.warning("webhook %s: its query is not valid: %s", webhook.pk, document[0].message)
        return None
    happening = Event(
        kind=event_kinds()[event],
        obj=obj,
        issued_at=issued_at,
        extra=extra,
        recipient=webhook.app,
        issuing_principal=principal,
    )
    context = Context(requestor=app_requestor(webhook.app), now=issued_at)
    answer = execute_event(schema(), document, event=happening, context=context)
    data = (answer.data or {}).get("event")
    if not data:
        return None
    if answer.errors:
        data = {**data, "errors": [format_error(error) for error in answer.errors]}
    return json.dumps(data)
