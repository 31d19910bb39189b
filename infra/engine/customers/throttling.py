"""Failed sign-ins of one address of the net slow the next ones down, as the contract has it.

Any address may fail ten times at a pause of 1 second, ten times at 2, then 4 and so on; for one and the same account
the pause doubles each time. While it lasts every sign-in from there is put off, the right one too.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from math import ceil

from django.db import transaction
from django.db.models import F

from infra.engine.customers.models import SignInFailures
from infra.engine.schema.errors import refuse

MIN_PAUSE_S = 1
MAX_PAUSE_S = 3600
REMEMBERED = timedelta(hours=2)


def begin_attempt(*, address: str, now: datetime) -> None:
    """Put the next attempt of `address` off, before this one is looked at. Raises UserErrors(LOGIN_ATTEMPT_DELAYED)."""
    until = now + timedelta(seconds=MIN_PAUSE_S)
    with transaction.atomic("engine"):
        row, is_new = SignInFailures.objects.get_or_create(
            address=address, user_id=0, defaults={"blocked_until": until, "forgotten_at": now + REMEMBERED}
        )
        free = SignInFailures.objects.filter(pk=row.pk, blocked_until__lte=now)
        if is_new or free.update(blocked_until=until):
            return
    text = f"Logging has been suspended till {row.blocked_until} due to too many logging attempts originating from "
    raise refuse(None, f"{text}the same IP address.", "LOGIN_ATTEMPT_DELAYED")


def note_failure(*, address: str, user_id: int | None, now: datetime) -> None:
    """Count a failure of `address`, of one account too when there is one, and put the next attempt off."""
    with transaction.atomic("engine"):
        of_user = _count(address, user_id, now) if user_id else 0
        pause = pause_s(failures=_count(address, 0, now), of_same_user=of_user)
        SignInFailures.objects.filter(address=address, user_id=0).update(blocked_until=now + timedelta(seconds=pause))


def note_success(*, address: str, user_id: int) -> None:
    """Forget what failed from `address`, for this account and in all."""
    SignInFailures.objects.filter(address=address, user_id__in=(0, user_id)).delete()


def forget_failures() -> None:
    """Forget every failed sign-in."""
    SignInFailures.objects.all().delete()


def pause_s(*, failures: int, of_same_user: int) -> int:
    """Return the seconds until the next attempt, after so many failures of an address and of one account from there."""
    by_address = 2 ** (ceil(failures / 10) - 1) if 0 < failures < 100 else (MAX_PAUSE_S if failures else 0)
    by_user = 2 ** (of_same_user - 1) if 0 < of_same_user < 10 else (MAX_PAUSE_S if of_same_user else 0)
    return max(by_address, by_user, MIN_PAUSE_S)


def _count(address: str, user_id: int, now: datetime) -> int:
    fresh = {"blocked_until": now, "forgotten_at": now + REMEMBERED}
    row, _ = SignInFailures.objects.get_or_create(address=address, user_id=user_id, defaults=fresh)
    if row.forgotten_at <= now:
        SignInFailures.objects.filter(pk=row.pk).update(failures=1, forgotten_at=now + REMEMBERED)
        return 1
    SignInFailures.objects.filter(pk=row.pk).update(failures=F("failures") + 1)
    return row.failures + 1
