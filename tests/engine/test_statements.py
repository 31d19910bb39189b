"""What one order costs the engine, in statements; and twenty events cost what one costs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections, transaction
from django.test.utils import CaptureQueriesContext

from infra.engine import deliveries
from infra.engine.deliveries.models import EventDelivery
from infra.engine.deliveries.worker import run_due
from infra.engine.prepared import MOST_KEYS, PreparedRows, in_bulk
from infra.engine.products.models import Category, ProductVariant
from infra.engine.warehouses import lock_objects
from infra.engine.warehouses.models import Stock
from tests.engine.mall_app import do
from tests.engine.test_checkout_journey import (
    choose_delivery,
    fill_cart,
    fulfill_both,
    mall,
    pay,
    shop,
)
from tests.engine.test_deliveries import make_webhook, soon

__all__ = ["mall", "shop"]
pytestmark = pytest.mark.django_db(databases=["engine"])
#: most statements of each operation of an order of two merchants
MOST = {
    "delivery_options_calculate": 9,
    "checkout_delivery_method_update": 14,
    "checkout_complete": 23,
    "order_confirm": 10,
    "order_by_id": 15,
    "order_fulfill": 26,
    "order_fulfillment_approve": 26,
    "order_fulfillment_update_tracking": 16,
}


def statements(action: Callable[[], Any]) -> tuple[int, Any]:
    with CaptureQueriesContext(connections["engine"]) as seen:
        answer = action()
    return len([query for query in seen.captured_queries if "SAVEPOINT" not in query["sql"]]), answer


def test_each_step_of_an_order_costs_few_statements(mall: str, shop: dict[str, Any]) -> None:
    counted: dict[str, int] = {}

    def count(operation: str, variables: dict[str, Any], **options: Any) -> Any:
        counted[operation], answer = statements(lambda: do(operation, variables, **options))
        return answer

    checkout_id = fill_cart(shop)
    choose_delivery(checkout_id)
    offered = count("delivery_options_calculate", {"id": checkout_id})["deliveries"]
    count("checkout_delivery_method_update", {"id": checkout_id, "deliveryMethodId": offered[0]["id"]})
    pay(checkout_id)
    order_id = count("checkout_complete", {"id": checkout_id})["order"]["id"]
    count("order_confirm", {"id": order_id}, token=mall)
    order = do("order_by_id", {"id": order_id}, token=mall)
    counted["order_fulfill"], made = statements(lambda: fulfill_both(mall, shop, order))
    count("order_by_id", {"id": order_id}, token=mall)
    for row in made:
        count("order_fulfillment_approve", {"id": row["id"], "notifyCustomer": False}, token=mall)
        tracking = {"id": row["id"], "trackingNumber": "1", "notifyCustomer": False}
        count("order_fulfillment_update_tracking", tracking, token=mall)

    assert {name: count for name, count in counted.items() if count > MOST[name]} == {}


def events_about(category: Category, number: int) -> None:
    with transaction.atomic("engine"):
        for _ in range(number):
            deliveries.emit(event="CATEGORY_UPDATED", obj=category)


def test_twenty_events_are_sent_with_the_statements_of_one(app_double: Any) -> None:
    make_webhook("CATEGORY_UPDATED")
    category = Category.objects.create(name="Glass", slug="glass")
    events_about(category, 1)
    one, _ = statements(lambda: run_due(soon()))

    events_about(category, 20)
    twenty, sent = statements(lambda: run_due(soon()))

    assert sent == 20
    assert twenty == one
    assert len(app_double.received) == 21
    assert EventDelivery.objects.count() == 0


def test_deliveries_not_begun_in_time_are_given_back(app_double: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    make_webhook("CATEGORY_UPDATED")
    events_about(Category.objects.create(name="Glass", slug="glass"), 3)
    monkeypatch.setattr("infra.engine.deliveries.worker.BEGIN_WITHIN_S", -1.0)

    moment = soon()
    assert run_due(moment, limit=3) == 0

    assert list(EventDelivery.objects.values_list("status", "leased_until")) == [("PENDING", None)] * 3
    monkeypatch.undo()
    assert run_due(moment) == 3


def test_prepared_rows_are_those_of_the_queryset(shop: dict[str, Any]) -> None:
    by_variant = PreparedRows(
        Stock._meta.get_field("variant"),
        lambda pks, least: (
            Stock.objects.filter(variant_id__in=pks, quantity__gt=least).select_related("warehouse").order_by("pk")
        ),
    )
    pks = [shop["glass"].pk, shop["sheet"].pk]

    for least in (0, 3, 99):
        expected = list(Stock.objects.filter(variant_id__in=pks, quantity__gt=least).order_by("pk"))
        for _ in range(2):
            found = by_variant([*pks, None, pks[0]], least)
            assert found == expected
            assert [row.__dict__.keys() >= {"id", "quantity", "warehouse_id"} for row in found] == [True] * len(found)
            assert [row.warehouse.slug for row in found] == [row.warehouse.slug for row in expected]
    many = [*pks, *range(10**9, 10**9 + MOST_KEYS + 5)]
    assert in_bulk(ProductVariant, many).keys() == set(pks)
    assert by_variant([], 0) == []


def test_prepared_rows_can_be_saved_and_show_what_was_saved(shop: dict[str, Any]) -> None:
    row = in_bulk(Stock, [Stock.objects.get(variant=shop["glass"]).pk]).popitem()[1]

    row.quantity = 77
    row.save(update_fields=["quantity"])

    assert in_bulk(Stock, [row.pk])[row.pk].quantity == 77


def test_rows_are_locked_inside_a_transaction_only(shop: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    pk = Stock.objects.get(variant=shop["glass"]).pk
    with transaction.atomic("engine"):
        assert list(lock_objects.stocks([pk])) == [pk]

    monkeypatch.setattr(connections["engine"], "in_atomic_block", False)

    with pytest.raises(AssertionError, match="outside a transaction"):
        lock_objects.stocks([pk])
