"""A checkout becomes one order, with its money, names, stock and payments."""

from __future__ import annotations

from decimal import Decimal

import pytest

from infra.engine.checkout.completion import complete_checkout
from infra.engine.checkout.models import Checkout, CheckoutLine
from infra.engine.customers.models import User
from infra.engine.orders.models import Order, OrderLine
from infra.engine.schema.context import ANONYMOUS
from infra.engine.schema.errors import UserErrors
from infra.engine.schema.ids import to_global_id
from infra.engine.warehouses.models import Allocation, Stock
from tests.engine.asking import data_of, staff_token
from tests.engine.commerce import TOKYO, make_channel, make_checkout, make_variant, make_warehouse, reduced_class

pytestmark = pytest.mark.django_db(databases=["engine"])


def complete(checkout: Checkout) -> Order:
    return complete_checkout(checkout_id=checkout.pk, requestor=ANONYMOUS)


def codes(refused: pytest.ExceptionInfo[UserErrors]) -> list[str]:
    return [error.code for error in refused.value.errors]


def test_totals_are_exact_with_two_tax_rates_and_delivery() -> None:
    channel = make_channel()
    warehouse = make_warehouse(channel)
    glass = make_variant(channel, price=3980, stock={warehouse: 5})
    nori = make_variant(channel, price=999, stock={warehouse: 5}, tax_class=reduced_class())
    checkout = make_checkout(channel, {glass: 2, nori: 3}, delivery=880)

    order = complete(checkout)

    lines = list(OrderLine.objects.filter(order=order))
    assert [(line.total_gross, line.total_net) for line in lines] == [(7960, 7236), (2997, 2775)]
    assert [(line.unit_gross, line.unit_net) for line in lines] == [(3980, 3618), (999, 925)]
    assert [line.tax_rate for line in lines] == [Decimal("0.1"), Decimal("0.08")]
    order.refresh_from_db()
    assert (order.shipping_gross, order.shipping_net) == (880, 800)
    assert (order.total_gross, order.total_net) == (11837, 10811)
    assert (order.subtotal_gross, order.subtotal_net) == (10957, 10011)
    assert order.charge_status == "NONE"
    assert order.status == "UNCONFIRMED"


def test_completing_twice_gives_the_same_order_and_no_more_stock() -> None:
    channel = make_channel()
    variant = make_variant(channel, stock={make_warehouse(channel): 5})
    checkout = make_checkout(channel, {variant: 2})

    first, second = complete(checkout), complete(checkout)

    assert first.pk == second.pk
    assert Order.objects.count() == 1
    assert Stock.objects.get().quantity_allocated == 2
    assert not Checkout.objects.exists()
    assert not CheckoutLine.objects.exists()


def test_a_line_short_of_stock_refuses_the_whole_order_and_changes_nothing() -> None:
    channel = make_channel()
    warehouse = make_warehouse(channel)
    plenty, rare = (make_variant(channel, stock={warehouse: pieces}) for pieces in (9, 1))
    checkout = make_checkout(channel, {plenty: 1, rare: 1})
    other = make_checkout(channel, {rare: 1})
    complete(other)

    with pytest.raises(UserErrors) as refused:
        complete(checkout)

    assert codes(refused) == ["INSUFFICIENT_STOCK"]
    assert refused.value.errors[0].message == f"Insufficient product stock: {rare.sku}"
    assert Order.objects.count() == 1
    assert Allocation.objects.count() == 1
    assert Checkout.objects.get() == checkout
    assert set(Stock.objects.values_list("quantity_allocated", flat=True)) == {0, 1}


def test_stock_of_a_warehouse_the_channel_may_not_sell_from_does_not_count() -> None:
    channel = make_channel()
    near, far = make_warehouse(channel), make_warehouse(make_channel())
    variant = make_variant(channel, stock={near: 1, far: 5})
    checkout = make_checkout(channel, {variant: 1})
    Stock.objects.filter(warehouse=near).update(quantity=0)

    with pytest.raises(UserErrors) as refused:
        complete(checkout)

    assert codes(refused) == ["INSUFFICIENT_STOCK"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"email": None}, "EMAIL_NOT_SET"),
        ({"billing_address": None}, "BILLING_ADDRESS_NOT_SET"),
        ({"shipping_address": None}, "SHIPPING_ADDRESS_NOT_SET"),
        ({"assigned_delivery": None}, "SHIPPING_METHOD_NOT_SET"),
    ],
)
def test_what_is_missing_is_named(change: dict, code: str) -> None:
    channel = make_channel()
    variant = make_variant(channel, stock={make_warehouse(channel): 5})
    checkout = make_checkout(channel, {variant: 1})
    Checkout.objects.filter(pk=checkout.pk).update(**change)

    with pytest.raises(UserErrors) as refused:
        complete(checkout)

    assert codes(refused) == [code]
    assert not Order.objects.exists()


