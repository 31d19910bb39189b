"""Problems that an app reports of itself: counted while they go on, critical from a threshold on, dismissed by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from infra.engine.apps.models import App, AppProblem
from infra.engine.schema.errors import refuse

MAX_PROBLEMS = 100
MAX_DISMISSED = 100
MAX_MESSAGE = 2048
KEY_LENGTHS = (3, 128)
MIN_MESSAGE = 3


def report_problem(
    *, app: App, key: str, message: str, critical_from: int | None, aggregate_minutes: int, now: datetime
) -> AppProblem:
    """Count the problem `key` of `app` again if it was last seen within `aggregate_minutes`, else note a new one.

    0 minutes always note a new one. The oldest go when there are more than MAX_PROBLEMS. Raises UserErrors(INVALID).
    """
    if not KEY_LENGTHS[0] <= len(key) <= KEY_LENGTHS[1]:
        raise refuse("key", f"A key has {KEY_LENGTHS[0]} to {KEY_LENGTHS[1]} characters.", "INVALID")
    if len(message) < MIN_MESSAGE:
        raise refuse("message", f"A message has at least {MIN_MESSAGE} characters.", "INVALID")
    kept = message if len(message) <= MAX_MESSAGE else f"{message[: MAX_MESSAGE - 3]}..."
    with transaction.atomic("engine"):
        App.objects.select_for_update().get(pk=app.pk)
        rows = AppProblem.objects.filter(app=app)
        since = now - timedelta(minutes=aggregate_minutes)
        open_one = rows.filter(key=key, dismissed_by="", updated_at__gte=since).order_by("-updated_at").first()
        if open_one is None or aggregate_minutes <= 0:
            older = rows.order_by("-updated_at").values_list("pk", flat=True)[MAX_PROBLEMS - 1 :]
            rows.filter(pk__in=list(older)).delete()
            open_one = AppProblem(app=app, key=key, count=0, created_at=now)
        open_one.count += 1
        open_one.message, open_one.updated_at = kept, now
        open_one.is_critical = critical_from is not None and open_one.count >= critical_from
        open_one.save()
    return open_one


def check_number(items: Sequence[Any], field: str) -> None:
    """Raise UserErrors(INVALID) for more than may be dismissed at once."""
    if len(items) > MAX_DISMISSED:
        raise refuse(field, f"Cannot specify more than {MAX_DISMISSED} items.", "INVALID")


def dismiss(rows: Any, *, user: Any = None) -> None:
    """Dismiss the problems of a queryset, by the app itself or by `user`. One dismissed before stays as it is."""
    by = "USER" if user is not None else "APP"
    rows.filter(dismissed_by="").update(
        dismissed_by=by, dismissed_user=user, dismissed_email=user.email if user is not None else None
    )
