"""Codes of the pool in the reader's words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.catalog import queries as catalog
from plugins.api.pool import PoolChoices, PoolKey

ALL = "all"
MEASURES = {
    "sales": gettext_lazy("Sales (before refunds)"),
    "refunds": gettext_lazy("Refunds (in the week they were made)"),
}
GRAINS = {"week": gettext_lazy("By week"), "period": gettext_lazy("By 4-4-5 period")}
AXES = {"time": gettext_lazy("Time"), "category": gettext_lazy("Category"), "area": gettext_lazy("Buyer's area")}
AREAS = {
    "ward": gettext_lazy("This ward"),
    "tokyo": gettext_lazy("Rest of Tokyo"),
    "japan": gettext_lazy("Rest of Japan"),
    "overseas": gettext_lazy("Overseas"),
    ALL: gettext_lazy("All areas"),
}
REASONS = {
    "few_owners": gettext_lazy("Fewer than 5 shop owners"),
    "few_orders": gettext_lazy("Fewer than 10 orders"),
    "dominance": gettext_lazy("One shop's sales could be guessed"),
    "protects_neighbour": gettext_lazy("Protects a hidden neighbour"),
}


class Words:
    """Names of the members of each dimension, in `language`, read once per page."""

    def __init__(self, choices: PoolChoices, language: str) -> None:
        self.days: Mapping[str, tuple[date, date]] = choices.days
        names = {each.slug: each.name for each in catalog.categories(market="jp", language=language[:2])}
        self.categories = {code: names.get(code, code) for code in choices.categories}

    def name(self, axis: str, code: str) -> str:
        """Return the name of a member. A code that is not in the pool gives itself."""
        if axis == "time":
            return self.time(code)
        if axis == "area":
            return str(AREAS.get(code, code))
        return _("All categories") if code == ALL else self.categories.get(code, code)

    def time(self, code: str) -> str:
        if code not in self.days:
            return code
        first, last = self.days[code]
        year, number = code.split("-")
        values = {
            "year": year,
            "number": int(number[1:]),
            "first": f"{first.month}/{first.day}",
            "last": f"{last.month}/{last.day}",
        }
        if "-W" in code:
            return _("%(year)s week %(number)s (%(first)s-%(last)s)") % values
        return _("%(year)s period %(number)s (%(first)s-%(last)s)") % values

    def place(self, key: PoolKey) -> str:
        parts = (self.time(key.time), self.name("category", key.category), self.name("area", key.area))
        return " / ".join(parts)
