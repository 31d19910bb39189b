"""Money on checkouts and orders: every kind of report, what repeats, what contradicts, what goes back."""

from __future__ import annotations

from typing import Any

from tests.contract.stories.refusals import open_checkout
from tests.contract.world import SHOPPER, SINGAPORE, TOKYO, World

# several actions come in no order: where there are some they are not compared, but for the reports that set them
CARD = {"card": {"name": "Visa", "brand": "visa", "firstDigits": "4111", "lastDigits": "1111", "expMonth": 12}}


def tell(world: World) -> None:
    _reports(world)
    _contradictions(world)
    _by_hand(world)
    _parts(world)
    _order(world)
    _asked(world)


def _open(world: World, case: str, channel: str = "jp", **more: Any) -> str:
    address = TOKYO if channel == "jp" else SINGAPORE
    said = open_checkout(
        world,
        channel,
        lines=[world.line("glass")],
        email=SHOPPER,
        shippingAddress=address,
        billingAddress=address,
        **more,
    )
    answer = world.ask(f"payments/{case}", "CheckoutCreate", said, token=None)
    return str(answer["data"]["checkoutCreate"]["checkout"]["id"])


def _make(world: World, case: str, source: str, **said: Any) -> str:
    transaction = {"name": "Test payment", "availableActions": ["CHARGE", "CANCEL"], **said}
    made_with = {"id": source, "transaction": transaction}
    answer = world.ask(f"payments/{case}", "PaymentMade", made_with, ignore=("actions",))
    made = answer["data"]["transactionCreate"]["transaction"]
    return str(made["id"]) if made else ""


def _report(world: World, case: str, transaction: str, type_: str, reference: str, amount: Any = None, **m: Any) -> Any:
    said = {"id": transaction, "type": type_, "pspReference": f"{world.run}-{reference}", "amount": amount, **m}
    return world.ask(f"payments/{case}", "PaymentReported", said, ignore=() if m else ("actions",))


def _reports(world: World) -> None:
    checkout = _open(world, "checkout")
    item = _make(world, "made_empty", checkout)
    steps: list[tuple[str, str, str, Any]] = [
        ("authorization_request", "AUTHORIZATION_REQUEST", "a1", 3000),
        ("authorization_success", "AUTHORIZATION_SUCCESS", "a1", 3000),
        ("charge_request", "CHARGE_REQUEST", "c1", 1000),
        ("charge_failure_without_amount", "CHARGE_FAILURE", "c1", None),
        ("charge_success_after_all", "CHARGE_SUCCESS", "c1", 1000),
        ("charge_again_part", "CHARGE_SUCCESS", "c2", 500),
        ("charge_repeated", "CHARGE_SUCCESS", "c2", 500),
        ("refund_request", "REFUND_REQUEST", "r1", 300),
        ("refund_success", "REFUND_SUCCESS", "r1", 300),
        ("refund_failure_after_success", "REFUND_FAILURE", "r1", None),
        ("refund_success_of_another", "REFUND_SUCCESS", "r2", 200),
        ("refund_reverse", "REFUND_REVERSE", "r2", None),
        ("refund_larger_than_charge", "REFUND_SUCCESS", "r3", 9999),
        ("charge_back", "CHARGE_BACK", "c2", None),
        ("cancel_request", "CANCEL_REQUEST", "x1", 400),
        ("cancel_failure", "CANCEL_FAILURE", "x1", None),
        ("cancel_success", "CANCEL_SUCCESS", "x2", 400),
        ("authorization_adjustment", "AUTHORIZATION_ADJUSTMENT", "a2", 2500),
        ("authorization_failure", "AUTHORIZATION_FAILURE", "a3", 100),
        ("authorization_action_required", "AUTHORIZATION_ACTION_REQUIRED", "a4", 100),
        ("charge_action_required", "CHARGE_ACTION_REQUIRED", "c4", 100),
        ("charge_action_required_again", "CHARGE_ACTION_REQUIRED", "c4", 100),
        ("info", "INFO", "i1", None),
    ]
    for case, type_, reference, amount in steps:
        _report(world, case, item, type_, reference, amount)
    world.ask("payments/checkout_after_reports", "PaidCheckout", {"id": checkout})


def _contradictions(world: World) -> None:
    item = _make(world, "made_for_contradictions", _open(world, "checkout_for_contradictions"))
    _report(world, "authorized", item, "AUTHORIZATION_SUCCESS", "d1", 1000)
    _report(world, "authorized_twice", item, "AUTHORIZATION_SUCCESS", "d2", 1000)
    _report(world, "charged", item, "CHARGE_SUCCESS", "d3", 400)
    _report(world, "charged_another_amount", item, "CHARGE_SUCCESS", "d3", 401)
    _report(world, "charge_of_no_amount", item, "CHARGE_SUCCESS", "d4")
    _report(world, "refund_failure_of_nothing", item, "REFUND_FAILURE", "d5")
    _report(world, "refund_reverse_of_nothing", item, "REFUND_REVERSE", "d6")
    _report(world, "yen_with_decimals", item, "CHARGE_SUCCESS", "d7", 10.5)
    _report(world, "nothing_charged", item, "CHARGE_SUCCESS", "d8", 0)
    _report(world, "failure_before_its_success", item, "CHARGE_FAILURE", "d3", 400, time="2020-01-01T00:00:00+00:00")
    details = {"availableActions": ["REFUND"], "paymentMethodDetails": CARD, "message": "paid at the counter"}
    _report(world, "report_with_details", item, "INFO", "d9", **details, externalUrl="https://psp.example.com/d9")
    _report(
        world, "report_with_two_methods", item, "INFO", "d10", paymentMethodDetails={**CARD, "other": {"name": "x"}}
    )
    other = {"other": {"name": "Konbini"}}
    metadata = [{"key": "shop", "value": "07"}]
    _report(world, "report_with_other_method", item, "INFO", "d11", paymentMethodDetails=other, metadata=metadata)


