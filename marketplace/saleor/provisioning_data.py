"""What the mall wants to find at Saleor. Rates are dated rows in `data/tax_rates.csv`."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

TAX_RATES = Path(__file__).resolve().parent / "data" / "tax_rates.csv"

SHOP: dict[str, Any] = {
    "fulfillmentAutoApprove": False,
    # Once a refused line is paid back an order counts as not fully paid, and the rest of it is still sent. Parts come
    # into being for paid orders alone, so nothing unpaid is ever sent.
    "fulfillmentAllowUnpaid": True,
    "trackInventoryByDefault": True,
    "limitQuantityPerCheckout": None,
    "useLegacyShippingZoneStockAvailability": False,
    "enableAccountConfirmationByEmail": True,
    "preserveAllAddressFields": True,
}
ORDER_SETTINGS: dict[str, Any] = {
    "automaticallyConfirmAllNewOrders": False,
    "automaticallyFulfillNonShippableGiftCard": False,
    "allowUnpaidOrders": False,
    "markAsPaidStrategy": "TRANSACTION_FLOW",
}
CHECKOUT_SETTINGS: dict[str, Any] = {"useLegacyErrorFlow": False, "automaticallyCompleteFullyPaidCheckouts": False}
PAYMENT_SETTINGS: dict[str, Any] = {"defaultTransactionFlowStrategy": "CHARGE"}
STOCK_SETTINGS: dict[str, Any] = {"allocationStrategy": "PRIORITIZE_SORTING_ORDER"}
TAX_CONFIGURATION: dict[str, Any] = {
    "chargeTaxes": True,
    "taxCalculationStrategy": "FLAT_RATES",
    "displayGrossPrices": True,
    "pricesEnteredWithTax": True,
}


@dataclass(frozen=True, slots=True)
class ChannelPlan:
    """A channel: a market with its currency and default country."""

    slug: str
    name: str
    currency: str
    country: str


CHANNELS = (
    ChannelPlan("jp", "日本", "JPY", "JP"),
    ChannelPlan("overseas", "Overseas", "USD", "SG"),
    ChannelPlan("uk", "Replay of past sales", "GBP", "GB"),
)
TAX_CLASSES = ("standard", "reduced")
TEXT_ATTRIBUTES = (("origin", "産地"), ("material", "素材"), ("technique", "技法"), ("size", "大きさ"))


def tax_rates(on: date) -> dict[tuple[str, str], Decimal]:
    """Return the percent in force on a day by (country, tax class name); the class is empty for the default."""
    rates: dict[tuple[str, str], Decimal] = {}
    with TAX_RATES.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            starts = date.fromisoformat(row["effective_from"])
            ends = date.fromisoformat(row["effective_to"]) if row["effective_to"] else date.max
            if row["status"] == "in_force" and starts <= on <= ends:
                rates[row["country"], row["tax_class"]] = Decimal(row["rate_percent"])
    return rates
