"""A few invoices all the way: the embedded engine, its webhooks, the worker, ledger and pool, in this process."""

from __future__ import annotations

import logging
from decimal import Decimal

import pytest
from django.conf import settings

from infra.engine.deliveries.models import EventDelivery
from infra.replay import goods, run
from infra.replay.rows import read_invoices
from marketplace.kernel.jobs import crash
from marketplace.kernel.jobs.models import InboxEvent, OutboxJob
from marketplace.kernel.jobs.queries import count_pending, is_settled, parked
from marketplace.messages.queries import list_mail
from marketplace.orders import queries as orders
from marketplace.saleor import checkouts, payments
from marketplace.saleor.provisioning import provision
from marketplace.settlement import queries as ledger
from tests.replay.tables import row, write

pytestmark = [
    pytest.mark.skipif(bool(settings.SALEOR_API_URL), reason="SALEOR_API_URL names a Saleor instead"),
    pytest.mark.django_db(transaction=True, databases=["default", "engine"]),
]
ROWS = [
    row("536365", "85123A", "6", "2.55"),
    row("536365", "71053", "6", "3.39"),
    row("536365", "85123A", "2", "2.55"),
    row("536366", "22633", "6", "1.85"),
    row("536366", "22632", "0", "1.85"),
    row("C536367", "85123A", "-7", "2.55", day="2010-12-02 10:00:00"),
    row("C536368", "71053", "-1", "3.39", customer="99999", day="2010-12-02 10:00:00"),
    row("536369", "21756", "3", "5.95"),
]
SOLD = Decimal("15.30") + Decimal("20.34") + Decimal("5.10") + Decimal("11.10") + Decimal("17.85")
LEFT = SOLD - 7 * Decimal("2.55")
READERS = ("orders", "ledger", "pool")
ZERO = dict.fromkeys(READERS, "0.00")


class Killed(BaseException):
    """Stands for SIGKILL: nothing of the mall catches it."""


@pytest.fixture(autouse=True)
def shop():
    provision()


@pytest.fixture
def file(tmp_path):
    return write(tmp_path / "few.csv", ROWS)


def replay(file, invoices=None, start=0):
    return run.replay_uci(file=file, invoices=invoices, start=start)


def holdings():
    """What is stored, each by its own reader, with how many things there are."""
    found = list(run.saleor_orders.list_orders(channel=goods.CHANNEL))
    return {
        "keys": sorted(each.private_metadata["mall.key"] for each in found),
        "refunds": sorted((r.amount.amount, r.status) for each in found for r in each.granted_refunds),
        "sums": [(each.number, each.total, [(p.merchant_code, p.total) for p in each.parts]) for each in known()],
        "ledger": ledger.trial_balance(),
        "totals": (run.orders_total(), run.ledger_total(), run.pool_total()),
        "waiting": count_pending(),
        "parked": parked(),
    }


def known():
    return sorted(orders.list_order_sums(market=goods.CHANNEL), key=lambda each: each.number)


def test_four_readers_say_the_same_of_a_few_invoices(file, caplog):
    caplog.set_level(logging.WARNING, logger="infra.replay.run")

    result = replay(file)

    assert {key: result[key] for key in result if key not in ("orders_per_second", "totals")} == {
        "name": "uci",
        "passed": True,
        "rows_read": 8,
        "rows_refused": 1,
        "orders": 3,
        "refunds": 1,
        "unmatched_cancellations": 1,
        "differences": ZERO,
    }
    assert result["totals"] == dict.fromkeys(("input", *READERS), str(LEFT))
    assert result["orders_per_second"] > 0
    assert "row 6 of invoice 536366 refused: quantity does not fit the kind of invoice" in caplog.text
    assert "1 rows refused: quantity does not fit the kind of invoice" in caplog.text
    assert "row 8 of invoice C536368: no purchase found for this cancellation" in caplog.text

    after = holdings()
    assert after["keys"] == ["536365", "536366", "536369"]
    # seven pieces came back of two lines of one invoice, the newest first: two of the third row, five of the first
    assert after["refunds"] == [(Decimal("5.10"), "SUCCESS"), (Decimal("12.75"), "SUCCESS")]
    assert after["totals"] == (LEFT, LEFT, LEFT)
    first = next(each for each in known() if len(each.parts) == 2)
    assert {part.merchant_code: part.goods.amount for part in first.parts} == {
        f"replay-{goods.merchant_number('85123A'):02}": Decimal("20.40"),
        f"replay-{goods.merchant_number('71053'):02}": Decimal("20.34"),
    }
    assert {str(each.day_sold) for each in known()} == {"2010-12-01"}
    assert set(ledger.imbalance().values()) == {Decimal(0)}
    assert (list_mail(), after["parked"], is_settled()) == ([], [], True)

    again = replay(file)

    assert (again["passed"], again["totals"], again["orders_per_second"]) == (True, result["totals"], 0.0)
    assert holdings() == after


