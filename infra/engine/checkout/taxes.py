"""How channels tax: rates by country and tax class. Only reads, always for many at once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from infra.engine.money import ZERO, TaxedMoney, apply_flat_rate, quantize
from infra.engine.products.models import TaxClassRate, TaxConfiguration, TaxCountryException
from infra.engine.settled.kept import Kept


@dataclass(frozen=True, slots=True)
class ChannelTaxes:
    """How one channel charges in one country; rates in percent by tax class, None being the country's default.

    `strategy` is FLAT_RATES or TAX_APP; `app_identifier` names the app to ask, None all of them.
    """

    charge: bool
    entered_with_tax: bool
    display_gross: bool
    rates: dict[int | None, Decimal]
    strategy: str = "FLAT_RATES"
    app_identifier: str | None = None

    @property
    def by_app(self) -> bool:
        """Return whether an app says what is net and gross; nobody is asked where nothing is charged nor contained."""
        return self.strategy == "TAX_APP" and (self.charge or self.entered_with_tax)

    def rate(self, tax_class_id: int | None) -> Decimal:
        return self.rates.get(tax_class_id, self.rates.get(None, ZERO))

    def exempt(self) -> ChannelTaxes:
        """Return these taxes for somebody who is not charged any."""
        return replace(self, charge=False)

    def apply(self, amount: Decimal, tax_class_id: int | None, currency: str) -> tuple[TaxedMoney, Decimal]:
        """Return the taxed amount and the rate used, in percent.

        Where an app is asked, net and gross are the same until it has answered. Where no taxes are charged, those
        that the price contains are taken out of it.
        """
        if self.strategy == "TAX_APP":
            return _untaxed(amount, currency), ZERO
        taxed, rate = self.apply_always(amount, tax_class_id, currency)
        if self.charge:
            return taxed, rate
        return _untaxed(taxed.net.amount, currency), ZERO

    def apply_always(self, amount: Decimal, tax_class_id: int | None, currency: str) -> tuple[TaxedMoney, Decimal]:
        """Return as `apply` does what goods cost in a list: there the contract minds not whether taxes are charged."""
        if self.strategy == "TAX_APP":
            return _untaxed(amount, currency), ZERO
        rate = self.rate(tax_class_id)
        return apply_flat_rate(amount, rate, currency, entered_with_tax=self.entered_with_tax), rate


def _untaxed(amount: Decimal, currency: str) -> TaxedMoney:
    rounded = quantize(amount, currency)
    return TaxedMoney.of(rounded, rounded, currency)


def taxes_of(pairs: set[tuple[int, str]]) -> dict[tuple[int, str], ChannelTaxes]:
    """Return how each (channel key, country) is taxed."""
    rules = _RULES() if pairs else None
    return {} if rules is None else {pair: rules.taxes(pair) for pair in pairs}


@dataclass(frozen=True, slots=True)
class _Rules:
    """All that is set about taxes: rates by country, configurations by channel, exceptions by configuration."""

    rates: dict[str, dict[int | None, Decimal]]
    configurations: dict[int, TaxConfiguration]
    exceptions: dict[tuple[int, str], TaxCountryException]
    made: dict[tuple[int, str], ChannelTaxes]

    @classmethod
    def read(cls) -> _Rules:
        rates: dict[str, dict[int | None, Decimal]] = {}
        for row in TaxClassRate.objects.all():
            rates.setdefault(row.country, {})[row.tax_class_id] = row.rate
        configurations = {row.channel_id: row for row in TaxConfiguration.objects.all()}
        exceptions = {(row.configuration_id, row.country): row for row in TaxCountryException.objects.all()}
        return cls(rates, configurations, exceptions, {})

    def taxes(self, pair: tuple[int, str]) -> ChannelTaxes:
        found = self.made.get(pair)
        if found is None:
            found = self.made[pair] = _channel_taxes(pair, self)
        return found


_RULES = Kept(_Rules.read)


def _channel_taxes(pair: tuple[int, str], rules: _Rules) -> ChannelTaxes:
    configuration, rates = rules.configurations.get(pair[0]), rules.rates.get(pair[1], {})
    if configuration is None:
        return ChannelTaxes(True, True, True, rates)
    rule: Any = rules.exceptions.get((configuration.pk, pair[1]), configuration)
    return ChannelTaxes(
        rule.charge_taxes,
        configuration.prices_entered_with_tax,
        rule.display_gross_prices,
        rates,
        rule.tax_calculation_strategy or "FLAT_RATES",
        rule.tax_app_id or configuration.tax_app_id,
    )
