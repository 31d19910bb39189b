"""What the catalogue asks of a search engine. `infra.search` implements it; the setting SEARCH_BACKEND names which.

A backend never decides relevance of Japanese: both documents and queries arrive analysed (`catalog.analysis`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class SearchDocument:
    """One listing in one market, analysed.

    `fields` holds tokens by field name (`analysis.FIELDS`), already normalised, in order. `price` is in minor units
    of the market's currency, `published` in seconds since 1970, both only for filters and order.
    """

    id: str
    market: str
    fields: Mapping[str, tuple[str, ...]]
    categories: tuple[str, ...]
    merchant: str
    price: int
    availability: str
    published: int


@dataclass(frozen=True, slots=True)
class Clause:
    """One alternative of a query: all `terms` must be in `field` (or `at_least` of them, when that is not 0); the
    score counts `boost` times."""

    field: str
    terms: tuple[str, ...]
    boost: float
    at_least: int = 0


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """An analysed query: a document answers when in one of the `ways` every group has a clause that matches.

    No way at all asks for everything. `filters` by facet code (category, merchant, availability): any of the values.
    `prices` are ranges in minor units, from the first figure up to below the second (None: no end), any of them.
    `order` is "relevance", "published" (newest first) or "price" ("-price" for falling). `facets` names what to
    count; "price" by `price_steps`, rising lower bounds.
    """

    market: str
    ways: tuple[tuple[tuple[Clause, ...], ...], ...]
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    prices: tuple[tuple[int, int | None], ...] = ()
    order: str = "relevance"
    limit: int = 24
    offset: int = 0
    facets: tuple[str, ...] = ()
    price_steps: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchHits:
    """Ids in order, how many matched in all, and counts by facet code and value (price: by lower bound)."""

    ids: tuple[str, ...]
    total: int
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


class SearchBackend(Protocol):
    def index(self, documents: Iterable[SearchDocument]) -> None:
        """Replace these documents by id, visible to the next query. Called by the worker's process alone."""

    def delete(self, ids: Iterable[str]) -> None:
        """Take these documents out; ids that are not there are no error."""

    def clear(self) -> None:
        """Take every document out."""

    def count(self) -> int:
        """How many documents the index holds."""

    def present(self, ids: Iterable[str]) -> set[str]:
        """Which of these ids the index holds."""

    def ids(self) -> set[str]:
        """Every id in the index. Needs memory for all of them: reconciling asks only when `count` is too high."""

    def query(self, query: SearchQuery) -> SearchHits:
        """Answer one query from what was last committed."""
