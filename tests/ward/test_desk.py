"""A day at the ward desk, in its people's words."""

from __future__ import annotations

import re

import pytest

from marketplace.accounts.actions import create_user
from marketplace.accounts.models import User
from marketplace.catalog import queries as catalog
from marketplace.kernel.jobs.models import OutboxJob
from marketplace.orders import queries as orders
from marketplace.orders.actions import project_order, refuse_line
from tests.catalog.factories import make_draft, make_live, make_merchant, make_permit
from tests.orders.conftest import NOW, three_parts

pytestmark = pytest.mark.django_db


def bring_in(saleor, work, order):
    saleor.orders[order.id] = order
    project_order(order_id=order.id)
    work()


def test_a_refund_that_failed_is_said_in_words_and_tried_again_with_one_button(desk, saleor, three, work):
    saleor.refund_outcome = "FAILURE"
    bring_in(saleor, work, three_parts())
    refuse_line(order_id="o1", merchant_id=three["nori"], line_id="l2", reason="品切れ", actor="user:1")
    work()

    page = desk.get("/ward/day/problems/").content.decode()
    action = re.search(r'action="(/ward/problems/\d+/retry/)"', page).group(1)
    saleor.refund_outcome = "SUCCESS"
    answer = desk.post(action, follow=True)
    work()

    assert "返金を断りました" in page
    assert "もう一度頼みました" in answer.content.decode()
    assert orders.open_problems() == []
    assert saleor.orders["o1"].refunded.amount > 0
    assert desk.post("/ward/problems/99999/retry/").status_code == 404


def test_work_that_was_parked_is_tried_again(desk, saleor, work):
    row = OutboxJob.objects.create(kind="orders.project", key="x", payload={}, state="parked", created_at=NOW)

    page = desk.get("/ward/day/problems/").content.decode()
    desk.post(f"/ward/work/outbox/{row.pk}/retry/")

    assert f"/ward/work/outbox/{row.pk}/retry/" in page
    assert OutboxJob.objects.get(pk=row.pk).state == "pending"
    assert desk.post(f"/ward/work/outbox/{row.pk}/retry/").status_code == 404


def test_nobody_else_tries_a_refund_again(desk, saleor, three, work, client):
    saleor.refund_outcome = "FAILURE"
    bring_in(saleor, work, three_parts())
    refuse_line(order_id="o1", merchant_id=three["nori"], line_id="l2", reason="品切れ", actor="user:1")
    work()
    (problem,) = orders.open_problems()
    person = create_user(email="m@pool.test", name="企画", roles=("marketer",), actor="test")
    client.force_login(User.objects.get(pk=person.id))

    assert client.post(f"/ward/problems/{problem.id}/retry/").status_code == 404
    assert orders.open_problems() == [problem]


def test_taking_off_sale_wants_a_reason_beside_the_field(desk, catalogue):
    listing = make_live(make_merchant())

    page = desk.post(f"/ward/listings/{listing.id}/withdraw/", {"reason": " "})
    text = page.content.decode()

    assert page.status_code == 422
    assert f'aria-describedby="reason-{listing.id}-problem"' in text
    assert f'id="reason-{listing.id}-problem"' in text
    assert catalog.listing_record(listing_id=listing.id).state == "live"


def test_the_merchant_reads_why_and_the_ward_puts_it_back(desk, catalogue):
    listing = make_live(make_merchant())

    desk.post(f"/ward/listings/{listing.id}/withdraw/", {"reason": "表示に誤り"})
    withdrawn = catalog.listing_record(listing_id=listing.id)
    desk.post(f"/ward/listings/{listing.id}/relist/")

    assert (withdrawn.state, withdrawn.withdrawn_by, withdrawn.withdrawn_reason["ja"]) == (
        "withdrawn",
        "ward",
        "表示に誤り",
    )
    assert catalog.listing_record(listing_id=listing.id).state == "live"


def test_a_feature_without_reasons_keeps_the_choice_and_says_what_is_missing(desk, catalogue):
    listing = make_live(make_merchant())

    page = desk.post("/ward/features/", {"target": f"listing:{listing.id}", "reason_ja": "", "reason_en": "Fine"})
    text = page.content.decode()

    assert page.status_code == 422
    assert f'value="listing:{listing.id}" selected' in text
    assert 'aria-describedby="reason_ja-problem"' in text
    assert 'value="Fine"' in text


def test_i_look_at_one_merchant_with_its_papers(desk, catalogue):
    merchant = make_merchant()
    make_permit(merchant)
    make_draft(merchant)

    page = desk.get("/ward/merchants/soramame-glass/").content.decode()
    found = desk.get("/ward/merchants/?q=硝子").content.decode()

    assert "食第1号" in page
    assert "03-0000-0000" in page
    assert "江戸切子 魚子文 ロックグラス" in page
    assert "/ward/merchants/soramame-glass/" in found
    assert "/ward/merchants/soramame-glass/" not in desk.get("/ward/merchants/?q=どこにもない").content.decode()
    assert desk.get("/ward/merchants/nobody/").status_code == 404


@pytest.mark.parametrize("path", ["/ward/listings/", "/ward/merchants/soramame-glass/", "/ward/features/"])
def test_a_list_costs_the_same_for_one_row_and_for_five(desk, catalogue, path, django_assert_max_num_queries):
    merchant = make_merchant()
    make_live(merchant)
    desk.get(path)
    with django_assert_max_num_queries(40) as one:
        desk.get(path)
    for number in range(4):
        make_live(merchant, slug=f"glass-{number}")
    with django_assert_max_num_queries(40) as five:
        desk.get(path)

    assert len(one) == len(five)
