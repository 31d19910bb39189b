"""Telephone numbers as people write them. The plans of all countries are phonenumberslite's, as in the engine."""

from __future__ import annotations

import phonenumbers

HOME = "JP"


def is_valid_phone(written: str, country: str) -> bool:
    """Return whether a country's plan, or that of the country code in front, knows the number."""
    number = _parsed(written, country)
    return number is not None and phonenumbers.is_valid_number(number)


def phone_text(kept: str, country: str) -> str:
    """Return a kept number (E.164) as it is written: 03-1234-5678 at a Japanese address, else +65 6123 4567.

    `country` is the address's. What is no number stays as it is.
    """
    number = _parsed(kept, country)
    if number is None or not phonenumbers.is_valid_number(number):
        return kept
    is_home = country == HOME and number.country_code == phonenumbers.country_code_for_region(HOME)
    style = phonenumbers.PhoneNumberFormat.NATIONAL if is_home else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(number, style)


def _parsed(written: str, country: str) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(written, country or None)
    except phonenumbers.NumberParseException:
        return None
