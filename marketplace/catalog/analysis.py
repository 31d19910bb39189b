"""How text becomes tokens, on both sides of every search, whatever the backend.

A word is kept in several forms, each in a field of its own so that a query can rank them: as written (Sudachi's
normalised forms, long and short units), as read (joined readings in hiragana), as romanised (one folded spelling),
and as pairs of characters, which find parts of words and rank below. えどきりこ alone splits as え, どきり, こ: so
readings are also joined over neighbouring words, and every join is a token.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from sudachipy import Dictionary, SplitMode, Tokenizer

from marketplace.catalog.romaji import fold_romaji, to_hiragana, to_romaji

NAME_FIELDS = ("whole", "word", "reading", "soft", "romaji", "gram", "reading_gram", "romaji_gram")
TEXT_FIELDS = ("text_word", "text_reading", "text_romaji")
FIELDS = (*NAME_FIELDS, *TEXT_FIELDS)
MAX_JOINED = 5
MAX_READINGS = 4
MAX_WAYS_TO_READ = 8

_BREAK = re.compile(r"[\s\u3000、。,.!?！？:;；：／/|()（）\[\]［］「」『』＜＞<>〈〉《》【】\"'’“”…]+")
_LATIN = re.compile(r"[a-z0-9][a-z0-9'\-]*")
_KANJI = re.compile(r"[々〆\u3400-\u9fff\uf900-\ufaff]")
KANA = re.compile(r"^[ぁ-ゖゝゞー]+$")
_FOLD = str.maketrans(
    {
        "ぁ": "あ",
        "ぃ": "い",
        "ぅ": "う",
        "ぇ": "え",
        "ぉ": "お",
        "ゎ": "わ",
        "ゔ": "ぶ",
        "ぢ": "じ",
        "づ": "ず",
        "を": "お",
    }
)
_UNVOICED = str.maketrans(
    "がぎぐげござじずぜぞだでどばびぶべぼぱぴぷぺぽ", "かきくけこさしすせそたてとはひふへほはひふへほ"
)
_STOP = frozenset(["a", "an", "and", "by", "for", "from", "in", "of", "on", "or", "the", "to", "with"])
_local = threading.local()


@dataclass(frozen=True, slots=True)
class Word:
    """One word of Sudachi's: its normalised form, and its readings, the likeliest first; all folded."""

    form: str
    readings: tuple[str, ...]

    @property
    def reading(self) -> str:
        return self.readings[0]


def fold(text: str) -> str:
    """Return text in the one form for comparing: NFKC, no case, hiragana for katakana, no ー and no ・."""
    plain = to_hiragana(unicodedata.normalize("NFKC", text).casefold())
    return plain.translate(_FOLD).replace("ー", "").replace("・", "").replace("゛", "")


def segments(text: str) -> list[str]:
    """Return the parts between blanks, brackets and stops, in order."""
    return [part for part in _BREAK.split(unicodedata.normalize("NFKC", text)) if part]


def words(text: str, mode: SplitMode) -> list[Word]:
    """Return the words of one segment; marks and blanks are left out."""
    found = []
    for piece in _tokenizer().tokenize(text, mode):
        form = fold(piece.normalized_form())
        if any(sign.isalnum() for sign in form):
            found.append(Word(form, _readings(piece.surface(), piece.reading_form())))
    return found


@lru_cache(maxsize=50_000)
def _readings(surface: str, likeliest: str) -> tuple[str, ...]:
    """Return how a word is read: as it stands for kana, else all that the dictionary knows (油: あぶら, ゆ)."""
    written = fold(surface)
    if KANA.match(written) or not _KANJI.search(written):
        return (written,)
    known = {fold(piece.reading_form()) for piece in _dictionary().lookup(surface)}
    ordered = dict.fromkeys([fold(likeliest), *sorted(known)])
    return tuple(reading for reading in ordered if KANA.match(reading))[:MAX_READINGS] or (written,)


def pairs(text: str) -> Iterator[str]:
    """Yield each two neighbouring characters; a single character yields itself."""
    if len(text) == 1:
        yield text
    for position in range(len(text) - 1):
        yield text[position : position + 2]


