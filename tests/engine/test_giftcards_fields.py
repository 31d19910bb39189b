"""Gift cards as staff, apps and payments see them: history, events, the gateway of their own."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from infra.engine import bootstrap
from infra.engine.apps.models import App
from infra.engine.checkout.completion import complete_checkout
from infra.engine.customers.models import User
from infra.engine.deliveries.events import event_kinds
from infra.engine.deliveries.payloads import run_subscription
from infra.engine.giftcards.history import record
from infra.engine.giftcards.models import GiftCard
from infra.engine.payments import gateways
from infra.engine.schema.authentication import app_requestor
from infra.engine.schema.context import ANONYMOUS, Requestor
from infra.engine.schema.ids import to_global_id
from tests.engine.asking import ask, data_of, staff_token
from tests.engine.commerce import make_channel, make_checkout, make_variant, make_warehouse
from tests.engine.test_giftcards import make_card

pytestmark = pytest.mark.django_db(databases=["engine"])
GATEWAY = "saleor.io.gift-card-payment-gateway"
HISTORY = """type user { id } app { id } email tags oldTags orderId expiryDate oldExpiryDate
  balance { currentBalance { amount } oldCurrentBalance { amount } oldInitialBalance { amount } }
  assignedTo { currentAssignedTo { id } currentAssignedToEmail oldAssignedTo { id } oldAssignedToEmail }"""
INITIALIZE = """mutation($id: ID!, $amount: PositiveDecimal, $gateway: PaymentGatewayToInitialize!) {
  transactionInitialize(id: $id, amount: $amount, paymentGateway: $gateway) {
    transaction { id authorizedAmount { amount } actions
      paymentMethodDetails { ... on GiftCardPaymentMethodDetails { name brand lastChars isSaleorGiftcard } } }
    transactionEvent { type message } errors { field code } } }"""


def test_what_staff_change_of_a_card_is_kept_in_its_history() -> None:
    user = User.objects.create(email="hanako@example.com", first_name="花子")
    card = make_card(1000, assigned_to=user, used_by=user, created_by=user, last_used_on=timezone.now())
    GiftCard.objects.update(metadata={"a": "1"}, private_metadata={"a": "2"})
    gid, token = to_global_id("GiftCard", card.pk), staff_token()
    until = (date.today() + timedelta(days=9)).isoformat()
    document = """mutation($id: ID!, $first: GiftCardUpdateInput!, $second: GiftCardUpdateInput!) {
      a: giftCardUpdate(id: $id, input: $first) { giftCard { id } errors { code } }
      b: giftCardUpdate(id: $id, input: $second) { errors { field code tags } }
      c: giftCardUpdate(id: $id, input: {expiryDate: null}) { errors { code } }
      d: giftCardDeactivate(id: $id) { giftCard { isActive } errors { code } } }"""
    afterwards = """mutation($id: ID!) {
      e: giftCardActivate(id: $id) { giftCard { isActive } errors { code } }
      f: giftCardAddNote(id: $id, input: {message: "x"}) { event { message } giftCard { id } errors { code } }
      g: giftCardAddNote(id: $id, input: {message: " "}) { errors { field code } } }"""
    first = {"balanceAmount": 700, "addTags": ["New"], "expiryDate": until}
    second = {"addTags": ["y"], "removeTags": ["y"]}

    answer = ask(document, {"id": gid, "first": first, "second": second}, token=token)["data"]
    answer |= ask(afterwards, {"id": gid}, token=token)["data"]
    record([card], "SENT_TO_CUSTOMER", Requestor(kind="user", user=user), email="hanako@example.com")
    people = {"assigned_to_id": user.pk, "assigned_to_email": user.email}
    people |= {"previous_assigned_to_id": user.pk, "previous_assigned_to_email": user.email}
    record([card], "ASSIGNED_TO_USER", app_requestor(App.objects.get()), **people)
    seen = data_of(
        f"""query($id: ID!) {{ giftCard(id: $id) {{ currentBalance {{ amount }} tags {{ name }} expiryDate lastUsedOn
          assignedTo {{ id }} assignedToEmail createdBy {{ id }} createdByEmail usedBy {{ id }} usedByEmail
          metafield(key: "a") metafields(keys: ["a"]) privateMetafield(key: "a") privateMetafields(keys: ["a"])
          events {{ {HISTORY} }} }}
          giftCardTags(first: 2) {{ pageInfo {{ hasNextPage }} edges {{ cursor node {{ name }} }} }} }}""",
        {"id": gid},
        token=token,
    )["giftCard"]

    assert answer["b"]["errors"] == [{"field": "tags", "code": "DUPLICATED_INPUT_ITEM", "tags": ["y"]}]
    assert answer["g"]["errors"] == [{"field": "message", "code": "REQUIRED"}]
    assert (seen["currentBalance"], seen["tags"], seen["expiryDate"]) == ({"amount": 700.0}, [{"name": "new"}], None)
    assert [event["type"] for event in seen["events"]] == [
        "BALANCE_RESET",
        "EXPIRY_DATE_UPDATED",
        "TAGS_UPDATED",
        "EXPIRY_DATE_UPDATED",
        "DEACTIVATED",
        "ACTIVATED",
        "NOTE_ADDED",
        "SENT_TO_CUSTOMER",
        "ASSIGNED_TO_USER",
    ]
    assert seen["events"][0]["balance"]["oldCurrentBalance"] == {"amount": 1000.0}
    assert seen["events"][3]["oldExpiryDate"] == until
    assert seen["events"][-1]["assignedTo"]["currentAssignedToEmail"] == user.email
    assert seen["assignedToEmail"] == seen["usedByEmail"] == seen["createdByEmail"] == user.email


def test_whose_card_it_is_is_veiled_from_others() -> None:
    channel = make_channel()
    checkout = make_checkout(channel, {make_variant(channel, stock={make_warehouse(channel): 5}): 1})
    card = make_card(100, created_by_email="hanako@example.com")
    data_of(
        "mutation($id: ID!, $code: String!) { checkoutAddPromoCode(id: $id, promoCode: $code) { errors { code } } }",
        {"id": to_global_id("Checkout", checkout.pk), "code": card.code},
    )
    document = "query($id: ID!) { checkout(id: $id) { giftCards { createdByEmail usedByEmail code } } }"

    answer = ask(document, {"id": to_global_id("Checkout", checkout.pk)})

    assert answer["errors"][0]["extensions"]["exception"]["code"] == "PermissionDenied"
    shown = ask(document.replace(" code", ""), {"id": to_global_id("Checkout", checkout.pk)})["data"]["checkout"]
    assert shown["giftCards"] == [{"createdByEmail": "h...@example.com", "usedByEmail": None}]


def test_a_card_pays_one_checkout_at_a_time_and_is_charged_with_its_order() -> None:
    channel = make_channel(order_settings={"automaticallyConfirmAllNewOrders": True, "allowUnpaidOrders": False})
    variant = make_variant(channel, price=1100, stock={make_warehouse(channel): 5})
    first, second = make_checkout(channel, {variant: 1}), make_checkout(channel, {variant: 1})
    card = make_card(1500)

    def pay(checkout: Any, **more: Any) -> dict[str, Any]:
        gateway = {"id": GATEWAY, "data": {"code": card.code}}
        said = {"id": to_global_id("Checkout", checkout.pk), "gateway": gateway, **more}
        return data_of(INITIALIZE, said)["transactionInitialize"]

    lost, won = pay(first), pay(second)
    order = complete_checkout(checkout_id=second.pk, requestor=ANONYMOUS)

    card.refresh_from_db()
    order.refresh_from_db()
    assert (lost["transactionEvent"]["type"], won["transactionEvent"]["type"]) == ("AUTHORIZATION_SUCCESS",) * 2
    assert won["transaction"]["paymentMethodDetails"]["isSaleorGiftcard"] is True
    assert (card.current_balance_amount, order.charge_status) == (400, "FULL")
    assert first.transactions.get().authorized_value == 0
    refused = pay(first, amount=401)
    assert refused["transactionEvent"]["type"] == "AUTHORIZATION_FAILURE"

    asked = data_of(
        """mutation($id: ID!) { transactionRequestAction(id: $id, actionType: REFUND, amount: 100) {
          transaction { refundedAmount { amount } } errors { code } } }""",
        {"id": won["transaction"]["id"]},
        token=staff_token(),
    )["transactionRequestAction"]["transaction"]
    card.refresh_from_db()
    assert (asked["refundedAmount"]["amount"], card.current_balance_amount) == (100.0, 500)
    kept = data_of(
        "query($id: ID!) { giftCard(id: $id) { events { type orderId } } }",
        {"id": to_global_id("GiftCard", card.pk)},
        token=staff_token(),
    )["giftCard"]["events"]
    assert [event["type"] for event in kept] == ["USED_IN_ORDER", "REFUNDED_IN_ORDER"]


def test_a_checkout_can_be_paid_through_what_apps_list_and_by_gift_card(monkeypatch: pytest.MonkeyPatch) -> None:
    channel = make_channel()
    checkout = make_checkout(channel, {make_variant(channel, stock={make_warehouse(channel): 5}): 1})
    listed = [
        {"id": "a", "name": "A", "currencies": ["JPY"], "config": [{"field": "key", "value": "1"}, "nonsense"]},
        {"id": "b", "name": "B", "currencies": ["USD"]},
        {"name": "no id"},
    ]
    app = App(name="Pay", identifier="pay.app")
    monkeypatch.setattr("infra.engine.deliveries.ask", lambda **_: [(app, listed), (app, "broken"), (app, None)])
    monkeypatch.setattr(
        "infra.engine.deliveries.queries.subscribed_webhooks",
        lambda event, app=None: ["one"] if event == "PAYMENT_LIST_GATEWAYS" else [],
    )
    document = """query($id: ID!) { checkout(id: $id) {
      availablePaymentGateways { id name currencies config { field value } } } }"""

    found = data_of(document, {"id": to_global_id("Checkout", checkout.pk)})["checkout"]["availablePaymentGateways"]

    assert found[0] == {
        "id": "app:pay.app:a",
        "name": "A",
        "currencies": ["JPY"],
        "config": [{"field": "key", "value": "1"}],
    }
    assert [row["id"] for row in found[1:]] == [gateways.GIFT_CARD_GATEWAY]


@pytest.mark.parametrize(
    ("event", "type_name", "subjects"),
    [
        ("GIFT_CARD_CREATED", "GiftCardCreated", "giftCard { id }"),
        ("GIFT_CARD_UPDATED", "GiftCardUpdated", "giftCard { id }"),
        ("GIFT_CARD_DELETED", "GiftCardDeleted", "giftCard { id }"),
        ("GIFT_CARD_STATUS_CHANGED", "GiftCardStatusChanged", "giftCard { id }"),
        ("GIFT_CARD_METADATA_UPDATED", "GiftCardMetadataUpdated", "giftCard { id }"),
        ("GIFT_CARD_SENT", "GiftCardSent", "giftCard { id } channel sentToEmail"),
        ("CHECKOUT_FULLY_AUTHORIZED", "CheckoutFullyAuthorized", "checkout { id }"),
        ("PAYMENT_LIST_GATEWAYS", "PaymentListGateways", "checkout { id }"),
    ],
)
def test_apps_are_told(event: str, type_name: str, subjects: str) -> None:
    bootstrap.create_staff_app("told")
    app = App.objects.get()
    channel = make_channel()
    obj = make_card() if event.startswith("GIFT") else make_checkout(channel, {})
    header = "issuedAt version recipient { id } issuingPrincipal { ... on App { id } }"

    payload = run_subscription(
        f"subscription {{ event {{ ... on {type_name} {{ {header} {subjects} }} }} }}",
        kind=event_kinds()[event],
        obj=obj,
        extra={"channel": "jp", "sentToEmail": "a@example.com"} if event == "GIFT_CARD_SENT" else {},
        requestor=app_requestor(app),
        recipient=app,
        issued_at=timezone.now(),
        principal=app,
    )

    assert payload is not None and "errors" not in payload
    subject = payload.get("giftCard") or payload.get("checkout")
    assert subject["id"] == to_global_id(type(obj).__name__, obj.pk)


def test_cards_of_a_customer_and_a_card_that_is_deleted() -> None:
    user = User.objects.create(email="taro@example.com")
    card = make_card(900, used_by_email=user.email)
    token = staff_token()
    document = "query($id: ID!) { user(id: $id) { giftCards(first: 3) { edges { node { id } } } } }"

    cards = data_of(document, {"id": to_global_id("User", user.pk)}, token=token)["user"]["giftCards"]["edges"]
    delete = "mutation($id: ID!) { giftCardDelete(id: $id) { giftCard { isActive } errors { code } } }"
    data_of(delete, {"id": to_global_id("GiftCard", card.pk)}, token=token)

    assert cards == [{"node": {"id": to_global_id("GiftCard", card.pk)}}]
    assert not GiftCard.objects.exists() and card.current_balance_amount == Decimal(900)
