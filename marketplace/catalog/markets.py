"""The markets of the mall: the home market, which is the mall's own, and those that plugins register."""

from __future__ import annotations

from functools import lru_cache

from plugins.api.types import Market
from plugins.runtime import hooks

HOME = Market(
    code="jp",
    name={"ja": "日本国内", "en": "Japan"},
    currency="JPY",
    default_country="JP",
    default_language="ja",
    languages=("ja", "en"),
)


@lru_cache(maxsize=1)
def list_markets() -> tuple[Market, ...]:
    """Return every market, the home market first. Read once per process: markets change with a restart."""
    return (HOME, *hooks.gather("register_markets"))


def get_market(code: str) -> Market | None:
    """Return the market of a code, or None."""
    return next((market for market in list_markets() if market.code == code), None)
