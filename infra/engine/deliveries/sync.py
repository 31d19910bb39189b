"""Synchronous events: an app is asked in the middle of a request, and its answer is used at once."""

from __future__ import annotations

import json
import logging
from typing import Any

from django.db import connections
from django.utils import timezone

from infra.engine.deliveries.events import event_kinds
from infra.engine.deliveries.payloads import build_payload
from infra.engine.deliveries.queries import subscribed_webhooks
from infra.engine.deliveries.transport import Unreachable, send, webhook_headers
from infra.engine.schema.context import current_requestor
from infra.engine.settled.kept import look_again

logger = logging.getLogger(__name__)


def ask_apps(*, event: str, obj: Any, app: Any, extra: dict[str, Any]) -> list[tuple[Any, Any]]:
    """Ask every subscribed app in turn; see `infra.engine.deliveries.ask`."""
    assert event_kinds()[event].is_sync, f"{event} is emitted, not asked"
    if has_open_transaction():
        raise RuntimeError(f"{event} would be sent inside an open transaction of the engine")
    webhooks = subscribed_webhooks(event=event, app=app)
    try:
        return [(webhook.app, _ask(webhook, event, obj, extra)) for webhook in webhooks]
    finally:
        if webhooks:
            look_again()


def has_open_transaction() -> bool:
    """Return whether the engine's own code holds a transaction open (a test's outer rollback does not count)."""
    blocks: list[Any] = connections["engine"].atomic_blocks
    return any(not block._from_testcase for block in blocks)


def _ask(webhook: Any, event: str, obj: Any, extra: dict[str, Any]) -> Any:
    requestor = current_requestor()
    payload = build_payload(
        webhook=webhook,
        event=event,
        obj=obj,
        extra=extra,
        issued_at=timezone.now(),
        principal=requestor.app or requestor.user,
    )
    if payload is None:
        return None
    body = payload.encode()
    headers = webhook_headers(event=event, body=body, secret_key=webhook.secret_key, custom=webhook.custom_headers)
    try:
        response = send("POST", webhook.target_url, headers=headers, body=body)
    except Unreachable as error:
        logger.warning("%s: %s did not answer: %s", event, webhook.target_url, error)
        return None
    if not response.is_success:
        logger.warning("%s: %s answered %s", event, webhook.target_url, response.status)
        return None
    try:
        answer = json.loads(response.body, parse_constant=_refuse)
    except (ValueError, RecursionError):
        logger.warning("%s: %s answered something that is not JSON", event, webhook.target_url)
        return None
    # only escapes, and bytes that begin so, stand for what PostgreSQL or UTF-8 does not know
    return _storable(answer) if b"\\u" in response.body or b"\xed" in response.body else answer


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def _storable(value: Any) -> Any:
    """Return an answer's texts without zero bytes, and `?` for halves of pairs: no database takes those."""
    if isinstance(value, str):
        return value.encode(errors="replace").decode().replace("\0", "")
    if isinstance(value, list):
        return [_storable(item) for item in value]
    if isinstance(value, dict):
        return {_storable(name): _storable(item) for name, item in value.items()}
    return value
