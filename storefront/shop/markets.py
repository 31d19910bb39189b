"""The markets a shopper can stand in: the home market and those that plugins add."""

from __future__ import annotations

from functools import lru_cache

from django.http import HttpRequest

from plugins.api.types import Market
from plugins.runtime import hooks

HOME_MARKET = Market(
    code="jp",
    name={"ja": "日本のお客さま", "en": "Japan"},
    currency="JPY",
    default_country="JP",
    default_language="ja",
    languages=("ja", "en"),
)
LANGUAGE_NAMES = {"ja": "日本語", "en": "English"}


@lru_cache(maxsize=1)
def list_markets() -> dict[str, Market]:
    """Return the markets by code, home first. Kept for the life of the process: markets are given at start."""
    return {market.code: market for market in (HOME_MARKET, *hooks.gather("register_markets"))}


def find_market(code: str, language: str) -> Market | None:
    """Return the market when it is sold in `language` with pages in that language, else None."""
    market = list_markets().get(code)
    return market if market and language in market.languages and language in LANGUAGE_NAMES else None


def read_language(request: HttpRequest) -> str:
    """Return the language of a reader whose address names none: Japanese unless the browser asks only for others."""
    asked = request.headers.get("Accept-Language", "").lower()
    return "ja" if not asked or "ja" in asked else "en"
