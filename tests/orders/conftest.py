from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from marketplace.kernel import clock
from marketplace.kernel.jobs import registry, worker
from marketplace.merchants import models as merchant_models
from marketplace.merchants.actions import join_merchant
from marketplace.merchants.types import LEGAL_FIELDS
from marketplace.saleor import orders as order_door
from marketplace.saleor import payments as payment_door
from plugins.api import hookimpl
from plugins.runtime.loading import Plugins, use_plugins
from tests.orders.fake_saleor import FakeSaleor, make_line, make_order
from tests.plugins.test_loading import make_module

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
NOTICE = {code: {"ja": f"{code}です", "en": code} for code in LEGAL_FIELDS}
ORDER_FUNCTIONS = [
    "get_order",
    "confirm_order",
    "cancel_order",
    "fulfill_order",
    "approve_fulfillment",
    "set_tracking",
    "cancel_fulfillment",
    "grant_refund",
]


@pytest.fixture
def saleor(monkeypatch, settings):
    """The door's functions about orders and refunds, answered from memory."""
    fake = FakeSaleor()
    for name in ORDER_FUNCTIONS:
        monkeypatch.setattr(order_door, name, getattr(fake, name))
    monkeypatch.setattr(payment_door, "request_refund", fake.request_refund)
    monkeypatch.setattr(registry, "_schedules", {})
    settings.MALL_EMBEDDED_WORKER = ""
    return fake


class Recorder:
    """A plugin that keeps every notice; `problems` is what it answers to `check_order`."""

    def __init__(self):
        self.notices = []
        self.problems = []

    def module(self):
        recorder = self

        @hookimpl
        def order_paid(event):
            recorder.notices.append(("order_paid", event))

        @hookimpl
        def parcel_shipped(event):
            recorder.notices.append(("parcel_shipped", event))

        @hookimpl
        def refund_made(event):
            recorder.notices.append(("refund_made", event))

        @hookimpl
        def sale_recorded(fact):
            recorder.notices.append(("sale_recorded", fact))

        @hookimpl
        def check_order(order, on_date):
            return recorder.problems

        functions = [order_paid, parcel_shipped, refund_made, sale_recorded, check_order]
        return make_module("recorder", **{each.__name__: each for each in functions})

    def of(self, hook):
        return [event for name, event in self.notices if name == hook]


@pytest.fixture
def plugin():
    recorder = Recorder()
    former = use_plugins(Plugins([recorder.module()]))
    yield recorder
    use_plugins(former)


@pytest.fixture
def three(db, plugin):
    """Three merchants with warehouses, by code; a fourth that is in no order."""
    found = {}
    for code in ("kiriko", "nori", "washi", "other"):
        merchant = join_merchant(
            code=code,
            owner_key=f"own-{code}",
            name={"ja": f"{code}堂", "en": code.title()},
            address={"ja": "吾妻橋"},
            representative="架空の人",
            phone="03-0000-0000",
            email=f"{code}@example.com",
            joined_on=date(2026, 1, 1),
            legal_notice=NOTICE,
            actor="test",
        )
        merchant_models.Merchant.objects.filter(pk=int(merchant.id)).update(
            page_id=f"pg-{code}", warehouse_id=f"wh-{code}"
        )
        found[code] = merchant.id
    return found


@pytest.fixture
def work():
    """Runs everything that is due, at a moment of its own."""

    def run(now=NOW):
        return worker.work_once(now=now)

    return run


@pytest.fixture(autouse=True)
def at_noon():
    with clock.at(NOW):
        yield


def three_parts(order_id="o1", **fields):
    """4,000 + 1,080 + 2,200 of goods in four lines, 1,000 of delivery."""
    lines = [
        make_line("l1", product="glass", merchant="kiriko", total=3300, quantity=3),
        make_line("l2", product="nori", merchant="nori", total=1080),
        make_line("l3", product="paper", merchant="washi", total=2200, quantity=2),
        make_line("l4", product="cup", merchant="kiriko", total=700),
    ]
    return make_order(order_id, lines=lines, shipping=1000, **fields)
