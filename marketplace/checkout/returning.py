"""Money of a cart that cannot become an order goes back: once, with a mail, and shown to the ward desk."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from marketplace.kernel.jobs.actions import enqueue
from marketplace.kernel.jobs.crash import crash_point
from marketplace.kernel.money import format_money
from marketplace.messages.actions import send_mail
from marketplace.saleor import checkouts as door
from marketplace.saleor import payments
from marketplace.saleor.types import SaleorCheckout, SaleorTransaction
from plugins.api.types import Problem

RETURN_JOB = "checkout.return_payment"
PROBLEM_JOB = "orders.open_problem"
"""Run by orders, which stand above: what a person should look at."""
PROBLEM = "checkout.payment_returned"


class ChargePending(Exception):
    """The provider has not yet said whether it took the money, so it cannot be asked to return it."""


def return_payments(*, checkout_id: str, problems: Sequence[Problem]) -> bool:
    """Promise to return all that was paid for a cart; a job asks for it. Returns whether anything was paid.

    The promise, a mail to the shopper and a problem for the ward desk are written together, once per payment, however
    often this is called. Arguments: `problems`, why the cart could not be ordered.
    """
    checkout = door.get_checkout(checkout_id=checkout_id)
    if checkout is None:
        return False
    paid = [each for each in door.list_transactions(checkout_id=checkout_id) if _is_paid(each)]
    with transaction.atomic():
        for each in paid:
            _promise(checkout, each, problems)
    return bool(paid)


def return_payment(*, checkout_id: str, transaction_id: str) -> None:
    """Ask the payment app for all of one payment, unless that was done. Repeatable.

    Raises `ChargePending` while the payment's own answer is awaited.
    """
    found = door.list_transactions(checkout_id=checkout_id)
    payment = next((each for each in found if each.id == transaction_id), None)
    if payment is None or payment.refund_pending:
        return
    if payment.charged:
        payments.request_action(transaction_id=transaction_id, action="REFUND", reason="the cart was not ordered")
        crash_point("checkout.refund-asked")
    elif payment.authorized:
        payments.request_action(transaction_id=transaction_id, action="CANCEL")
    elif payment.charge_pending:
        raise ChargePending(transaction_id)


def _promise(checkout: SaleorCheckout, payment: SaleorTransaction, problems: Sequence[Problem]) -> None:
    language = "ja" if checkout.language.lower().startswith("ja") else "en"
    amount = next(each for each in (payment.charged, payment.charge_pending, payment.authorized) if each)
    payload = {"checkout_id": checkout.id, "transaction_id": payment.id}
    enqueue(kind=RETURN_JOB, key=payment.id, payload=payload)
    why = "; ".join(each.message["en"] for each in problems)
    problem = {
        "order_id": checkout.id,
        "number": "",
        "code": PROBLEM,
        "detail": f"paid, but not ordered: {why} {format_money(amount, 'en')} goes back to {checkout.email}",
    }
    enqueue(kind=PROBLEM_JOB, key=f"{PROBLEM}:{payment.id}", payload=problem)
    if checkout.email:
        send_mail(
            key=f"checkout:{payment.id}:returned",
            to=checkout.email,
            template="payment_returned",
            language=language,
            context={
                "reasons": list(dict.fromkeys(each.message[language] for each in problems)),
                "amount": format_money(amount, language),
            },
        )
    crash_point("checkout.return-uncommitted")


def _is_paid(payment: SaleorTransaction) -> bool:
    return bool(payment.charged or payment.charge_pending or payment.authorized)
