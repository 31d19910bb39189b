"""Where a buyer lives, as coarsely as the pool may know it. Rules are settings, for they differ from ward to ward."""

from __future__ import annotations

from django.conf import settings

from marketplace.orders.types import Area
from marketplace.saleor.types import Address

TOKYO_NAMES = frozenset({"東京都", "東京", "TOKYO", "TOKYO-TO", "JP-13", "13"})
# Postal codes of Tokyo begin with 100 to 208 (Japan Post).
TOKYO_POSTAL = range(100, 209)
WARD_CITY = "墨田区"
WARD_POSTAL_PREFIXES = ("130", "131")


def area_of(address: Address | None) -> Area:
    """Return the area of an address: "ward", rest of "tokyo", rest of "japan", "overseas".

    The postal code decides when there is one, for the name of the city may be blank or in Latin letters. An order
    without any address counts as "overseas" when nothing says Japan.
    """
    if address is None or address.country != "JP":
        return "overseas"
    digits = "".join(each for each in address.postal_code if each.isdigit())
    prefixes = getattr(settings, "MALL_WARD_POSTAL_PREFIXES", WARD_POSTAL_PREFIXES)
    if address.city and address.city.startswith(getattr(settings, "MALL_WARD", WARD_CITY)):
        return "ward"
    if digits:
        if digits.startswith(tuple(prefixes)):
            return "ward"
        return "tokyo" if int(digits[:3]) in TOKYO_POSTAL else "japan"
    return "tokyo" if address.country_area.upper() in TOKYO_NAMES else "japan"


def code_of(address: Address | None) -> str:
    """Return "JP-13" for Tokyo, else the area as Saleor gives it."""
    if address is None:
        return ""
    if address.country == "JP" and area_of(address) in ("ward", "tokyo"):
        return "JP-13"
    return address.country_area
