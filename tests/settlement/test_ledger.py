from __future__ import annotations

from decimal import Decimal

import pytest
from django.db.models import Sum

from marketplace.kernel.append_only import AppendOnlyError
from marketplace.orders import queries as orders
from marketplace.orders.actions import project_order, refuse_lines, ship_parcel
from marketplace.settlement import actions, queries
from marketplace.settlement.models import Entry, EntryLine
from plugins.api import Money
from tests.orders.conftest import three_parts

pytestmark = pytest.mark.django_db


@pytest.fixture
def sold(saleor, three, work):
    saleor.orders["o1"] = three_parts()
    project_order(order_id="o1")
    work()
    return three


def test_every_event_is_posted_once(sold, work):
    ship_parcel(order_id="o1", merchant_id=sold["nori"], carrier="c", tracking_number="1", actor="x")
    key = refuse_lines(order_id="o1", merchant_id=sold["kiriko"], line_ids=["l4"], reason="r", actor="x")
    work()
    before = queries.trial_balance()

    assert actions.post_payment(order_id="o1") is False
    assert actions.post_shipment(order_id="o1", merchant_id=sold["nori"]) is False
    assert actions.post_refund(refund_key=key) is False

    assert queries.trial_balance() == before
    assert sorted(Entry.objects.values_list("kind", flat=True)) == ["payment", "refund", "shipment"]
    assert queries.imbalance() == {"JPY": Decimal(0)}


def test_the_ledger_is_added_to_and_never_changed(sold):
    for change in (EntryLine.objects.first().delete, EntryLine.objects.all().delete, Entry.objects.first().save):
        with pytest.raises(AppendOnlyError):
            change()
    with pytest.raises(AppendOnlyError):
        EntryLine.objects.update(amount=0)


def test_earnings_have_one_row_per_line_that_sum_to_the_books(sold, work):
    refuse_lines(order_id="o1", merchant_id=sold["kiriko"], line_ids=["l4"], reason="r", actor="x")
    work()

    rows = queries.earnings(merchant_id=sold["kiriko"])
    total = queries.earnings_total(merchant_id=sold["kiriko"])

    assert [
        (r.line_id, r.sale, r.sale_yen, r.delivery, r.refund, r.commission, r.commission_tax, r.net) for r in rows
    ] == [
        ("l1", Money(3300, "JPY"), 3300, 550, 0, 330, 33, 3487),
        ("l4", Money(700, "JPY"), 700, 0, 700, 0, 0, 0),
    ]
    assert (sum(row.net for row in rows), total.net, total.pending) == (3487, 3487, 3487)
    assert (total.sale, total.refund, total.commission, total.commission_tax) == (4000, 700, 330, 33)


def test_a_merchant_reads_its_own_rows_only(sold):
    assert queries.earnings(merchant_id=sold["other"]) == []
    assert queries.earnings_total(merchant_id=sold["other"]).net == 0
    assert {row.line_id for row in queries.earnings(merchant_id=sold["nori"])} == {"l2"}


def test_what_was_charged_is_what_merchants_and_the_mall_share(sold):
    shared = EntryLine.objects.exclude(account="psp_clearing").aggregate(sum=Sum("amount"))["sum"]

    assert -shared == orders.order_sums(order_id="o1").total.amount == queries.charged(market="jp")["payment"].amount
