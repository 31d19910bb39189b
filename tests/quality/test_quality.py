"""The shared standard: what is asked on which day, and what no answer means."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from plugins.api.types import Listing, Merchant, Permit
from plugins.quality import checks, panels, tables

TODAY = date(2026, 11, 22)
ALLERGENS = ("egg", "milk", "wheat", "buckwheat", "peanut", "shrimp", "crab", "walnut", "cashew")


def make_permit(**overrides):
    fields = {
        "kind": "food_business",
        "number": "食第1号",
        "valid_from": date(2024, 1, 1),
        "valid_to": date(2027, 3, 31),
    }
    return Permit(**{**fields, "merchant_id": "1", **overrides})


def make_answers(**overrides):
    answers = {f"food.allergen.{code}": "not_contained" for code in ALLERGENS}
    return answers | {"food.storage": "room", "food.date_kind": "best_before", "food.net_content": "100g"} | overrides


def make_listing(**overrides):
    merchant = Merchant("1", "inaho", "inaho", {"ja": "稲穂"}, date(2026, 1, 1), (make_permit(),))
    fields = {
        "id": "7",
        "product_id": "",
        "slug": "nori",
        "merchant": merchant,
        "name": {"ja": "海苔", "en": "Nori"},
        "description": {"ja": ""},
        "category": "food",
        "is_food": True,
        "tax_class": "reduced",
        "hs_code": "200899",
        "origin_country": "JP",
        "origin_area": "JP-13",
        "weight_g": 45,
        "markets": ("jp",),
        "answers": make_answers(),
    }
    return Listing(**{**fields, **overrides})


def codes(listing, on_date=TODAY):
    return [(problem.code, problem.field) for problem in checks.problems(listing=listing, on_date=on_date)]


def test_a_fully_answered_food_with_a_permit_has_no_problem():
    assert codes(make_listing()) == []


@pytest.mark.parametrize("code", ALLERGENS)
def test_no_answer_about_a_mandatory_allergen_blocks_and_is_never_a_negative_answer(code):
    answers = make_answers()
    del answers[f"food.allergen.{code}"]

    found = checks.problems(listing=make_listing(answers=answers), on_date=TODAY)

    assert [(p.code, p.field, p.blocks) for p in found] == [("quality.unanswered", f"food.allergen.{code}", True)]
    assert found[0].source.title.startswith("Food Labelling Standards")


def test_cashew_is_asked_from_the_day_it_is_in_force():
    answers = make_answers()
    del answers["food.allergen.cashew"]
    listing = make_listing(answers=answers)

    assert codes(listing, date(2026, 3, 31)) == []
    assert codes(listing, date(2026, 4, 1)) == [("quality.unanswered", "food.allergen.cashew")]


def test_walnut_was_not_asked_before_its_amendment():
    assert "walnut" not in [each.code for each in tables.allergens(date(2023, 3, 8))]
    assert "walnut" in [each.code for each in tables.allergens(date(2023, 3, 9))]


@pytest.mark.parametrize("code", ["food.storage", "food.date_kind", "food.net_content"])
def test_storage_date_and_content_are_mandatory_for_food(code):
    assert codes(make_listing(answers=make_answers(**{code: ""}))) == [("quality.unanswered", code)]


def test_an_answer_that_is_no_choice_is_refused():
    assert codes(make_listing(answers=make_answers(**{"food.storage": "warm"}))) == [
        ("quality.unknown_answer", "food.storage")
    ]


def test_a_permit_holds_through_its_last_day_and_blocks_after_it():
    listing = make_listing()

    assert codes(listing, date(2027, 3, 31)) == []
    assert codes(listing, date(2027, 4, 1)) == [("quality.permit_expired", "permit.food_business")]


def test_a_renewed_permit_counts_beside_the_expired_one():
    listing = make_listing()
    renewed = make_permit(number="食第2号", valid_from=date(2027, 4, 1), valid_to=date(2032, 3, 31))
    listing = replace(listing, merchant=replace(listing.merchant, permits=(*listing.merchant.permits, renewed)))

    assert codes(listing, date(2027, 4, 1)) == []


def test_alcohol_needs_its_own_licence_and_other_drinks_do_not():
    assert codes(make_listing(hs_code="220600")) == [("quality.permit_missing", "permit.liquor_mail_order")]
    assert codes(make_listing(hs_code="220299")) == []


def test_goods_that_are_not_food_need_no_answer():
    assert codes(make_listing(is_food=False, category="tableware", answers={}, hs_code="701337")) == []


def test_the_certificate_says_what_was_declared_in_both_languages():
    listing = make_listing(
        answers=make_answers(**{"food.allergen.wheat": "contains", "food.allergen.crab": "may_contain"})
    )

    certificate, badge = panels.panels(listing=listing, on_date=TODAY)

    assert (certificate.slot, badge.slot) == ("certificate", "badge")
    assert "アレルゲン（含む）</dt><dd>小麦</dd>" in certificate.html["ja"]
    assert "Allergens: may contain</dt><dd>crab</dd>" in certificate.html["en"]
    assert (
        "Allergens: not contained</dt><dd>egg, milk, buckwheat, peanut, shrimp, walnut, cashew nut</dd>"
        in certificate.html["en"]
    )
    assert "食第1号" in certificate.html["ja"]
    assert badge.title["ja"] == "食品表示確認済"


def test_no_certificate_while_something_is_unanswered_but_the_notice_on_alcohol_stays():
    listing = make_listing(hs_code="220600")

    assert [panel.slot for panel in panels.panels(listing=listing, on_date=TODAY)] == ["notice"]


def test_what_a_merchant_writes_cannot_bring_markup():
    listing = make_listing(answers=make_answers(**{"food.net_content": "<script>1</script>"}))

    certificate = panels.panels(listing=listing, on_date=TODAY)[0]

    assert "<script>" not in certificate.html["ja"]
