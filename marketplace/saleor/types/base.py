"""What several objects have in common."""

from __future__ import annotations

from dataclasses import dataclass

from plugins.api.money import Money


@dataclass(frozen=True, slots=True)
class TaxedMoney:
    """An amount with and without tax, as Saleor rounded it."""

    gross: Money
    net: Money

    @property
    def tax(self) -> Money:
        return self.gross - self.net


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address. `country` is ISO 3166-1 alpha-2. In Japan: country_area 東京都, city 港区."""

    country: str
    postal_code: str = ""
    country_area: str = ""
    city: str = ""
    city_area: str = ""
    street1: str = ""
    street2: str = ""
    company: str = ""
    last_name: str = ""
    first_name: str = ""
    phone: str = ""
    id: str = ""
