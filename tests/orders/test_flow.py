from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest

from marketplace.kernel.jobs.queries import is_settled, parked
from marketplace.messages.queries import list_mail
from marketplace.orders import queries
from marketplace.orders.actions import (
    accept_parcel,
    project_order,
    refund_lines,
    refuse_line,
    refuse_lines,
    ship_parcel,
)
from marketplace.orders.models import OrderRecord
from marketplace.orders.types import OrderMissing, UnableToRefund, UnableToRefuse, UnableToShip
from marketplace.settlement import queries as ledger
from plugins.api import Money
from plugins.api.types import Problem
from tests.orders.conftest import NOW, three_parts
from tests.orders.fake_saleor import make_line, make_order

pytestmark = pytest.mark.django_db


def yen(amount):
    return Money(amount, "JPY")


def bring_in(saleor, work, order):
    saleor.orders[order.id] = order
    project_order(order_id=order.id)
    work()


def templates():
    return [mail.template for mail in reversed(list_mail())]


def test_a_paid_order_is_divided_confirmed_and_told(saleor, three, work, plugin):
    bring_in(saleor, work, three_parts())

    order = queries.order_for_buyer(token=queries.link_token(order_id="o1"))
    assert saleor.orders["o1"].status == "UNFULFILLED"
    assert order.state == "confirmed"
    assert [(part.merchant_code, part.goods, part.shipping) for part in order.parts] == [
        ("kiriko", yen(4000), yen(550)),
        ("nori", yen(1080), yen(148)),
        ("washi", yen(2200), yen(302)),
    ]
    assert sum((part.total for part in order.parts), yen(0)) == order.total == yen(8280)
    parcels = {each.warehouse_id: dict(each.lines) for each in saleor.orders["o1"].fulfillments}
    assert parcels == {"wh-kiriko": {"l1": 3, "l4": 1}, "wh-nori": {"l2": 1}, "wh-washi": {"l3": 2}}
    assert templates() == ["order_paid"]
    facts = plugin.of("sale_recorded")
    assert sorted((fact.owner_key, fact.yen, fact.quantity, fact.area) for fact in facts) == [
        ("own-kiriko", 700, 1, "ward"),
        ("own-kiriko", 3300, 3, "ward"),
        ("own-nori", 1080, 1, "ward"),
        ("own-washi", 2200, 2, "ward"),
    ]
    assert len({fact.order_token for fact in facts}) == 1
    assert [fact.day for fact in facts] == [date(2026, 11, 20)] * 4
    assert len(plugin.of("order_paid")) == 1
    assert set(ledger.imbalance().values()) == {Decimal(0)}
    assert is_settled()


def test_projecting_again_changes_nothing(saleor, three, work, plugin):
    bring_in(saleor, work, three_parts())
    before = (dict(saleor.calls), len(plugin.notices), templates(), ledger.trial_balance())

    for _ in range(3):
        project_order(order_id="o1")
        work()

    assert (dict(saleor.calls), len(plugin.notices), templates(), ledger.trial_balance()) == before


def test_an_unpaid_order_is_not_the_malls_business(saleor, three, work):
    bring_in(saleor, work, three_parts(charge_status="NONE"))

    assert OrderRecord.objects.count() == 0
    assert saleor.calls == {}


def test_delivery_is_divided_as_the_breakdown_says(saleor, three, work):
    breakdown = [
        {"merchant": code, "amount": amount, "currency": "JPY", "carrier": "post", "min_days": 1, "max_days": 2}
        for code, amount in (("kiriko", "600"), ("nori", "300"), ("washi", "100"))
    ]

    bring_in(saleor, work, three_parts(delivery_metadata={"mall.parcels": json.dumps(breakdown)}))

    parts = queries.order_sums(order_id="o1").parts
    assert [part.shipping for part in parts] == [yen(600), yen(300), yen(100)]


def test_a_breakdown_that_does_not_make_the_charge_is_not_believed(saleor, three, work):
    breakdown = json.dumps([{"merchant": "kiriko", "amount": "5"}])

    bring_in(saleor, work, three_parts(delivery_metadata={"mall.parcels": breakdown}))

    assert [part.shipping for part in queries.order_sums(order_id="o1").parts] == [yen(550), yen(148), yen(302)]


def test_a_line_that_nobody_owns_keeps_the_order_unconfirmed_and_shows(saleor, three, work):
    bring_in(saleor, work, make_order(lines=[make_line("l1", merchant="nobody")]))

    assert saleor.calls == {}
    assert [problem.code for problem in queries.open_problems()] == ["orders.not_divided"]


