"""The gate, asked again of everything on sale: daily, and when a merchant's permits or papers change.

The daily check goes through the shop in small slices, each a job of its own that stands behind everything that is due
at once: what somebody just entered never waits for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Case, Min, Q, QuerySet, Value, When

from marketplace.catalog import models
from marketplace.catalog.actions import gate, projection, publishing
from marketplace.catalog.types import UnableToPublish
from marketplace.kernel import clock
from marketplace.kernel.jobs.actions import enqueue, from_now
from marketplace.kernel.jobs.queries import is_pending
from marketplace.kernel.once import reading_once
from marketplace.merchants import queries as merchants
from marketplace.merchants.types import MerchantFile
from plugins.api.types import Problem, Words

ACTOR = "system:check"
DAY_JOB = "catalog.recheck_day"
SLICE = 25
ACTS = 3
"""After so many listings that had to be withdrawn, brought back or shown anew, each a few calls of Saleor, a slice
ends."""
State = models.Listing.State


@dataclass(frozen=True, slots=True)
class _Checked:
    row: models.Listing
    problems: tuple[Problem, ...]
    is_shown_as_is: bool


def ask_recheck() -> bool:
    """Ask for the check of the mall's day, unless it is asked for or all were checked; returns whether it was.

    Costs one statement when all were checked. A check that failed too often to be tried again is asked for anew.
    """
    if not _unchecked(clock.today()).exists() or is_pending(kind=DAY_JOB, key=DAY_JOB):
        return False
    _ask()
    return True


def recheck_slice() -> int:
    """Check some listings not yet checked on the mall's day, and ask to go on when others are left: withdraw what is
    blocked, bring back what a check had withdrawn and nothing blocks any more, show anew what the day changed.

    First those of merchants of whom a permit ended or began. Returns how many were withdrawn or brought back.
    """
    changed, is_all = _recheck_slice(clock.today())
    if not is_all:
        _ask()
    return changed


def recheck_all() -> int:
    """Do at once what `recheck_slice` does in many calls. Returns how many listings were withdrawn or brought back."""
    total, is_all = 0, False
    while not is_all:
        changed, is_all = _recheck_slice(clock.today())
        total += changed
    return total


def recheck_merchant(*, merchant_id: str) -> int:
    """Check a merchant's listings at once, whenever they were checked last, and show anew what has changed of its
    texts. Returns how many were withdrawn or brought back."""
    today = clock.today()
    checked = _check(list(_checkable().filter(merchant_id=merchant_id).order_by("pk")), today)
    return sum(_act(each, today) for each in checked)


def _ask() -> None:
    enqueue(kind=DAY_JOB, key=DAY_JOB, payload={}, run_at=from_now(wait=timedelta(0)), again=True)


def _recheck_slice(today: date) -> tuple[int, bool]:
    """Return how many were withdrawn or brought back, and whether none is left."""
    rows = list(_in_order(_unchecked(today), today)[: SLICE + 1])
    changed = acts = 0
    settled: list[int] = []
    for each in _check(rows[:SLICE], today):
        if acts == ACTS:
            break
        if _is_settled(each):
            settled.append(each.row.pk)
            continue
        acts += 1
        changed += _act(each, today)
    models.Listing.objects.filter(pk__in=settled).update(checked_on=today)
    return changed, acts < ACTS and len(rows) <= SLICE


def _checkable() -> QuerySet[models.Listing]:
    wanted = Q(state=State.LIVE) | Q(state=State.WITHDRAWN, withdrawn_by="check")
    return models.Listing.objects.filter(wanted).select_related("category", "category__parent")


def _unchecked(today: date) -> QuerySet[models.Listing]:
    return _checkable().filter(Q(checked_on=None) | ~Q(checked_on=today))


def _in_order(rows: QuerySet[models.Listing], today: date) -> QuerySet[models.Listing]:
    since = rows.aggregate(first=Min("checked_on"))["first"] or today - timedelta(days=1)
    turning = merchants.ids_with_turning_permits(since=since, until=today)
    return rows.order_by(Case(When(merchant_id__in=turning, then=Value(0)), default=Value(1)), "pk")


def _check(rows: Sequence[models.Listing], today: date) -> list[_Checked]:
    """Ask the gate about listings, and whether their rows are as they would be made today; as many statements for
    twenty as for one, but for those of plugins."""
    with reading_once():
        owners = merchants.merchant_files(ids={row.merchant_id for row in rows}, on_date=today)
        codes: dict[int, set[str]] = {row.pk: set() for row in rows}
        for pk, code in models.CardRow.objects.filter(listing__in=rows).values_list("listing_id", "market").distinct():
            codes[pk].add(code)
        return [_look(row, owners[row.merchant_id], codes[row.pk], today) for row in rows]


def _look(row: models.Listing, owner: MerchantFile, codes: set[str], today: date) -> _Checked:
    problems = gate.blocking(gate.problems_with(row, owner, on_date=today))
    if row.state != State.LIVE or problems:
        return _Checked(row, problems, is_shown_as_is=False)
    found = projection.fingerprint(row, owner, codes=codes, on_date=today)
    return _Checked(row, problems, is_shown_as_is=found == row.surroundings)


def _is_settled(checked: _Checked) -> bool:
    """Whether nothing is to be done: on sale, rightly, and shown as it is; or withdrawn, rightly."""
    return checked.is_shown_as_is if checked.row.state == State.LIVE else bool(checked.problems)


def _act(checked: _Checked, today: date) -> int:
    row, problems, changed = checked.row, checked.problems, 0
    if row.state == State.LIVE and problems:
        publishing.withdraw_listing(listing_id=str(row.pk), reason=_reason(problems), actor=ACTOR, by="check")
        changed = 1
    elif row.state == State.WITHDRAWN and not problems:
        changed = int(_bring_back(row))
    elif row.state == State.LIVE and not checked.is_shown_as_is and row.product_id:
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
