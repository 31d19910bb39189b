"""The test provider: charges, declines, asks for an action, answers late, refunds. Exact and idempotent."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from decimal import Decimal

from django.db import transaction

from marketplace.kernel import clock
from marketplace.kernel.jobs import actions as jobs
from plugins.api import Money
from plugins.api.types import PaymentAnswer, PaymentRequest
from plugins.payments.models import TestAnswer, TestPayment
from plugins.payments.types import Outcome, UnknownOutcome

LATE_AFTER = timedelta(seconds=30)


def answer(*, request: PaymentRequest) -> PaymentAnswer:
    """Return the provider's answer to one wish, and remember it.

    A second request with the same `idempotency_key` gets the first answer word by word and moves no money. Raises
    `UnknownOutcome` when the page sent an outcome that does not exist.
    """
    with transaction.atomic():
        kept = TestAnswer.objects.select_for_update().filter(key=request.idempotency_key).first()
        if kept is not None:
            return _restore(kept.answer)
        given = _ACTIONS[request.action](request)
        TestAnswer.objects.create(key=request.idempotency_key, answer=_keep(given))
        return given


def settle_late(*, reference: str) -> PaymentAnswer:
    """Charge a payment that was left pending, once, and return what to report. Repeating it charges nothing more."""
    with transaction.atomic():
        payment = TestPayment.objects.select_for_update().get(reference=reference)
        payment.charged = payment.requested
        payment.save(update_fields=["charged"])
    return _answer("CHARGE_SUCCESS", payment, payment.charged)


def _initialize(request: PaymentRequest) -> PaymentAnswer:
    try:
        outcome = Outcome(str(request.data.get("outcome", Outcome.SUCCEED)))
    except ValueError as error:
        raise UnknownOutcome(f"unknown outcome {request.data.get('outcome')!r}") from error
    payment = TestPayment.objects.create(
        reference="test-" + hashlib.sha256(request.idempotency_key.encode()).hexdigest()[:24],
        transaction_id=request.transaction_id,
        currency=request.amount.currency,
        requested=request.amount.amount,
        outcome=outcome,
    )
    if outcome is Outcome.FAIL:
        return _answer("CHARGE_FAILURE", payment, payment.requested, message="The card was declined (test).")
    if outcome is Outcome.ACTION:
        return _answer("CHARGE_ACTION_REQUIRED", payment, payment.requested, data={"action": "confirm"})
    if outcome is Outcome.LATE:
        jobs.enqueue(
            kind="payments.settle_late",
            key=payment.reference,
            payload={"reference": payment.reference, "transaction_id": payment.transaction_id},
            run_at=clock.now() + LATE_AFTER,
        )
        return _answer("CHARGE_REQUEST", payment, payment.requested)
    return _charge(payment)


def _process(request: PaymentRequest) -> PaymentAnswer:
    payment = TestPayment.objects.select_for_update().get(reference=request.reference)
    if payment.outcome != Outcome.ACTION or payment.charged:
        return _answer("CHARGE_SUCCESS" if payment.charged else "CHARGE_REQUEST", payment, payment.requested)
    if request.data.get("confirmed") is not True:
        return _answer("CHARGE_FAILURE", payment, payment.requested, message="The buyer did not confirm (test).")
    return _charge(payment)


def _charge(payment: TestPayment) -> PaymentAnswer:
    payment.charged = payment.requested
    payment.save(update_fields=["charged"])
    return _answer("CHARGE_SUCCESS", payment, payment.charged)


def _refund(request: PaymentRequest) -> PaymentAnswer:
    payment = TestPayment.objects.select_for_update().get(reference=request.reference)
    wanted = request.amount.amount
    if wanted <= 0 or payment.refunded + wanted > payment.charged:
        return _answer("REFUND_FAILURE", payment, wanted, message="More than was charged.", suffix="refund-refused")
    payment.refunded += wanted
    payment.save(update_fields=["refunded"])
    return _answer(
        "REFUND_SUCCESS", payment, wanted, suffix=hashlib.sha256(request.idempotency_key.encode()).hexdigest()
    )


def _cancel(request: PaymentRequest) -> PaymentAnswer:
    payment = TestPayment.objects.select_for_update().get(reference=request.reference)
    if payment.charged:
        return _answer("CANCEL_FAILURE", payment, payment.requested, message="Already charged: refund it.")
    return _answer("CANCEL_SUCCESS", payment, payment.requested)


_ACTIONS = {"initialize": _initialize, "process": _process, "charge": _process, "refund": _refund, "cancel": _cancel}


def _answer(
    result: str,
    payment: TestPayment,
    amount: Decimal,
    *,
    message: str = "",
    data: dict[str, object] | None = None,
    suffix: str = "",
) -> PaymentAnswer:
    return PaymentAnswer(
        result=result,
        reference=f"{payment.reference}-{suffix[:16]}" if suffix else payment.reference,
        amount=Money(Decimal(amount), payment.currency),
        message=message,
        data=data or {},
        actions=("REFUND",) if result == "CHARGE_SUCCESS" else (),
    )


def _keep(given: PaymentAnswer) -> dict[str, object]:
    return {
        "result": given.result,
        "reference": given.reference,
        "amount": str(given.amount.amount),
        "currency": given.amount.currency,
        "message": given.message,
        "data": dict(given.data),
        "actions": list(given.actions),
    }


def _restore(kept: dict[str, object]) -> PaymentAnswer:
    return PaymentAnswer(
        result=str(kept["result"]),
        reference=str(kept["reference"]),
        amount=Money(Decimal(str(kept["amount"])), str(kept["currency"])),
        message=str(kept["message"]),
        data=kept["data"],  # type: ignore[arg-type]
        actions=tuple(kept["actions"]),  # type: ignore[arg-type]
    )
