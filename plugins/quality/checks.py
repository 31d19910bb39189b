"""Whether a listing meets the shared standard on a day. A missing answer is never taken for a negative one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from plugins.api.types import Criterion, Listing, Permit, Problem
from plugins.quality import tables
from plugins.quality.types import PermitRule


def problems(*, listing: Listing, on_date: date) -> tuple[Problem, ...]:
    """Return what keeps a listing off sale on a day: unanswered or unknown answers, licences missing or run out."""
    return (*_unanswered(listing, on_date), *_unlicensed(listing, on_date))


def valid_permit(listing: Listing, kind: str, on_date: date) -> Permit | None:
    """Return the merchant's permit of a kind that is valid on a day (its last day included), or None."""
    return next(
        (
            permit
            for permit in listing.merchant.permits
            if permit.kind == kind
            and permit.valid_from <= on_date
            and (permit.valid_to is None or on_date <= permit.valid_to)
        ),
        None,
    )


def _unanswered(listing: Listing, on_date: date) -> Iterator[Problem]:
    for criterion in tables.criteria(on_date):
        if not tables.applies_to(criterion, listing):
            continue
        answer = listing.answers.get(criterion.code)
        if answer in (None, ""):
            if criterion.mandatory:
                yield _problem("quality.unanswered", criterion, listing, "に答えてください。", "please answer.")
        elif criterion.choices and answer not in {code for code, _ in criterion.choices}:
            yield _problem(
                "quality.unknown_answer", criterion, listing, "の答えを選び直してください。", "please choose again."
            )
        elif criterion.kind == "text" and not str(answer).strip():
            yield _problem("quality.unanswered", criterion, listing, "に答えてください。", "please answer.")


def _problem(code: str, criterion: Criterion, listing: Listing, ja: str, en: str) -> Problem:
    return Problem(
        code=code,
        message={"ja": f"「{criterion.question['ja']}」{ja}", "en": f"{criterion.question['en']}: {en}"},
        field=criterion.code,
        subject=listing.id,
        source=criterion.source,
    )


def _unlicensed(listing: Listing, on_date: date) -> Iterator[Problem]:
    for rule in tables.permit_rules(listing, on_date):
        if valid_permit(listing, rule.kind, on_date) is None:
            yield _permit_problem(listing, rule, on_date)


def _permit_problem(listing: Listing, rule: PermitRule, on_date: date) -> Problem:
    held = [permit for permit in listing.merchant.permits if permit.kind == rule.kind]
    ended = max((permit.valid_to for permit in held if permit.valid_to and permit.valid_to < on_date), default=None)
    if ended is None:
        code = "quality.permit_missing"
        message = {
            "ja": f"「{rule.name['ja']}」が登録されていません。番号と有効期間を登録してください。",
            "en": f"{rule.name['en']}: not on file. Please enter its number and validity.",
        }
    else:
        code = "quality.permit_expired"
        day = f"{ended.year}年{ended.month}月{ended.day}日"
        message = {
            "ja": f"「{rule.name['ja']}」の期限が{day}で切れました。更新後の番号と有効期間を登録してください。",
            "en": f"{rule.name['en']}: expired on {ended.isoformat()}. Please enter the renewed permit.",
        }
    return Problem(code=code, message=message, field=f"permit.{rule.kind}", subject=listing.id, source=rule.source)