def test_the_metadata_of_a_line_does_not_decide_whose_it_is(saleor, three, work):
    line = make_line("l1", merchant="nori", metadata={"mall.merchant": "kiriko"})

    bring_in(saleor, work, make_order(lines=[line]))

    assert [part.merchant_code for part in queries.order_sums(order_id="o1").parts] == ["nori"]


def test_an_order_that_a_check_refuses_is_cancelled_refunded_whole_and_explained(saleor, three, work, plugin):
    plugin.problems = [
        Problem("x.barred", {"ja": "この国へは送れません。", "en": "It cannot be sent there."}),
        Problem("x.advice", {"ja": "助言", "en": "advice"}, blocks=False),
    ]

    bring_in(saleor, work, three_parts())

    stored = saleor.orders["o1"]
    order = queries.order_for_buyer(token=queries.link_token(order_id="o1"))
    assert (stored.status, order.state) == ("CANCELED", "cancelled")
    assert stored.refunded == order.refunded == order.total
    assert saleor.calls == {"grant": 1, "request_refund": 1, "cancel": 1}
    assert [reason["en"] for reason in order.cancel_reasons] == ["It cannot be sent there."]
    assert sorted(templates()) == ["order_cancelled", "refund_made"]
    assert plugin.of("sale_recorded") == [] and plugin.of("order_paid") == []
    assert {balance.amount.amount for balance in ledger.trial_balance()} == {Decimal(0)}
    assert queries.merchant_orders(merchant_id=three["nori"]) == []


def test_a_merchant_accepts_and_ships_and_the_buyer_reads_the_number(saleor, three, work, plugin):
    bring_in(saleor, work, three_parts())

    accept_parcel(order_id="o1", merchant_id=three["nori"], actor="user:1")
    ship_parcel(order_id="o1", merchant_id=three["nori"], carrier="郵便", tracking_number=" 1234 ", actor="user:1")
    work()
    ship_parcel(order_id="o1", merchant_id=three["nori"], carrier="郵便", tracking_number="1234", actor="user:1")
    work()

    part = queries.merchant_order(merchant_id=three["nori"], number="7").part
    assert (part.state, part.tracking_number, part.shipped_at) == ("shipped", "1234", NOW)
    assert [(each.status, each.tracking_number) for each in saleor.orders["o1"].fulfillments] == [
        ("WAITING_FOR_APPROVAL", ""),
        ("FULFILLED", "1234"),
        ("WAITING_FOR_APPROVAL", ""),
    ]
    assert saleor.calls["approve"] == saleor.calls["track"] == 1
    assert templates() == ["order_paid", "parcel_accepted", "parcel_shipped"]
    assert "1234" in list_mail()[0].text
    assert [event.tracking_number for event in plugin.of("parcel_shipped")] == ["1234"]
    total = ledger.earnings_total(merchant_id=three["nori"])
    assert (total.payable, total.pending) == (1080 + 148 - 108 - 10, 0)
    with pytest.raises(UnableToShip):
        ship_parcel(order_id="o1", merchant_id=three["nori"], carrier="郵便", tracking_number="9", actor="user:1")


def test_a_refused_line_is_refunded_exactly_and_the_rest_is_sent(saleor, three, work, plugin):
    bring_in(saleor, work, three_parts())

    key = refuse_line(order_id="o1", merchant_id=three["kiriko"], line_id="l4", reason="割れていました", actor="user:1")
    work()
    assert (
        refuse_line(order_id="o1", merchant_id=three["kiriko"], line_id="l4", reason="割れていました", actor="user:1")
        == key
    )
    work()

    stored = saleor.orders["o1"]
    assert stored.refunded == yen(700)
    assert [dict(each.lines) for each in stored.granted_refunds] == [{"l4": 1}]
    assert saleor.calls["grant"] == saleor.calls["request_refund"] == saleor.calls["cancel_fulfillment"] == 1
    parcels = {each.warehouse_id: dict(each.lines) for each in stored.fulfillments}
    assert parcels == {"wh-nori": {"l2": 1}, "wh-washi": {"l3": 2}, "wh-kiriko": {"l1": 3}}
    order = queries.order_for_buyer(token=queries.link_token(order_id="o1"))
    assert [(each.amount, each.state, each.reason["ja"]) for each in order.refunds] == [
        (yen(700), "made", "割れていました")
    ]
    assert order.refunded == yen(700)
    assert templates() == ["order_paid", "line_refused", "refund_made"]
    assert [event.amount for event in plugin.of("refund_made")] == [yen(700)]
    (fact,) = [each for each in plugin.of("sale_recorded") if each.kind == "refund"]
    assert (fact.yen, fact.quantity, fact.day) == (700, 1, date(2026, 11, 21))
    assert ledger.earnings_total(merchant_id=three["kiriko"]).net == 3300 + 550 - 330 - 33
    assert set(ledger.imbalance().values()) == {Decimal(0)}


