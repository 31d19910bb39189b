"""Search as pages want it: filters in, listing ids and worded facets out. Japanese is analysed by `relevance`."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.utils.module_loading import import_string

from marketplace.catalog import markets, models, relevance, rows
from marketplace.catalog.analysis import fold, pairs, segments
from marketplace.catalog.protocols import SearchBackend, SearchHits, SearchQuery
from marketplace.catalog.types import Facet, FacetValue
from marketplace.kernel.money import format_money, minor_units
from plugins.api.money import Money

FACETS = ("category", "merchant", "price", "availability")
LABELS: Mapping[str, Mapping[str, str]] = {
    "category": {"ja": "分類", "en": "Category"},
    "merchant": {"ja": "作り手", "en": "Maker"},
    "price": {"ja": "価格", "en": "Price"},
    "availability": {"ja": "在庫", "en": "Availability"},
    "in_stock": {"ja": "在庫あり", "en": "In stock"},
    "few": {"ja": "残りわずか", "en": "Only a few left"},
    "sold_out": {"ja": "売り切れ", "en": "Sold out"},
}
ORDERS = {"recommended": "relevance", "new": "published", "price_asc": "price", "price_desc": "-price"}
DATA = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class Found:
    """Listing ids of one page in order, the number of all, and counts by facet code and value."""

    ids: tuple[str, ...]
    total: int
    facets: Mapping[str, Mapping[str, int]]


def backend() -> SearchBackend:
    """Return this process's search backend, as the settings SEARCH_BACKEND and SEARCH_INDEX name it."""
    return _backend(settings.SEARCH_BACKEND, str(settings.SEARCH_INDEX))


@lru_cache(maxsize=4)
def _backend(path: str, folder: str) -> SearchBackend:
    made: SearchBackend = import_string(path)(folder=Path(folder), make_hits=SearchHits)
    return made


def find(*, market: str, text: str, chosen: Mapping[str, tuple[str, ...]], sort: str, page: int, size: int) -> Found:
    """Answer one page of a search. Unknown facet codes narrow to nothing, and so do unknown values."""
    if set(chosen) - set(FACETS):
        return Found((), 0, {})
    order = ORDERS[sort]
    query = SearchQuery(
        market=market,
        ways=(),
        filters={code: values for code, values in chosen.items() if code != "price"},
        prices=_prices(market, chosen.get("price", ())),
        order="published" if order == "relevance" and not text.strip() else order,
        limit=size,
        offset=(max(1, page) - 1) * size,
        facets=FACETS,
        price_steps=tuple(low for low, _ in _ranges(market)),
    )
    if text.strip() and not relevance.query_ways(text):
        return Found((), 0, {})
    hits = relevance.ask(backend=backend(), text=text, query=query)
    return Found(tuple(listing_id(key) for key in hits.ids), hits.total, hits.facets)


def suggest(*, market: str, text: str) -> str:
    """Return words that would find something, nearest in sound to `text`, or "" when the market sells nothing."""
    hits = backend().query(SearchQuery(market=market, ways=relevance.loose_ways(text, share=0.3), limit=5))
    if not hits.total:
        hits = backend().query(SearchQuery(market=market, ways=(), order="published", limit=5))
    names = models.Listing.objects.filter(pk__in=[int(listing_id(key)) for key in hits.ids]).values_list(
        "names", flat=True
    )
    language = "en" if fold(text).isascii() else "ja"
    near = [part for each in names for part in segments(each.get(language) or each["ja"]) if _is_word(part)]
    asked = set(pairs(fold(text)))
    return max(near, key=lambda part: len(asked & set(pairs(fold(part)))), default="")


def _is_word(part: str) -> bool:
    return len(part) > 1 and not any(sign.isdigit() for sign in part)


def facet_views(
    *, market: str, language: str, counts: Mapping[str, Mapping[str, int]], chosen: Mapping[str, tuple[str, ...]]
) -> tuple[Facet, ...]:
    """Return the facets in words, most frequent first (prices rising). Values chosen but without hits stay, at 0."""
    made = []
    for code in FACETS:
        numbers = dict(counts.get(code, {})) | {v: 0 for v in chosen.get(code, ()) if v not in counts.get(code, {})}
        labels = _labels(code, market=market, language=language, values=tuple(numbers))
        values = [
            FacetValue(value, labels[value], number, value in chosen.get(code, ()))
            for value, number in numbers.items()
            if value in labels
        ]
        values.sort(key=lambda each: int(each.value) if code == "price" else (-each.count, each.label))
        if values:
            made.append(Facet(code, _word(LABELS[code], language), tuple(values)))
    return tuple(made)


def document_id(*, market: str, listing: str) -> str:
    """Return the index's id of a listing in a market."""
    return f"{market}:{listing}"


def listing_id(key: str) -> str:
    """Return the listing id of an index id."""
    return key.rpartition(":")[2]


def _labels(code: str, *, market: str, language: str, values: tuple[str, ...]) -> Mapping[str, str]:
    if code == "category":
        return {slug: _word(names, language) for slug, names in rows.read_category_names(values).items()}
    if code == "merchant":
        return rows.read_merchant_names(market=market, language=language, codes=values)
    if code == "price":
        return _price_labels(market, language)
    return {value: _word(LABELS[value], language) for value in values if value in LABELS}


def _word(texts: Mapping[str, str], language: str) -> str:
    return texts.get(language) or (texts["ja"] if language == "ja" else texts.get("en", texts["ja"]))


@lru_cache(maxsize=1)
def _steps() -> dict[str, tuple[int, ...]]:
    steps: dict[str, tuple[int, ...]] = {}
    with open(DATA / "price_steps.csv", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            scale = 10 ** minor_units(row["currency"])
            steps[row["currency"]] = (*steps.get(row["currency"], ()), int(row["from"]) * scale)
    return steps


def _ranges(market: str) -> tuple[tuple[int, int | None], ...]:
    found = markets.get_market(market)
    steps = _steps().get(found.currency if found else "JPY", (0,))
    return tuple(zip(steps, (*steps[1:], None), strict=True))


def _prices(market: str, values: Sequence[str]) -> tuple[tuple[int, int | None], ...]:
    if not values:
        return ()
    known = {str(low): (low, high) for low, high in _ranges(market)}
    return tuple(known.get(value, (-1, 0)) for value in values)


@lru_cache(maxsize=64)
def _price_labels(market: str, language: str) -> Mapping[str, str]:
    return {str(low): _price_label(market, language, low, high) for low, high in _ranges(market)}


def _price_label(market: str, language: str, low: int, high: int | None) -> str:
    found = markets.get_market(market)
    currency = found.currency if found else "JPY"
    scale = 10 ** minor_units(currency)

    def show(minor: int) -> str:
        return format_money(Money(Decimal(minor // scale), currency), language)

    return f"{show(low)} – {show(high)}" if high is not None else f"{show(low)} –"
