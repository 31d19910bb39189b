"""The daily check: small slices that give way, first where a permit ended, and cheap where nothing can have changed."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from marketplace.catalog import actions, models, queries
from marketplace.catalog.actions import checking
from marketplace.kernel import activation, clock
from marketplace.kernel.jobs import queries as jobs
from marketplace.kernel.jobs.worker import work_once
from marketplace.merchants import actions as merchant_actions
from marketplace.saleor import catalogue
from tests.catalog.factories import ACTOR, make_food, make_live, make_merchant, make_permit

LAST_DAY = date(2027, 3, 31)
BEFORE = datetime(2027, 3, 31, 9, tzinfo=clock.JAPAN)
AFTER = BEFORE + timedelta(days=1)


@pytest.fixture(autouse=True)
def _no_engine(settings):
    settings.MALL_EMBEDDED_WORKER = ""


def renew(merchant):
    merchant_actions.renew_permit(
        merchant_id=merchant.id,
        kind="food_business",
        number="食第2号",
        valid_from=AFTER.date(),
        valid_to=None,
        evidence="new.pdf",
        actor=ACTOR,
    )


def unchecked():
    return models.Listing.objects.exclude(checked_on=clock.today()).count()


def test_what_a_merchant_enters_does_not_wait_for_the_rest_of_the_daily_check(saleor, monkeypatch):
    monkeypatch.setattr(checking, "SLICE", 2)
    seen = []
    with clock.at(BEFORE):
        for number in range(9):
            make_live(make_merchant(f"maker-{number}"), slug=f"glass-{number}")
        brewer = make_merchant("inaho-shuzo")
        make_permit(brewer, valid_to=LAST_DAY)
        food = make_food(brewer)
        work_once(now=clock.now())
    slices, of_merchant = actions.recheck_slice, actions.recheck_merchant

    def recheck_slice():
        slices()
        seen.append(("slice", queries.listing_record(listing_id=food.id).state, unchecked()))
        if len(seen) == 1:
            renew(brewer)

    def recheck_merchant(*, merchant_id):
        of_merchant(merchant_id=merchant_id)
        seen.append(("merchant", queries.listing_record(listing_id=food.id).state, unchecked()))

    monkeypatch.setattr(actions, "recheck_slice", recheck_slice)
    monkeypatch.setattr(actions, "recheck_merchant", recheck_merchant)

    work_once(now=AFTER)

    assert seen[:2] == [("slice", "withdrawn", 8), ("merchant", "live", 8)]
    assert seen[2:] == [("slice", "live", left) for left in (6, 4, 2, 0)]


def test_the_check_is_asked_for_once_and_costs_one_statement_when_done(saleor, django_assert_num_queries):
    with clock.at(BEFORE):
        make_live(make_merchant())
        work_once(now=clock.now())
    with clock.at(AFTER):
        asked = [actions.ask_recheck(), actions.ask_recheck()]
        pending = jobs.is_pending(kind=checking.DAY_JOB, key=checking.DAY_JOB)
        work_once(now=clock.now())

        with django_assert_num_queries(1):
            assert not actions.ask_recheck()

    assert (asked, pending, jobs.is_pending(kind=checking.DAY_JOB, key=checking.DAY_JOB)) == (
        [True, False],
        True,
        False,
    )


def test_a_slice_costs_the_same_for_one_listing_and_for_twenty(saleor):
    merchant = make_merchant()

    def check(day):
        with clock.at(BEFORE + timedelta(days=day)):
            with CaptureQueriesContext(connection) as captured:
                assert actions.recheck_all() == 0
            assert unchecked() == 0
        return len(captured)

    with clock.at(BEFORE):
        make_live(merchant)
        one = check(1)
        for number in range(19):
            make_live(merchant, slug=f"kiriko-{number}")

    assert (one, check(2)) == (11, 11)


def test_where_nothing_changed_saleor_is_not_asked_and_where_something_did_it_is_shown(saleor, monkeypatch):
    read = []
    get_product = catalogue.get_product
    monkeypatch.setattr(
        catalogue, "get_product", lambda *, product_id: read.append(product_id) or get_product(product_id=product_id)
    )
    with clock.at(BEFORE):
        maker = make_merchant("minato-nori")
        make_permit(maker, valid_to=None)
        food, glass = make_food(maker), make_live(maker)
    read.clear()

    with clock.at(AFTER):
        actions.recheck_all()
        unasked, before = list(read), queries.cards(market="jp", language="ja", category="food").cards
    activation.switch_plugin(plugin="quality", is_on=False, actor=ACTOR)
    with clock.at(AFTER + timedelta(days=1)):
        actions.recheck_all()
        after = queries.cards(market="jp", language="ja", category="food").cards

    assert (unasked, [len(card.badges) for card in before]) == ([], [1])
    assert (read, [len(card.badges) for card in after]) == ([food.product_id], [0])
    assert glass.state == "live"


def test_a_slice_ends_after_a_few_listings_that_had_to_leave(saleor):
    with clock.at(BEFORE):
        maker = make_merchant("minato-nori")
        make_permit(maker, valid_to=LAST_DAY)
        for number in range(checking.ACTS + 2):
            make_food(maker, slug=f"nori-{number}")
        glass = make_live(make_merchant())

    with clock.at(AFTER):
        changed = [actions.recheck_slice(), actions.recheck_slice(), actions.recheck_slice()]

        assert (changed, unchecked()) == ([checking.ACTS, 2, 0], 0)
        assert [card.id for card in queries.cards(market="jp", language="ja").cards] == [glass.id]