def test_refusing_the_whole_part_gives_delivery_back(saleor, three, work):
    bring_in(saleor, work, three_parts())

    refuse_lines(order_id="o1", merchant_id=three["kiriko"], line_ids=["l1", "l4"], reason="休業", actor="user:1")
    work()

    assert saleor.orders["o1"].refunded == yen(4550)
    assert ledger.earnings_total(merchant_id=three["kiriko"]).net == 0
    assert queries.merchant_order(merchant_id=three["kiriko"], number="7").part.state == "refused"
    assert "550円" in [mail.text for mail in list_mail() if mail.template == "line_refused"][0]


def test_when_everybody_refuses_the_order_is_cancelled(saleor, three, work):
    bring_in(saleor, work, three_parts())

    for code, lines in (("kiriko", ["l1", "l4"]), ("nori", ["l2"]), ("washi", ["l3"])):
        refuse_lines(order_id="o1", merchant_id=three[code], line_ids=lines, reason="休業", actor="user:1")
    work()

    stored = saleor.orders["o1"]
    assert (stored.status, stored.refunded) == ("CANCELED", stored.total.gross)
    assert {balance.amount.amount for balance in ledger.trial_balance()} == {Decimal(0)}


def test_a_refund_that_the_provider_answers_late_is_made_then(saleor, three, work, plugin):
    saleor.refund_outcome = "PENDING"
    bring_in(saleor, work, three_parts())
    refuse_line(order_id="o1", merchant_id=three["nori"], line_id="l2", reason="品切れ", actor="user:1")
    work()
    assert plugin.of("refund_made") == []
    assert queries.order_for_buyer(token=queries.link_token(order_id="o1")).refunded == yen(0)

    saleor.answer_refund("o1", saleor.orders["o1"].granted_refunds[0].id, "SUCCESS")
    project_order(order_id="o1")
    project_order(order_id="o1")
    work()

    assert len(plugin.of("refund_made")) == 1
    assert saleor.calls["request_refund"] == 1
    assert queries.order_for_buyer(token=queries.link_token(order_id="o1")).refunded == yen(1228)


def test_a_refund_that_the_provider_refuses_is_shown_to_the_ward(saleor, three, work):
    saleor.refund_outcome = "FAILURE"
    bring_in(saleor, work, three_parts())

    refuse_line(order_id="o1", merchant_id=three["nori"], line_id="l2", reason="品切れ", actor="user:1")
    work()

    assert [problem.order_id for problem in queries.open_problems()] == ["o1"]
    assert queries.day_figures(day=date(2026, 11, 20), now=NOW).open_problems == 1


def test_pieces_that_came_back_are_paid_back_and_never_more_than_the_line(saleor, three, work, plugin):
    bring_in(saleor, work, three_parts())

    def give_back(quantity, key):
        refund_lines(
            order_id="o1",
            merchant_id=three["kiriko"],
            quantities={"l1": quantity},
            reason="返品",
            key=key,
            actor="user:1",
            on_date=date(2026, 11, 30),
        )
        work()

    give_back(1, "a")
    give_back(1, "a")
    give_back(2, "b")
    with pytest.raises(UnableToRefund):
        give_back(1, "c")

    assert [each.amount for each in saleor.orders["o1"].granted_refunds] == [yen(1100), yen(2200)]
    facts = [each for each in plugin.of("sale_recorded") if each.kind == "refund"]
    assert [(each.quantity, each.yen, each.day) for each in facts] == [
        (1, 1100, date(2026, 11, 30)),
        (2, 2200, date(2026, 11, 30)),
    ]
    assert ledger.earnings_total(merchant_id=three["kiriko"]).net == 700 + 550 - 70 - 7


def test_another_merchants_order_answers_as_one_that_does_not_exist(saleor, three, work):
    bring_in(saleor, work, three_parts())
    before = (dict(saleor.calls), queries.order_sums(order_id="o1"), templates())

    for merchant in (three["other"], "999"):
        for call in (
            lambda m=merchant: accept_parcel(order_id="o1", merchant_id=m, actor="x"),
            lambda m=merchant: ship_parcel(order_id="o1", merchant_id=m, carrier="c", tracking_number="1", actor="x"),
            lambda m=merchant: refuse_line(order_id="o1", merchant_id=m, line_id="l1", reason="r", actor="x"),
            lambda m=merchant: queries.merchant_order(merchant_id=m, number="7"),
        ):
            with pytest.raises(OrderMissing):
                call()
    with pytest.raises(OrderMissing):
        refuse_line(order_id="o1", merchant_id=three["nori"], line_id="l1", reason="r", actor="x")
    work()

    assert (dict(saleor.calls), queries.order_sums(order_id="o1"), templates()) == before
    assert queries.merchant_orders(merchant_id=three["other"]) == []