def stem(word: str) -> str:
    """Return an English word without its plural ending (glasses: glass, berries: berry); others unchanged."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def english(text: str) -> list[str]:
    """Return the Latin words of a text, folded and stemmed, without articles and the like."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return [stem(word.strip("'-")) for word in _LATIN.findall(plain) if word not in _STOP]


def joined_readings(found: list[Word]) -> list[str]:
    """Return the ways to read neighbouring words together, likeliest first, `MAX_WAYS_TO_READ` at most."""
    ways = [""]
    for word in found:
        ways = [way + reading for way in ways for reading in word.readings][:MAX_WAYS_TO_READ]
    return ways


def soften(reading: str) -> str:
    """Return a reading without voicing marks, since compounds voice (すし, まきずし)."""
    return reading.translate(_UNVOICED)


def _joins(found: list[Word]) -> Iterator[tuple[str, bool]]:
    """Yield the readings of every run of up to `MAX_JOINED` words, and whether the run is the whole segment."""
    for first in range(len(found)):
        for last in range(first, min(first + MAX_JOINED, len(found))):
            for reading in joined_readings(found[first : last + 1]):
                yield reading, first == 0 and last == len(found) - 1


@lru_cache(maxsize=20_000)
def _analyse_segment(segment: str) -> dict[str, tuple[str, ...]]:
    short, long = words(segment, SplitMode.A), words(segment, SplitMode.C)
    surface = "".join(sign for sign in fold(segment) if sign.isalnum())
    forms = [word.form for word in short] + [word.form for word in long] + english(segment)
    for found in (short, long):
        forms += [a.form + b.form for a, b in zip(found, found[1:], strict=False)]
    readings: dict[str, bool] = {}
    for found in (short, long):
        for reading, is_whole in _joins(found):
            readings[reading] = readings.get(reading, False) or is_whole
    if KANA.match(surface):
        readings[surface] = True
    whole = {reading for reading, is_whole in readings.items() if is_whole} | {surface}
    whole_reading = ["".join(word.reading for word in found) for found in (short, long)]
    romaji = {fold_romaji(to_romaji(reading)) for reading in readings}
    return {
        "whole": tuple(sorted(whole | {fold_romaji(to_romaji(reading)) for reading in whole})),
        "word": tuple(dict.fromkeys([*forms, surface])),
        "reading": tuple(readings),
        "soft": tuple(dict.fromkeys(soften(reading) for reading in readings)),
        "romaji": tuple(sorted(romaji)),
        "gram": tuple(pairs(surface)),
        "reading_gram": tuple(dict.fromkeys(pair for reading in whole_reading for pair in pairs(reading))),
        "romaji_gram": tuple(
            dict.fromkeys(gram for reading in whole_reading for gram in triples(fold_romaji(to_romaji(reading))))
        ),
    }


def triples(text: str) -> Iterator[str]:
    """Yield each three neighbouring letters; a shorter text yields itself."""
    if len(text) < 3:
        yield text
    for position in range(len(text) - 2):
        yield text[position : position + 3]


def analyse(*, names: Iterable[str], texts: Iterable[str] = ()) -> dict[str, tuple[str, ...]]:
    """Return the tokens of a document by field.

    Arguments: `names`, what the thing is called, in any language; `texts`, what is said about it (maker, category,
    description), which ranks below and is not searched by parts of words.
    """
    tokens: dict[str, list[str]] = {name: [] for name in FIELDS}
    for name in names:
        for segment in segments(name):
            for field, terms in _analyse_segment(segment).items():
                tokens[field].extend(terms)
    for text in texts:
        for segment in segments(text):
            analysed = _analyse_segment(segment)
            for field in ("word", "reading", "romaji"):
                tokens[f"text_{field}"].extend(analysed[field])
    return {field: tuple(terms) for field, terms in tokens.items()}


def _tokenizer() -> Tokenizer:
    """Return this thread's tokenizer: one may not be used by two threads at once."""
    found = getattr(_local, "tokenizer", None)
    if found is None:
        found = _local.tokenizer = _dictionary().tokenizer(mode=SplitMode.A)
    return found


@lru_cache(maxsize=1)
def _dictionary() -> Dictionary:
    return Dictionary(dict="core")
