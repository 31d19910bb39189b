"""What a query asks of the analysed fields, and how much each kind of match counts.

Exact names rank over words, words over readings, readings over romanised ones, all of them over parts of words. Only
when nothing at all answers is a looser way tried, in which most pairs of characters are enough.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache

from sudachipy import SplitMode

from marketplace.catalog.analysis import (
    KANA,
    english,
    fold,
    joined_readings,
    pairs,
    segments,
    soften,
    triples,
    words,
)
from marketplace.catalog.protocols import Clause, SearchBackend, SearchHits, SearchQuery
from marketplace.catalog.romaji import fold_romaji, to_romaji

MAX_QUERY = 80
LOOSE_SHARE = 0.6
LOOSE_FROM = 4
Group = tuple[Clause, ...]
Ways = tuple[tuple[Group, ...], ...]


def ask(*, backend: SearchBackend, text: str, query: SearchQuery) -> SearchHits:
    """Answer `text` under the filters of `query` (whose ways are ignored), loosely when nothing else answers."""
    strict = query_ways(text)
    hits = backend.query(replace(query, ways=strict))
    loose = loose_ways(text) if strict and not hits.total else ()
    return backend.query(replace(query, ways=loose)) if loose else hits


@lru_cache(maxsize=4_000)
def query_ways(text: str) -> Ways:
    """Return the ways to answer a query: each is a set of groups, and a document must answer one clause of each.

    First way: every word between blanks is a group. Second: all of it as one word, for romaji written with blanks.
    Returns no way for a query without any letter.
    """
    parts = segments(text[:MAX_QUERY])
    apart = tuple(group for part in parts if (group := _group(part)))
    if not apart:
        return ()
    if len(parts) == 1:
        return (apart,)
    return apart, (_group("".join(parts)),)


def loose_ways(text: str, *, share: float = LOOSE_SHARE) -> Ways:
    """Return ways in which a `share` of the pairs or triples of characters is enough, or one word of several."""
    parts = segments(text[:MAX_QUERY])
    joined = "".join(parts)
    clauses = [clause for part in parts for clause in _group(part)] if len(parts) > 1 else []
    if _is_latin(fold(joined)):
        clauses += _loosened("romaji_gram", triples(fold_romaji(joined)), share)
    else:
        clauses += _loosened("gram", pairs(_letters(joined)), share)
        for reading in joined_readings(words(joined, SplitMode.A))[:2]:
            clauses += _loosened("reading_gram", pairs(reading), share)
    return ((tuple(clauses),),) if clauses else ()


def _loosened(field: str, grams: Iterable[str], share: float) -> list[Clause]:
    terms = tuple(dict.fromkeys(grams))
    if len(terms) < LOOSE_FROM and share == LOOSE_SHARE:  # 京都 must not find 東京
        return []
    return [Clause(field, terms, 1.0, at_least=max(1, round(len(terms) * share)))]


def _letters(text: str) -> str:
    return "".join(sign for sign in fold(text) if sign.isalnum())


def _group(part: str) -> Group:
    surface = _letters(part)
    if not surface:
        return ()
    made = _latin(part, surface) if _is_latin(surface) else _japanese(part, surface)
    return tuple(dict.fromkeys(Clause(field, terms, boost) for field, terms, boost in made if terms))


def _is_latin(surface: str) -> bool:
    plain = unicodedata.normalize("NFKD", surface)
    return all(sign.isascii() or unicodedata.combining(sign) for sign in plain)


def _latin(part: str, surface: str) -> list[tuple[str, tuple[str, ...], float]]:
    folded = fold_romaji(part)
    spelled = tuple(dict.fromkeys(english(part))) or (surface,)
    made: list[tuple[str, tuple[str, ...], float]] = [
        ("word", spelled, 3.0),
        ("whole", (folded,), 4.0),
        ("romaji", (folded,), 3.0),
        ("text_word", spelled, 0.6),
        ("text_romaji", (folded,), 0.6),
    ]
    if len(folded) >= 3:
        made.append(("romaji_gram", tuple(dict.fromkeys(triples(folded))), 0.3))
    return made


def _japanese(part: str, surface: str) -> list[tuple[str, tuple[str, ...], float]]:
    short, long = words(part, SplitMode.A), words(part, SplitMode.C)
    made: list[tuple[str, tuple[str, ...], float]] = [
        ("whole", (surface,), 4.0),
        ("word", (surface,), 3.0),
        ("gram", tuple(dict.fromkeys(pairs(surface))), 0.4),
    ]
    for found in (short, long):
        forms = tuple(dict.fromkeys(word.form for word in found))
        made += [("word", forms, 2.0), ("text_word", forms, 0.5)]
        for place, reading in enumerate(joined_readings(found)):
            made += _as_read(reading, weight=1.0 if place == 0 else 0.6)
    if KANA.match(surface):
        made += _as_read(surface, weight=1.5)
        made.append(("romaji", (fold_romaji(to_romaji(surface)),), 1.0))
    return made


def _as_read(reading: str, *, weight: float) -> list[tuple[str, tuple[str, ...], float]]:
    return [
        ("whole", (reading,), 4.0 * weight),
        ("reading", (reading,), 2.0 * weight),
        ("soft", (soften(reading),), 0.7 * weight),
        ("text_reading", (reading,), 0.4 * weight),
        ("reading_gram", tuple(dict.fromkeys(pairs(reading))), 0.2 * weight),
    ]
