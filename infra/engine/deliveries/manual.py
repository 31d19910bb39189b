"""Webhooks tried by hand: what would be sent, sent at once, or sent again."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from infra.engine.apps.models import Webhook
from infra.engine.apps.subscriptions import InvalidQuery, events_of_query
from infra.engine.deliveries.events import SUBJECTS, EventKind, event_kinds
from infra.engine.deliveries.models import EventDelivery
from infra.engine.deliveries.payloads import run_subscription
from infra.engine.deliveries.worker import Sources, deliver
from infra.engine.schema.binding import BINDINGS
from infra.engine.schema.build import schema
from infra.engine.schema.context import Requestor
from infra.engine.schema.errors import refuse
from infra.engine.schema.ids import InvalidId, parse_global_id

_UNTRIED = (
    "ShippingPrice",
    "GiftCardSent",
    "FulfillmentCreated",
    "FulfillmentApproved",
    "ProductVariantStockUpdated",
    "ProductVariantDiscountedPrice",
    "ProductVariantOutOfStockIn",
    "ProductVariantOutOfStockFor",
    "ProductVariantBackInStockIn",
    "ProductVariantBackInStockFor",
    "Transaction",
    "CalculateTaxes",
)
"""How types of events begin that Saleor does not try by hand, although their subject has an id."""
_TRIED = ("TransactionItemMetadataUpdated",)


def check_query(query: str, field: str | None) -> EventKind:
    """Return the first event that `query` asks for. Raises UserErrors with the code of what is wrong with it."""
    try:
        names = events_of_query(query)
    except InvalidQuery as error:
        raise refuse(field, str(error), error.code) from None
    if not names:
        raise refuse(field, "Can't find a single event.", "MISSING_EVENT")
    return event_kinds()[names[0]]


def subject_of(kind: EventKind, object_id: str, *, field: str | None) -> Any:
    """Return the object `object_id` that the event `kind` can be about. Raises UserErrors."""
    subjects = SUBJECTS.get(kind.name, ())
    type_name = _type_of_subject(kind, subjects[0]) if subjects else None
    if type_name is None or _is_untried(kind, type_name):
        raise refuse(field, f"Event type: {kind.type_name} not supported.", "TYPE_NOT_SUPPORTED")
    try:
        said_type, pk = parse_global_id(object_id)
    except InvalidId as error:
        raise refuse("objectId", error.message, "GRAPHQL_ERROR") from None
    if said_type != type_name:
        raise refuse("objectId", "ObjectId doesn't match event type.", "INVALID_ID")
    row = _row(type_name, pk)
    if row is None:
        raise refuse("objectId", f"Couldn't resolve to a node: {object_id}", "NOT_FOUND")
    return row


def _is_untried(kind: EventKind, subject: str) -> bool:
    if kind.type_name.startswith("Account") and subject == "User":
        return True
    return kind.type_name.startswith(_UNTRIED) and kind.type_name not in _TRIED


def check_permission(kind: EventKind, requestor: Requestor) -> None:
    """Raise UserErrors(MISSING_PERMISSION) where the one who tries may not see what the event tells."""
    if kind.permission is not None and not requestor.has_perm(kind.permission):
        text = f"The user doesn't have required permission: {kind.permission.lower()}."
        raise refuse(None, text, "MISSING_PERMISSION")


def dry_run(*, query: str, object_id: str, requestor: Requestor, now: datetime) -> Any:
    """Return what a webhook with `query` would be sent about `object_id`, as far as the requestor may see it."""
    kind = check_query(query, "query")
    obj = subject_of(kind, object_id, field="query")
    check_permission(kind, requestor)
    return run_subscription(
        query, kind=kind, obj=obj, extra={}, requestor=requestor, recipient=requestor.app, issued_at=now
    )


def trigger(*, webhook: Webhook, object_id: str, requestor: Requestor, now: datetime) -> EventDelivery | None:
    """Send the first event of the query about `object_id` now; returns the delivery, FAILED if it did not arrive."""
    if not webhook.subscription_query:
        raise refuse("webhookId", "Missing subscription query for given webhook.", "MISSING_QUERY")
    kind = check_query(webhook.subscription_query, None)
    if kind.is_sync:
        raise refuse(None, f"Event type: {kind.type_name} is not supported.", "TYPE_NOT_SUPPORTED")
    obj = subject_of(kind, object_id, field=None)
    check_permission(kind, requestor)
    from infra.engine.deliveries.actions import delivery_of

    row = delivery_of(webhook=webhook, kind=kind, obj=obj, extra={}, requestor=requestor, now=now)
    if row is None:
        return None
    row.save()
    shown = _send_now(row)
    if EventDelivery.objects.filter(pk=row.pk).update(status="FAILED"):
        shown.status = "FAILED"  # one try by hand: it is not sent again by itself
    return shown


def retry(delivery: EventDelivery) -> EventDelivery:
    """Send a delivery again at once, whatever became of it; returns it as it was before."""
    EventDelivery.objects.filter(pk=delivery.pk).update(status="PENDING", leased_until=None, attempts_made=0)
    delivery.refresh_from_db()
    return _send_now(delivery)


def _send_now(delivery: EventDelivery) -> EventDelivery:
    shown = EventDelivery.objects.select_related("webhook__app").get(pk=delivery.pk)
    again = EventDelivery.objects.select_related("webhook__app").get(pk=delivery.pk)
    if deliver(again, datetime.now(UTC), Sources([again])):
        again.delete()
    return shown


def _type_of_subject(kind: EventKind, subject: str) -> str | None:
    type_: Any = schema().get_type(kind.type_name)
    declared = type_.fields.get(subject) if type_ is not None else None
    named = declared.type if declared is not None else None
    while named is not None and hasattr(named, "of_type"):
        named = named.of_type
    return named.name if named is not None and _model(named.name) is not None else None


def _model(type_name: str) -> type[models.Model] | None:
    for cls, name in BINDINGS.typenames.items():
        if name == type_name and issubclass(cls, models.Model):
            return cls
    return None


def _row(type_name: str, pk: str) -> Any:
    model = _model(type_name)
    assert model is not None
    try:
        known = model._meta.pk.to_python(pk)
    except ValidationError as error:
        raise refuse("objectId", f"Couldn't resolve to a node: {pk}", "NOT_FOUND") from error
    return model._default_manager.filter(pk=known).first()
