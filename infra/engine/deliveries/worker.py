"""The engine's own worker: sends what is due, tries again with growing pauses, gives up and keeps the reason."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import Any

from django.apps import apps
from django.db.models import Q

from infra.engine.deliveries.models import EventDelivery, EventDeliveryAttempt
from infra.engine.deliveries.payloads import build_payload
from infra.engine.deliveries.transport import Response, Unreachable, send, webhook_headers
from infra.engine.payments.requests import run_due as run_payment_requests

logger = logging.getLogger(__name__)
MAX_RETRIES = 5
FIRST_PAUSE_S = 10
LEASE = timedelta(seconds=60)
#: told to apps that are switched off, too
ALWAYS_SENT = frozenset({"APP_DELETED", "APP_STATUS_CHANGED"})


def run_due(now: datetime | None = None, limit: int = 100) -> int:
    """Send up to `limit` deliveries that are due at `now`; returns how many were tried.

    Each is leased for a minute by one conditional update, so that workers never share one and a killed worker's
    delivery is sent again. With nothing due it only reads.
    """
    moment = now or datetime.now(UTC)
    done = 0
    while done < limit:
        delivery = _claim(moment)
        if delivery is None:
            break
        deliver(delivery, moment)
        done += 1
    return done + run_payment_requests(moment, limit - done)


def _free(now: datetime) -> Q:
    return Q(status="PENDING", run_at__lte=now) & (Q(leased_until=None) | Q(leased_until__lt=now))


def _claim(now: datetime) -> EventDelivery | None:
    for pk in EventDelivery.objects.filter(_free(now)).order_by("pk").values_list("pk", flat=True)[:20]:
        if EventDelivery.objects.filter(_free(now), pk=pk).update(leased_until=now + LEASE):
            return EventDelivery.objects.select_related("webhook__app").get(pk=pk)
    return None


def deliver(delivery: EventDelivery, now: datetime) -> None:
    """Try one leased delivery once: done and gone, to be tried again later, or failed for good."""
    webhook = delivery.webhook
    if not (webhook.is_active and webhook.app.is_active) and delivery.event_type not in ALWAYS_SENT:
        _give_up(delivery, "The webhook or its app is switched off.")
        return
    payload = delivery.payload if delivery.payload is not None else _deferred_payload(delivery)
    if payload is None:
        _give_up(delivery, "The subscription gave no data.")
        return
    body = payload.encode()
    headers = webhook_headers(
        event=delivery.event_type, body=body, secret_key=webhook.secret_key, custom=webhook.custom_headers
    )
    try:
        response = send("POST", webhook.target_url, headers=headers, body=body)
    except Unreachable as error:
        _failed(delivery, now, message=str(error), response=None)
        return
    if response.is_success:
        delivery.delete()
        return
    _failed(delivery, now, message=response.body.decode("utf-8", "replace"), response=response)


def _failed(delivery: EventDelivery, now: datetime, *, message: str, response: Response | None) -> None:
    EventDeliveryAttempt.objects.create(
        delivery=delivery,
        status="FAILED",
        response=message[:10_000],
        response_status_code=response.status if response else None,
        duration=response.duration_s if response else None,
    )
    delivery.attempts_made += 1
    delivery.leased_until = None
    if (response is not None and response.is_final) or delivery.attempts_made > MAX_RETRIES:
        delivery.status = "FAILED"
    else:
        delivery.run_at = now + timedelta(seconds=FIRST_PAUSE_S * 2 ** (delivery.attempts_made - 1))
    delivery.save(update_fields=["attempts_made", "leased_until", "status", "run_at"])
    logger.warning("%s to %s failed: %s", delivery.event_type, delivery.webhook.target_url, message[:200])


def _give_up(delivery: EventDelivery, reason: str) -> None:
    EventDeliveryAttempt.objects.create(delivery=delivery, status="FAILED", response=reason)
    EventDelivery.objects.filter(pk=delivery.pk).update(status="FAILED", leased_until=None)


def _deferred_payload(delivery: EventDelivery) -> str | None:
    source: dict[str, Any] = delivery.source or {}
    obj = apps.get_model(source["model"]).objects.filter(pk=source["pk"]).first()
    if obj is None:
        return None
    return build_payload(
        webhook=delivery.webhook,
        event=delivery.event_type,
        obj=obj,
        extra={},
        issued_at=datetime.fromisoformat(source["issued_at"]),
        principal=_principal(source),
    )


def _principal(source: dict[str, Any]) -> Any:
    for key, label in (("app", "engine_apps.App"), ("user", "engine_customers.User")):
        if source.get(key):
            return apps.get_model(label).objects.filter(pk=source[key]).first()
    return None
