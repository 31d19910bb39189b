"""What a shopper does with a cart, up to one paid order. Saleor holds everything; the session holds its ids only."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping
from datetime import date, timedelta

from marketplace.checkout import queries, returning
from marketplace.checkout.returning import PROBLEM_JOB as PROBLEM_JOB
from marketplace.checkout.types import (
    Address,
    Cart,
    CompletedOrder,
    DeliveryOption,
    Payment,
    UnableToBuy,
    say,
)
from marketplace.kernel import clock
from marketplace.kernel.jobs import actions as jobs
from marketplace.saleor import checkouts as door
from marketplace.saleor import payments
from marketplace.saleor.types import Address as SaleorAddress
from marketplace.saleor.types import SaleorPayment, SaleorProblem, SaleorRefused, SaleorTransaction
from plugins.api.types import Problem

log = logging.getLogger(__name__)
FINISH_JOB = "checkout.finish"
LOOKS = (timedelta(minutes=2), timedelta(minutes=10), timedelta(hours=1))
"""How long after a payment began, and then after each look, a cart that was left is looked at."""
PAID = frozenset({"FULL", "OVERCHARGED"})
NOT_FOR_GOOD = frozenset({"CHECKOUT_NOT_FULLY_PAID", "NOT_FOUND"})
"""Refusals after which nothing is paid back: the rest may yet be paid, or the cart became an order."""
LEFT = (
    "お支払いのあとにカートの内容が変わり、ご注文が完了しませんでした。",
    "The cart changed after the payment, and the order was not completed.",
)


def add_line(
    *, checkout_id: str, market: str, language: str, variant_id: str, quantity: int, token: str | None = None
) -> str:
    """Put pieces of a variant into the cart; without one (or when it is gone) a cart is opened.

    Returns the checkout's id for the session. Raises `UnableToBuy` when stock or the market forbids it.
    """
    line = door.NewLine(variant_id=variant_id, quantity=quantity)
    try:
        if checkout_id and _is_open(checkout_id, market):
            return door.add_lines(checkout_id=checkout_id, lines=[line], token=token).id
        return door.create_checkout(channel=market, lines=[line], language=language, token=token).id
    except SaleorRefused as refused:
        raise _unable(refused) from refused


def change_quantity(*, checkout_id: str, line_id: str, quantity: int, token: str | None = None) -> None:
    """Set how many pieces of a line are wanted; 0 removes it. Raises `UnableToBuy`."""
    try:
        door.change_quantity(checkout_id=checkout_id, line_id=line_id, quantity=quantity, token=token)
    except SaleorRefused as refused:
        raise _unable(refused) from refused


def remove_line(*, checkout_id: str, line_id: str, token: str | None = None) -> None:
    """Take a line out of the cart. Raises `UnableToBuy`."""
    try:
        door.remove_lines(checkout_id=checkout_id, line_ids=[line_id], token=token)
    except SaleorRefused as refused:
        raise _unable(refused) from refused


def set_addresses(
    *, checkout_id: str, email: str, shipping: Address, billing: Address | None = None, token: str | None = None
) -> None:
    """Set the e-mail address and where to; without a billing address it is the same. Raises `UnableToBuy` with one
    problem per field that Saleor refuses."""
    try:
        door.set_email(checkout_id=checkout_id, email=email, token=token)
        door.set_shipping_address(checkout_id=checkout_id, address=_to_saleor(shipping), token=token)
        door.set_billing_address(checkout_id=checkout_id, address=_to_saleor(billing or shipping), token=token)
    except SaleorRefused as refused:
        raise _unable(refused) from refused


def list_deliveries(*, checkout_id: str, token: str | None = None) -> tuple[DeliveryOption, ...]:
    """Return the deliveries offered for the cart now; empty when it cannot be sent whole (see the cart's problems)."""
    try:
        found = door.list_deliveries(checkout_id=checkout_id, token=token)
    except SaleorRefused as refused:
        raise _unable(refused) from refused
    return tuple(queries.delivery_option(found=each) for each in found)


def choose_delivery(*, checkout_id: str, delivery_id: str, token: str | None = None) -> None:
    """Choose one of the deliveries offered. Raises `UnableToBuy`."""
    try:
        door.choose_delivery(checkout_id=checkout_id, delivery_id=delivery_id, token=token)
    except SaleorRefused as refused:
        raise _unable(refused) from refused


def attach_customer(*, checkout_id: str, token: str) -> None:
    """Give a guest's cart to the shopper who has just signed in. Raises `UnableToBuy`."""
    try:
        door.attach_customer(checkout_id=checkout_id, token=token)
    except SaleorRefused as refused:
        raise _unable(refused) from refused


def start_payment(
    *,
    checkout_id: str,
    method: str,
    data: Mapping[str, object],
    nonce: str,
    language: str,
    on_date: date,
    token: str | None = None,
) -> Payment:
    """Pay the whole cart. `nonce` is the page's own: the same page sent twice is one payment.

    Raises `UnableToBuy` when the cart has a problem that forbids payment (nothing is charged then). A job looks after
    a paid cart whose shopper never came back.
    """
    cart = queries.cart(checkout_id=checkout_id, language=language, on_date=on_date)
    if cart is None:
        raise _gone()
    _must_be_payable(cart)
    _look_later(checkout_id, f"{checkout_id}:{nonce}", 0)
    try:
        answer = payments.start_payment(
            source_id=checkout_id,
            data={"method": method, **data},
            idempotency_key=hashlib.sha256(f"{checkout_id}:{nonce}".encode()).hexdigest(),
            token=token,
        )
    except SaleorRefused as refused:
        raise _unable(refused) from refused
    return _payment(answer)


def process_payment(*, transaction_id: str, data: Mapping[str, object], token: str | None = None) -> Payment:
    """Go on with a payment that asked the buyer for something. Raises `UnableToBuy`."""
    try:
        return _payment(payments.process_payment(transaction_id=transaction_id, data=dict(data), token=token))
    except SaleorRefused as refused:
        raise _unable(refused) from refused


def complete(*, checkout_id: str, token: str | None = None) -> CompletedOrder:
    """Turn the paid cart into one order; asked twice, the same order.

    When Saleor refuses after the money was taken (the last piece went to another), all of it goes back and
    `UnableToBuy` says so; see `returning.return_payments`.
    """
    try:
        done = door.complete_checkout(checkout_id=checkout_id, token=token)
    except SaleorRefused as refused:
        problem = _unable(refused)
        if not refused.codes & NOT_FOR_GOOD and returning.return_payments(
            checkout_id=checkout_id, problems=problem.problems
        ):
            problem = UnableToBuy(*problem.problems, _returned())
        raise problem from refused
    return CompletedOrder(order_id=done.order_id, number=done.number)


def finish(*, checkout_id: str) -> CompletedOrder | None:
    """Complete a cart that was paid and then left, or do nothing. Safe to repeat: a completed cart is gone.

    Raises `UnableToBuy` when Saleor refuses; the payment is then on its way back.
    """
    checkout = door.get_checkout(checkout_id=checkout_id)
    if checkout is None or checkout.charge_status not in PAID:
        return None
    return complete(checkout_id=checkout_id)


def look_after(*, checkout_id: str, name: str, look: int) -> None:
    """Do what is to be done about a cart whose shopper may never come back. Safe to repeat.

    A paid one is completed, or its money returned. One whose payment is still open (at a bank's page, answered late) is
    looked at again; at the last look money that does not pay for the whole cart any more is returned.
    Arguments: `name`, of the payment, unique; `look`, which look this is, from 0.
    """
    try:
        if finish(checkout_id=checkout_id) is not None:
            return
    except UnableToBuy as unable:
        log.warning("a cart that was paid and left cannot be ordered: %s: %s", checkout_id, unable)
        return
    if not any(_is_undecided(each) for each in door.list_transactions(checkout_id=checkout_id)):
        return
    if look + 1 < len(LOOKS):
        _look_later(checkout_id, name, look + 1)
    else:
        returning.return_payments(checkout_id=checkout_id, problems=(say("checkout.left", *LEFT),))


def _look_later(checkout_id: str, name: str, look: int) -> None:
    jobs.enqueue(
        kind=FINISH_JOB,
        key=f"{name}:{look}" if look else name,
        payload={"checkout_id": checkout_id, "name": name, "look": look},
        run_at=clock.now() + LOOKS[look],
    )


def _is_undecided(payment: SaleorTransaction) -> bool:
    """Whether it holds money, or may yet: its newest word is neither a failure nor that everything went back."""
    newest = payment.events[0].type if payment.events else ""
    holds = payment.charged or payment.authorized or payment.charge_pending
    return bool(holds) or (newest.endswith(("_ACTION_REQUIRED", "_REQUEST")) and not payment.refund_pending)


def _is_open(checkout_id: str, market: str) -> bool:
    checkout = door.get_checkout(checkout_id=checkout_id)
    return checkout is not None and checkout.channel == market


def _must_be_payable(cart: Cart) -> None:
    problems = [*cart.problems, *(each for group in cart.groups for line in group.lines for each in line.problems)]
    blocking = [problem for problem in problems if problem.blocks]
    if blocking:
        raise UnableToBuy(*blocking)
    if not cart.groups:
        raise UnableToBuy(say("checkout.empty", "カートに商品がありません。", "The cart is empty."))
    if cart.address is None or not cart.email:
        raise UnableToBuy(
            say(
                "checkout.no_address",
                "お届け先を入力してください。",
                "Please enter where to deliver.",
                field="address",
            )
        )
    if cart.total is None:
        raise UnableToBuy(
            say("checkout.no_delivery", "お届け方法を選んでください。", "Please choose a delivery.", field="delivery")
        )


def _payment(answer: SaleorPayment) -> Payment:
    kind = answer.event_type
    transaction_id = answer.transaction.id if answer.transaction else ""
    data = answer.data if isinstance(answer.data, dict) else {}
    if kind in ("CHARGE_SUCCESS", "AUTHORIZATION_SUCCESS"):
        return Payment("paid", transaction_id)
    if kind.endswith("_ACTION_REQUIRED"):
        return Payment("action", transaction_id, answer.message, data)
    if kind.endswith("_REQUEST"):
        return Payment("pending", transaction_id, answer.message, data)
    return Payment("failed", transaction_id, answer.message, data)


def _to_saleor(address: Address) -> SaleorAddress:
    return SaleorAddress(
        country=address.country,
        postal_code=address.postal_code,
        country_area=address.area,
        city=address.city,
        street1=address.street1,
        street2=address.street2,
        company=address.company,
        last_name=address.family_name,
        first_name=address.given_name,
        phone=address.phone,
    )


FIELDS = {
    "postalCode": "postal_code",
    "countryArea": "area",
    "streetAddress1": "street1",
    "streetAddress2": "street2",
    "lastName": "family_name",
    "firstName": "given_name",
}
WORDS = {
    "INSUFFICIENT_STOCK": (
        "在庫が足りません。数量を減らすか、カートから外してください。",
        "There are not enough pieces left: please lower the quantity or remove it.",
    ),
    "UNAVAILABLE_VARIANT_IN_CHANNEL": (
        "この商品はこのお届け先の売場では販売していません。",
        "This is not on sale in this market.",
    ),
    "PRODUCT_NOT_PUBLISHED": ("この商品は現在販売していません。", "This is not on sale at the moment."),
    "PRODUCT_UNAVAILABLE_FOR_PURCHASE": ("この商品は現在販売していません。", "This is not on sale at the moment."),
    "INVALID_SHIPPING_METHOD": (
        "選んだお届け方法は使えません。お届け先とお届け方法を確かめてください。",
        "This delivery cannot be used: please check the address and choose the delivery again.",
    ),
    "SHIPPING_METHOD_NOT_SET": ("お届け方法を選んでください。", "Please choose a delivery."),
    "CHECKOUT_NOT_FULLY_PAID": ("お支払いがまだ終わっていません。", "The payment is not complete yet."),
    "REQUIRED": ("入力してください。", "Please fill this in."),
    "INVALID": ("入力内容を確かめてください。", "Please check this."),
    "NOT_FOUND": ("見つかりませんでした。もう一度お試しください。", "Not found: please try again."),
    "ZERO_QUANTITY": ("数量は1以上にしてください。", "The quantity must be at least 1."),
    "QUANTITY_GREATER_THAN_LIMIT": (
        "一度にお求めいただける数を超えています。",
        "That is more than one order may hold.",
    ),
}
PHONE = (
    "電話番号を確かめてください。市外局番から、海外の番号は国番号から入力します。例：03-1234-5678、+65 6123 4567",
    "Please check the number. Write it whole with its area code, e.g. 03-1234-5678, or with its country code, "
    "e.g. +65 6123 4567.",
)
OTHER = ("手続きができませんでした。もう一度お試しください。", "That did not work: please try again.")


def _unable(refused: SaleorRefused) -> UnableToBuy:
    return UnableToBuy(*(_problem(error) for error in refused.errors))


def _problem(error: SaleorProblem) -> Problem:
    if error.code not in WORDS:
        log.warning("Saleor refused a checkout: %s %s %s", error.code, error.field, error.message)
    ja, en = PHONE if (error.field, error.code) == ("phone", "INVALID") else WORDS.get(error.code, OTHER)
    return say(
        f"checkout.{(error.code or 'refused').lower()}",
        ja,
        en,
        field=FIELDS.get(error.field, error.field),
        subject=error.ids[0] if error.ids else "",
    )


def _gone() -> UnableToBuy:
    return UnableToBuy(
        say(
            "checkout.gone",
            "カートが見つかりません。すでに注文済みか、期限が切れています。",
            "The cart is gone: it was ordered already, or it expired.",
        )
    )


def _returned() -> Problem:
    return say(
        "checkout.money_returned",
        "お支払いは取り消し、全額をお返しします。",
        "Your payment is being returned in full.",
        blocks=False,
    )
