"""The least an app must answer for a checkout to be paid: one delivery, one payment method. Contract tests only."""

from __future__ import annotations

import hashlib
from contextlib import ExitStack
from typing import Any

from marketplace.saleor.events import answering


def list_deliveries(payload: dict[str, Any]) -> list[dict[str, Any]]:
    """Offer one delivery whose price is a sum and whose metadata is the breakdown by merchant."""
    checkout = payload["checkout"]
    merchants = sorted(
        {
            item["value"]
            for line in checkout["lines"]
            for item in line["variant"]["product"]["metadata"]
            if item["key"] == "mall.merchant"
        }
    )
    currency = checkout["channel"]["currencyCode"]
    return [
        {
            "id": "parcels",
            "name": "宅配便",
            "amount": 500 * len(merchants),
            "currency": currency,
            "minimum_delivery_days": 1,
            "maximum_delivery_days": 3,
            "description": "one parcel per merchant",
            "metadata": {f"parcel.{position}": "500" for position, _ in enumerate(merchants)},
        }
    ]


def filter_deliveries(payload: dict[str, Any]) -> dict[str, Any]:
    """Bar everything to the United States, with the reason."""
    address = payload["checkout"]["shippingAddress"] or {"country": {"code": ""}}
    if address["country"]["code"] != "US":
        return {"excluded_methods": []}
    methods = payload["shippingMethods"]
    return {"excluded_methods": [{"id": each["id"], "reason": "closed destination"} for each in methods]}


def initialize_gateway(payload: dict[str, Any]) -> dict[str, Any]:
    return {"data": {"methods": ["test"], "echo": payload["data"]}}


def start_payment(payload: dict[str, Any]) -> dict[str, Any]:
    """Do what the data says: `outcome` succeed (default), fail, act, late."""
    outcome = (payload["data"] or {}).get("outcome", "succeed")
    amount = payload["action"]["amount"]
    reference = hashlib.sha256(payload["merchantReference"].encode()).hexdigest()[:16]
    results = {
        "succeed": "CHARGE_SUCCESS",
        "fail": "CHARGE_FAILURE",
        "act": "CHARGE_ACTION_REQUIRED",
        "late": "CHARGE_REQUEST",
    }
    answer = {"pspReference": reference, "result": results[outcome], "amount": amount, "message": outcome}
    if outcome == "act":
        answer["data"] = {"step": "confirm"}
    if outcome == "succeed":
        answer["actions"] = ["REFUND"]
    return answer


def refund(payload: dict[str, Any]) -> dict[str, Any]:
    reference = hashlib.sha256(repr(payload["issuedAt"]).encode()).hexdigest()[:16]
    return {"pspReference": f"refund-{reference}", "result": "REFUND_SUCCESS", "amount": payload["action"]["amount"]}


def answer_all() -> ExitStack:
    """Let these functions answer until the stack is closed."""
    stack = ExitStack()
    for name, function in {
        "SHIPPING_LIST_METHODS_FOR_CHECKOUT": list_deliveries,
        "CHECKOUT_FILTER_SHIPPING_METHODS": filter_deliveries,
        "PAYMENT_GATEWAY_INITIALIZE_SESSION": initialize_gateway,
        "TRANSACTION_INITIALIZE_SESSION": start_payment,
        "TRANSACTION_PROCESS_SESSION": start_payment,
        "TRANSACTION_REFUND_REQUESTED": refund,
    }.items():
        stack.enter_context(answering(name, function))
    return stack