def test_what_was_sent_cannot_be_refused_and_a_reason_is_needed(saleor, three, work):
    bring_in(saleor, work, three_parts())
    ship_parcel(order_id="o1", merchant_id=three["nori"], carrier="c", tracking_number="1", actor="x")
    work()

    for merchant, line, reason in (("nori", "l2", "late"), ("kiriko", "l1", " ")):
        with pytest.raises(UnableToRefuse):
            refuse_line(order_id="o1", merchant_id=three[merchant], line_id=line, reason=reason, actor="x")

    assert saleor.orders["o1"].granted_refunds == ()


def test_an_order_in_dollars_is_earned_in_yen_at_the_rate_of_its_day(saleor, three, work, plugin):
    lines = [
        make_line("l1", merchant="kiriko", total="19.99", currency="USD"),
        make_line("l2", product="p2", merchant="nori", total="5.01", currency="USD"),
    ]
    bring_in(saleor, work, make_order(lines=lines, shipping="12.50", currency="USD", language="en", channel="overseas"))

    sums = queries.order_sums(order_id="o1")
    assert (sums.yen_total, sums.yen_rate) == (5625, Decimal(150))
    assert sum(line.yen for part in sums.parts for line in part.lines) + sum(p.shipping_yen for p in sums.parts) == 5625
    assert ledger.imbalance() == {"JPY": Decimal(0), "USD": Decimal(0)}
    assert ledger.charged(market="overseas") == {"payment": Money(Decimal("37.50"), "USD")}
    assert "$37.50" in list_mail()[0].text


def test_a_simulated_order_is_sold_on_its_day_and_nobody_is_written_to(saleor, three, work, plugin):
    metadata = {"mall.sold_on": "2026-09-02", "mall.simulated": "true"}

    bring_in(saleor, work, three_parts(private_metadata=metadata))

    assert {(fact.day, fact.simulated) for fact in plugin.of("sale_recorded")} == {(date(2026, 9, 2), True)}
    assert list_mail() == []
    assert queries.day_figures(day=date(2026, 9, 2)).orders == 1


def test_the_day_shows_four_figures_that_open_to_their_rows(saleor, three, work):
    bring_in(saleor, work, three_parts())
    later = NOW + timedelta(days=1, minutes=1)

    figures = queries.day_figures(day=date(2026, 11, 20), now=later)

    assert (figures.orders, figures.yen, figures.parcels_waiting, figures.open_problems) == (1, 8280, 3, 0)
    assert len(queries.waiting_parcels(now=later)) == 3
    assert [order.order_id for order in queries.orders_of_day(day=date(2026, 11, 20))] == ["o1"]
    assert queries.day_figures(day=date(2026, 11, 20), now=NOW).parcels_waiting == 0


def test_when_saleor_does_not_answer_the_step_is_tried_again(saleor, three, work, monkeypatch):
    from marketplace.saleor import orders as door
    from marketplace.saleor.types import SaleorUnavailable

    real = door.fulfill_order

    def down(**arguments):
        raise SaleorUnavailable("down")

    monkeypatch.setattr(door, "fulfill_order", down)
    bring_in(saleor, work, three_parts())
    assert queries.order_sums(order_id="o1").state == "paid"

    monkeypatch.setattr(door, "fulfill_order", real)
    work(NOW + timedelta(minutes=5))

    assert queries.order_sums(order_id="o1").state == "confirmed"
    assert (saleor.calls["confirm"], saleor.calls["fulfill"]) == (1, 1)
    assert parked() == []


def test_lists_cost_the_same_for_one_order_and_for_many(saleor, three, work, django_assert_num_queries):
    bring_in(saleor, work, three_parts())
    with django_assert_num_queries(4):
        queries.merchant_orders(merchant_id=three["kiriko"])
    for number in range(2, 8):
        bring_in(saleor, work, renumbered(number))

    with django_assert_num_queries(4):
        assert len(queries.merchant_orders(merchant_id=three["kiriko"])) == 7
    with django_assert_num_queries(5):
        ledger.earnings(merchant_id=three["kiriko"])


def renumbered(number):
    lines = [
        make_line(f"l1-{number}", product="glass", merchant="kiriko", total=3300, quantity=3),
        make_line(f"l2-{number}", product="nori", merchant="nori", total=1080),
    ]
    return make_order(f"o{number}", lines=lines, shipping=500)
