"""What may go where on which day, from the dated rows."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from crossborder import queries, tables
from plugins.api.types import Destination, Listing, Merchant

TODAY = date(2026, 11, 22)
MERCHANT = Merchant(
    id="1", code="minato", owner_key="minato", name={"ja": "みなと", "en": "Minato"}, joined_on=date(2026, 1, 1)
)
NORI = Listing(
    id="1",
    product_id="UHJvZHVjdDox",
    slug="nori",
    merchant=MERCHANT,
    name={"ja": "焼海苔", "en": "Toasted nori"},
    description={"ja": "", "en": ""},
    category="food",
    is_food=True,
    tax_class="reduced",
    hs_code="200899",
    origin_country="JP",
    origin_area="JP-13",
    weight_g=45,
    markets=("jp", "overseas"),
    answers={},
)
SAKE = replace(NORI, id="2", slug="sake", hs_code="220600", origin_area="JP-15")
FISH = replace(NORI, id="3", slug="fish", hs_code="030559", origin_area="JP-12")
GLASS = replace(NORI, id="4", slug="glass", hs_code="701337", is_food=False, tax_class="standard")


def problems(listing: Listing, country: str, market: str = "overseas", on_date: date = TODAY) -> list[str]:
    destination = Destination(country=country, channel=market)
    found = queries.export_problems(listing=listing, destination=destination, on_date=on_date)
    return [problem.code for problem in found]


@pytest.mark.parametrize(
    ("listing", "country", "expected"),
    [
        (NORI, "HK", ["crossborder.hk-seaweed-10"]),
        (replace(NORI, origin_area="JP-41"), "HK", []),
        (NORI, "SG", []),
        (FISH, "HK", ["crossborder.hk-fish-10"]),
        (SAKE, "SG", ["crossborder.post-alcohol"]),
        (SAKE, "HK", ["crossborder.post-alcohol"]),
        (GLASS, "HK", []),
        (GLASS, "US", ["crossborder.closed"]),
        (GLASS, "BR", ["crossborder.closed"]),
        (NORI, "JP", []),
    ],
)
def test_rules_follow_the_destination(listing: Listing, country: str, expected: list[str]) -> None:
    assert problems(listing, country) == expected


def test_the_home_market_does_not_open_what_the_law_of_the_destination_closes() -> None:
    assert problems(NORI, "HK", market="jp") == ["crossborder.hk-seaweed-10"]


def test_a_rule_does_not_count_before_its_first_day() -> None:
    assert problems(NORI, "HK", on_date=date(2023, 8, 23)) == []
    assert problems(NORI, "HK", on_date=date(2023, 8, 24)) == ["crossborder.hk-seaweed-10"]


def test_an_undeclared_origin_or_code_of_food_is_not_let_through() -> None:
    assert problems(replace(NORI, origin_area=""), "HK") == ["crossborder.hk-seaweed-10"]
    assert "crossborder.hk-seaweed-10" in problems(replace(NORI, hs_code=""), "HK")


def test_goods_without_a_code_or_food_under_a_code_of_no_food_are_not_let_through() -> None:
    assert problems(replace(GLASS, hs_code=""), "SG") == ["crossborder.undeclared"]
    assert problems(replace(GLASS, hs_code=""), "JP") == []
    assert "crossborder.hk-seaweed-10" in problems(replace(NORI, hs_code="701337"), "HK")


@pytest.mark.parametrize(
    ("hs_code", "country", "expected"),
    [
        ("030111", "HK", "crossborder.hk-fish-10"),  # live fish
        ("030910", "HK", "crossborder.hk-fish-10"),  # flours of fish, since HS 2022
        ("250100", "HK", "crossborder.hk-seasalt-10"),
        ("121221", "HK", "crossborder.hk-seaweed-10"),
        ("850760", "SG", "crossborder.post-battery"),
        ("330499", "SG", "crossborder.post-sunscreen"),
        ("854340", "HK", "crossborder.post-ecigarette"),
    ],
)
def test_a_rule_meets_every_code_its_source_names(hs_code: str, country: str, expected: str) -> None:
    listing = replace(NORI, hs_code=hs_code, is_food=hs_code[:2] in queries.FOOD_CHAPTERS)

    assert problems(listing, country) == [expected]


def test_a_refusal_carries_its_date_and_source() -> None:
    found = queries.export_problems(listing=NORI, destination=Destination("HK", "overseas"), on_date=TODAY)

    assert found[0].source is not None
    assert found[0].source.effective_from == date(2023, 8, 24)
    assert found[0].source.url.startswith("https://")
    assert "Tokyo" in found[0].message["en"]
    assert "東京都" in found[0].message["ja"]


def test_the_united_states_are_shown_as_closed_with_the_reason() -> None:
    status = queries.status_of(country="US", market="overseas", on_date=TODAY)

    assert not status.is_open
    assert "27 August 2025" in status.reason["en"]


@pytest.mark.parametrize(
    ("country", "weight_g", "yen"),
    [
        ("SG", 500, 1900),
        ("SG", 501, 2150),
        ("TW", 501, 1600),
        ("HK", 1280, 3850),
        ("FR", 2000, 6700),
        ("FR", 2001, 7750),
        ("US", 30000, 75100),
        ("US", 30001, None),
        ("XX", 500, None),
    ],
)
def test_ems_takes_the_smallest_step_that_holds_the_weight(country: str, weight_g: int, yen: int | None) -> None:
    assert queries.ems_yen(country=country, weight_g=weight_g) == yen


def test_every_row_in_force_is_dated_and_has_a_source() -> None:
    rows = [*tables.restrictions(), *tables.destinations(), *tables.landed_costs()]

    assert len(tables.restrictions()) >= 3
    assert all(row.source.effective_from and row.source.title for row in rows)
    codes = [row.code for row in tables.restrictions()]
    assert len(codes) == len(set(codes))


def test_unknown_cost_is_said_and_never_zero() -> None:
    cost = queries.landed_cost(country="SG", on_date=TODAY)

    assert cost is not None
    assert cost.total is None
    assert "not estimated" in cost.note["en"]
    assert queries.landed_cost(country="BR", on_date=TODAY) is None
