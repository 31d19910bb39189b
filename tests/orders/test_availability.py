"""What is left of goods, as their pages say it after an order: no event of Saleor tells most of it."""

from __future__ import annotations

import pytest
from django.test import Client

from infra.translations import compile_all
from marketplace.catalog import actions as goods
from marketplace.catalog import queries as catalog
from marketplace.kernel.jobs.models import OutboxJob
from marketplace.orders.actions import project_order
from marketplace.saleor.types import Stock
from tests.catalog.conftest import saleor as catalogue
from tests.catalog.factories import make_live, make_merchant
from tests.orders.fake_saleor import make_line, make_order

__all__ = ["catalogue"]
SLUG = "edo-kiriko-rocks"


@pytest.fixture(scope="module", autouse=True)
def _translations():
    compile_all()


@pytest.fixture
def buy(saleor, catalogue, work):
    """Let an order of so many of the twelve pieces arrive, as Saleor promises them."""
    merchant = make_merchant()
    listing = make_live(merchant)
    work()

    def order(pieces, **fields):
        promise(catalogue, listing.product_id, pieces)
        line = make_line("l1", product=listing.product_id, merchant=merchant.code, quantity=pieces)
        saleor.orders["o1"] = make_order(lines=[line], **fields)
        project_order(order_id="o1")
        work()

    return order


def promise(catalogue, product_id, pieces):
    variant = catalogue.products[product_id].variants[0]
    catalogue.variant(variant.id, stocks=(Stock(variant.stocks[0].warehouse_id, "wh", 12, pieces, 0),))


def page(language="ja"):
    return Client().get(f"/jp/{language}/p/{SLUG}/").content.decode()


def test_the_last_piece_was_bought_the_page_says_sold_out(buy):
    assert "売り切れ" not in page()

    buy(12)

    assert "売り切れ" in page()
    assert "Sold out" in page("en")
    assert catalog.cards(market="jp", language="ja").cards[0].availability == "sold_out"


def test_some_pieces_are_left_the_page_counts_them_and_reconcile_finds_nothing(buy):
    buy(10)

    assert catalog.cards(market="jp", language="ja").cards[0].availability == "few"
    assert [each.stock for each in catalog.detail(market="jp", language="ja", slug=SLUG).variants] == [2]
    assert goods.reconcile().is_equal


def test_pieces_of_an_order_that_is_not_paid_yet_are_no_longer_offered(buy):
    buy(12, charge_status="NONE")

    assert "売り切れ" in page()


def test_an_order_called_off_frees_its_pieces(buy, catalogue, saleor, work):
    buy(10)
    promise(catalogue, "P1", 0)
    saleor._set("o1", status="CANCELED")

    project_order(order_id="o1")
    work()

    assert catalog.cards(market="jp", language="ja").cards[0].availability == "in_stock"


def test_an_order_is_one_reading_of_its_goods_not_one_a_step(buy):
    buy(2)
    before = OutboxJob.objects.get(kind="catalog.project", key="P1").generation

    project_order(order_id="o1")

    assert OutboxJob.objects.get(kind="catalog.project", key="P1").generation == before


def test_a_sale_of_the_past_is_on_the_pages_when_no_more_of_them_come(buy, work):
    def stock():
        return [each.stock for each in catalog.detail(market="jp", language="ja", slug=SLUG).variants]

    buy(10, private_metadata={"mall.sold_on": "2026-09-02", "mall.simulated": "true"})
    before = stock()
    hastened = goods.hasten_projections()
    work()

    assert (before, hastened, stock()) == ([12], 1, [2])
    assert goods.reconcile().is_equal
