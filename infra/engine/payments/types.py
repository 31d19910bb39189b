"""What payment apps answer, and what is asked of them. No framework."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from infra.engine.money import TOO_MUCH

MESSAGE_LIMIT = 512
REFERENCE_LIMIT = 512
URL_LIMIT = 2000
#: the gateway of the engine itself, by the name the contract's clients know it under
GIFT_CARD_GATEWAY = "saleor.io.gift-card-payment-gateway"
ACTIONS = ("CHARGE", "REFUND", "CANCEL")
SESSION_SUCCESS = ("AUTHORIZATION_SUCCESS", "CHARGE_SUCCESS", "AUTHORIZATION_REQUEST", "CHARGE_REQUEST")
SESSION_FAILURE = ("AUTHORIZATION_FAILURE", "CHARGE_FAILURE")
SESSION_ACTION_REQUIRED = ("AUTHORIZATION_ACTION_REQUIRED", "CHARGE_ACTION_REQUIRED")
SESSION_CANCEL = ("CANCEL_SUCCESS",)
SESSION_RESULTS = (*SESSION_SUCCESS, *SESSION_FAILURE, *SESSION_ACTION_REQUIRED, *SESSION_CANCEL)
#: a session that reached one of these is over
SESSION_FINAL = (*SESSION_SUCCESS, *SESSION_FAILURE)
#: events whose amount may be left out, and the events it is then taken from, first found first
AMOUNT_FROM = {
    "INFO": (),
    "CHARGE_FAILURE": (
        "CHARGE_SUCCESS",
        "CHARGE_REQUEST",
        "AUTHORIZATION_SUCCESS",
        "AUTHORIZATION_REQUEST",
        "AUTHORIZATION_FAILURE",
    ),
    "REFUND_FAILURE": ("REFUND_SUCCESS", "REFUND_REQUEST", "CHARGE_SUCCESS", "CHARGE_REQUEST", "CHARGE_FAILURE"),
    "CANCEL_FAILURE": (
        "CANCEL_SUCCESS",
        "CANCEL_REQUEST",
        "AUTHORIZATION_SUCCESS",
        "AUTHORIZATION_REQUEST",
        "AUTHORIZATION_FAILURE",
    ),
    "AUTHORIZATION_FAILURE": ("AUTHORIZATION_SUCCESS", "AUTHORIZATION_REQUEST"),
    "REFUND_REVERSE": ("REFUND_SUCCESS",),
    "CHARGE_BACK": ("CHARGE_SUCCESS",),
}
#: the failure that stands for an event that could not be taken as it was
FAILURE_OF = {
    "AUTHORIZATION": "AUTHORIZATION_FAILURE",
    "CHARGE": "CHARGE_FAILURE",
    "REFUND": "REFUND_FAILURE",
    "CANCEL": "CANCEL_FAILURE",
}


class InvalidAnswer(ValueError):  # noqa: N818
    """A payment app answered something the protocol does not know; the text says what."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a payment app answered. `type` is None when it only took note (its events come later)."""

    psp_reference: str | None
    type: str | None = None
    amount: Decimal | None = None
    time: datetime | None = None
    external_url: str = ""
    message: str = ""
    actions: list[str] | None = None
    data: Any = None
    payment_method: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Action:
    """What a payment app is asked to do, the contract's TransactionAction and TransactionProcessAction."""

    action_type: str
    amount: Decimal
    currency: str


def parse_session_answer(answer: Any) -> Answer:
    """Return the answer to a TRANSACTION_*_SESSION event. Raises InvalidAnswer."""
    return _parse(answer, SESSION_RESULTS, needs_reference=(*SESSION_SUCCESS, *SESSION_CANCEL))


