"""Amounts as the contract shows them, and their rounding.

Rounding is to the currency's own decimals (ISO 4217 through babel), as the contract's reference does: bare amounts
half to even, taxed ones half up, net and gross each for itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from functools import cache

from babel.numbers import get_currency_precision

ZERO = Decimal(0)
#: amounts said from outside are below this, so that columns of 20 digits hold sums of thousands of them
TOO_MUCH = Decimal(10) ** 13


@cache
def smallest_step(currency: str) -> Decimal:
    """Return the smallest amount of `currency` as a Decimal: 1 for JPY, 0.01 for USD."""
    return Decimal(1).scaleb(-get_currency_precision(currency))


def quantize(amount: Decimal, currency: str) -> Decimal:
    """Return `amount` rounded half to even to the decimals of `currency`."""
    return Decimal(amount).quantize(smallest_step(currency), rounding=ROUND_HALF_EVEN)


def fits(amount: Decimal, currency: str) -> bool:
    """Return whether `amount` has no more decimals than `currency` knows."""
    return Decimal(amount) == quantize(amount, currency)


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in a currency, the contract's type Money."""

    amount: Decimal
    currency: str

    @property
    def fractional_amount(self) -> int:
        return int(self.amount / smallest_step(self.currency))

    @property
    def fraction_digits(self) -> int:
        return get_currency_precision(self.currency)


@dataclass(frozen=True, slots=True)
class TaxedMoney:
    """A net and a gross amount in one currency, the contract's type TaxedMoney."""

    net: Money
    gross: Money

    @classmethod
    def of(cls, net: Decimal, gross: Decimal, currency: str) -> TaxedMoney:
        return cls(Money(net, currency), Money(gross, currency))

    @property
    def tax(self) -> Money:
        return Money(self.gross.amount - self.net.amount, self.gross.currency)

    @property
    def currency(self) -> str:
        return self.gross.currency


def apply_flat_rate(amount: Decimal, rate: Decimal, currency: str, *, entered_with_tax: bool) -> TaxedMoney:
    """Return `amount` taxed at `rate` percent (10 means 10 %), net and gross rounded half up, each for itself."""
    factor = 1 + Decimal(rate) / 100
    net, gross = (amount / factor, amount) if entered_with_tax else (amount, amount * factor)
    step = smallest_step(currency)
    net, gross = net.quantize(step, rounding=ROUND_HALF_UP), gross.quantize(step, rounding=ROUND_HALF_UP)
    return TaxedMoney.of(net, gross, currency)
