"""A cart that was paid and cannot become an order: the money goes back once, with a mail, and the ward desk sees it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.conf import settings

from infra.engine.deliveries.models import EventDelivery
from infra.engine.payments.models import ActionDelivery
from infra.replay import goods
from infra.replay.run import ADDRESS
from marketplace.checkout import actions, queries, tasks, webhooks
from marketplace.checkout.types import UnableToBuy
from marketplace.kernel import clock
from marketplace.kernel.jobs import crash, worker
from marketplace.kernel.jobs.models import InboxEvent, OutboxJob
from marketplace.kernel.jobs.queries import parked
from marketplace.merchants import queries as merchants
from marketplace.messages.queries import list_mail
from marketplace.orders import queries as orders
from marketplace.saleor import catalogue, checkouts, payments
from marketplace.saleor import orders as saleor_orders
from marketplace.saleor.provisioning import provision
from marketplace.settlement import queries as ledger
from plugins.api.types import PaymentMethod
from plugins.runtime import hooks

pytestmark = [
    pytest.mark.skipif(bool(settings.SALEOR_API_URL), reason="SALEOR_API_URL names a Saleor instead"),
    pytest.mark.django_db(transaction=True, databases=["default", "engine"]),
]
EMAIL = "left@example.com"


class Killed(BaseException):
    """Stands for SIGKILL: nothing of the mall catches it."""


@pytest.fixture
def variant(monkeypatch):
    """A variant at one pound of which there is plenty; it is no listing, so that no rule of a plugin is about it."""
    gather = hooks.gather
    monkeypatch.setattr(hooks, "gather", lambda name, **given: [] if name == "check_order" else gather(name, **given))
    monkeypatch.setattr(webhooks, "_barred", lambda payload: "")
    monkeypatch.setattr(queries, "payment_methods", lambda market: [PaymentMethod("test", {"ja": "試験"}, {})])
    provision()
    return goods.ensure_goods(["71053"])["71053"]


def make_cart(variant, quantity=2):
    return checkouts.create_checkout(
        channel=goods.CHANNEL,
        lines=[checkouts.NewLine(variant_id=variant, quantity=quantity)],
        email=EMAIL,
        language="en",
        shipping_address=ADDRESS,
        billing_address=ADDRESS,
    ).id


def pay(checkout_id, outcome="succeed", nonce="n1"):
    """What the last page does; the shopper leaves afterwards."""
    actions._look_later(checkout_id, f"{checkout_id}:{nonce}", 0)
    data = {"method": "test", "outcome": outcome}
    return payments.start_payment(source_id=checkout_id, data=data, idempotency_key=f"{checkout_id}{nonce}")


def sell_out(variant):
    code = f"replay-{goods.merchant_number('71053'):02}"
    warehouse = merchants.get_merchant(code=code).warehouse_id
    catalogue.set_stock(variant_id=variant, warehouse_id=warehouse, quantity=0)


def later(**delta):
    return worker.work_once(now=clock.now() + timedelta(**delta))


def state(checkout_id):
    (payment,) = checkouts.list_transactions(checkout_id=checkout_id)
    return {
        "charged": payment.charged.amount,
        "refunded": payment.refunded.amount,
        "asked": sum(each.type == "REFUND_REQUEST" for each in payment.events),
        "made": sum(each.type == "REFUND_SUCCESS" for each in payment.events),
        "mails": [(each.to, each.template) for each in list_mail()],
        "problems": [(each.order_id, each.code) for each in orders.open_problems()],
        "orders": len(list(saleor_orders.list_orders())),
        "parked": parked(),
    }


def returned(checkout_id):
    return {
        "charged": Decimal(0),
        "refunded": Decimal("2.00"),
        "asked": 1,
        "made": 1,
        "mails": [(EMAIL, "payment_returned")],
        "problems": [(checkout_id, "checkout.payment_returned")],
        "orders": 0,
        "parked": [],
    }


def test_a_paid_cart_that_was_left_becomes_one_order(variant):
    cart = make_cart(variant)
    pay(cart)

    later(minutes=1)
    assert checkouts.get_checkout(checkout_id=cart) is not None
    later(minutes=3)
    later(minutes=30)

    assert checkouts.get_checkout(checkout_id=cart) is None
    (order,) = orders.list_order_sums()
    assert (order.state, order.total.amount) == ("confirmed", Decimal("2.00"))
    assert (orders.open_problems(), parked()) == ([], [])
    assert set(ledger.imbalance().values()) == {Decimal(0)}


def test_sold_out_after_the_shopper_left_the_money_goes_back_once(variant):
    cart = make_cart(variant)
    pay(cart)
    sell_out(variant)

    later(minutes=3)
    first = state(cart)
    for hours in (1, 2, 24):
        later(hours=hours)
    tasks.finish({"checkout_id": cart})  # and a job of before, without a name

    assert first == state(cart) == returned(cart)
    (mail,) = list_mail()
    assert "£2.00" in mail.subject
    assert "not enough pieces left" in mail.text
    (problem,) = orders.open_problems()
    assert (
        "There are not enough pieces left" in problem.detail and "£2.00 goes back to left@example.com" in problem.detail
    )


def test_the_shopper_who_is_there_reads_that_the_money_goes_back(variant):
    cart = make_cart(variant)
    pay(cart)
    sell_out(variant)

    for _ in range(2):  # pressed twice
        with pytest.raises(UnableToBuy) as refusal:
            actions.complete(checkout_id=cart)
        assert [each.code for each in refusal.value.problems] == [
            "checkout.insufficient_stock",
            "checkout.money_returned",
        ]
    later(minutes=0)
    later(minutes=3)

    assert state(cart) == returned(cart)


@pytest.mark.parametrize(
    "point", ["checkout.return-uncommitted", "checkout.refund-asked", "outbox.handled@1", "outbox.done-before-ack@1"]
)
def test_killed_while_returning_it_is_returned_once(variant, monkeypatch, point):
    cart = make_cart(variant)
    pay(cart)
    sell_out(variant)
    killed = []

    def die(pid, signal):
        killed.append(pid)
        raise Killed

    monkeypatch.setattr(crash.os, "kill", die)
    monkeypatch.setattr(crash, "_passed", {})
    monkeypatch.setenv(crash.VARIABLE, point)
    with pytest.raises(Killed):
        later(minutes=3)
    for model in (InboxEvent, OutboxJob):
        model.objects.update(leased_by="", leased_until=None)
    for model in (EventDelivery, ActionDelivery):
        model.objects.update(leased_until=None)
    later(minutes=4)
    later(hours=3)

    assert len(killed) == 1
    assert state(cart) == returned(cart)


def test_a_payment_confirmed_at_the_bank_after_the_shopper_left_is_not_forgotten(variant):
    cart = make_cart(variant)
    payment = pay(cart, "action")
    later(minutes=3)
    payments.process_payment(transaction_id=payment.transaction.id, data={"confirmed": True})

    later(minutes=20)

    (order,) = orders.list_order_sums()
    assert (order.state, order.total.amount) == ("confirmed", Decimal("2.00"))


def test_money_that_no_longer_pays_for_the_whole_cart_goes_back_at_the_last_look(variant):
    cart = make_cart(variant)
    pay(cart)
    checkouts.add_lines(checkout_id=cart, lines=[checkouts.NewLine(variant_id=variant, quantity=1)])

    later(minutes=3)
    later(minutes=20)
    assert (state(cart)["charged"], list_mail()) == (Decimal("2.00"), [])
    later(hours=3)
    later(hours=6)

    assert state(cart) == returned(cart)
    assert "The cart changed after the payment" in list_mail()[0].text


def test_a_payment_that_failed_is_looked_at_no_more(variant):
    cart = make_cart(variant)
    pay(cart, "fail")

    later(minutes=3)

    assert list(OutboxJob.objects.filter(kind=actions.FINISH_JOB).values_list("state", flat=True)) == ["done"]
    assert (list_mail(), orders.open_problems()) == ([], [])
    assert checkouts.get_checkout(checkout_id=cart) is not None
