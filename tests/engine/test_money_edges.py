"""Money at its edges: gifts no tax app has seen, what is open with tax, what can be asked back, cards handed over."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from infra.engine.checkout.completion import complete_checkout
from infra.engine.checkout.models import Checkout
from infra.engine.giftcards.actions import attach
from infra.engine.giftcards.issuing import delete_card
from infra.engine.giftcards.models import GiftCard
from infra.engine.orders import actions as order_actions
from infra.engine.orders.fulfillment import cancel_fulfillment
from infra.engine.orders.models import Fulfillment, GrantedRefund, Order
from infra.engine.payments.actions import ByHand, create_transaction
from infra.engine.payments.models import TransactionItem
from infra.engine.payments.requests import request_action
from infra.engine.products.models import ProductType
from infra.engine.schema.context import ANONYMOUS
from infra.engine.schema.errors import UserErrors
from infra.engine.schema.ids import to_global_id
from infra.engine.shipping.models import ShippingZone
from tests.engine.asking import ask, data_of, staff_token
from tests.engine.commerce import make_channel, make_checkout, make_variant, make_warehouse
from tests.engine.listener import LISTENER
from tests.engine.rival_scenes import payment_app
from tests.engine.test_giftcards import make_card
from tests.engine.test_taxes import ANSWER, asked, cart
from tests.engine.vouchers import make_order_rule

__all__ = ["cart"]
pytestmark = pytest.mark.django_db(databases=["default", "engine"])
GATEWAY = "saleor.io.gift-card-payment-gateway"
PAY = """mutation($id: ID!, $gateway: PaymentGatewayToInitialize!, $amount: PositiveDecimal) {
  transactionInitialize(id: $id, paymentGateway: $gateway, amount: $amount) {
    transactionEvent { type amount { amount } } errors { field code } } }"""
COMPLETE = """mutation($id: ID!, $data: JSONString, $store: Boolean) {
  checkoutComplete(id: $id, paymentData: $data, storeSource: $store) {
    order { id } confirmationNeeded confirmationData errors { field code } } }"""
GRANT = """mutation($id: ID!, $i: OrderGrantRefundCreateInput!) {
  orderGrantRefundCreate(id: $id, input: $i) { grantedRefund { id } errors { field code } } }"""
REGRANT = """mutation($id: ID!, $i: OrderGrantRefundUpdateInput!) {
  orderGrantRefundUpdate(id: $id, input: $i) { grantedRefund { id } errors { field code } } }"""
REFUND = """mutation($id: ID!, $refund: ID!) {
  transactionRequestRefundForGrantedRefund(id: $id, grantedRefundId: $refund) { errors { field code } } }"""
AVAILABLE = """query($id: ID!, $channel: String!) { product(id: $id, channel: $channel) {
  isAvailable here: isAvailable(address: {country: JP}) there: isAvailable(address: {country: IS}) } }"""


def refusal(error: pytest.ExceptionInfo[UserErrors]) -> list[tuple[str | None, str]]:
    return [(each.field, each.code) for each in error.value.errors]


def test_a_gift_that_the_tax_app_has_not_seen_is_taxed_before_the_order_is_made(cart: Checkout) -> None:
    gift = make_variant(cart.channel, stock={make_warehouse(cart.channel): 5})
    make_order_rule(cart.channel, reward_type="GIFT", reward_value=None, reward_value_type=None, gifts=[gift])
    nothing = {"total_net_amount": 0, "total_gross_amount": 0, "tax_rate": 0}
    LISTENER.answers["/hook"] = (200, {**ANSWER, "lines": [*ANSWER["lines"], nothing]})

    order = complete_checkout(checkout_id=cart.pk, requestor=ANONYMOUS)

    assert [(line.is_gift, line.total_gross) for line in order.lines.all()] == [(False, 2400), (True, 0)]
    assert order.total_gross == 3010 and asked() == 1
    assert len(LISTENER.bodies("/hook")[0]["taxBase"]["lines"]) == 2


def test_what_is_open_of_a_cart_is_asked_for_with_the_tax_of_its_app(cart: Checkout) -> None:
    card = make_card(5000)
    gateway = {"id": GATEWAY, "data": {"code": card.code}}

    answer = data_of(PAY, {"id": to_global_id("Checkout", cart.pk), "gateway": gateway})["transactionInitialize"]

    assert answer["transactionEvent"] == {"type": "AUTHORIZATION_SUCCESS", "amount": {"amount": 3010.0}}


def order_of_cards() -> Order:
    channel = make_channel(order_settings={"automaticallyFulfillNonShippableGiftCard": True})
    variant = make_variant(channel, stock={make_warehouse(channel): 5})
    kind = ProductType.objects.create(slug="cards", name="cards", kind="GIFT_CARD", is_shipping_required=False)
    variant.product.product_type = kind
    variant.product.save()
    order = complete_checkout(checkout_id=make_checkout(channel, {variant: 1}).pk, requestor=ANONYMOUS)
    order_actions.confirm_order(order_id=order.pk, requestor=ANONYMOUS)
    create_transaction(source=order, said=ByHand(amounts={"charged": order.total_gross}), requestor=ANONYMOUS)
    return order


def test_cards_that_were_handed_over_cannot_be_taken_back() -> None:
    order = order_of_cards()
    sent = Fulfillment.objects.get(order=order)
    place = sent.lines.get().stock.warehouse_id

    with pytest.raises(UserErrors) as refused:
        cancel_fulfillment(fulfillment_id=sent.pk, requestor=ANONYMOUS, warehouse_id=place)

    assert refusal(refused) == [("fulfillment", "CANNOT_CANCEL_FULFILLMENT")]
    sent.refresh_from_db()
    assert (sent.status, order.lines.get().quantity_fulfilled) == ("FULFILLED", 1)


def paid_order(amount: int = 1100) -> TransactionItem:
    channel = make_channel()
    variant = make_variant(channel, stock={make_warehouse(channel): 5})
    order = complete_checkout(checkout_id=make_checkout(channel, {variant: 1}).pk, requestor=ANONYMOUS)
    said = ByHand(columns={"available_actions": ["REFUND"]}, amounts={"charged": Decimal(amount)})
    return create_transaction(source=order, said=said, requestor=payment_app())


def test_what_an_app_was_asked_to_refund_and_has_not_answered_is_not_asked_for_twice() -> None:
    item = paid_order()

    for amount in (900, 900, 900):
        request_action(token=item.pk, action="REFUND", amount=Decimal(amount), requestor=ANONYMOUS)

    rows = item.events.filter(type="REFUND_REQUEST").values_list("amount_value", flat=True)
    assert list(rows) == [900, 200, 0]


def grant(item: TransactionItem, amount: Any) -> dict[str, Any]:
    said = {"amount": amount, "transactionId": to_global_id("TransactionItem", item.pk)}
    answer = ask(GRANT, {"id": to_global_id("Order", item.order_id), "i": said}, token=staff_token())
    return dict(answer["data"]["orderGrantRefundCreate"])


def test_a_granted_refund_of_nothing_is_not_a_refund_of_all() -> None:
    item = paid_order()
    made = grant(item, 0)["grantedRefund"]["id"]

    data_of(REFUND, {"id": to_global_id("TransactionItem", item.pk), "refund": made}, token=staff_token())

    assert list(item.events.filter(type="REFUND_REQUEST").values_list("amount_value", flat=True)) == [0]


def test_a_refund_below_nothing_is_neither_granted_nor_changed_to() -> None:
    item = paid_order()
    refused = grant(item, -5)
    made = grant(item, 5)["grantedRefund"]["id"]

    changed = ask(REGRANT, {"id": made, "i": {"amount": -5}}, token=staff_token())["data"]["orderGrantRefundUpdate"]

    assert refused["errors"] == changed["errors"] == [{"field": "amount", "code": "INVALID"}]
    assert list(GrantedRefund.objects.values_list("amount_value", flat=True)) == [5]


@pytest.mark.parametrize("kind", [Checkout, Order])
def test_a_payment_for_what_has_just_gone_is_refused_and_not_kept(kind: Any) -> None:
    channel = make_channel()
    checkout = make_checkout(channel, {make_variant(channel, stock={make_warehouse(channel): 5}): 1})
    source: Any = checkout
    if kind is Order:
        source = complete_checkout(checkout_id=checkout.pk, requestor=ANONYMOUS)
    gone = kind.objects.get(pk=source.pk)
    kind.objects.filter(pk=source.pk).delete()

    with pytest.raises(UserErrors) as refused:
        create_transaction(source=gone, said=ByHand(amounts={"charged": Decimal(1)}), requestor=ANONYMOUS)

    assert refusal(refused) == [("id", "NOT_FOUND")] and not TransactionItem.objects.exists()


def test_completing_takes_what_older_clients_send_for_payments_of_the_older_kind() -> None:
    channel = make_channel()
    checkout = make_checkout(channel, {make_variant(channel, stock={make_warehouse(channel): 5}): 1})
    said = {"id": to_global_id("Checkout", checkout.pk), "data": '{"token": "x"}', "store": True}

    answer = data_of(COMPLETE, said)["checkoutComplete"]

    assert answer["order"] == {"id": to_global_id("Order", Order.objects.get().pk)}
    assert (answer["confirmationNeeded"], answer["confirmationData"]) == (False, "{}")


def test_goods_are_available_where_their_zones_reach_if_the_shop_keeps_to_zones() -> None:
    channel = make_channel()
    variant = make_variant(channel, stock={make_warehouse(channel): 5})
    said = {"id": to_global_id("Product", variant.product_id), "channel": channel.slug}
    assert data_of(AVAILABLE, said)["product"] == {"isAvailable": True, "here": True, "there": True}

    channel.legacy_zone_stock = True
    channel.save()
    assert data_of(AVAILABLE, said)["product"] == {"isAvailable": False, "here": False, "there": False}
    zone = ShippingZone(name="Japan")
    zone.country_codes = ["JP"]
    zone.save()
    zone.channels.add(channel)
    zone.warehouses.add(*[stock.warehouse for stock in variant.stocks.all()])

    assert data_of(AVAILABLE, said)["product"] == {"isAvailable": True, "here": True, "there": False}


def pay_by_card(cart: Checkout, card: GiftCard, amount: int) -> None:
    gateway = {"id": GATEWAY, "data": {"code": card.code}}
    said = {"id": to_global_id("Checkout", cart.pk), "gateway": gateway, "amount": amount}
    assert data_of(PAY, said)["transactionInitialize"]["transactionEvent"]["type"] == "AUTHORIZATION_SUCCESS"


def put_on(cart: Checkout, card: GiftCard) -> None:
    with transaction.atomic("engine"):
        attach(checkout=Checkout.objects.select_related("channel").get(pk=cart.pk), code=card.code)


@pytest.fixture
def shop() -> Any:
    """Return what makes carts of 1100 in a channel that sells nothing unpaid and confirms by itself."""
    channel = make_channel(order_settings={"allowUnpaidOrders": False, "automaticallyConfirmAllNewOrders": True})
    variant = make_variant(channel, price=1100, stock={make_warehouse(channel): 5})
    return lambda: make_checkout(channel, {variant: 1})


@pytest.mark.parametrize("code_first", [True, False])
def test_money_of_a_card_is_not_counted_twice_in_one_cart(shop: Any, code_first: bool) -> None:
    cart, card = shop(), make_card(600)
    ways = [lambda: put_on(cart, card), lambda: pay_by_card(cart, card, 500)]
    for way in ways if code_first else reversed(ways):
        way()

    with pytest.raises(UserErrors) as refused:
        complete_checkout(checkout_id=cart.pk, requestor=ANONYMOUS)

    assert [error.code for error in refused.value.errors] == ["CHECKOUT_NOT_FULLY_PAID"]
    card.refresh_from_db()
    assert card.current_balance_amount == 600 and not Order.objects.exists()


def test_a_card_that_another_order_has_spent_meanwhile_pays_no_more(shop: Any) -> None:
    first, second, card = shop(), shop(), make_card(1100)
    pay_by_card(first, card, 1100)
    put_on(second, card)
    complete_checkout(checkout_id=second.pk, requestor=ANONYMOUS)

    with pytest.raises(UserErrors) as refused:
        complete_checkout(checkout_id=first.pk, requestor=ANONYMOUS)

    assert [error.code for error in refused.value.errors] == ["CHECKOUT_NOT_FULLY_PAID"]
    assert Order.objects.count() == 1


def test_a_card_that_was_deleted_pays_no_more(shop: Any) -> None:
    cart, card = shop(), make_card(1100)
    pay_by_card(cart, card, 1100)
    delete_card(pk=card.pk)

    with pytest.raises(UserErrors) as refused:
        complete_checkout(checkout_id=cart.pk, requestor=ANONYMOUS)

    assert [error.code for error in refused.value.errors] == ["CHECKOUT_NOT_FULLY_PAID"]


@pytest.mark.parametrize("others", [600, 1600])
def test_what_a_card_holds_beyond_its_part_as_a_code_pays_the_rest(shop: Any, others: int) -> None:
    cart, card, other = shop(), make_card(600), make_card(others)
    put_on(cart, card)
    pay_by_card(cart, other, 500)

    order = complete_checkout(checkout_id=cart.pk, requestor=ANONYMOUS)

    card.refresh_from_db()
    other.refresh_from_db()
    order.refresh_from_db()
    assert (card.current_balance_amount, other.current_balance_amount) == (0, others - 500)
    assert (order.charge_status, order.total_charged_amount) == ("FULL", 500)
