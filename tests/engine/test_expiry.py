"""What time alone does: orders expire and go, forgotten baskets go, paid ones become orders."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import OperationalError
from django.utils import timezone

from infra.engine import tasks
from infra.engine.checkout.completion import complete_checkout
from infra.engine.checkout.models import Checkout
from infra.engine.orders.models import HandPayment, Order
from infra.engine.payments.actions import ByHand, create_transaction
from infra.engine.schema.context import ANONYMOUS
from infra.engine.warehouses.models import Stock
from tests.engine.commerce import make_channel, make_checkout, make_variant, make_warehouse

pytestmark = pytest.mark.django_db(databases=["engine"])


def place(**settings: Any) -> Order:
    """An unpaid order of one of five pieces."""
    channel = make_channel(order_settings=settings)
    variant = make_variant(channel, stock={make_warehouse(channel): 5})
    return complete_checkout(checkout_id=make_checkout(channel, {variant: 1}).pk, requestor=ANONYMOUS)


def allocated() -> int:
    return sum(Stock.objects.values_list("quantity_allocated", flat=True))


def test_an_unpaid_order_expires_when_its_channel_says_and_its_stock_is_free() -> None:
    order = place(expireOrdersAfter=30)
    assert allocated() == 1

    assert tasks.expire_orders(order.created_at + timedelta(minutes=29)) == 0
    assert tasks.expire_orders(order.created_at + timedelta(minutes=31)) == 1

    order.refresh_from_db()
    assert (order.status, allocated()) == ("EXPIRED", 0)
    assert order.events.last().type == "EXPIRED"
    assert tasks.expire_orders(order.created_at + timedelta(minutes=32)) == 0


def test_orders_that_are_being_paid_or_of_other_channels_stay() -> None:
    paid, lasting = place(expireOrdersAfter=30), place(expireOrdersAfter=None)
    create_transaction(source=paid, said=ByHand(amounts={"authorized": Decimal(1)}), requestor=ANONYMOUS)

    assert tasks.expire_orders(timezone.now() + timedelta(days=400)) == 0
    assert {order.status for order in Order.objects.filter(pk__in=[paid.pk, lasting.pk])} == {"UNCONFIRMED"}


def test_expired_orders_are_deleted_after_their_days() -> None:
    order, kept = place(expireOrdersAfter=1, deleteExpiredOrdersAfter=3), place()
    expired_at = timezone.now() + timedelta(minutes=5)
    tasks.expire_orders(expired_at)

    assert tasks.delete_expired_orders(expired_at + timedelta(days=2)) == 0
    assert tasks.delete_expired_orders(expired_at + timedelta(days=3)) == 1
    assert list(Order.objects.values_list("pk", flat=True)) == [kept.pk] != [order.pk]


def test_forgotten_baskets_go_but_never_with_money_on_them() -> None:
    channel = make_channel()
    variant = make_variant(channel, stock={make_warehouse(channel): 9})
    named = make_checkout(channel, {variant: 1})
    nobodys = make_checkout(channel, {variant: 1}, email=None)
    paid = make_checkout(channel, {variant: 1}, email=None)
    make_checkout(channel, {})
    create_transaction(source=paid, said=ByHand(amounts={"charged": Decimal(1)}), requestor=ANONYMOUS)
    now = timezone.now()

    def left(after: timedelta) -> set[Any]:
        tasks.delete_expired_checkouts(now + after)
        return set(Checkout.objects.values_list("pk", flat=True))

    assert left(timedelta(hours=7)) == {named.pk, nobodys.pk, paid.pk}
    assert left(timedelta(days=31)) == {named.pk, paid.pk}
    assert left(timedelta(days=91)) == {paid.pk}


def test_a_paid_basket_becomes_an_order_where_the_channel_says_so() -> None:
    channel = make_channel(order_settings={"allowUnpaidOrders": False})
    channel.checkout_settings |= {"automaticallyCompleteFullyPaidCheckouts": True, "automaticCompletionDelay": 10}
    channel.save()
    variant = make_variant(channel, stock={make_warehouse(channel): 9})
    paid, half = make_checkout(channel, {variant: 1}), make_checkout(channel, {variant: 1})
    create_transaction(source=paid, said=ByHand(amounts={"charged": Decimal(1100)}), requestor=ANONYMOUS)
    create_transaction(source=half, said=ByHand(amounts={"charged": Decimal(1000)}), requestor=ANONYMOUS)
    now = timezone.now()

    assert tasks.complete_paid(now + timedelta(minutes=5)) == 0
    assert tasks.complete_paid(now + timedelta(minutes=11)) == 1

    assert Order.objects.get().checkout_token == paid.pk
    assert Checkout.objects.get().pk == half.pk


def test_the_periodic_run_does_all_of_it_once_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "_last", [])
    order = place(expireOrdersAfter=30)
    now = order.created_at + timedelta(hours=1)

    assert tasks.run_due(now) == 1
    Order.objects.update(status="UNCONFIRMED")
    assert tasks.run_due(now + timedelta(seconds=59)) == 0
    assert tasks.run_due(now + timedelta(seconds=61)) == 1


def test_what_staff_marked_as_paid_neither_expires_nor_goes() -> None:
    order = place(expireOrdersAfter=30, deleteExpiredOrdersAfter=1)
    HandPayment.objects.create(order=order, amount_value=order.total_gross, currency=order.currency)

    assert tasks.expire_orders(order.created_at + timedelta(days=9)) == 0
    Order.objects.filter(pk=order.pk).update(status="EXPIRED", expired_at=order.created_at)
    assert tasks.delete_expired_orders(order.created_at + timedelta(days=99)) == 0


def test_a_basket_that_breaks_is_told_and_the_others_become_orders(monkeypatch: pytest.MonkeyPatch) -> None:
    channel = make_channel(checkout_settings={"automaticallyCompleteFullyPaidCheckouts": True})
    variant = make_variant(channel, stock={make_warehouse(channel): 5})
    broken, good = (make_checkout(channel, {variant: 1}) for _ in range(2))
    for checkout in (broken, good):
        create_transaction(source=checkout, said=ByHand(amounts={"charged": Decimal(99999)}), requestor=ANONYMOUS)
    complete = tasks.completion.complete_checkout

    def sometimes(*, checkout_id: Any, requestor: Any) -> Any:
        if checkout_id == broken.pk:
            raise RuntimeError("broken")
        return complete(checkout_id=checkout_id, requestor=requestor)

    monkeypatch.setattr(tasks.completion, "complete_checkout", sometimes)
    monkeypatch.setattr(tasks, "_tried", {})

    assert tasks.complete_paid(timezone.now() + timedelta(minutes=1)) == 1
    assert Checkout.objects.get() == broken


def test_what_fails_is_logged_and_keeps_nothing_else_from_being_done(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    order = place(expireOrdersAfter=30)

    def fails(_: Any) -> int:
        raise ValueError("one broken basket")

    monkeypatch.setattr(tasks, "delete_expired_orders", fails)
    monkeypatch.setattr(tasks, "complete_paid", fails)
    monkeypatch.setattr(tasks, "_last", [])

    assert tasks.run_due(order.created_at + timedelta(minutes=31)) == 1

    order.refresh_from_db()
    assert order.status == "EXPIRED"
    assert [record.exc_info is not None for record in caplog.records if record.name == tasks.__name__] == [True, True]
    assert "one broken basket" in caplog.text


def test_a_database_that_is_away_is_told_to_the_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_: Any) -> int:
        raise OperationalError("database is locked")

    monkeypatch.setattr(tasks, "delete_expired_orders", fails)
    monkeypatch.setattr(tasks, "_last", [])
    with pytest.raises(OperationalError):
        tasks.run_due(timezone.now())
