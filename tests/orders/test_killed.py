"""Killed at any named point between two writes, an order ends as if nothing had happened."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from marketplace.kernel.jobs import crash
from marketplace.kernel.jobs.models import OutboxJob
from marketplace.kernel.jobs.queries import parked
from marketplace.messages.queries import list_mail
from marketplace.orders import queries
from marketplace.orders.actions import project_order, refuse_line, refuse_lines, ship_parcel
from marketplace.settlement import queries as ledger
from plugins.api import Money
from plugins.api.types import Problem
from tests.orders.conftest import NOW, three_parts

pytestmark = pytest.mark.django_db

SENT = [
    "orders.divided-uncommitted",
    "orders.divided",
    "orders.confirmed-at-saleor",
    "orders.fulfilled-at-saleor",
    "orders.confirmed-uncommitted",
    "ledger.entry-uncommitted",
    "ledger.entry-uncommitted@3",
    "parcel.approved",
    "parcel.tracked",
    "parcel.noted-uncommitted",
    "refund.cancelled-fulfillment",
    "refund.granted",
    "refund.granted@2",
    "refund.asked",
    "refund.asked@2",
    "refund.fulfilled-rest",
    "refund.noted-uncommitted",
    "refund.noted-uncommitted@2",
    "outbox.claimed@4",
    "outbox.handled@2",
    "outbox.handled@9",
    "outbox.done-before-ack@3",
]
CANCELLED = [
    "orders.divided",
    "refund.granted",
    "refund.asked",
    "refund.noted-uncommitted",
    "orders.cancelled-at-saleor",
    "outbox.handled@2",
    "outbox.handled@3",
]


class Killed(BaseException):
    """Stands for SIGKILL: no handler of the mall catches it."""


@pytest.fixture
def killing(monkeypatch):
    """Returns a function that runs a step; at the named point it is killed once and started again."""
    killed = []

    def kill(pid, signal):
        killed.append(pid)
        raise Killed

    monkeypatch.setattr(crash.os, "kill", kill)

    def arm(point):
        crash._passed.clear()
        monkeypatch.setenv(crash.VARIABLE, point)
        return killed

    return arm


def run(step):
    """Run a step; after a kill free the dead process's leases, as a new worker does at its start, and run it again."""
    try:
        step()
    except Killed:
        OutboxJob.objects.update(leased_by="", leased_until=None)
        step()


def sell(saleor, three, work):
    order = three_parts()
    saleor.orders[order.id] = order
    run(lambda: (project_order(order_id="o1"), work()))


def send_and_refuse(saleor, three, work):
    sell(saleor, three, work)
    arguments = {"order_id": "o1", "actor": "user:1"}
    run(lambda: (ship_parcel(merchant_id=three["nori"], carrier="郵便", tracking_number="77", **arguments), work()))
    run(lambda: (refuse_line(merchant_id=three["kiriko"], line_id="l4", reason="破損", **arguments), work()))
    run(lambda: (refuse_lines(merchant_id=three["washi"], line_ids=["l3"], reason="休業", **arguments), work()))
    work(NOW + timedelta(minutes=10))


def end_state(saleor, plugin):
    stored = saleor.orders["o1"]
    facts = {each.id: (each.kind, each.yen) for each in plugin.of("sale_recorded")}
    return {
        "status": stored.status,
        "refunded": stored.refunded,
        "grants": sorted((each.amount.amount, each.status) for each in stored.granted_refunds),
        "asked": saleor.calls["request_refund"],
        "parcels": sorted(
            (each.warehouse_id, sorted(each.lines.items()), each.status, each.tracking_number)
            for each in stored.fulfillments
        ),
        "parts": [(part.merchant_code, part.state, part.total) for part in queries.order_sums(order_id="o1").parts],
        "facts": sorted(facts.values()),
        "mails": sorted(mail.key for mail in list_mail()),
        "ledger": ledger.trial_balance(),
        "parked": parked(),
    }


EXPECTED_SENT = {
    "status": "UNFULFILLED",
    "refunded": Money(700 + 2200 + 302, "JPY"),
    "grants": [(Decimal(700), "SUCCESS"), (Decimal(2502), "SUCCESS")],
    "asked": 2,
    "parcels": [
        ("wh-kiriko", [("l1", 3)], "WAITING_FOR_APPROVAL", ""),
        ("wh-nori", [("l2", 1)], "FULFILLED", "77"),
    ],
    "facts": sorted([("sale", 3300), ("sale", 700), ("sale", 1080), ("sale", 2200), ("refund", 700), ("refund", 2200)]),
}


@pytest.mark.parametrize("point", SENT)
def test_killed_while_sending_and_refusing(saleor, three, work, plugin, killing, point):
    killed = killing(point)

    send_and_refuse(saleor, three, work)

    state = end_state(saleor, plugin)
    assert len(killed) == 1
    assert {key: state[key] for key in EXPECTED_SENT} == EXPECTED_SENT
    assert [part[1] for part in state["parts"]] == ["new", "shipped", "refused"]
    assert len(state["mails"]) == len(set(state["mails"])) == 6
    assert state["parked"] == []
    assert ledger.imbalance() == {"JPY": Decimal(0)}
    owed = {code: ledger.earnings_total(merchant_id=three[code]).net for code in ("kiriko", "nori", "washi")}
    assert owed == {"kiriko": 3300 + 550 - 330 - 33, "nori": 1080 + 148 - 108 - 10, "washi": 0}


@pytest.mark.parametrize("point", CANCELLED)
def test_killed_while_cancelling(saleor, three, work, plugin, killing, point):
    plugin.problems = [Problem("x.barred", {"ja": "送れません", "en": "barred"})]
    killed = killing(point)

    sell(saleor, three, work)
    work(NOW + timedelta(minutes=10))

    state = end_state(saleor, plugin)
    assert len(killed) == 1
    assert (state["status"], state["refunded"], state["asked"]) == ("CANCELED", Money(8280, "JPY"), 1)
    assert state["grants"] == [(Decimal(8280), "SUCCESS")]
    assert (state["facts"], state["parked"], len(state["mails"])) == ([], [], 2)
    assert {each.amount.amount for each in state["ledger"]} == {Decimal(0)}
