"""The standard as dated rows: which question is asked on which day, and by which rule."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from pathlib import Path

from plugins.api.types import Criterion, Listing, Source, Words
from plugins.quality.types import Allergen, PermitRule

DATA = Path(__file__).parent / "data"
VERSION = "2026.1"


def criteria(on_date: date) -> tuple[Criterion, ...]:
    """Return the questions in force on a day: one per mandatory allergen, then the rest, in the files' order."""
    return tuple(each for each in _criteria() if _in_force(each.effective_from, each.effective_to, on_date))


def allergens(on_date: date) -> tuple[Allergen, ...]:
    """Return the allergens that must be declared on a day."""
    return tuple(each for each in _allergens() if _in_force(each.effective_from, each.effective_to, on_date))


def permit_rules(listing: Listing, on_date: date) -> tuple[PermitRule, ...]:
    """Return the licences that a listing's merchant needs on a day."""
    kinds = {kind for kind, holds in (("food", listing.is_food), ("alcohol", is_alcohol(listing))) if holds}
    return tuple(
        rule
        for rule in _permit_rules()
        if rule.applies in kinds and _in_force(rule.effective_from, rule.effective_to, on_date)
    )


def is_alcohol(listing: Listing) -> bool:
    """Whether a listing is an alcoholic drink, by its HS code."""
    return listing.hs_code.startswith(_alcohol_prefixes())


def applies_to(criterion: Criterion, listing: Listing) -> bool:
    """Whether a question is asked of a listing: food questions of food, the rest of goods that are not food."""
    if criterion.applies_to and listing.category not in criterion.applies_to:
        return False
    return criterion.food_only == listing.is_food


def choice_words(name: str) -> dict[str, Words]:
    """Return the words of one set of choices by code, in order."""
    return dict(_choices()[name])


def _in_force(start: date | None, end: date | None, on_date: date) -> bool:
    return (start is None or start <= on_date) and (end is None or on_date <= end)


def _rows(name: str) -> Iterator[dict[str, str]]:
    with open(DATA / name, encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _source(row: dict[str, str]) -> Source:
    return Source(
        title=row["source"],
        url=row["url"],
        effective_from=_day(row["effective_from"]),
        effective_to=_day(row["effective_to"]),
        status=row["status"],  # type: ignore[arg-type]
        checked_on=_day(row["checked_on"]),
        confidence=row["confidence"],  # type: ignore[arg-type]
    )


@lru_cache(maxsize=1)
def _choices() -> dict[str, tuple[tuple[str, Words], ...]]:
    sets: dict[str, tuple[tuple[str, Words], ...]] = {}
    for row in _rows("choices.csv"):
        sets[row["set"]] = (*sets.get(row["set"], ()), (row["code"], {"ja": row["ja"], "en": row["en"]}))
    return sets


@lru_cache(maxsize=1)
def _allergens() -> tuple[Allergen, ...]:
    return tuple(
        Allergen(
            code=row["code"],
            name={"ja": row["ja"], "en": row["en"]},
            effective_from=date.fromisoformat(row["effective_from"]),
            effective_to=_day(row["effective_to"]),
            transition_to=_day(row["transition_to"]),
            source=_source(row),
        )
        for row in _rows("allergens.csv")
    )


@lru_cache(maxsize=1)
def _permit_rules() -> tuple[PermitRule, ...]:
    return tuple(
        PermitRule(
            kind=row["kind"],
            applies=row["applies"],
            name={"ja": row["ja"], "en": row["en"]},
            effective_from=date.fromisoformat(row["effective_from"]),
            effective_to=_day(row["effective_to"]),
            source=_source(row),
        )
        for row in _rows("permits.csv")
    )


@lru_cache(maxsize=1)
def _alcohol_prefixes() -> tuple[str, ...]:
    return tuple(row["hs_prefix"] for row in _rows("alcohol.csv"))


@lru_cache(maxsize=1)
def _criteria() -> tuple[Criterion, ...]:
    asked = [_allergen_criterion(allergen) for allergen in _allergens()]
    for row in _rows("criteria.csv"):
        asked.append(
            Criterion(
                code=row["code"],
                version=row["version"],
                question={"ja": row["question_ja"], "en": row["question_en"]},
                kind=row["kind"],  # type: ignore[arg-type]
                mandatory=row["mandatory"] == "1",
                help={"ja": row["help_ja"], "en": row["help_en"]},
                choices=_choices()[row["choices"]] if row["choices"] else (),
                food_only=row["applies"] == "food",
                effective_from=_day(row["effective_from"]),
                effective_to=_day(row["effective_to"]),
                source=_source(row),
            )
        )
    return tuple(asked)


def _allergen_criterion(allergen: Allergen) -> Criterion:
    return Criterion(
        code=allergen.criterion,
        version=VERSION,
        question={"ja": f"アレルゲン: {allergen.name['ja']}", "en": f"Allergen: {allergen.name['en']}"},
        kind="choice",
        mandatory=True,
        help={
            "ja": "答えがないことは「含まない」ことではありません。必ず一つ選んでください。",
            "en": "No answer is not “not contained”: please choose one.",
        },
        choices=_choices()["allergen"],
        food_only=True,
        effective_from=allergen.effective_from,
        effective_to=allergen.effective_to,
        source=allergen.source,
    )
