"""Webhooks of the engine: `emit` for asynchronous events, `ask` for synchronous ones."""

from __future__ import annotations

from typing import Any


def emit(*, event: str, obj: Any, **extra: Any) -> int:
    """Queue `event` (a name of WebhookEventTypeAsyncEnum) about `obj` for every active webhook subscribed to it.

    Writes delivery rows in the caller's engine transaction, so that an event exists exactly if its change does.
    The payload of a deferred event is built when it is sent, of any other one now. `extra` are further fields of
    the event's type (e.g. token="…" of an account event). Returns the number of deliveries queued.
    """
    from infra.engine.deliveries.actions import queue_event

    return queue_event(event=event, obj=obj, extra=extra)


def ask(*, event: str, obj: Any, app: Any = None, **extra: Any) -> list[tuple[Any, Any]]:
    """Send the synchronous `event` about `obj` to the apps subscribed to it (or to `app` alone), one after the other.

    Returns (app row, parsed JSON answer, or None when there was no valid one) per webhook, in order of the apps' ids.
    Raises RuntimeError when a transaction is open on `engine`: a request to an app must never hold locks.
    """
    from infra.engine.deliveries.sync import ask_apps

    return ask_apps(event=event, obj=obj, app=app, extra=extra)


def declare_event(event: str, *subjects: str) -> None:
    """Serve the type of `event` with the fields `subjects`, so that subscriptions may ask for them.

    The first subject is read from the event's `obj`, the others from `extra`. Call it in a resolvers module, e.g.
    declare_event("ORDER_PAID", "order"). The type, permission and timing are those of deliveries/events.json.
    """
    from infra.engine.deliveries.events import declare_subjects

    declare_subjects(event, subjects)
