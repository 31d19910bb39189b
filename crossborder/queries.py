"""What may go where, and what its carriage costs, on a given day."""

from __future__ import annotations

from datetime import date

from crossborder import tables
from crossborder.types import DestinationRow, RestrictionRow, is_in_force
from plugins.api.types import Destination, DestinationStatus, LandedCost, Listing, Problem

HOME = "JP"
CARRIAGE = "post"  # EMS is the one carriage of this slice
PACKAGING_G = 150

UNREVIEWED = {
    "ja": "この国・地域はお届け先としての確認が済んでいないため、お届けできません。",
    "en": "We have not reviewed the rules of this country or region yet, so we do not ship there.",
}


#: HS chapters of food and drink, with sea salt's
FOOD_CHAPTERS = frozenset(f"{chapter:02}" for chapter in (*range(1, 24), 25))
UNDECLARED = {
    "ja": "HSコードが登録されていないため、輸入の規則を確かめられません。",
    "en": "The goods have no HS code, so we cannot check what the destination allows.",
}


def declared_code(*, listing: Listing) -> str:
    """Return the HS code that counts: the declared one, or "" for none and for food under a code that is no food's."""
    code = listing.hs_code
    return "" if listing.is_food and code[:2] not in FOOD_CHAPTERS else code


def destination_row(*, country: str, market: str, on_date: date) -> DestinationRow | None:
    """Return the newest row in force for a country in a market, or None: not reviewed, therefore closed."""
    rows = [
        row
        for row in tables.destinations()
        if row.country == country and row.market == market and is_in_force(row.source, on_date)
    ]
    return max(rows, key=lambda row: row.source.effective_from or date.min, default=None)


def status_of(*, country: str, market: str, on_date: date) -> DestinationStatus:
    """Return whether a country is open from a market on a day. One without a row is closed and says so."""
    row = destination_row(country=country, market=market, on_date=on_date)
    if row is None:
        return DestinationStatus(country, {"ja": country, "en": country}, is_open=False, reason=UNREVIEWED)
    return DestinationStatus(country, row.name, row.is_open, row.reason, row.source)


def statuses(*, market: str, on_date: date) -> list[DestinationStatus]:
    """Return every country a market speaks of, open ones first."""
    codes = dict.fromkeys(row.country for row in tables.destinations() if row.market == market)
    found = [status_of(country=code, market=market, on_date=on_date) for code in codes]
    return sorted(found, key=lambda status: not status.is_open)


def matches(*, row: RestrictionRow, listing: Listing, country: str, carriage: str) -> bool:
    """Return whether a restriction meets a listing. An undeclared origin or HS code meets every row that asks for
    one: what is unknown is not let through."""
    if row.country not in ("*", country) or row.carriage not in ("any", carriage):
        return False
    code = declared_code(listing=listing)
    if "*" not in row.hs_prefixes and code and not code.startswith(row.hs_prefixes):
        return False
    if "*" not in row.hs_prefixes and not code:
        return listing.is_food
    return not row.origin_areas or not listing.origin_area or listing.origin_area in row.origin_areas


def export_problems(*, listing: Listing, destination: Destination, on_date: date) -> list[Problem]:
    """Return why a listing may not go to a destination on a day; nothing for a destination in Japan.

    The law follows the destination, so the market (channel) of the cart does not matter here: a closed country is
    closed from every market.
    """
    if destination.country == HOME:
        return []
    market = destination.channel if destination.channel != "jp" else "overseas"
    status = status_of(country=destination.country, market=market, on_date=on_date)
    if not status.is_open:
        return [Problem("crossborder.closed", status.reason, "country", listing.id, source=status.source)]
    if not listing.hs_code and not listing.is_food:
        return [Problem("crossborder.undeclared", UNDECLARED, "hs_code", listing.id)]
    return [
        Problem(f"crossborder.{row.code}", row.message, "country", listing.id, source=row.source)
        for row in tables.restrictions()
        if is_in_force(row.source, on_date)
        and matches(row=row, listing=listing, country=destination.country, carriage=CARRIAGE)
    ]


def ems_yen(*, country: str, weight_g: int) -> int | None:
    """Return EMS postage in yen for a gross weight in grams, or None where EMS does not carry it.

    Source: Japan Post's EMS tariff in force since 2022-06-01; the smallest step that holds the weight counts.
    """
    zone = tables.ems_zones().get(country)
    if zone is None:
        return None
    for limit_g, yen in tables.ems_steps():
        if weight_g <= limit_g:
            return yen[zone - 1]
    return None


def landed_cost(*, country: str, on_date: date) -> LandedCost | None:
    """Return what is known of duty and tax; the total is None ("not estimated") until a rule is reviewed."""
    rows = [row for row in tables.landed_costs() if row.country == country and is_in_force(row.source, on_date)]
    if not rows:
        return None
    return LandedCost(total=None, note=rows[-1].note, source=rows[-1].source)
