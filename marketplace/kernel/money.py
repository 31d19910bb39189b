"""Rounding, splitting and showing money. Nothing here is a float; what is split sums to the whole."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_DOWN, Decimal
from fractions import Fraction
from functools import lru_cache

from babel.core import get_global
from babel.numbers import format_currency, format_decimal

from plugins.api.money import Money

_DEFAULT_DECIMALS = 2
_JAPANESE_UNITS = {"JPY": "円", "USD": "米ドル"}
_SIGNS = {"JPY": "¥", "USD": "US$"}


def minor_units(currency: str) -> int:
    """Return how many decimals a currency has (JPY 0, USD 2, KWD 3), by CLDR. Two for a code it does not know."""
    fractions = get_global("currency_fractions")
    return int(fractions.get(currency, fractions["DEFAULT"])[0])


def quantum(currency: str) -> Decimal:
    """Return the smallest amount of a currency: 1 yen, 0.01 dollar."""
    return Decimal(1).scaleb(-minor_units(currency))


def round_down(money: Money) -> Money:
    """Return `money` cut to its currency's smallest amount, towards zero."""
    return Money(money.amount.quantize(quantum(money.currency), rounding=ROUND_DOWN), money.currency)


def is_whole(money: Money) -> bool:
    """Whether `money` is a number of its currency's smallest amounts."""
    return money.amount % quantum(money.currency) == 0


def allocate(total: Money, weights: Sequence[Decimal | int]) -> list[Money]:
    """Split `total` in proportion to `weights`: largest remainder, the earlier part first among equals.

    Returns one part per weight, each in whole smallest amounts, which sum to `total` exactly; all weights zero counts
    as all equal. A part is never more than one smallest amount away from its exact share, and has the sign of `total`.
    Raises `ValueError` for no weights, a negative one, or a total that is finer than its currency.
    """
    if not weights:
        raise ValueError("nothing to split among")
    if any(weight < 0 for weight in weights):
        raise ValueError("a weight is negative")
    if not is_whole(total):
        raise ValueError(f"{total.amount} is finer than {total.currency} allows")
    unit = quantum(total.currency)
    units = int(abs(total.amount) / unit)
    shares = [Fraction(weight) for weight in weights] if any(weights) else [Fraction(1)] * len(weights)
    exact = [units * share / sum(shares) for share in shares]
    parts = [int(each) for each in exact]
    by_remainder = sorted(range(len(parts)), key=lambda index: (parts[index] - exact[index], index))
    for index in by_remainder[: units - sum(parts)]:
        parts[index] += 1
    sign = -1 if total.amount < 0 else 1
    return [Money(unit * part * sign, total.currency) for part in parts]


def sum_money(amounts: Sequence[Money], currency: str) -> Money:
    """Return the sum, zero of `currency` for none. Raises `ValueError` when another currency is among them."""
    return sum(amounts, Money.zero(currency))


def format_money(money: Money, locale: str) -> str:
    """Return `money` as the mall writes it to readers of `locale`, on pages and in mail alike; no tax words.

    In Japanese yen are 12,100円 and dollars 98.00米ドル; else yen are ¥12,100 and dollars US$98.00, since other
    countries' dollars are dollars too. Any other currency has its own sign or code before the figure.
    """
    return _written(money.amount, money.currency, locale.replace("-", "_"))


@lru_cache(maxsize=8192)
def _written(amount: Decimal, currency: str, locale: str) -> str:
    digits = minor_units(currency)
    figure = "#,##0" + ("." + "0" * digits if digits else "")
    is_japanese = locale.lower().partition("_")[0] == "ja"
    if is_japanese and currency in _JAPANESE_UNITS:
        return format_decimal(amount, figure, locale="ja") + _JAPANESE_UNITS[currency]
    if currency in _SIGNS:
        sign = "-" if amount < 0 else ""
        return f"{sign}{_SIGNS[currency]}{format_decimal(abs(amount), figure, locale=locale)}"
    return format_currency(amount, currency, "¤" + figure, locale=locale, currency_digits=False)
