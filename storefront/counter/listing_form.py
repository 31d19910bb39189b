"""The form of one listing: what was typed into it, what is wrong with that, and how it is shown again."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from marketplace.catalog import markets, queries
from marketplace.catalog.types import ListingRecord, VariantDraft
from marketplace.kernel import clock
from marketplace.kernel.money import is_whole
from marketplace.merchants.types import Merchant
from plugins.api import Money
from plugins.api.types import Criterion, Problem
from plugins.runtime import hooks

HOME = "jp"
LONGEST = 4000
ABROAD = ("name.en", "description.en", "hs_code", "origin_area")
FIELD_OF = {"name": "name.ja", "variants": f"price.{HOME}", "markets": f"price.{HOME}"}
"""Where the form asks for what a check calls by another name."""


@dataclass
class ListingForm:
    """What was typed, by field, and what is wrong with it. Typed text is kept whatever is wrong.

    `elsewhere`: problems that another page of the counter solves, each with that page's address.
    """

    typed: dict[str, str]
    problems: dict[str, str] = field(default_factory=dict)
    elsewhere: list[tuple[str, str]] = field(default_factory=list)

    @property
    def is_refused(self) -> bool:
        return bool(self.problems or self.elsewhere)

    def number(self, name: str) -> int | None:
        """Return the whole number typed, None for nothing; full-width figures and commas are figures too."""
        text = plain(self.typed.get(name, ""))
        if not text:
            return None
        if not text.isascii() or not text.isdigit() or len(text) > 9:
            self.problems[name] = _("Please enter a whole number.")
            return None
        return int(text)

    def price(self, market: str, currency: str) -> Money | None:
        """Return the price typed for a market, None for nothing or for what is no price."""
        name = f"price.{market}"
        text = plain(self.typed.get(name, ""))
        if not text:
            return None
        try:
            money = Money(Decimal(text), currency)
        except (InvalidOperation, ValueError):
            self.problems[name] = _("Please enter a price in figures.")
            return None
        if money.amount <= 0:
            self.problems[name] = _("The price must be above zero.")
        elif not is_whole(money):
            self.problems[name] = _("This currency has no such small coin: please round the price.")
        return money

    def say(self, problems: Sequence[Problem], merchant: Merchant) -> None:
        """Put what a check found beside the fields that solve it."""
        language = reader()
        codes = {each.code for each in criteria()}
        pages = {
            "permit": reverse("counter:permits", args=[merchant.code]),
            "legal_notice": reverse("counter:legal", args=[merchant.code]),
            "merchant": reverse("counter:todo", args=[merchant.code]),
        }
        for problem in problems:
            text = problem.message.get(language) or problem.message["ja"]
            page = pages.get(problem.field.partition(".")[0])
            if page:
                self.elsewhere.append((text, page))
            elif problem.field in codes:
                self.problems[f"answer.{problem.field}"] = text
            else:
                self.problems[FIELD_OF.get(problem.field, problem.field or problem.code)] = text


def plain(text: str) -> str:
    """Return figures as a person may type them (full-width, with commas, with a yen sign) as bare figures."""
    return unicodedata.normalize("NFKC", text).strip().strip("¥円$ ").replace(",", "")


def reader() -> str:
    return (get_language() or "ja")[:2]


def criteria() -> list[Criterion]:
    found: list[Criterion] = hooks.gather("register_quality_criteria", on_date=clock.today())
    return found


def fields_of(form: ListingForm, *, record: ListingRecord | None, sku: str) -> dict[str, Any]:
    """Return what the catalogue's actions take, filling `form.problems` with what is wrong.

    Variants beyond the first, which the form does not show, stay as they are; so does the stock of goods once
    published, which Saleor counts.
    """
    typed = form.typed
    if not typed.get("name.ja", "").strip():
        form.problems["name.ja"] = _("Please enter the name in Japanese.")
    if typed.get("category") not in {entry.slug for entry in queries.categories(market=HOME, language="ja")}:
        form.problems["category"] = _("Please choose a category.")
    prices = {
        code: money
        for code, market in markets_by_code().items()
        if (money := form.price(code, market.currency)) is not None
    }
    stock = form.number("stock")
    known = record.variants if record else ()
    names = known[0].name if known else {"ja": "", "en": ""}
    held = None if record and record.product_id else stock
    first = VariantDraft(sku=known[0].sku if known else sku, name=names, prices=prices, stock=held)
    return {
        "names": {lang: typed.get(f"name.{lang}", "").strip() for lang in ("ja", "en")},
        "descriptions": {lang: typed.get(f"description.{lang}", "").strip() for lang in ("ja", "en")},
        "category": typed.get("category", ""),
        "tax_class": "reduced" if typed.get("tax_class") == "reduced" else "standard",
        "hs_code": "".join(letter for letter in plain(typed.get("hs_code", "")) if letter.isdigit())[:10],
        "origin_area": typed.get("origin_area", "").strip()[:8],
        "weight_g": form.number("weight_g") or 0,
        "markets": tuple(prices),
        "answers": {
            name.removeprefix("answer."): value.strip()
            for name, value in typed.items()
            if name.startswith("answer.") and value.strip()
        },
        "variants": [first, *(replace(each, stock=None) for each in known[1:])],
    }


def typed_of(record: ListingRecord, stock: Mapping[str, int]) -> dict[str, str]:
    """Return a listing as its form shows it; `stock`, by SKU, is what Saleor counts now."""
    typed = {f"name.{lang}": record.names.get(lang, "") for lang in ("ja", "en")}
    typed |= {f"description.{lang}": record.descriptions.get(lang, "") for lang in ("ja", "en")}
    typed |= {
        "category": record.category_slug,
        "tax_class": record.tax_class,
        "hs_code": record.hs_code,
        "origin_area": record.origin_area,
        "weight_g": str(record.weight_g or ""),
    }
    for variant in record.variants[:1]:
        held = stock.get(variant.sku, variant.stock)
        typed["stock"] = typed["stock_was"] = "" if held is None else str(held)
        typed |= {f"price.{code}": f"{price.amount:f}" for code, price in variant.prices.items()}
    return typed | {f"answer.{code}": str(value) for code, value in record.answers.items()}


def shown(form: ListingForm) -> dict[str, Any]:
    """Return what the template needs of a form."""
    foods = {entry.slug for entry in queries.categories(market=HOME, language="ja") if entry.is_food}
    category = form.typed.get("category", "")
    questions = [_question(each, form) for each in criteria()]
    prices = [_price(code, market.name, market.currency, form) for code, market in markets_by_code().items()]
    abroad = [row for row in prices if row["code"] != HOME]
    names = (*ABROAD, *(row["name"] for row in abroad))
    return {
        "form": form,
        "typed": form.typed,
        "problems": form.problems,
        "home_price": next(row for row in prices if row["code"] == HOME),
        "abroad": abroad,
        "is_abroad": any(form.typed.get(name) or form.problems.get(name) for name in names),
        "categories": _options(category),
        "foods": " ".join(sorted(foods)),
        "is_food": category in foods,
        "food_questions": [each for each in questions if each["food_only"]],
        "questions": [each for each in questions if not each["food_only"]],
    }


def markets_by_code() -> dict[str, Any]:
    return {market.code: market for market in markets.list_markets()}


def _price(code: str, names: Mapping[str, str], currency: str, form: ListingForm) -> dict[str, Any]:
    name = f"price.{code}"
    return {
        "code": code,
        "name": name,
        "label": f"{_('Price, tax included')}: {names.get(reader()) or names['ja']} ({currency})",
        "value": form.typed.get(name, ""),
        "problem": form.problems.get(name, ""),
    }


def _options(chosen: str) -> list[tuple[str, str, bool]]:
    entries = queries.categories(market=HOME, language=reader())
    return [(entry.slug, entry.name, entry.slug == chosen) for entry in entries]


def _question(criterion: Criterion, form: ListingForm) -> dict[str, Any]:
    def word(words: Mapping[str, str]) -> str:
        return words.get(reader()) or words.get("ja", "")

    name = f"answer.{criterion.code}"
    return {
        "name": name,
        "label": word(criterion.question),
        "help": word(criterion.help),
        "choices": [(code, word(words), form.typed.get(name) == code) for code, words in criterion.choices],
        "value": form.typed.get(name, ""),
        "is_mandatory": criterion.mandatory,
        "food_only": criterion.food_only,
        "problem": form.problems.get(name, ""),
    }
