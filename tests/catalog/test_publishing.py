"""From a draft to a page and off again."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from marketplace.catalog import actions, models, queries
from marketplace.catalog.actions import publishing
from marketplace.catalog.types import ListingMissing, PictureDraft, UnableToPublish
from marketplace.kernel.jobs.models import OutboxJob
from marketplace.saleor import catalogue as door
from marketplace.saleor.types import NotInstalled, SaleorProblem, SaleorRefused, SaleorUnavailable
from plugins.api.money import Money
from tests.catalog.factories import ACTOR, food_answers, make_draft, make_food, make_live, make_merchant, make_permit


def slugs(market="jp", language="ja"):
    return [card.slug for card in queries.cards(market=market, language=language).cards]


def test_a_published_listing_stands_in_every_market_and_language(saleor):
    listing = make_live(make_merchant())

    card = queries.cards(market="jp", language="ja").cards[0]
    abroad = queries.detail(market="overseas", language="en", slug="edo-kiriko-rocks")

    assert listing.state == "live"
    assert (card.name, card.merchant_name, card.price) == (
        "江戸切子 魚子文 ロックグラス",
        "そら豆硝子",
        Money(14300, "JPY"),
    )
    assert (card.tax_rate, card.availability, card.category_name) == (Decimal("0.1"), "in_stock", "器と硝子")
    assert card.image.w480 == "/P1-M1-512"
    assert (abroad.card.name, abroad.card.price) == ("Edo Kiriko Nanako Rocks Glass", Money(120, "USD"))
    assert (abroad.card.tax_rate, abroad.variants[0].name, abroad.variants[0].stock) == (0, "Lapis", 12)
    assert [(fact.code, fact.value) for fact in abroad.facts][:2] == [("origin", "Tokyo, Japan"), ("weight", "380 g")]
    assert abroad.maker.name == "Soramame Glass"


def test_publishing_writes_saleor_once_and_again_changes_nothing(saleor):
    listing = make_live(make_merchant())
    product = saleor.products[listing.product_id]
    saleor.writes.clear()

    actions.publish_listing(listing_id=listing.id, actor=ACTOR)

    assert product.metadata["mall.merchant"] == "soramame-glass"
    assert product.merchant_page_id == "PG-soramame-glass"
    assert product.english.name == "Edo Kiriko Nanako Rocks Glass"
    assert saleor.writes == ["update_product"]
    assert len(saleor.products) == 1
    assert saleor.products[listing.product_id] == product


def test_a_call_that_broke_off_is_completed_without_doubling(saleor, monkeypatch):
    draft = make_draft(make_merchant())
    whole = saleor.set_prices

    def fail(**arguments):
        raise SaleorUnavailable("gone")

    saleor.set_prices = fail
    with pytest.raises(SaleorUnavailable):
        actions.publish_listing(listing_id=draft.id, actor=ACTOR)
    assert queries.listing_record(listing_id=draft.id).state == "draft"
    assert slugs() == []

    saleor.set_prices = whole
    actions.publish_listing(listing_id=draft.id, actor=ACTOR)

    assert len(saleor.products) == 1
    assert len(saleor.products["P1"].variants) == 1
    assert slugs() == ["edo-kiriko-rocks"]


def test_the_gate_refuses_food_without_answers_and_nothing_changes(saleor):
    merchant = make_merchant("inaho-shuzo")
    answers = food_answers()
    del answers["food.allergen.walnut"]

    with pytest.raises(UnableToPublish) as refused:
        make_food(merchant, answers=answers)

    assert sorted(problem.code for problem in refused.value.problems) == [
        "quality.permit_missing",
        "quality.unanswered",
    ]
    assert models.Listing.objects.get().state == "draft"
    assert saleor.products == {}


def test_the_mall_itself_demands_price_weight_and_name(saleor):
    draft = make_draft(make_merchant(), names={"ja": ""}, weight_g=0, prices={"jp": Money(0, "JPY")})

    with pytest.raises(UnableToPublish) as refused:
        actions.publish_listing(listing_id=draft.id, actor=ACTOR)

    assert [problem.code for problem in refused.value.problems] == [
        "catalog.name_missing",
        "catalog.no_price",
        "catalog.no_weight",
    ]


def test_a_withdrawn_listing_leaves_pages_and_saleor_and_can_come_back(saleor):
    listing = make_live(make_merchant())

    actions.withdraw_listing(listing_id=listing.id, reason={"ja": "確認中です。"}, actor="user:1", by="ward")

    assert slugs() == []
    assert queries.detail(market="jp", language="ja", slug=listing.slug) is None
    assert {c.is_for_sale for c in saleor.products["P1"].listings.values()} == {False}
    with pytest.raises(ListingMissing):
        actions.relist_listing(listing_id=listing.id, actor="user:2")
    actions.relist_listing(listing_id=listing.id, actor="user:1", by="ward")
    assert slugs() == ["edo-kiriko-rocks"]
    assert {c.is_for_sale for c in saleor.products["P1"].listings.values()} == {True}


def test_a_withdrawal_holds_while_saleor_is_down_and_the_job_tells_it_later(saleor):
    listing = make_live(make_merchant())
    saleor.is_down = True

    actions.withdraw_listing(listing_id=listing.id, reason={"ja": "確認中です。"}, actor="user:1")

    assert slugs() == []
    assert OutboxJob.objects.filter(kind="catalog.sync_state", key=listing.id).exists()
    saleor.is_down = False
    actions.sync_state(listing_id=listing.id)
    assert {c.is_published for c in saleor.products["P1"].listings.values()} == {False}


def test_a_withdrawal_holds_before_the_mall_is_installed_and_when_saleor_refuses(saleor, monkeypatch):
    listing = make_live(make_merchant())
    refused = SaleorRefused((SaleorProblem(code="INVALID", field="", message="no"),))

    for error in (NotInstalled("no token"), refused):

        def failing(error=error, **arguments):
            raise error

        monkeypatch.setattr(door, "get_product", failing)
        actions.withdraw_listing(listing_id=listing.id, reason={"ja": "確認中です。"}, actor="user:1")
        assert slugs() == []

    assert OutboxJob.objects.get(kind="catalog.sync_state", key=listing.id).state == "pending"


def test_the_ward_takes_over_what_the_merchant_withdrew(saleor):
    listing = make_live(make_merchant())
    actions.withdraw_listing(listing_id=listing.id, reason={"ja": "休みます。"}, actor="user:2")

    actions.withdraw_listing(listing_id=listing.id, reason={"ja": "調査中です。"}, actor="user:1", by="ward")
    actions.withdraw_listing(listing_id=listing.id, reason={"ja": "休みます。"}, actor="user:2")

    found = queries.listing_record(listing_id=listing.id)
    assert (found.withdrawn_by, found.withdrawn_reason["ja"]) == ("ward", "調査中です。")
    with pytest.raises(ListingMissing):
        actions.relist_listing(listing_id=listing.id, actor="user:2")


@pytest.mark.parametrize("act", ["publish_listing", "relist_listing"])
def test_what_the_ward_withdraws_while_the_merchant_puts_it_on_sale_stays_off(saleor, monkeypatch, act):
    merchant = make_merchant()
    listing = make_live(merchant)
    actions.withdraw_listing(listing_id=listing.id, reason={"ja": "休みます。"}, actor="user:2")
    check = publishing.gate.problems_of

    def meanwhile(row, *, on_date):
        actions.withdraw_listing(listing_id=listing.id, reason={"ja": "調査中です。"}, actor="user:1", by="ward")
        return check(row, on_date=on_date)

    monkeypatch.setattr(publishing.gate, "problems_of", meanwhile)
    with pytest.raises(ListingMissing):
        getattr(actions, act)(listing_id=listing.id, actor="user:2", merchant_id=merchant.id)

    assert queries.listing_record(listing_id=listing.id).withdrawn_by == "ward"
    assert {c.is_for_sale for c in saleor.products["P1"].listings.values()} == {False}
    assert slugs() == []


def test_a_change_written_while_the_listing_is_withdrawn_does_not_show_it_at_saleor(saleor, monkeypatch):
    listing = make_live(make_merchant())
    write = door.update_product

    def meanwhile(**arguments):
        write(**arguments)
        actions.withdraw_listing(listing_id=listing.id, reason={"ja": "調査中です。"}, actor="user:1", by="ward")

    monkeypatch.setattr(door, "update_product", meanwhile)
    actions.update_listing(listing_id=listing.id, actor=ACTOR, weight_g=400)

    assert {c.is_for_sale for c in saleor.products["P1"].listings.values()} == {False}
    assert slugs() == []


def test_anothers_listing_answers_like_one_that_does_not_exist(saleor):
    mine, other = make_merchant(), make_merchant("hotaru-kiriko")
    listing = make_live(mine)

    for call in (actions.publish_listing, actions.relist_listing):
        with pytest.raises(ListingMissing):
            call(listing_id=listing.id, actor="user:9", merchant_id=other.id)
    with pytest.raises(ListingMissing):
        actions.update_listing(listing_id=listing.id, actor="user:9", merchant_id=other.id, weight_g=1)
    with pytest.raises(ListingMissing):
        queries.listing_record(listing_id=listing.id, merchant_id=other.id)

    assert queries.listing_record(listing_id=listing.id, merchant_id=mine.id).weight_g == 380


def test_a_live_listing_changes_only_through_the_gate(saleor):
    merchant = make_merchant()
    make_permit(merchant)
    listing = make_food(merchant)

    with pytest.raises(UnableToPublish):
        actions.update_listing(listing_id=listing.id, actor=ACTOR, answers={})
    actions.update_listing(listing_id=listing.id, actor=ACTOR, names={"ja": "焼海苔", "en": "Nori"})

    assert queries.listing_record(listing_id=listing.id).answers == food_answers()
    assert queries.detail(market="jp", language="ja", slug="yakinori").card.name == "焼海苔"


def test_stock_shows_at_once(saleor):
    listing = make_live(make_merchant())

    actions.change_stock(listing_id=listing.id, sku="SKU-edo-kiriko-rocks", quantity=2, actor=ACTOR)
    few = queries.cards(market="jp", language="ja").cards[0].availability
    actions.change_stock(listing_id=listing.id, sku="SKU-edo-kiriko-rocks", quantity=0, actor=ACTOR)

    assert (few, queries.cards(market="jp", language="ja").cards[0].availability) == ("few", "sold_out")


def test_a_new_picture_does_not_bring_back_what_was_sold(saleor):
    merchant = make_merchant()
    listing = make_live(merchant)
    variant = saleor.products[listing.product_id].variants[0]
    saleor.set_stock(variant_id=variant.id, warehouse_id="W-soramame-glass", quantity=9)
    picture = PictureDraft("new.png", b"another picture")

    actions.add_picture(listing_id=listing.id, picture=picture, actor=ACTOR)
    actions.withdraw_listing(listing_id=listing.id, reason={"ja": "休み", "en": "closed"}, actor=ACTOR)
    actions.publish_listing(listing_id=listing.id, actor=ACTOR)

    assert queries.stock_by_sku(listing_id=listing.id, merchant_id=merchant.id) == {variant.sku: 9}
    assert [each.stock for each in queries.listing_record(listing_id=listing.id).variants] == [None]


def test_a_number_of_pieces_entered_later_is_written_once(saleor):
    merchant = make_merchant()
    listing = make_live(merchant)
    variants = [replace(each, stock=4) for each in queries.listing_record(listing_id=listing.id).variants]

    actions.update_listing(listing_id=listing.id, actor=ACTOR, variants=variants)
    entered = queries.stock_by_sku(listing_id=listing.id, merchant_id=merchant.id)
    variant = saleor.products[listing.product_id].variants[0]
    saleor.set_stock(variant_id=variant.id, warehouse_id="W-soramame-glass", quantity=3)
    actions.update_listing(listing_id=listing.id, actor=ACTOR, weight_g=400)

    assert entered == {variant.sku: 4}
    assert queries.stock_by_sku(listing_id=listing.id, merchant_id=merchant.id) == {variant.sku: 3}


def test_listings_are_found_by_a_part_of_their_name_page_by_page(saleor, django_assert_num_queries):
    merchant = make_merchant()
    make_draft(merchant)
    for number in range(4):
        make_draft(merchant, slug=f"nori-{number}", names={"ja": f"焼海苔{number}", "en": f"Yaki nori {number}"})

    with django_assert_num_queries(3):
        page, count = queries.find_listings(words="海苔", limit=3)
    rest, _ = queries.find_listings(words="YAKI", limit=3, offset=3)

    assert (len(page), count) == (3, 4)
    assert [each.slug for each in (*page, *rest)] == ["nori-3", "nori-2", "nori-1", "nori-0"]
    assert queries.find_listings(words="soramame-glass", limit=1)[1] == 5
