"""Cards of goods drawn once and kept, in this process, for as long as everything they show stays the same.

A card is kept by listing, market and language beside the very data it was drawn from and is given back only for equal
data: a new price, stock, name, badge or reason is another card and is drawn at once. Nothing has to be dropped.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from jinja2 import Environment, pass_environment
from markupsafe import Markup

LIMIT = 20_000
_kept: dict[tuple[str, str, str, bool], tuple[Any, Markup]] = {}


@pass_environment
def card_list(environment: Environment, page: Any, cards: Iterable[Any]) -> Markup:
    """Return the list items of `cards` (`ListingCard`) for `page`, in order; `environment` is that of its language."""
    return Markup("").join([card_markup(environment, page, card) for card in cards])


def card_markup(environment: Environment, page: Any, card: Any) -> Markup:
    """Return the list item of one card, drawn now or before from equal data."""
    key = (card.id, page.market, page.language, bool(card.featured_reason))
    kept = _kept.get(key)
    if kept is not None and (kept[0] is card or kept[0] == card):
        return kept[1]
    made = Markup(environment.get_template("_ui.html").module.card(page, card))  # type: ignore[attr-defined]  # noqa: S704
    if len(_kept) >= LIMIT:
        _kept.pop(next(iter(_kept), key), None)
    _kept[key] = (card, made)
    return made


def forget() -> None:
    """Drop every card, for measuring how long drawing takes."""
    _kept.clear()
