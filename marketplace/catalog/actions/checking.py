"""The gate, asked again of everything on sale: daily, and when a merchant's permits or papers change."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Q

from marketplace.catalog import models
from marketplace.catalog.actions import gate, projection, publishing
from marketplace.catalog.types import UnableToPublish
from marketplace.kernel import clock
from plugins.api.types import Problem, Words

ACTOR = "system:check"
State = models.Listing.State


def recheck_all() -> int:
    """Check every listing not yet checked on the mall's day: withdraw what is blocked, bring back what a check had
    withdrawn and nothing blocks any more. Returns how many changed. Costs one statement when all were checked."""
    today = clock.today()
    return _recheck(_checkable().filter(Q(checked_on=None) | ~Q(checked_on=today)), today)


def recheck_merchant(*, merchant_id: str) -> int:
    """Check a merchant's listings at once, whenever they were checked last, and show its texts anew."""
    changed = _recheck(_checkable().filter(merchant_id=merchant_id), clock.today())
    projection.project_merchant(merchant_id=merchant_id)
    return changed


def _checkable():  # type: ignore[no-untyped-def]
    wanted = Q(state=State.LIVE) | Q(state=State.WITHDRAWN, withdrawn_by="check")
    return models.Listing.objects.filter(wanted).select_related("category").order_by("pk")


def _recheck(rows: Iterable[models.Listing], today: date) -> int:
    changed = 0
    for row in list(rows):
        problems = gate.blocking(gate.problems_of(row, on_date=today))
        if row.state == State.LIVE and problems:
            publishing.withdraw_listing(listing_id=str(row.pk), reason=_reason(problems), actor=ACTOR, by="check")
            changed += 1
        elif row.state == State.WITHDRAWN and not problems:
            changed += _bring_back(row)
        elif row.state == State.LIVE and row.checked_on and row.product_id:
            projection.project_product(product_id=row.product_id)
        models.Listing.objects.filter(pk=row.pk).update(checked_on=today)
    return changed


def _bring_back(row: models.Listing) -> bool:
    try:
        publishing.relist_listing(listing_id=str(row.pk), actor=ACTOR, by="check")
    except UnableToPublish:  # blocked again between the check and now
        return False
    return True


def _reason(problems: Iterable[Problem]) -> Words:
    chosen = list(problems)
    return {
        language: " ".join(dict.fromkeys(each.message.get(language) or each.message["ja"] for each in chosen))
        for language in ("ja", "en")
    }
