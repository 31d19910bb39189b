"""The projector: an event is a hint, repeated or reversed it changes nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from marketplace.catalog import actions, models, queries, webhooks
from marketplace.catalog.actions import projection
from marketplace.kernel import clock
from marketplace.kernel.jobs.actions import enqueue_hints
from marketplace.kernel.jobs.models import OutboxJob
from marketplace.kernel.jobs.worker import work_once
from marketplace.merchants import actions as merchant_actions
from marketplace.saleor.types import Event
from plugins.api.money import Money
from tests.catalog.door import FakeSaleor
from tests.catalog.factories import ACTOR, make_food, make_live, make_merchant, make_permit

#: all of the mall's own, with the switches of three plugins
MOST_TO_PROJECT = 11


@pytest.fixture(autouse=True)
def _no_engine(settings):
    settings.MALL_EMBEDDED_WORKER = ""


def hear(name, product_id):
    """Let an event arrive and do what it asks for."""
    enqueue_hints(hints=[webhooks.project(event(name, product_id))])
    work_once(now=clock.now())


def rows():
    return list(models.CardRow.objects.order_by("id").values())


def event(name, product_id):
    return Event(name=name, object_id=product_id, occurred_at=datetime(2026, 11, 22, tzinfo=UTC), raw={})


def test_the_same_events_three_times_and_reversed_write_nothing(saleor):
    listing = make_live(make_merchant())
    before = rows()
    revision = models.Listing.objects.get().projected_revision
    names = ["PRODUCT_CREATED", "PRODUCT_VARIANT_CREATED", "PRODUCT_UPDATED"]

    for name in [*names, *names, *names, *reversed(names)]:
        hear(name, listing.product_id)

    assert rows() == before
    assert models.Listing.objects.get().projected_revision == revision


def test_a_dozen_events_of_one_product_are_one_reading(saleor):
    listing = make_live(make_merchant())
    work_once(now=clock.now())

    for _ in range(12):
        enqueue_hints(hints=[webhooks.project(event("PRODUCT_UPDATED", listing.product_id))])

    waiting = OutboxJob.objects.filter(kind="catalog.project", state="pending")
    assert [row.payload for row in waiting] == [{"product_id": listing.product_id}]


def test_a_change_made_at_saleor_itself_arrives(saleor):
    listing = make_live(make_merchant())
    variant = saleor.products["P1"].variants[0]
    saleor.set_prices(variant_id=variant.id, prices={"c-jp": Money(15400, "JPY")})

    hear("PRODUCT_VARIANT_UPDATED", listing.product_id)

    assert queries.cards(market="jp", language="en").cards[0].price == Money(15400, "JPY")


def test_a_product_unpublished_or_deleted_at_saleor_has_no_page(saleor):
    listing = make_live(make_merchant())

    saleor.list_in_channel(product_id="P1", channel_id="c-ov", is_published=False)
    hear("PRODUCT_UPDATED", listing.product_id)
    assert queries.cards(market="overseas", language="en").total == 0
    assert queries.cards(market="jp", language="en").total == 1

    del saleor.products["P1"]
    hear("PRODUCT_DELETED", listing.product_id)
    assert models.CardRow.objects.count() == 0


def test_a_projection_that_read_earlier_never_overwrites_a_later_one(saleor, monkeypatch):
    listing = make_live(make_merchant())
    old = saleor.products["P1"]
    row = models.Listing.objects.get()
    late_ticket = projection._take_ticket(row)
    variant = old.variants[0]
    saleor.set_prices(variant_id=variant.id, prices={"c-jp": Money(9900, "JPY")})
    actions.project_product(product_id=listing.product_id)

    assert projection._write(row.pk, late_ticket, old) is False

    assert queries.cards(market="jp", language="ja").cards[0].price == Money(9900, "JPY")


def test_a_product_entered_at_saleor_is_known_by_its_owner_but_not_shown(saleor):
    merchant = make_merchant()
    make_live(merchant)
    saleor.products["P9"] = replace(saleor.products["P1"], id="P9", slug="foreign", external_reference="")

    hear("PRODUCT_CREATED", "P9")

    assert queries.merchants_of_products(ids=["P1", "P9", "P404"]) == {"P1": merchant.id, "P9": merchant.id}
    assert queries.pool_category_of_products(ids=["P9"]) == {"P9": "tableware"}
    assert [card.slug for card in queries.cards(market="jp", language="ja").cards] == ["edo-kiriko-rocks"]


def test_reconcile_finds_repairs_and_then_finds_nothing(saleor):
    make_live(make_merchant())
    assert actions.reconcile().differences == actions.reconcile().differences[:0]
    variant = saleor.products["P1"].variants[0]
    saleor.set_prices(variant_id=variant.id, prices={"c-jp": Money(8800, "JPY")})
    models.CardRow.objects.filter(market="overseas", language="en").delete()

    report = actions.reconcile()

    assert [(d.what, d.repaired) for d in report.differences] == [
        ("jp/en", True),
        ("jp/ja", True),
        ("overseas/en", True),
    ]
    assert queries.cards(market="jp", language="ja").cards[0].price == Money(8800, "JPY")
    assert actions.reconcile().is_equal


def test_an_expired_permit_takes_food_off_and_a_renewed_one_brings_it_back(saleor):
    merchant = make_merchant("inaho-shuzo")
    make_permit(merchant)
    food, glass = make_food(merchant), make_live(merchant)
    after = datetime(2027, 4, 1, 0, 30, tzinfo=clock.JAPAN)

    with clock.at(datetime(2027, 3, 31, 23, 30, tzinfo=clock.JAPAN)):
        assert actions.recheck_all() == 0
    with clock.at(after):
        assert actions.recheck_all() == 1
        gone = queries.listing_record(listing_id=food.id)
        assert (gone.state, gone.withdrawn_by) == ("withdrawn", "check")
        assert "期限が2027年3月31日で切れました" in gone.withdrawn_reason["ja"]
        assert [card.id for card in queries.cards(market="jp", language="ja").cards] == [glass.id]
        assert {c.is_for_sale for c in saleor.products[food.product_id].listings.values()} == {False}

        merchant_actions.renew_permit(
            merchant_id=merchant.id,
            kind="food_business",
            number="食第2号",
            valid_from=after.date(),
            valid_to=None,
            evidence="new.pdf",
            actor=ACTOR,
        )
        assert actions.recheck_merchant(merchant_id=merchant.id) == 1
        assert queries.listing_record(listing_id=food.id).state == "live"
        assert {c.is_for_sale for c in saleor.products[food.product_id].listings.values()} == {True}


def test_what_the_ward_withdrew_no_check_brings_back(saleor):
    listing = make_live(make_merchant())
    actions.withdraw_listing(listing_id=listing.id, reason={"ja": "調査"}, actor="user:1", by="ward")

    with clock.at(datetime(2027, 1, 1, tzinfo=UTC)):
        assert actions.recheck_all() == 0

    assert queries.listing_record(listing_id=listing.id).state == "withdrawn"


def test_pages_cost_the_same_for_one_listing_and_for_twenty(saleor, django_assert_num_queries):
    merchant = make_merchant()
    make_live(merchant)

    def read(expected):
        with django_assert_num_queries(expected["cards"]):
            found = queries.cards(market="jp", language="ja", category="tableware")
        with django_assert_num_queries(expected["detail"]):
            queries.detail(market="jp", language="ja", slug="edo-kiriko-rocks")
        with django_assert_num_queries(expected["categories"]):
            queries.categories(market="jp", language="ja")
        with django_assert_num_queries(expected["search"]):
            queries.search(market="jp", language="ja", q="切子")
        with clock.at(clock.now()), django_assert_num_queries(expected["views"]):
            queries.listing_views(product_ids=[card.product_id for card in found.cards])
        return found.total

    expected = {"cards": 3, "detail": 1, "categories": 2, "search": 3, "views": 3}
    actions.index_pending()
    assert read(expected) == 1
    for number in range(19):
        make_live(merchant, slug=f"kiriko-{number}")
    actions.index_pending()
    assert read(expected) == 20


def test_saleor_is_never_called_inside_a_transaction(transactional_db, monkeypatch, settings, tmp_path):
    settings.SEARCH_INDEX, settings.MEDIA_ROOT = tmp_path / "search", tmp_path / "files"
    FakeSaleor(is_strict=True).install(monkeypatch)
    actions.ensure_categories()
    listing = make_live(make_merchant())

    actions.update_listing(listing_id=listing.id, actor=ACTOR, weight_g=400)
    actions.change_stock(listing_id=listing.id, sku="SKU-edo-kiriko-rocks", quantity=5, actor=ACTOR)
    actions.withdraw_listing(listing_id=listing.id, reason={"ja": "確認"}, actor=ACTOR)
    actions.relist_listing(listing_id=listing.id, actor=ACTOR)
    actions.project_all()
    actions.reconcile()

    assert queries.detail(market="jp", language="ja", slug="edo-kiriko-rocks").weight_g == 400


def test_pieces_sold_change_the_page_and_not_the_index(saleor):
    listing = make_live(make_merchant())
    actions.index_pending()

    def sell_down_to(quantity):
        variant = saleor.products[listing.product_id].variants[0]
        saleor.set_stock(variant_id=variant.id, warehouse_id="W-soramame-glass", quantity=quantity)
        assert actions.project_product(product_id=listing.product_id)
        detail = queries.detail(market="jp", language="ja", slug="edo-kiriko-rocks")
        return detail.variants[0].stock, models.Listing.objects.exclude(
            projected_revision=F("indexed_revision")
        ).count()

    assert sell_down_to(9) == (9, 0)
    assert sell_down_to(2) == (2, 1)


def test_a_projection_costs_few_statements(saleor):
    listing = make_live(make_merchant())

    with clock.at(clock.now()), CaptureQueriesContext(connection) as seen:
        assert not actions.project_product(product_id=listing.product_id)

    assert len([each for each in seen if "SAVEPOINT" not in each["sql"]]) <= MOST_TO_PROJECT