def test_a_spoilt_row_shows_and_fewer_rows_show(tmp_path, file):
    replay(file)
    before = holdings()
    spoilt = write(tmp_path / "spoilt.csv", [*ROWS[:3], row("536366", "22633", "6", "1.86"), *ROWS[4:]])

    dearer, fewer = replay(spoilt), replay(file, invoices=1)

    assert (dearer["passed"], dearer["differences"]) == (False, dict.fromkeys(READERS, "-0.06"))
    assert dearer["totals"]["input"] == str(LEFT + Decimal("0.06"))
    assert (fewer["passed"], fewer["totals"]["input"]) == (False, "40.74")
    assert holdings() == before


def test_the_rest_of_a_file_follows_its_beginning(file):
    first = replay(file, invoices=2)
    rest = replay(file, start=2)

    assert (first["passed"], first["orders"], first["totals"]["pool"]) == (True, 2, "51.84")
    # what is read now is compared with all there is, and its cancellation finds no purchase among the rows read
    assert (rest["orders"], rest["unmatched_cancellations"], rest["totals"]["orders"]) == (1, 2, str(SOLD))
    assert replay(file)["differences"] == ZERO


KILLS = [
    "orders.divided-uncommitted@2",
    "inbox.stored@4",
    "orders.confirmed-at-saleor@2",
    "ledger.entry-uncommitted@2",
    "refund.granted@1",
    "refund.asked@2",
    "refund.noted-uncommitted@1",
]


@pytest.mark.parametrize("point", KILLS)
def test_killed_and_started_again_it_doubles_nothing(file, monkeypatch, point):
    def die(pid, signal):
        raise Killed

    monkeypatch.setattr(crash.os, "kill", die)
    monkeypatch.setenv(crash.VARIABLE, point)
    monkeypatch.setattr(crash, "_passed", {})
    with pytest.raises(Killed):
        replay(file)
    monkeypatch.delenv(crash.VARIABLE)
    forget_leases()

    result = replay(file)

    assert (result["passed"], result["differences"]) == (True, ZERO)
    check_exact()


@pytest.mark.parametrize("step", [(checkouts, "complete_checkout"), (payments, "record_charged")])
@pytest.mark.parametrize("is_after", [False, True])
def test_killed_between_the_steps_of_a_sale_it_doubles_nothing(file, monkeypatch, step, is_after):
    module, name = step
    real = getattr(module, name)
    calls = []

    def die(**arguments):
        calls.append(name)
        if len(calls) == 2:
            if is_after:
                real(**arguments)
            raise Killed
        return real(**arguments)

    monkeypatch.setattr(module, name, die)
    with pytest.raises(Killed):
        replay(file)
    forget_leases()

    result = replay(file)

    assert (result["passed"], result["differences"]) == (True, ZERO)
    check_exact()


def test_an_event_that_a_killed_process_still_holds_is_not_waited_for(file, monkeypatch):
    """The engine sends it again when the dead process's minute is over; the replay reads the order instead."""
    real = run.worker.work_once

    def lose_deliveries(*, now):
        EventDelivery.objects.filter(status="PENDING").update(leased_until="2999-01-01T00:00:00Z")
        return real(now=now)

    monkeypatch.setattr(run.worker, "work_once", lose_deliveries)

    result = replay(file)

    assert EventDelivery.objects.filter(status="PENDING").exists()
    assert (result["passed"], result["differences"]) == (True, ZERO)
    check_exact()
    EventDelivery.objects.filter(status="PENDING").update(leased_until=None)
    before = holdings()
    real(now=run.clock.now())
    assert holdings() == before


def check_exact():
    after = holdings()
    assert after["keys"] == ["536365", "536366", "536369"]
    assert after["refunds"] == [(Decimal("5.10"), "SUCCESS"), (Decimal("12.75"), "SUCCESS")]
    assert after["totals"] == (LEFT, LEFT, LEFT)
    assert (after["waiting"], after["parked"]) == ({"inbox": 0, "outbox": 0}, [])
    assert set(ledger.imbalance().values()) == {Decimal(0)}


def forget_leases():
    """As a new worker does at its start, and as the engine does a minute later."""
    for model in (InboxEvent, OutboxJob):
        model.objects.update(leased_by="", leased_until=None)
    EventDelivery.objects.update(leased_until=None)


def test_the_plan_takes_the_newest_purchase_first_and_never_more_than_was_bought(file, tmp_path):
    plan = run.make_plan(file, None, 0)
    ((cancelled, taken),) = plan.refunds

    assert [(each.invoice, each.position, each.quantity) for each in taken] == [("536365", 2, 2), ("536365", 0, 5)]
    assert (cancelled.invoice, [each.invoice for each in plan.unmatched]) == ("C536367", ["C536368"])
    assert plan.total == LEFT

    greedy = write(tmp_path / "greedy.csv", [*ROWS[:3], row("C1", "85123A", "-9", "2.55"), row("C2", price="2.56")])
    plan = run.make_plan(greedy, None, 0)
    assert ([each.invoice for each in plan.unmatched], plan.refunds) == (["C1"], [])
    assert [each.reason for each in plan.refused] == ["quantity does not fit the kind of invoice"]
    assert sum(each.read for each in read_invoices(greedy)) == plan.rows_read
