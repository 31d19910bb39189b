"""The mall's answers to Saleor's synchronous events about delivery and payment."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Literal

from marketplace.checkout import delivery, queries
from marketplace.kernel import clock
from marketplace.saleor import checkouts as door
from marketplace.saleor.events import answers
from plugins.api.money import Money
from plugins.api.types import PaymentAnswer, PaymentRequest
from plugins.runtime import hooks

log = logging.getLogger(__name__)
Action = Literal["initialize", "process", "charge", "refund", "cancel"]


@answers("SHIPPING_LIST_METHODS_FOR_CHECKOUT")
def list_shipping_methods(payload: dict[str, Any]) -> list[dict[str, Any]]:
    return delivery.list_methods(basket=delivery.basket_of_payload(payload["checkout"]), on_date=clock.today())


@answers("CHECKOUT_FILTER_SHIPPING_METHODS")
def filter_shipping_methods(payload: dict[str, Any]) -> dict[str, Any]:
    excluded = delivery.excluded_methods(
        basket=delivery.basket_of_payload(payload["checkout"]),
        method_ids=[method["id"] for method in payload.get("shippingMethods") or []],
        on_date=clock.today(),
    )
    return {"excluded_methods": excluded}


@answers("PAYMENT_GATEWAY_INITIALIZE_SESSION")
def initialize_gateway(payload: dict[str, Any]) -> dict[str, Any]:
    market = payload["sourceObject"]["channel"]["slug"]
    methods = queries.payment_methods(market=market)
    return {"data": {"methods": [{"code": method.code, "name": dict(method.name)} for method in methods]}}


@answers("TRANSACTION_INITIALIZE_SESSION")
def initialize_payment(payload: dict[str, Any]) -> dict[str, Any]:
    """Refuse goods that may not go where they are sent, then ask the payment plugin.

    The gate stands here too because a checkout that never asked for a delivery could otherwise reach payment, and
    whoever speaks to Saleor directly may name a way to pay that no page offers.
    """
    barred = _barred(payload)
    if barred:
        return _failure("CHARGE_FAILURE", payload["action"]["amount"], barred)
    offered = {method.code for method in queries.payment_methods(market=payload["sourceObject"]["channel"]["slug"])}
    if (payload.get("data") or {}).get("method") not in offered:
        return _failure("CHARGE_FAILURE", payload["action"]["amount"], "This way to pay is not available.")
    return _ask("initialize", payload, idempotency_key=payload["idempotencyKey"])


@answers("TRANSACTION_PROCESS_SESSION")
def process_payment(payload: dict[str, Any]) -> dict[str, Any]:
    transaction = payload["transaction"]
    key = _digest("process", transaction["id"], transaction["pspReference"], json.dumps(payload.get("data")))
    return _ask("process", payload, idempotency_key=key)


@answers("TRANSACTION_CHARGE_REQUESTED")
def charge(payload: dict[str, Any]) -> dict[str, Any]:
    return _request("charge", payload)


@answers("TRANSACTION_REFUND_REQUESTED")
def refund(payload: dict[str, Any]) -> dict[str, Any]:
    return _request("refund", payload)


@answers("TRANSACTION_CANCELATION_REQUESTED")
def cancel(payload: dict[str, Any]) -> dict[str, Any]:
    return _request("cancel", payload)


def _barred(payload: Mapping[str, Any]) -> str:
    """Return why the goods of this payment's checkout may not be sent, or ""."""
    source = payload["sourceObject"]
    if source["__typename"] != "Checkout":
        return ""
    checkout = door.get_checkout(checkout_id=source["id"])
    if checkout is None:
        return "The cart is gone."
    basket = delivery.basket_of_checkout(checkout)
    if basket.destination is None:
        return "No delivery address."
    problems = delivery.export_problems(lines=basket.lines, destination=basket.destination, on_date=clock.today())
    return " ".join(dict.fromkeys(problem.message[basket.language] for problem in problems))


def _request(action: Action, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Answer a request raised by the engine's own queue. It may be delivered again: the granted refund names the
    wish where there is one, else the moment the event was issued (a repeat carries the same)."""
    granted = payload.get("grantedRefund") or {}
    wish = granted.get("id") or payload["issuedAt"]
    key = _digest(action, payload["transaction"]["id"], wish, str(payload["action"]["amount"]))
    return _ask(action, payload, idempotency_key=key)


def _ask(action: Action, payload: Mapping[str, Any], *, idempotency_key: str) -> dict[str, Any]:
    wanted = payload["action"]
    transaction = payload["transaction"]
    data = payload.get("data") or {}
    reference = transaction.get("pspReference") or ""
    answer: PaymentAnswer | None = hooks.first(
        "answer_payment",
        request=PaymentRequest(
            action=action,
            method=str(data.get("method") or reference.partition("-")[0]),
            amount=Money(Decimal(str(wanted["amount"])), wanted["currency"]),
            source_id=str((payload.get("sourceObject") or {}).get("id", "")),
            transaction_id=transaction["id"],
            reference=reference,
            idempotency_key=idempotency_key,
            data=data,
        ),
    )
    if answer is None:
        verb = {"refund": "REFUND", "cancel": "CANCEL"}.get(action, "CHARGE")
        log.error("no plugin answers payments of method %r", data.get("method"))
        return _failure(f"{verb}_FAILURE", wanted["amount"], "This way to pay is not available.")
    return _body(answer)


def _body(answer: PaymentAnswer) -> dict[str, Any]:
    body: dict[str, Any] = {
        "pspReference": answer.reference,
        "result": answer.result,
        "amount": str(answer.amount.amount),
        "data": dict(answer.data),
        "actions": list(answer.actions),
    }
    if answer.message:
        body["message"] = answer.message[:512]
    if answer.external_url:
        body["externalUrl"] = answer.external_url
    return body


def _failure(result: str, amount: Any, message: str) -> dict[str, Any]:
    return {"result": result, "amount": str(amount), "message": message[:512]}


def _digest(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
