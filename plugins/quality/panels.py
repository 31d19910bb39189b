"""What the standard shows on a product's page: the certificate of what was declared, a badge, the notice on alcohol."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.template.loader import render_to_string

from plugins.api.types import Listing, Panel, Words
from plugins.quality import checks, tables
from plugins.quality.types import Declaration

TITLE = {"ja": "品質の証明", "en": "Certificate"}
BADGES = {
    "food": {"ja": "食品表示確認済", "en": "Label checked"},
    "designation": {"ja": "伝統的工芸品", "en": "Designated craft"},
}
LANGUAGES = ("ja", "en")


def panels(*, listing: Listing, on_date: date) -> tuple[Panel, ...]:
    """Return the panels of a listing: none about the certificate while anything keeps it off sale."""
    made = [_alcohol_notice()] if tables.is_alcohol(listing) else []
    if any(problem.blocks for problem in checks.problems(listing=listing, on_date=on_date)):
        return tuple(made)
    declared = declarations(listing=listing, on_date=on_date)
    if declared:
        made.append(_certificate(listing, declared, on_date))
    for code, holds in (("food", listing.is_food), ("designation", bool(listing.answers.get("goods.designation")))):
        if holds:
            made.append(Panel(plugin="quality", slot="badge", title=BADGES[code], html={"ja": code, "en": code}))
    return tuple(made)


def declarations(*, listing: Listing, on_date: date) -> tuple[Declaration, ...]:
    """Return what the merchant declared, in words: allergens grouped by answer, then each other question answered."""
    lines = _allergen_lines(listing.answers, on_date) if listing.is_food else []
    for criterion in tables.criteria(on_date):
        answer = listing.answers.get(criterion.code)
        if (
            answer in (None, "")
            or criterion.code.startswith("food.allergen.")
            or not tables.applies_to(criterion, listing)
        ):
            continue
        words: Words = dict(criterion.choices).get(answer) or _answer_words(answer)
        lines.append(Declaration(criterion.code, criterion.question, words))
    return tuple(lines)


def _allergen_lines(answers: Mapping[str, Any], on_date: date) -> list[Declaration]:
    lines = []
    for choice, label in tables.choice_words("allergen").items():
        chosen = [each for each in tables.allergens(on_date) if answers.get(each.criterion) == choice]
        if chosen:
            value = {
                "ja": "・".join(each.name["ja"] for each in chosen),
                "en": ", ".join(each.name["en"] for each in chosen),
            }
            words = {"ja": f"アレルゲン（{label['ja']}）", "en": f"Allergens: {label['en'].lower()}"}
            lines.append(Declaration(f"food.allergen.{choice}", words, value))
    return lines


def _answer_words(answer: Any) -> Words:
    if isinstance(answer, Mapping):
        return {language: str(answer.get(language) or answer.get("ja", "")) for language in LANGUAGES}
    return {language: str(answer) for language in LANGUAGES}


def _certificate(listing: Listing, declared: tuple[Declaration, ...], on_date: date) -> Panel:
    permits = [
        (rule.name, permit.number, permit.valid_to)
        for rule in tables.permit_rules(listing, on_date)
        if (permit := checks.valid_permit(listing, rule.kind, on_date)) is not None
    ]
    html = {}
    for language in LANGUAGES:
        context = {
            "language": language,
            "lines": [(line.code, line.label[language], line.value[language]) for line in declared],
            "permits": [(names[language], number, valid_to) for names, number, valid_to in permits],
            "version": tables.VERSION,
        }
        html[language] = render_to_string("quality/certificate.html", context)
    return Panel(plugin="quality", slot="certificate", title=TITLE, html=html, order=10)


def _alcohol_notice() -> Panel:
    html = {language: render_to_string("quality/alcohol.html", {"language": language}) for language in LANGUAGES}
    title = {"ja": "お酒は20歳から", "en": "Alcohol: 20 and over"}
    return Panel(plugin="quality", slot="notice", title=title, html=html, order=5)
