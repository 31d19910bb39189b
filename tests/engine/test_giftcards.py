"""Gift cards: issued, found, put on a checkout, spent once."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.utils import timezone

from infra.engine.checkout.completion import complete_checkout
from infra.engine.giftcards import actions
from infra.engine.giftcards.models import GiftCard
from infra.engine.giftcards.queries import attached, balance_of
from infra.engine.orders.models import Order
from infra.engine.payments.actions import ByHand, create_transaction
from infra.engine.products.models import ProductType
from infra.engine.schema.context import ANONYMOUS
from infra.engine.schema.errors import UserErrors
from infra.engine.schema.ids import to_global_id
from tests.engine.asking import ask, data_of, staff_token
from tests.engine.commerce import make_channel, make_checkout, make_variant, make_warehouse

pytestmark = pytest.mark.django_db(databases=["engine"])
CREATE = """mutation($input: GiftCardCreateInput!) { giftCardCreate(input: $input) {
  giftCard { id code displayCode last4CodeChars isActive created expiryDate lastUsedOn createdByEmail usedByEmail
    assignedToEmail boughtInChannel initialBalance { amount currency } currentBalance { amount } tags { id name }
    metadata { key value } privateMetadata { key } app { id } createdBy { id } usedBy { id } assignedTo { id }
    product { id } events { id date type message email tags oldTags orderId orderNumber expiryDate oldExpiryDate
      user { id } app { id } balance { initialBalance { amount } currentBalance { amount }
        oldInitialBalance { amount } oldCurrentBalance { amount } }
      assignedTo { currentAssignedToEmail oldAssignedToEmail currentAssignedTo { id } oldAssignedTo { id } } } }
  errors { field code message tags } } }"""
TOMORROW = date.today() + timedelta(days=2)


def make_card(amount: int = 1000, **overrides: object) -> GiftCard:
    values = {"code": f"CARD-{GiftCard.objects.count():08d}", "currency": "JPY", "is_active": True}
    money = {"initial_balance_amount": Decimal(amount), "current_balance_amount": Decimal(amount)}
    return GiftCard.objects.create(**(values | money | overrides))


def create(**said: object) -> dict:
    values = {"balance": {"amount": 500, "currency": "JPY"}, "isActive": True} | said
    return ask(CREATE, {"input": values}, token=staff_token())["data"]["giftCardCreate"]


def test_a_card_is_issued_with_a_code_of_its_own_and_a_history() -> None:
    card = create(addTags=["Spring", "b"], note="お祝い", expiryDate=TOMORROW.isoformat())["giftCard"]

    assert len(card["code"]) == 14 and card["code"].endswith(card["displayCode"])
    assert card["last4CodeChars"] == card["displayCode"]
    assert card["initialBalance"] == {"amount": 500.0, "currency": "JPY"}
    assert [tag["name"] for tag in card["tags"]] == ["b", "spring"]
    assert [event["type"] for event in card["events"]] == ["ISSUED", "NOTE_ADDED"]
    assert card["events"][0]["balance"]["currentBalance"] == {"amount": 500.0}
    assert card["expiryDate"] == card["events"][0]["expiryDate"] == TOMORROW.isoformat()


@pytest.mark.parametrize(
    ("said", "field", "code"),
    [
        ({"balance": {"amount": 0, "currency": "JPY"}}, "balance", "INVALID"),
        ({"balance": {"amount": 10.5, "currency": "JPY"}}, "balance", "INVALID"),
        ({"expiryDate": "2020-01-01"}, "expiryDate", "INVALID"),
        ({"userEmail": "nobody"}, "email", "INVALID"),
        ({"userEmail": "a@example.com"}, "channel", "REQUIRED"),
    ],
)
def test_what_cannot_be_issued_is_not(said: dict, field: str, code: str) -> None:
    (error,) = create(**said)["errors"]

    assert (error["field"], error["code"]) == (field, code)
    assert not GiftCard.objects.exists()


def test_a_code_is_given_once() -> None:
    create(code="WELCOME-2026")

    (error,) = create(code="WELCOME-2026")["errors"]

    assert (error["field"], error["code"]) == ("code", "ALREADY_EXISTS")
    assert GiftCard.objects.count() == 1


def test_many_cards_at_once() -> None:
    document = """mutation($input: GiftCardBulkCreateInput!) { giftCardBulkCreate(input: $input) {
      count giftCards { code tags { name } currentBalance { amount } } errors { field code } } }"""
    said = {"count": 3, "balance": {"amount": 700, "currency": "JPY"}, "tags": ["x"], "isActive": True}
    made = data_of(document, {"input": said}, token=staff_token())["giftCardBulkCreate"]
    refused = ask(document, {"input": said | {"count": 0}}, token=staff_token())["data"]["giftCardBulkCreate"]

    assert made["count"] == 3 and len({card["code"] for card in made["giftCards"]}) == 3
    assert {card["tags"][0]["name"] for card in made["giftCards"]} == {"x"}
    assert refused == {"count": 0, "giftCards": [], "errors": [{"field": "count", "code": "INVALID"}]}
    assert GiftCard.objects.count() == 3


def test_a_card_is_spent_by_whom_it_is_kept_for_and_while_it_lives() -> None:
    channel = make_channel()
    checkout = make_checkout(channel, {make_variant(channel, stock={make_warehouse(channel): 5}): 1})
    good = make_card()
    for card in (
        make_card(is_active=False),
        make_card(expiry_date=date.today() - timedelta(days=2)),
        make_card(currency="USD"),
        make_card(assigned_to_email="gone@example.com"),
    ):
        with pytest.raises(UserErrors) as refused, transaction.atomic("engine"):
            actions.attach(checkout=checkout, code=card.code)
        assert refused.value.errors[0].code == "INVALID"
    with transaction.atomic("engine"):
        actions.attach(checkout=checkout, code=good.code)
        actions.attach(checkout=checkout, code=good.code)

    assert attached([checkout.pk])[checkout.pk] == [good] and checkout.has_gift_cards
    assert balance_of([good], timezone.now()) == 1000
    with transaction.atomic("engine"):
        actions.detach(checkout=checkout, code=good.code)
    assert attached([checkout.pk])[checkout.pk] == [] and not checkout.has_gift_cards


def test_cards_are_found_by_what_is_known_of_them() -> None:
    small, large = make_card(100), make_card(9000, used_by_email="hanako@example.com")
    document = """query($filter: GiftCardFilterInput, $sort: GiftCardSortingInput, $search: String) {
      giftCards(first: 10, filter: $filter, sortBy: $sort, search: $search) { totalCount edges { cursor node { id } }
        pageInfo { hasNextPage } } giftCardCurrencies giftCardTags(first: 5) { totalCount edges { node { name } } } }"""

    def found(**variables: object) -> list[str]:
        page = data_of(document, variables, token=staff_token())["giftCards"]
        return [edge["node"]["id"] for edge in page["edges"]]

    ids = {card.pk: to_global_id("GiftCard", card.pk) for card in (small, large)}
    assert found(filter={"currency": "JPY", "currentBalance": {"gte": 500}}) == [ids[large.pk]]
    assert found(filter={"used": False}) == [ids[small.pk]]
    assert found(filter={"code": small.code}) == [ids[small.pk]]
    assert found(search="hanako") == [ids[large.pk]]
    by_balance = {"field": "CURRENT_BALANCE", "direction": "DESC"}
    assert found(filter={"currency": "JPY"}, sort=by_balance) == [ids[large.pk], ids[small.pk]]
    assert "errors" in ask(document, {"sort": by_balance}, token=staff_token())


def spend(checkout: object, card: GiftCard) -> None:
    with transaction.atomic("engine"):
        actions.attach(checkout=checkout, code=card.code)


def test_two_carts_with_one_card_take_its_money_once() -> None:
    channel = make_channel(order_settings={"allowUnpaidOrders": False})
    variant = make_variant(channel, price=1100, stock={make_warehouse(channel): 5})
    first, second = make_checkout(channel, {variant: 1}), make_checkout(channel, {variant: 1})
    card = make_card(1500)
    spend(first, card)
    spend(second, card)

    order = complete_checkout(checkout_id=first.pk, requestor=ANONYMOUS)
    with pytest.raises(UserErrors) as refused:
        complete_checkout(checkout_id=second.pk, requestor=ANONYMOUS)

    card.refresh_from_db()
    assert refused.value.errors[0].code == "CHECKOUT_NOT_FULLY_PAID"
    assert (order.total_gross, card.current_balance_amount, card.used_by_email) == (0, 400, "buyer@example.com")
    assert [event.type for event in card.events.all()] == ["USED_IN_ORDER"]
    seen = data_of(
        """query($id: ID!) { order(id: $id) { giftCards { id boughtInChannel user: usedByEmail } chargeStatus } }""",
        {"id": to_global_id("Order", order.pk)},
        token=staff_token(),
    )["order"]
    assert seen["giftCards"] == [
        {"id": to_global_id("GiftCard", card.pk), "boughtInChannel": None, "user": "buyer@example.com"}
    ]
    assert seen["chargeStatus"] == "FULL"


def test_a_card_that_lapsed_in_the_cart_stops_the_order() -> None:
    channel = make_channel()
    variant = make_variant(channel, price=1100, stock={make_warehouse(channel): 5})
    checkout, card = make_checkout(channel, {variant: 1}), make_card(5000)
    spend(checkout, card)
    GiftCard.objects.update(is_active=False)

    with pytest.raises(UserErrors) as refused:
        complete_checkout(checkout_id=checkout.pk, requestor=ANONYMOUS)

    card.refresh_from_db()
    assert refused.value.errors[0].code == "GIFT_CARD_NOT_APPLICABLE"
    assert card.current_balance_amount == 5000 and not Order.objects.exists()


def test_a_bought_card_is_made_when_it_is_paid_and_belongs_to_its_buyer() -> None:
    channel = make_channel()
    variant = make_variant(channel, price=3000, stock={make_warehouse(channel): 5})
    kind = ProductType.objects.create(slug="cards", name="cards", kind="GIFT_CARD", is_shipping_required=False)
    variant.product.product_type = kind
    variant.product.save()
    checkout = make_checkout(channel, {variant: 2}, delivery=None)
    create_transaction(source=checkout, said=ByHand(amounts={"charged": Decimal(6000)}), requestor=ANONYMOUS)

    order = complete_checkout(checkout_id=checkout.pk, requestor=ANONYMOUS)

    cards = list(GiftCard.objects.all())
    order.refresh_from_db()
    assert order.status == "FULFILLED"
    assert [card.current_balance_amount for card in cards] == [3000, 3000]
    assert {(card.created_by_email, card.product_id) for card in cards} == {(order.user_email, variant.product_id)}
    document = "query($id: ID!) { giftCard(id: $id) { boughtInChannel product { id } events { type orderNumber } } }"
    seen = data_of(document, {"id": to_global_id("GiftCard", cards[0].pk)}, token=staff_token())["giftCard"]
    assert seen["boughtInChannel"] == channel.slug
    assert seen["events"] == [{"type": "BOUGHT", "orderNumber": str(order.number)}]