def test_an_unpaid_checkout_is_refused_where_the_channel_demands_payment() -> None:
    channel = make_channel(order_settings={"allowUnpaidOrders": False})
    variant = make_variant(channel, stock={make_warehouse(channel): 5})
    checkout = make_checkout(channel, {variant: 1})

    with pytest.raises(UserErrors) as refused:
        complete(checkout)

    assert codes(refused) == ["CHECKOUT_NOT_FULLY_PAID"]
    assert Stock.objects.get().quantity_allocated == 0


def test_a_delivery_that_was_switched_off_is_refused() -> None:
    channel = make_channel()
    variant = make_variant(channel, stock={make_warehouse(channel): 5})
    checkout = make_checkout(channel, {variant: 1})
    checkout.assigned_delivery.active = False
    checkout.assigned_delivery.save()

    with pytest.raises(UserErrors) as refused:
        complete(checkout)

    assert codes(refused) == ["INVALID_SHIPPING_METHOD"]


def test_the_order_keeps_the_words_of_checkout_line_and_delivery() -> None:
    channel = make_channel()
    variant = make_variant(channel, stock={make_warehouse(channel): 5})
    checkout = make_checkout(channel, {variant: 1}, metadata={"mall.ref": "7"})
    checkout.lines.update(metadata={"mall.merchant": "kiriko"})
    checkout.assigned_delivery.metadata = {"parts": "[]"}
    checkout.assigned_delivery.save()

    order = complete(checkout)

    assert order.metadata == {"mall.ref": "7"}
    assert order.lines.get().metadata == {"mall.merchant": "kiriko"}
    assert order.delivery["metadata"] == {"parts": "[]"}
    assert order.shipping_address["country_area"] == "東京都"


def test_a_customer_finds_the_addresses_again_that_were_to_be_kept() -> None:
    channel = make_channel()
    variant = make_variant(channel, stock={make_warehouse(channel): 9})
    user = User.objects.create(email="hanako@example.com")
    elsewhere = TOKYO | {"street_address_1": "墨田区押上1-1-2"}
    values = {"user": user, "email": user.email}

    complete(make_checkout(channel, {variant: 1}, save_shipping_address=False, **values))
    user.refresh_from_db()
    first = user.default_billing_address
    assert list(user.addresses.all()) == [first]
    assert user.default_shipping_address is None

    complete(make_checkout(channel, {variant: 1}, shipping_address=elsewhere, **values))
    user.refresh_from_db()
    assert user.addresses.count() == 2
    assert user.default_billing_address == first
    assert user.default_shipping_address is not None
    assert user.default_shipping_address.street_address_1 == elsewhere["street_address_1"]


def test_a_customer_finds_the_open_checkouts_again() -> None:
    channel, other = make_channel(), make_channel()
    user = User.objects.create(email="hanako@example.com", is_staff=False)
    own = [make_checkout(row, {}, delivery=None, user=user, email=user.email) for row in (channel, other)]
    make_checkout(channel, {}, delivery=None)
    text = """query($id: ID!, $c: String) { user(id: $id) {
      checkoutIds(channel: $c) checkouts(channel: $c, first: 5) { edges { node { id } } } } }"""

    def seen(slug: str | None) -> list[str]:
        variables = {"id": to_global_id("User", user.pk), "c": slug}
        said = data_of(text, variables, token=staff_token())["user"]
        assert [edge["node"]["id"] for edge in said["checkouts"]["edges"]] == said["checkoutIds"]
        return said["checkoutIds"]

    assert seen(None) == [to_global_id("Checkout", row.pk) for row in reversed(own)]
    assert seen(other.slug) == [to_global_id("Checkout", own[1].pk)]
