from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from plugins.api import Money, PluginMeta, hookimpl
from plugins.api import types as t
from plugins.runtime import codec, hooks, loading
from tests.plugins.test_loading import make_module

DAY = date(2026, 11, 22)
MERCHANT = t.Merchant("1", "kiriko", "own-1", {"ja": "切子", "en": "Kiriko"}, DAY)
LISTING = t.Listing(
    id="1",
    product_id="p1",
    slug="glass",
    merchant=MERCHANT,
    name={"ja": "杯"},
    description={"ja": ""},
    category="craft",
    is_food=False,
    tax_class="standard",
    hs_code="701337",
    origin_country="JP",
    origin_area="JP-13",
    weight_g=300,
    markets=("jp",),
    answers={"origin": "JP", "weights": ({"a": Decimal("1.50")},)},
)
ORDER = t.Order(
    "o1",
    "7",
    "jp",
    t.Destination("JP", "jp", "JP-13"),
    (t.OrderLine("l1", LISTING, 2, Money(3980, "JPY")),),
    datetime(2026, 11, 22, 3, 0, tzinfo=UTC),
)


@pytest.fixture
def running():
    """Puts the given plugins and a list as outbox in force; gives everything back afterwards."""
    former = (hooks._outbox, hooks._activation)
    rows = {}

    def start(*modules, active=None):
        loading.use_plugins(loading.Plugins(modules))
        hooks.configure(
            outbox=lambda *, kind, key, payload: rows.setdefault((kind, key), payload),
            activation=lambda *, plugin, scope, merchant_id: (
                scope == "mall" if active is None else active(plugin, merchant_id)
            ),
        )
        return rows

    saved = loading.use_plugins(None)
    yield start
    loading.use_plugins(saved)
    hooks.configure(outbox=former[0], activation=former[1])


def test_gather_joins_all_answers(running):
    @hookimpl
    def check_order(order):
        return (t.Problem("a.one", {"ja": order.number}),)

    @hookimpl(specname="check_order")
    def check_order_by_day(order, on_date):
        return [t.Problem("b.two", {"ja": on_date.isoformat()})]

    running(make_module("b", check_order=check_order_by_day), make_module("a", check_order=check_order))

    problems = hooks.gather("check_order", order=ORDER, on_date=DAY)

    assert [(p.code, p.message["ja"]) for p in problems] == [("a.one", "7"), ("b.two", "2026-11-22")]


def test_a_check_that_fails_blocks(running):
    @hookimpl
    def check_order(order):
        raise ValueError("broken")

    running(make_module("a", check_order=check_order))

    (problem,) = hooks.gather("check_order", order=ORDER, on_date=DAY)

    assert (problem.code, problem.blocks) == ("a.failed", True)


def test_a_contribution_that_fails_gives_no_answer(running):
    @hookimpl
    def contribute_ward_panels(on_date):
        raise ValueError("broken")

    running(make_module("a", contribute_ward_panels=contribute_ward_panels))

    assert hooks.gather("contribute_ward_panels", on_date=DAY) == []


def test_first_takes_the_first_answer_that_is_not_none(running):
    answers = {"a": None, "b": t.LandedCost(None, {"ja": "b"}), "c": t.LandedCost(None, {"ja": "c"})}

    def make(name):
        @hookimpl
        def quote_landed_cost(lines, destination, on_date):
            return answers[name]

        return make_module(name, quote_landed_cost=quote_landed_cost)

    running(*(make(name) for name in "abc"))

    found = hooks.first("quote_landed_cost", lines=ORDER.lines, destination=ORDER.destination, on_date=DAY)

    assert found.note == {"ja": "b"}


def test_wrong_arguments_and_hooks_are_refused(running):
    running()

    with pytest.raises(TypeError, match="on_date"):
        hooks.gather("check_order", order=ORDER)
    with pytest.raises(LookupError):
        hooks.gather("check_orders", order=ORDER)


def test_a_notice_is_one_row_per_receiver_and_delivers_an_equal_value(running):
    got = []

    def make(name):
        @hookimpl
        def order_paid(event):
            got.append((name, event))

        return make_module(name, order_paid=order_paid)

    rows = running(make("a"), make("b"))
    event = t.OrderPaid(ORDER)

    assert hooks.notify("order_paid", event=event) == 2
    hooks.notify("order_paid", event=event)
    assert got == [] and len(rows) == 2
    for payload in rows.values():
        hooks.deliver(payload)

    assert got == [("a", event), ("b", event)]


def test_a_notice_for_a_plugin_that_is_gone_is_not_lost_unseen(running):
    running()

    with pytest.raises(LookupError, match="no longer receives"):
        hooks.deliver({"hook": "order_paid", "plugin": "gone", "arguments": "{}"})


def test_a_merchants_plugin_is_called_for_its_merchant_only(running):
    meta = PluginMeta(id="a", name={"ja": "a"}, version="1", api=1, scope="merchant")

    @hookimpl
    def check_order(order):
        return (t.Problem("a.one", {"ja": ""}),)

    running(make_module("a", meta=meta, check_order=check_order), active=lambda plugin, merchant: merchant == "2")
    assert hooks.gather("check_order", order=ORDER, on_date=DAY) == []

    running(make_module("a", meta=meta, check_order=check_order), active=lambda plugin, merchant: merchant == "1")
    assert len(hooks.gather("check_order", order=ORDER, on_date=DAY)) == 1


@pytest.mark.parametrize("value", [ORDER, LISTING, Decimal("0.10"), (1, (2,), [3]), {"a": None, "b": True}, DAY])
def test_the_codec_gives_back_what_it_was_given(value):
    back = codec.loads(codec.dumps(value))

    assert back == value and type(back) is type(value)
    assert codec.dumps(back) == codec.dumps(value)


def test_the_codec_refuses_what_the_contract_does_not_know():
    for value in (1.5, object(), {1: "a"}, {"$a": 1}, datetime(2026, 1, 1)):
        with pytest.raises(TypeError):
            codec.dumps(value)