def _by_hand(world: World) -> None:
    checkout = _open(world, "checkout_by_hand", "overseas")
    money = {"amount": 10.25, "currency": "USD"}
    reference = {"pspReference": f"{world.run}-hand"}
    note = {"pspReference": f"{world.run}-note", "message": "by phone"}
    said = {"name": "By hand", "amountAuthorized": money, "paymentMethodDetails": CARD, **reference}
    made = world.ask("payments/made_by_hand", "PaymentMade", {"id": checkout, "transaction": said, "event": note})
    item = made["data"]["transactionCreate"]["transaction"]["id"]
    _make(world, "made_with_taken_reference", checkout, **reference)
    _make(world, "made_in_another_currency", checkout, amountCharged={"amount": 5, "currency": "JPY"})
    _make(world, "made_with_empty_key", checkout, metadata=[{"key": "", "value": "x"}])
    _make(world, "made_with_bad_link", checkout, externalUrl="nowhere")
    second = _make(world, "made_second", checkout, pspReference=f"{world.run}-second")
    changes: list[tuple[str, dict[str, Any]]] = [
        ("changed_charged", {"amountCharged": {"amount": 4.1, "currency": "USD"}}),
        ("changed_charged_down", {"amountCharged": {"amount": 3, "currency": "USD"}}),
        ("changed_authorized", {"amountAuthorized": {"amount": 20.5, "currency": "USD"}}),
        ("changed_refunded", {"amountRefunded": {"amount": 1.5, "currency": "USD"}}),
        ("changed_canceled", {"amountCanceled": {"amount": 2, "currency": "USD"}}),
        ("changed_currency", {"amountCharged": {"amount": 3, "currency": "JPY"}}),
        ("changed_words", {"name": "Renamed", "message": "checked", "availableActions": ["REFUND", "REFUND"]}),
        ("changed_metadata", {"metadata": [{"key": "seen", "value": "yes"}], "externalUrl": "https://example.com/1"}),
        ("changed_to_taken_reference", {"pspReference": f"{world.run}-second"}),
    ]
    assert second
    for case, change in changes:
        world.ask(f"payments/{case}", "PaymentChanged", {"id": item, "transaction": change})
    world.ask("payments/checkout_by_hand_seen", "PaidCheckout", {"id": checkout})


def _parts(world: World) -> None:
    """Two payments for one checkout, then too much."""
    checkout = _open(world, "checkout_in_parts")
    for case, amount in (("half", 2000), ("rest", 1980), ("too_much", 100)):
        paid = {"amountCharged": {"amount": amount, "currency": "JPY"}}
        _make(world, f"{case}_paid", checkout, **paid)
        world.ask(f"payments/{case}_paid_checkout", "PaidCheckout", {"id": checkout})


def _order(world: World) -> None:
    """An order that is authorized, charged in parts, charged back, and paid back."""
    checkout = _open(world, "checkout_to_order")
    offered = world.ask("payments/deliveries", "DeliveryOptionsCalculate", {"id": checkout}, token=None)
    delivery = offered["data"]["deliveryOptionsCalculate"]["deliveries"][0]["id"]
    chosen = {"id": checkout, "deliveryMethodId": delivery}
    world.ask("payments/delivery", "CheckoutDeliveryMethodUpdate", chosen, token=None)
    world.ask("payments/complete_unpaid", "OrderFromCheckout", {"id": checkout}, token=None)
    item = _make(world, "order_authorized", checkout, amountAuthorized={"amount": 4480, "currency": "JPY"})
    placed = world.ask("payments/complete_authorized", "OrderFromCheckout", {"id": checkout}, token=None)
    order = {"id": placed["data"]["checkoutComplete"]["order"]["id"]}
    steps: list[tuple[str, str, str, Any]] = [
        ("order_charged_part", "CHARGE_SUCCESS", "o1", 1000),
        ("order_charged_rest", "CHARGE_SUCCESS", "o2", 3480),
        ("order_charge_pending", "CHARGE_REQUEST", "o3", 10),
        ("order_refunded_part", "REFUND_SUCCESS", "o4", 480),
        ("order_charged_back", "CHARGE_BACK", "o1", 1000),
        ("order_refunded_rest", "REFUND_SUCCESS", "o5", 3000),
    ]
    for case, type_, reference, amount in steps:
        _report(world, case, item, type_, reference, amount)
        world.ask(f"payments/{case}_seen", "PaidOrder", order, ignore=("actions",))
    overpaid = {"amountCharged": {"amount": 9000, "currency": "JPY"}}
    _make(world, "order_overpaid", order["id"], **overpaid)
    world.ask("payments/order_overpaid_seen", "PaidOrder", order, ignore=("actions",))


def _asked(world: World) -> None:
    """What can be asked of a payment app that hears only of refunds, or of nothing at all."""
    checkout = _open(world, "checkout_to_ask")
    item = _make(world, "made_to_ask", checkout, amountAuthorized={"amount": 100, "currency": "JPY"})
    for action in ("CHARGE", "CANCEL"):
        said = {"id": item, "action": action, "amount": 50}
        # the app is asked in a task of its own: its answer may be there already, or not
        world.ask(f"payments/ask_to_{action.lower()}", "PaymentAsked", said, ignore=("actions", "events"))
    said = {"id": item, "action": "CHARGE", "reason": "no reason for a charge"}
    world.ask("payments/ask_with_reason", "PaymentAsked", said)
