"""What an order costs the mall: how often it is read at Saleor, and how many statements, at most."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from marketplace.kernel.jobs.models import OutboxJob
from marketplace.orders import queries
from marketplace.orders.actions import project_order, ship_parcel
from marketplace.saleor.types import SaleorProblem, SaleorRefused
from tests.orders.conftest import three_parts

pytestmark = pytest.mark.django_db
#: bringing in, checking, confirming, facts and ledger of three merchants' parts in four lines
MOST_TO_CONFIRM = 110
#: their three parcels sent, with mails and ledger
MOST_TO_SHIP = 92


@pytest.fixture
def readings(saleor, monkeypatch):
    """The ids of the orders read at Saleor, in order."""
    from marketplace.saleor import orders as door

    read, answer = [], door.get_order

    def get_order(*, order_id):
        read.append(order_id)
        return answer(order_id=order_id)

    monkeypatch.setattr(door, "get_order", get_order)
    return read


def ship_all(three):
    for code in ("kiriko", "nori", "washi"):
        ship_parcel(order_id="o1", merchant_id=three[code], carrier="post", tracking_number=code, actor="user:1")


def count(action):
    with CaptureQueriesContext(connection) as seen:
        action()
    return len([each for each in seen.captured_queries if "SAVEPOINT" not in each["sql"]])


def test_an_order_is_read_once_a_step_and_costs_few_statements(saleor, three, work, plugin, readings):
    saleor.orders["o1"] = three_parts()

    def bring_in():
        project_order(order_id="o1")
        work()

    def ship():
        ship_all(three)
        work()

    confirming, to_confirm = count(bring_in), len(readings)
    shipping = count(ship)

    assert to_confirm == 2
    assert len(readings) == 3
    assert confirming <= MOST_TO_CONFIRM
    assert shipping <= MOST_TO_SHIP
    assert {part.state for part in queries.order_sums(order_id="o1").parts} == {"shipped"}


def test_one_parcel_that_saleor_refuses_keeps_no_other_back(saleor, three, work, plugin, monkeypatch):
    from marketplace.saleor import orders as door

    saleor.orders["o1"] = three_parts()
    project_order(order_id="o1")
    work()
    approve = door.approve_fulfillment
    first = saleor.orders["o1"].fulfillments[0].id

    def refusing(*, fulfillment_id):
        if fulfillment_id == first:
            raise SaleorRefused((SaleorProblem(code="INVALID", field="", message="no"),))
        return approve(fulfillment_id=fulfillment_id)

    monkeypatch.setattr(door, "approve_fulfillment", refusing)
    ship_all(three)
    work()

    states = [part.state for part in queries.order_sums(order_id="o1").parts]
    assert states == ["shipping", "shipped", "shipped"]
    assert OutboxJob.objects.get(kind="orders.ship").attempts == 1
