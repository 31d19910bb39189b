"""Addresses as the post of their country writes them."""

from __future__ import annotations

import pytest

from storefront.addresses import address_lines

OSHIAGE = ("JP", "東京都", "墨田区", "押上1-1", "131-0045")
SINGAPORE = ("SG", "", "Singapore", "1 Sample Road ", "238859")
AUSTIN = ("US", "TX", "Austin", "1 Sample Road Apt 2", "78701")
PARIS = ("FR", "", "Paris", "1 rue", "75001")
HALF = ("TW", "", "Taipei", " 1 Sample Road ", "100")


@pytest.mark.parametrize(
    ("place", "language", "lines"),
    [
        (OSHIAGE, "ja", ["〒131-0045", "東京都墨田区押上1-1"]),
        (OSHIAGE, "en", ["押上1-1", "墨田区, 東京都 131-0045", "Japan"]),
        (SINGAPORE, "en", ["1 Sample Road", "Singapore 238859"]),
        (SINGAPORE, "ja", ["1 Sample Road", "Singapore 238859", "シンガポール"]),
        (AUSTIN, "en", ["1 Sample Road Apt 2", "Austin, TX 78701", "United States"]),
        (PARIS, "en", ["1 rue", "75001 Paris", "France"]),
        (HALF, "en", ["1 Sample Road", "Taipei, 100", "Taiwan"]),
        (("", "", "", "", ""), "en", []),
    ],
)
def test_an_address_is_written_as_its_country_does(place, language: str, lines: list[str]) -> None:
    country, area, city, street, postal_code = place

    told = address_lines(
        country=country, area=area, city=city, street=street, postal_code=postal_code, language=language
    )

    assert told == lines
