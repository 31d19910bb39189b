"""The engine's own worker: sends what is due, tries again with growing pauses, gives up and keeps the reason."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.models import Q

from infra.engine.deliveries.models import EventDelivery, EventDeliveryAttempt
from infra.engine.deliveries.payloads import build_payload
from infra.engine.deliveries.transport import Response, Unreachable, send, webhook_headers
from infra.engine.discounts.tasks import recalculate
from infra.engine.payments.requests import run_due as run_payment_requests
from infra.engine.prepared import PreparedQuery, in_bulk
from infra.engine.warehouses.lock_objects import lock

logger = logging.getLogger(__name__)
MAX_RETRIES = 5
FIRST_PAUSE_S = 10
LEASE = timedelta(seconds=60)
#: deliveries leased together
BATCH = 25
#: a delivery is begun only within this part of the lease: one request lasts at most 20 seconds
BEGIN_WITHIN_S = 30.0
#: told to apps that are switched off, too
ALWAYS_SENT = frozenset({"APP_DELETED", "APP_STATUS_CHANGED"})


def run_due(now: datetime | None = None, limit: int = 100) -> int:
    """Send up to `limit` deliveries that are due at `now`; returns how many were tried.

    They are leased together for a minute, so that workers never share one and a killed worker's deliveries are sent
    again: those it had sent, too, with the same body, for they are taken off the queue together at the end. With
    nothing due it only reads. Prices that promotions have changed are worked out first.
    """
    moment = now or datetime.now(UTC)
    _work_out_prices(moment)
    done = 0
    while done < limit:
        claimed = _claim(moment, min(BATCH, limit - done))
        if not claimed:
            break
        tried = _deliver_all(claimed, moment)
        done += tried
        if tried < len(claimed):
            break
    return done + run_payment_requests(moment, limit - done)


def _work_out_prices(now: datetime) -> None:
    """Prices that cannot be worked out are tried again in the next round; deliveries do not wait for them."""
    try:
        recalculate(now)
    except Exception:
        logger.exception("Discounted prices were not worked out.")


def _free(now: datetime) -> Q:
    return Q(status="PENDING", run_at__lte=now) & (Q(leased_until=None) | Q(leased_until__lt=now))


_FREE = PreparedQuery(
    EventDelivery,
    (EventDelivery._meta.get_field("run_at"),),
    lambda now: EventDelivery.objects.filter(_free(now)).order_by("pk").values_list("pk"),
)


def _claim(now: datetime, most: int) -> list[EventDelivery]:
    pks = [pk for (pk,) in _FREE(now, most=most)]
    if not pks:
        return []
    with transaction.atomic("engine"):
        free = lock(EventDelivery.objects.filter(_free(now), pk__in=pks).order_by("pk"), skip_locked=True)
        claimed = list(free.select_related("webhook__app"))
        EventDelivery.objects.filter(pk__in=[row.pk for row in claimed]).update(leased_until=now + LEASE)
    return claimed


def _deliver_all(claimed: list[EventDelivery], now: datetime) -> int:
    """Try each of the leased deliveries once. Those not begun while the lease is young are given back."""
    sources, sent = Sources(claimed), []
    began = time.monotonic()
    tried = 0
    for delivery in claimed:
        if time.monotonic() - began > BEGIN_WITHIN_S:
            break
        tried += 1
        if deliver(delivery, now, sources):
            sent.append(delivery)
    _take_off(sent)
    if tried < len(claimed):
        late = [row.pk for row in claimed[tried:]]
        EventDelivery.objects.filter(pk__in=late, leased_until=now + LEASE).update(leased_until=None)
    return tried


def _take_off(sent: list[EventDelivery]) -> None:
    """Delete deliveries that arrived; only one that failed before has attempts to go with it."""
    failed_before = [row.pk for row in sent if row.attempts_made]
    if failed_before:
        EventDelivery.objects.filter(pk__in=failed_before).delete()
    at_once = [row.pk for row in sent if not row.attempts_made]
    if at_once:
        EventDelivery.objects.filter(pk__in=at_once)._raw_delete("engine")


class Sources:
    """The objects and causers that deferred payloads are built from, each read once for deliveries sent together."""

    def __init__(self, deliveries: Iterable[EventDelivery]) -> None:
        wanted: dict[str, set[str]] = {}
        for source in (row.source for row in deliveries if row.payload is None and row.source):
            wanted.setdefault(source["model"], set()).add(source["pk"])
            for key, label in CAUSERS:
                if source.get(key):
                    wanted.setdefault(label, set()).add(str(source[key]))
        self.rows = {label: self._read(label, keys) for label, keys in wanted.items()}

    @staticmethod
    def _read(label: str, keys: set[str]) -> dict[str, Any]:
        model = apps.get_model(label)
        read = in_bulk(model, sorted(map(model._meta.pk.to_python, keys), key=str))
        return {str(pk): row for pk, row in read.items()}

    def get(self, label: str, pk: Any) -> Any:
        return self.rows.get(label, {}).get(str(pk))

    def causer(self, source: dict[str, Any]) -> Any:
        """Return the app or user whose request caused the event, or None."""
        for key, label in CAUSERS:
            if source.get(key):
                return self.get(label, source[key])
        return None


CAUSERS = (("app", "engine_apps.App"), ("user", "engine_customers.User"))


def deliver(delivery: EventDelivery, now: datetime, sources: Sources) -> bool:
    """Try one leased delivery once. Returns whether it arrived; else it is due again later, or failed for good."""
    webhook = delivery.webhook
    if not (webhook.is_active and webhook.app.is_active) and delivery.event_type not in ALWAYS_SENT:
        _give_up(delivery, "The webhook or its app is switched off.")
        return False
    payload = delivery.payload if delivery.payload is not None else _deferred_payload(delivery, sources)
    if payload is None:
        _give_up(delivery, "The subscription gave no data.")
        return False
    body = payload.encode()
    headers = webhook_headers(
        event=delivery.event_type, body=body, secret_key=webhook.secret_key, custom=webhook.custom_headers
    )
    try:
        response = send("POST", webhook.target_url, headers=headers, body=body)
    except Unreachable as error:
        _failed(delivery, now, message=str(error), response=None)
        return False
    if response.is_success:
        return True
    _failed(delivery, now, message=response.body.decode("utf-8", "replace"), response=response)
    return False


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


def _deferred_payload(delivery: EventDelivery, sources: Sources) -> str | None:
    source: dict[str, Any] = delivery.source or {}
    obj = sources.get(source["model"], source["pk"])
    if obj is None:
        return None
    return build_payload(
        webhook=delivery.webhook,
        event=delivery.event_type,
        obj=obj,
        extra={},
        issued_at=datetime.fromisoformat(source["issued_at"]),
        principal=sources.causer(source),
    )
