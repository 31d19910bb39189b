"""Countries by their ISO 3166-1 codes, as the contract names them."""

from __future__ import annotations

from functools import cache

from babel import Locale


@cache
def country_names() -> dict[str, str]:
    """Return the English name of every country by its code of two letters (CLDR)."""
    return {
        code: name
        for code, name in Locale("en").territories.items()
        if len(code) == 2 and code.isalpha() and code not in ("EU", "EZ", "UN", "ZZ", "XA", "XB", "QO")
    }


def as_country(code: str | None) -> dict[str, str] | None:
    """Return the contract's CountryDisplay of `code`, or None without one."""
    return {"code": code, "country": country_names().get(code, code)} if code else None
