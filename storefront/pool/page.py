"""A table of the pool made ready for its template."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from marketplace.kernel.money import format_money
from plugins.api.pool import PoolCell, PoolChoices, PoolKey, PoolQuestion, PoolTable
from storefront.pool import chart
from storefront.pool.words import ALL, AREAS, AXES, GRAINS, MEASURES, REASONS, Words

NAMES = ("measure", "grain", "rows", "columns", "time", "category", "area")


@dataclass(frozen=True)
class ShownCell:
    """`parent` and `parent_url` lead to the finest published cell that holds a hidden one."""

    text: str
    reason: str
    counts: str
    parent: str
    parent_url: str
    is_total: bool


def read_question(given: dict[str, str]) -> PoolQuestion:
    """Return the question of a query string; an absent part is the default, and an axis has no slice of its own."""
    chosen = {name: given[name] for name in NAMES if given.get(name)}
    for axis in {chosen.get("rows", "time"), chosen.get("columns", "category")} & {"time", "category", "area"}:
        chosen.pop(axis, None)
    return PoolQuestion(**chosen)


def show_table(table: PoolTable, words: Words, language: str) -> dict[str, object]:
    """Return what the template needs: heads, rows of cells, charts, and how often each reason hides a cell."""
    question = table.question
    rows = [
        {
            "name": words.name(question.rows, code),
            "is_total": code == ALL,
            "cells": [show_cell(cell, question, words, language) for cell in line],
        }
        for code, line in zip(table.rows, table.cells, strict=False)
    ]
    reasons = Counter(cell.reason for line in table.cells for cell in line if cell.reason)
    return {
        "caption": caption(table, words),
        "corner": AXES[question.rows],
        "heads": [words.name(question.columns, code) for code in table.columns],
        "rows": rows,
        "charts": draw_charts(table, words, language),
        "reasons": [(REASONS[reason], count) for reason, count in reasons.most_common()],
        "download_url": reverse("pool:download")
        + "?"
        + urlencode({"measure": question.measure, "grain": question.grain}),
    }


def caption(table: PoolTable, words: Words) -> str:
    question = table.question
    first = table.cells[0][0].key if table.cells else PoolKey("", question.category, question.area)
    fixed = next(axis for axis in AXES if axis not in (question.rows, question.columns))
    return f"{MEASURES[question.measure]}: {words.name(fixed, getattr(first, fixed))}"


def show_cell(cell: PoolCell, question: PoolQuestion, words: Words, language: str) -> ShownCell:
    is_total = ALL in (getattr(cell.key, question.rows), getattr(cell.key, question.columns))
    if cell.value is not None:
        counts = _("%(orders)s orders, %(owners)s owners") % {"orders": cell.orders, "owners": cell.owners}
        return ShownCell(format_money(cell.value, language), "", counts, "", "", is_total)
    parent = cell.parent
    return ShownCell(
        text="",
        reason=str(REASONS[cell.reason]),
        counts="",
        parent=words.place(parent) if parent else "",
        parent_url=link_to(parent, question.measure) if parent else "",
        is_total=is_total,
    )


def link_to(key: PoolKey, measure: str) -> str:
    """Return the address of a table that shows one published cell: its week or period by category and area."""
    grain = "week" if "-W" in key.time else "period"
    asked = {"measure": measure, "grain": grain, "rows": "category", "columns": "area", "time": key.time}
    return f"{reverse('pool:table')}?{urlencode(asked)}"


def draw_charts(table: PoolTable, words: Words, language: str) -> list[chart.Chart]:
    """One chart per column that is no total, over the rows that are none."""
    question = table.question
    kept = [(code, line) for code, line in zip(table.rows, table.cells, strict=False) if code != ALL]
    columns = [(place, code) for place, code in enumerate(table.columns) if code != ALL]
    bars = [[show_bar(code, line[place], question, words, language) for code, line in kept] for place, _code in columns]
    scale = chart.highest(bars)
    return [
        chart.Chart(
            title=words.name(question.columns, code),
            summary=summary(each),
            svg=chart.draw(each, scale, number),
            first=each[0].name if each else "",
            last=each[-1].name if len(each) > 1 else "",
        )
        for number, ((_place, code), each) in enumerate(zip(columns, bars, strict=True))
    ]


def show_bar(code: str, cell: PoolCell, question: PoolQuestion, words: Words, language: str) -> chart.Bar:
    name = words.name(question.rows, code)
    if cell.value is None:
        return chart.Bar(name, _("hidden"), None)
    return chart.Bar(name, format_money(cell.value, language), int(cell.value.amount))


def summary(bars: list[chart.Bar]) -> str:
    """Say a chart in one line: its highest bar, and how many are hidden."""
    shown = [bar for bar in bars if bar.value is not None]
    hidden = len(bars) - len(shown)
    parts = []
    if shown:
        top = max(shown, key=lambda bar: bar.value or 0)
        parts.append(_("highest: %(name)s, %(value)s") % {"name": top.name, "value": top.text})
    if hidden:
        parts.append(ngettext("%(count)d hidden", "%(count)d hidden", hidden) % {"count": hidden})
    return "; ".join(parts)


def show_form(question: PoolQuestion, choices: PoolChoices, words: Words) -> list[dict[str, object]]:
    """Return the fields of the question: every one a choice, none of them free text."""
    newest = {code: words.time(code) for grain in GRAINS for code in choices.times[grain]}
    options: dict[str, tuple[object, dict]] = {
        "measure": (_("Figure"), MEASURES),
        "grain": (_("Grain"), GRAINS),
        "rows": (_("Rows"), AXES),
        "columns": (_("Columns"), AXES),
        "time": (_("Week or period"), {"": _("The newest"), **newest}),
        "category": (_("Category"), {ALL: _("All categories"), **words.categories}),
        "area": (_("Buyer's area"), AREAS),
    }
    return [
        {
            "name": name,
            "label": label,
            "options": [(code, text, code == getattr(question, name)) for code, text in members.items()],
        }
        for name, (label, members) in options.items()
    ]
