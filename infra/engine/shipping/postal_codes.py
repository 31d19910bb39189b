"""Ranges of postal codes. The codes of some countries are compared by their parts, all others as plain text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from infra.engine.shipping.models import PostalCodeRule

_BRITISH = re.compile(r"^([A-Z]{1,2})([0-9]+)([A-Z]?) ?([0-9][A-Z]{2})$")
_IRISH = re.compile(r"([\dA-Z]{3}) ?([\dA-Z]{4})")


def is_in_range(*, country: str, code: str, start: str, end: str | None) -> bool:
    """Return whether `code` lies between `start` and `end`, both counted in; without an end, whether it is not below.

    British codes are compared with the number of their district as a number, Irish ones by their two parts; a code,
    or an end, that is none of its country's counts as missing.
    """
    parts = [_parts(country, each) if each else None for each in (code, start, end)]
    if not parts[0] or not parts[1]:
        return False
    return parts[1] <= parts[0] and (not parts[2] or parts[0] <= parts[2])


def _parts(country: str, code: str) -> tuple[Any, ...] | None:
    if country in ("GB", "IM", "GG", "JE"):
        found = _BRITISH.match(code)
        return (found[1], int(found[2]), found[3], found[4]) if found else None
    if country == "IE":
        found = _IRISH.match(code)
        return found.groups() if found else None
    return (code,)


def admit(rules: Iterable[PostalCodeRule], *, country: str, code: str) -> bool:
    """Return whether rules let an address through: any of those that include, none of those that exclude.

    A method with rules of both kinds is never let through, as the contract has it.
    """
    rows = list(rules)
    if not rows:
        return True
    hits = [is_in_range(country=country, code=code, start=rule.start, end=rule.end) for rule in rows]
    kinds = {rule.inclusion_type for rule in rows}
    if kinds == {"INCLUDE"}:
        return any(hits)
    return kinds == {"EXCLUDE"} and not any(hits)