def parse_action_answer(answer: Any, action: str) -> Answer:
    """Return the answer to a TRANSACTION_<action>_REQUESTED event. Raises InvalidAnswer.

    Without `result` the app took note and reports later; then `type` is None.
    """
    prefix = action
    success, failure = f"{prefix}_SUCCESS", f"{prefix}_FAILURE"
    if isinstance(answer, dict) and answer.get("result") is None:
        reference = _reference(answer)
        if reference is None:
            raise InvalidAnswer("Field `pspReference` is required.")
        return Answer(reference, actions=_actions(answer.get("actions")))
    return _parse(answer, (success, failure), needs_reference=(success,))


def _parse(answer: Any, results: tuple[str, ...], needs_reference: tuple[str, ...]) -> Answer:
    if not isinstance(answer, dict):
        raise InvalidAnswer("The answer is not an object.")
    result = answer.get("result")
    if result not in results:
        raise InvalidAnswer(f"Missing or invalid value for `result`: {result}. Possible values: {', '.join(results)}.")
    reference = _reference(answer)
    if not reference and result in needs_reference:
        raise InvalidAnswer("Field `pspReference` is required.")
    return Answer(
        psp_reference=reference,
        type=result,
        amount=_amount(answer.get("amount")),
        time=_time(answer.get("time")),
        external_url=_url(answer.get("externalUrl")),
        message=str(answer.get("message") or "")[:MESSAGE_LIMIT],
        actions=_actions(answer.get("actions")),
        data=answer.get("data"),
        payment_method=payment_method_of(answer.get("paymentMethodDetails")),
    )


def _reference(answer: dict[str, Any]) -> str | None:
    reference = answer.get("pspReference")
    if reference is not None and (not isinstance(reference, str) or len(reference) > REFERENCE_LIMIT):
        raise InvalidAnswer(f"Field `pspReference` is not a text of at most {REFERENCE_LIMIT} characters.")
    return reference


def _url(value: Any) -> str:
    """Return an address to look at a payment, none for one too long: that is no reason to lose the payment."""
    url = str(value or "")
    return url if len(url) <= URL_LIMIT else ""


def _amount(value: Any) -> Decimal | None:
    if value is None:
        return None
    try:
        amount = Decimal(str(value)) if not isinstance(value, bool) else None
    except InvalidOperation:
        amount = None
    if amount is None or not amount.is_finite() or not 0 <= amount < TOO_MUCH:
        raise InvalidAnswer(f"Field `amount` is not an amount from 0: {str(value)[:100]}.")
    return amount.quantize(Decimal("0.001"))


def _time(value: Any) -> datetime | None:
    if not value:
        return None
    try:
        moment = datetime.fromisoformat(str(value))
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise InvalidAnswer(f"Field `time` is not ISO 8601: {str(value)[:100]}.") from None


def _actions(value: Any) -> list[str] | None:
    if not isinstance(value, list):
        return None
    return [action for action in ACTIONS if action in value]


def payment_method_of(value: Any) -> dict[str, Any] | None:
    """Return the way of paying an app described, or None. Raises InvalidAnswer for one the protocol does not know."""
    if value is None:
        return None
    if not isinstance(value, dict) or value.get("type") not in ("CARD", "OTHER", "GIFT_CARD"):
        raise InvalidAnswer("Field `paymentMethodDetails` is not valid.")
    names = {"brand": "brand", "firstDigits": "first_digits", "lastDigits": "last_digits", "lastChars": "last_digits"}
    numbers = {"expMonth": ("exp_month", 12), "expYear": ("exp_year", 9999)}
    kept: dict[str, Any] = {"type": value["type"], "name": str(value.get("name") or "")[:256]}
    kept |= {own: str(value[name])[:40] for name, own in names.items() if value.get(name) is not None}
    for name, (own, most) in numbers.items():
        text = str(value.get(name, ""))
        if text.isascii() and text.isdigit() and len(text) <= len(str(most)) and 1 <= int(text) <= most:
            kept[own] = int(text)
    return kept


def new_key() -> str:
    """Return an idempotency key nobody has."""
    return str(uuid.uuid4())
